"""Moving to a new phone, and new keys for the same one."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from authsvc.core.kit import Kit
from authsvc.identity import devices
from authsvc.identity.models import Device
from mobileapp.client import Phone
from mobileapp.phonekeys import MOVE_TYPE, PhoneKeys, public_jwk, signed
from mobileapp.phonewire import Problem
from tests.clocks import MovableClock
from tests.factories import Somebody, ask, make_bound_phone, make_device_code, make_person, make_phone
from tests.letters import letters_of

REFUSED = "device_code_refused"


@pytest.fixture
def person(kit: Kit) -> Somebody:
    return make_person(kit)


@pytest.fixture
def old(app: Flask, clock: MovableClock, person: Somebody) -> Phone:
    return make_bound_phone(app, clock, person, name="Old")


@pytest.fixture
def new(app: Flask, clock: MovableClock) -> Phone:
    return make_phone(app, clock, name="New")


def refusal_of(phone: Phone, text: str) -> str:
    with pytest.raises(Problem) as refused:
        phone.bind_by_qr(text)
    return refused.value.code


def set_via(kit: Kit, phone: Phone, via: str) -> None:
    with kit.begin() as session:
        session.execute(update(Device).where(Device.id == phone.device_id).values(via=via))


@pytest.mark.parametrize("via", ["card", "counter"])
def test_the_new_phone_takes_the_old_ones_place_and_its_assurance(kit: Kit, old: Phone, new: Phone, via: str) -> None:
    set_via(kit, old, via)
    letters_of(kit)

    bound = new.bind_by_qr(old.move())

    assert bound["device"]["via"] == via
    assert [each["name"] for each in new.devices()] == ["New"]
    assert not old.is_bound()
    assert [mail.template for mail in letters_of(kit)] == ["devicebind/mail/bound"]


def test_a_person_with_all_phones_allowed_can_still_move(
    app: Flask, clock: MovableClock, person: Somebody, old: Phone, new: Phone
) -> None:
    others = [make_bound_phone(app, clock, person) for _ in range(2)]

    new.bind_by_qr(old.move())

    assert all(phone.is_bound() for phone in (*others, new))


def test_a_move_is_made_once_within_ten_minutes(
    app: Flask, clock: MovableClock, old: Phone, new: Phone, person: Somebody
) -> None:
    text = old.move()
    clock.forward(minutes=9, seconds=59)
    new.bind_by_qr(text)
    assert refusal_of(make_phone(app, clock), text) == REFUSED

    late = new.move()
    clock.forward(minutes=10)
    assert refusal_of(make_phone(app, clock), late) == REFUSED
    assert make_bound_phone(app, clock, person).is_bound()


def test_a_code_of_a_phone_that_is_unbound_is_dead(kit: Kit, person: Somebody, old: Phone, new: Phone) -> None:
    text = old.move()
    with kit.begin() as session:
        devices.unbind(session, kit, device_id=old.device_id, person_id=person.id, why="lost")

    assert refusal_of(new, text) == REFUSED


def test_a_newer_code_of_either_kind_voids_the_older(kit: Kit, person: Somebody, old: Phone, new: Phone) -> None:
    first = old.move()
    second = old.move()
    assert refusal_of(new, first) == REFUSED
    make_device_code(kit, person)
    assert refusal_of(new, second) == REFUSED


def test_wrong_typed_codes_do_not_stop_a_move(
    app: Flask, clock: MovableClock, person: Somebody, old: Phone, new: Phone
) -> None:
    text = old.move()
    stranger = make_phone(app, clock)
    for _ in range(5):
        with pytest.raises(Problem):
            stranger.bind_by_code("00000000", person.national_id)

    assert new.bind_by_qr(text)


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "another"},
        {"aud": "https://elsewhere.example"},
        {"jti": None},
        {"typ": "authsvc-decision+jwt"},
        {"key": PhoneKeys.generate()},
        {"iat": 1},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_the_phone_did_not_sign_for_this_moves_nothing(
    old: Phone, clock: MovableClock, change: dict[str, Any]
) -> None:
    now = int(clock.now().timestamp())
    claims: dict[str, Any] = {"iss": old.device_id, "aud": old.origin, "iat": now, "jti": "one"} | change
    typ: Any = claims.pop("typ", MOVE_TYPE)
    key: Any = claims.pop("key", old.keys)

    answer = ask(old, "POST", "/device-moves", {"jws": signed(key.device, header={"typ": typ}, claims=claims)})

    assert (answer.status_code, answer.json()["code"]) in ((401, "move_refused"), (401, "use_dpop_nonce"))


def test_a_signature_moves_once(old: Phone, clock: MovableClock) -> None:
    claims = {"iss": old.device_id, "aud": old.origin, "iat": int(clock.now().timestamp()), "jti": "one"}
    body = {"jws": signed(old.keys.device, header={"typ": MOVE_TYPE}, claims=claims)}

    answers = [ask(old, "POST", "/device-moves", body) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 401]
    assert answers[1].json()["code"] == "move_refused"


def test_new_keys_replace_the_old_ones_at_one_stroke(
    app: Flask, kit: Kit, clock: MovableClock, person: Somebody, old: Phone
) -> None:
    before = Phone(old.origin, transport=old.wire.client._transport, keys=old.keys, clock=clock.now)  # noqa: SLF001
    before.binding, before.refresh_by_itself = dict(old.binding), False

    old.change_keys()

    assert old.is_bound()
    assert not before.is_bound()
    for again in (before.refresh, before.recover):
        with pytest.raises(Problem):
            again()
    entry = {"national_id": person.national_id, "birth_date": person.birth_date.isoformat()}
    client = app.test_client()
    codes = [before.otp_code(), old.otp_code()]
    answers = [
        client.post("/api/v1/sessions/otp", json=entry | {"otp": code}, base_url=old.origin).status_code
        for code in codes
    ]
    assert answers == [401, 201]
    del kit


@pytest.mark.parametrize("wrong", ["no_nonce", "other_key_replaced", "signed_by_the_old_key", "another_phone"])
def test_a_new_key_that_does_not_sign_for_itself_changes_nothing(old: Phone, clock: MovableClock, wrong: str) -> None:
    new, device_id = PhoneKeys.generate(), old.device_id
    nonce = ask(old, "POST", f"/devices/{device_id}/keys", {"jws": _key_jws(old, new, clock), **_otp(new)})
    claims = {"nonce": nonce.headers["DPoP-Nonce"], "replaces": old.keys.device.thumbprint()}
    if wrong == "other_key_replaced":
        claims["replaces"] = new.device.thumbprint()
    if wrong == "no_nonce":
        del claims["nonce"]
    signer = old.keys if wrong == "signed_by_the_old_key" else new
    path = f"/devices/{'A' * 22 if wrong == 'another_phone' else device_id}/keys"

    answer = ask(old, "POST", path, {"jws": _key_jws(old, new, clock, signer=signer, **claims), **_otp(new)})

    expected = {"no_nonce": "use_dpop_nonce", "another_phone": "not_found"}.get(wrong, "key_change_refused")
    assert answer.json()["code"] == expected
    assert old.is_bound()


def _otp(keys: PhoneKeys) -> dict[str, Any]:
    return {"otp_public_key": public_jwk(keys.otp)}


def _key_jws(old: Phone, new: PhoneKeys, clock: MovableClock, *, signer: PhoneKeys | None = None, **claims: str) -> str:
    said = {"iss": old.device_id, "aud": old.origin, "iat": int(clock.now().timestamp()), "jti": str(claims), **claims}
    header = {"typ": "authsvc-key+jwt", "jwk": public_jwk(new.device)}
    return signed((signer or new).device, header=header, claims=said)


def test_a_refresh_token_that_idled_is_over(kit: Kit, old: Phone, clock: MovableClock) -> None:
    clock.forward(seconds=(kit.settings.refresh_idle - timedelta(seconds=1)).total_seconds())
    old.refresh()
    clock.forward(seconds=kit.settings.refresh_idle.total_seconds())

    with pytest.raises(Problem) as refused:
        old.refresh()
    assert refused.value.code == "invalid_token"
    old.recover()
    assert old.is_bound()


def test_new_keys_are_told_to_the_owner(kit: Kit, old: Phone, person: Somebody) -> None:
    letters_of(kit)

    old.change_keys()

    (letter,) = letters_of(kit)
    assert (letter.template, letter.values["device_name"]) == ("devicebind/mail/new_keys", "Old")
    assert person.national_id not in str(letter)
