"""Where a phone keeps its key: what a binding and a change of keys make of an attestation, on both databases."""

import secrets
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from authsvc.core.audit import AuditEvent
from authsvc.core.kit import Kit
from authsvc.identity.attestation import LONGEST_CERTIFICATE, Doubt
from authsvc.identity.keeping import AttestationTrust, read_trust
from authsvc.identity.models import Device
from mobileapp.client import Phone
from mobileapp.phonekeys import KEY_TYPE, PhoneKeys, public_jwk, signed
from mobileapp.phonewire import Problem
from tests.authsvc.identity.chips import Chip, attested, fetch_nonce, trusted_chip
from tests.clocks import MovableClock
from tests.factories import Somebody, log_in, make_device_code, make_person, make_phone


@pytest.fixture
def person(kit: Kit) -> Somebody:
    return make_person(kit)


@pytest.fixture
def phone(app: Flask, clock: MovableClock) -> Phone:
    return make_phone(app, clock)


@pytest.fixture
def chip(kit: Kit) -> Chip:
    return trusted_chip(kit)


def refusals(kit: Kit) -> list[tuple[str, str | None]]:
    with kit.read() as session:
        rows = session.scalars(select(AuditEvent).where(AuditEvent.action == "attestation.refused"))
        return [(row.outcome, row.actor) for row in rows]


def bind(kit: Kit, phone: Phone, person: Somebody) -> str:
    """Bind a phone and return where the service holds its key to be."""
    told = phone.bind_by_qr(make_device_code(kit, person).qr_text)["device"]["held"]
    with kit.read() as session:
        assert session.get_one(Device, phone.device_id).held == told
    return str(told)


def test_a_phone_that_shows_nothing_counts_as_software(kit: Kit, phone: Phone, person: Somebody) -> None:
    assert bind(kit, phone, person) == "software"
    assert refusals(kit) == []


def test_an_attested_key_counts_as_hardware(kit: Kit, phone: Phone, person: Somebody, chip: Chip) -> None:
    phone.attestation = attested(chip, phone, fetch_nonce(phone))
    assert bind(kit, phone, person) == "hardware"
    assert refusals(kit) == []


def test_a_typed_code_takes_an_attestation_too(kit: Kit, phone: Phone, person: Somebody, chip: Chip) -> None:
    phone.attestation = attested(chip, phone, fetch_nonce(phone))
    told = phone.bind_by_code(make_device_code(kit, person).code, person.national_id)
    assert told["device"]["held"] == "hardware"


def test_the_owner_sees_where_the_key_is(
    kit: Kit, phone: Phone, person: Somebody, chip: Chip, client: FlaskClient
) -> None:
    phone.attestation = attested(chip, phone, fetch_nonce(phone))
    bind(kit, phone, person)
    log_in(client, kit, person)
    listed = client.get("/api/v1/devices", headers={"Accept-Language": "en"}).get_json()
    assert [(each["held"], each["key_kept"]) for each in listed] == [("hardware", "Key in the phone's security chip")]
    page = client.get("/devices", headers={"Accept-Language": "zh-TW"}).get_data(as_text=True)
    assert "金鑰在手機的安全晶片內" in page


def test_a_chain_that_shows_nothing_binds_as_software_and_is_audited(
    kit: Kit, phone: Phone, person: Somebody, chip: Chip
) -> None:
    phone.attestation = attested(chip, phone, b"not a nonce of ours")
    assert bind(kit, phone, person) == "software"
    assert refusals(kit) == [(Doubt.OTHER_CHALLENGE, person.id)]


def test_an_attestation_over_an_old_nonce_does_not_count(
    kit: Kit, phone: Phone, person: Somebody, chip: Chip, clock: MovableClock
) -> None:
    phone.attestation = attested(chip, phone, fetch_nonce(phone))
    clock.forward(minutes=5)
    assert bind(kit, phone, person) == "software"
    assert refusals(kit) == [(Doubt.OTHER_CHALLENGE, person.id)]


def test_another_phones_attestation_does_not_count(
    app: Flask, kit: Kit, phone: Phone, person: Somebody, chip: Chip, clock: MovableClock
) -> None:
    phone.attestation = attested(chip, make_phone(app, clock), fetch_nonce(phone))
    assert bind(kit, phone, person) == "software"
    assert refusals(kit) == [(Doubt.OTHER_KEY, person.id)]


def test_without_roots_in_the_settings_nobody_is_believed(kit: Kit, phone: Phone, person: Somebody) -> None:
    phone.attestation = attested(Chip(at=kit.clock.now()), phone, fetch_nonce(phone))
    assert bind(kit, phone, person) == "software"
    assert refusals(kit) == [(Doubt.FOREIGN, person.id)]


def test_a_revoked_chip_does_not_count_and_without_the_list_nobody_is_believed(
    app: Flask, kit: Kit, person: Somebody, chip: Chip, clock: MovableClock, tmp_path: Path
) -> None:
    # given a status list that is changed and then lost while the service runs
    status = tmp_path / "status.json"
    status.write_text('{"entries": {}}')
    kit.ports[AttestationTrust] = AttestationTrust(roots=[chip.root], revoked=read_trust(None, status).revoked)
    first, second, third = (make_phone(app, clock) for _ in range(3))
    for each in (first, second, third):
        each.attestation = attested(chip, each, fetch_nonce(each))
    assert bind(kit, first, person) == "hardware"
    # when, then
    status.write_text('{"entries": {"1": {"status": "SUSPENDED"}}}')
    assert bind(kit, second, person) == "software"
    status.unlink()
    assert bind(kit, third, person) == "software"
    assert refusals(kit) == [(Doubt.REVOKED, person.id), (Doubt.UNCHECKED, person.id)]


@pytest.mark.parametrize(
    "sent", [[], ["A"], ["A"] * 9, ["A", "A" * (LONGEST_CERTIFICATE + 1)], ["A", "a+b"], ["A", 1], "A", None, {}]
)
def test_what_is_no_list_of_certificates_is_malformed(
    kit: Kit, phone: Phone, person: Somebody, chip: Chip, sent: object
) -> None:
    del chip
    body = {"qr_text": make_device_code(kit, person).qr_text, **phone.self_description(), "attestation": sent}
    with pytest.raises(Problem) as problem:
        phone.call("POST", "/devices", body, with_token=False)
    assert (problem.value.status, list(problem.value.body["errors"])) == (422, ["attestation"])
    # and the code is still good
    assert phone.bind_by_qr(str(body["qr_text"]))["device"]["held"] == "software"


@pytest.mark.parametrize(
    ("before", "after"), [("software", "hardware"), ("hardware", "software"), ("hardware", "hardware")]
)
def test_new_keys_are_judged_anew(
    kit: Kit, phone: Phone, person: Somebody, chip: Chip, before: str, after: str
) -> None:
    # given a phone whose key is held in one place
    phone.attestation = attested(chip, phone, fetch_nonce(phone)) if before == "hardware" else []
    assert bind(kit, phone, person) == before
    # when it changes its keys
    new, nonce = PhoneKeys.generate(), fetch_nonce(phone)
    body: dict[str, Any] = {"jws": signed_change(phone, new, nonce.decode()), "otp_public_key": public_jwk(new.otp)}
    if after == "hardware":
        body["attestation"] = attested(chip, phone, nonce, keys=new)
    phone.call("POST", f"/devices/{phone.device_id}/keys", body)
    # then
    with kit.read() as session:
        assert session.get_one(Device, phone.device_id).held == after


def signed_change(phone: Phone, new: PhoneKeys, nonce: str) -> str:
    """Return the new key's signature over a nonce, which names the old key."""
    claims = {
        "iss": phone.device_id,
        "aud": phone.origin,
        "iat": int(phone.clock().timestamp()),
        "jti": secrets.token_urlsafe(16),
        "nonce": nonce,
        "replaces": phone.keys.device.thumbprint(),
    }
    return signed(new.device, header={"typ": KEY_TYPE, "jwk": public_jwk(new.device)}, claims=claims)


def test_a_phone_that_takes_anothers_place_shows_its_own_key(
    app: Flask, kit: Kit, person: Somebody, chip: Chip, clock: MovableClock
) -> None:
    old, new = make_phone(app, clock), make_phone(app, clock)
    old.attestation = attested(chip, old, fetch_nonce(old))
    assert bind(kit, old, person) == "hardware"
    assert new.bind_by_qr(old.move())["device"]["held"] == "software"


def test_a_nonce_is_told_until_when_it_is_good(client: FlaskClient) -> None:
    told = client.post("/api/v1/nonces")
    assert told.status_code == 201
    assert set(told.get_json()) == {"nonce", "expires_at"}
    assert len(told.get_json()["nonce"]) < 128  # what Android takes as a challenge
