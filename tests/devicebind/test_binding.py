"""A code becomes a bound phone, once."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from authsvc.core.audit import AuditEvent
from authsvc.core.kit import Kit
from authsvc.identity.models import Person
from authsvc.identity.tries import TYPED_ID
from devicebind.models import DeviceCode
from mobileapp.phonekeys import public_jwk
from mobileapp.phonewire import Problem
from tests.clocks import MovableClock
from tests.factories import ask, make_bound_phone, make_device_code, make_person, make_phone, national_id
from tests.letters import letters_of

WRONG = "0000-0000"


def refusal_of(act: Any, *args: Any) -> tuple[int, str]:
    with pytest.raises(Problem) as caught:
        act(*args)
    return caught.value.status, caught.value.code


def state_of(kit: Kit, code_id: str) -> str:
    with kit.read() as session:
        return session.get_one(DeviceCode, code_id).state


def test_a_typed_code_binds_the_phone(app: Flask, kit: Kit, clock: MovableClock) -> None:
    # given
    person = make_person(kit)
    made = make_device_code(kit, person)
    # when
    binding = make_phone(app, clock).bind_by_code(made.code.lower().replace("-", " "), person.national_id)
    # then
    assert binding["person"] == {
        "name": "王○明",
        "national_id": f"{person.national_id[:3]}****{person.national_id[-3:]}",
    }
    assert binding["device"] | {"id": ""} == {
        "id": "",
        "name": "Pocket",
        "platform": "android",
        "model": "Model 1",
        "app_version": "1.0",
        "bound_at": clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "last_used_at": clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "via": "card",
        "held": "software",
    }
    assert (binding["token_type"], binding["expires_in"]) == ("DPoP", 600)
    assert (binding["otp"]["digits"], binding["otp"]["period"], binding["otp"]["valid_for"]) == (8, 30, 180)
    assert binding["otp"]["server_time"] == clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    assert state_of(kit, made.id) == "used"


def test_a_scanned_code_binds_the_phone(app: Flask, kit: Kit, clock: MovableClock) -> None:
    # given
    made = make_device_code(kit, make_person(kit))
    phone = make_phone(app, clock)
    # when
    phone.bind_by_qr(made.qr_text)
    # then
    assert phone.device()["id"] == phone.device_id
    assert [device["id"] for device in phone.devices()] == [phone.device_id]


def test_a_code_is_good_once_and_its_person_hears_of_a_second_try(app: Flask, kit: Kit, clock: MovableClock) -> None:
    # given a used code
    person = make_person(kit, backup_email="second@example.org")
    made = make_device_code(kit, person)
    make_phone(app, clock).bind_by_qr(made.qr_text)
    letters_of(kit)
    # when it is used again, by its picture and by its symbols
    answers = [
        refusal_of(make_phone(app, clock, name="Thief").bind_by_qr, made.qr_text),
        refusal_of(make_phone(app, clock, name="Thief").bind_by_code, made.code, person.national_id),
    ]
    # then it is refused, and each address gets one mail, without the stranger's words
    assert answers == [(401, "device_code_refused")] * 2
    told = letters_of(kit)
    assert sorted((letter.to, letter.template) for letter in told) == [
        (address, "devicebind/mail/code_reused") for address in sorted([person.email, "second@example.org"])
    ]
    assert all("Thief" not in str(letter.values) for letter in told)


def test_a_newer_code_voids_the_older(app: Flask, kit: Kit, clock: MovableClock) -> None:
    # given
    person = make_person(kit)
    older, newer = make_device_code(kit, person), make_device_code(kit, person)
    # then
    assert state_of(kit, older.id) == "void"
    assert refusal_of(make_phone(app, clock).bind_by_qr, older.qr_text) == (401, "device_code_refused")
    assert refusal_of(make_phone(app, clock).bind_by_code, older.code, person.national_id)[0] == 401
    assert make_phone(app, clock).bind_by_code(newer.code, person.national_id)["device"]


@pytest.mark.parametrize(("seconds", "accepted"), [(599, True), (600, False), (601, False)])
def test_a_code_lives_ten_minutes(app: Flask, kit: Kit, clock: MovableClock, seconds: int, accepted: bool) -> None:  # noqa: FBT001
    made = make_device_code(kit, make_person(kit))
    clock.forward(seconds=seconds)
    phone = make_phone(app, clock)
    if accepted:
        assert phone.bind_by_qr(made.qr_text)["device"]
    else:
        assert refusal_of(phone.bind_by_qr, made.qr_text) == (401, "device_code_refused")


def test_five_wrong_tries_end_typing_and_leave_the_picture(app: Flask, kit: Kit, clock: MovableClock) -> None:
    # given
    person = make_person(kit)
    made = make_device_code(kit, person)
    # when
    answers = [refusal_of(make_phone(app, clock).bind_by_code, WRONG, person.national_id) for _ in range(5)]
    # then the code is dead by its symbols, also after the pause
    assert answers == [(401, "device_code_refused")] * 5
    assert state_of(kit, made.id) == "waiting"
    assert refusal_of(make_phone(app, clock).bind_by_code, made.code, person.national_id) == (429, "too_many_tries")
    clock.forward(seconds=61)
    assert refusal_of(make_phone(app, clock).bind_by_code, made.code, person.national_id)[0] == 401
    # and a stranger's guesses do not keep the phone away that sees the picture
    assert make_phone(app, clock).bind_by_qr(made.qr_text)["device"]


def test_a_new_code_does_not_give_new_tries(app: Flask, kit: Kit, clock: MovableClock) -> None:
    # given four wrong tries and a new code
    person = make_person(kit)
    make_device_code(kit, person)
    for _ in range(4):
        refusal_of(make_phone(app, clock).bind_by_code, WRONG, person.national_id)
    newer = make_device_code(kit, person)
    # when one more is wrong, then even the right code has to wait
    refusal_of(make_phone(app, clock).bind_by_code, WRONG, person.national_id)
    assert refusal_of(make_phone(app, clock).bind_by_code, newer.code, person.national_id)[0] == 429
    clock.forward(seconds=61)
    assert make_phone(app, clock).bind_by_code(newer.code, person.national_id)["device"]


def test_an_unknown_person_and_one_without_a_code_are_refused_alike(app: Flask, kit: Kit, clock: MovableClock) -> None:
    # given a person without a code, and an ID that nobody has
    ids = [make_person(kit).national_id, national_id(404)]
    # when six codes are tried on each
    answers = [[refusal_of(make_phone(app, clock).bind_by_code, WRONG, one) for _ in range(6)] for one in ids]
    # then both hear the same
    assert answers[0] == answers[1] == [(401, "device_code_refused")] * 5 + [(429, "too_many_tries")]


def test_somebody_elses_code_is_no_good(app: Flask, kit: Kit, clock: MovableClock) -> None:
    made = make_device_code(kit, make_person(kit, 1))
    other = make_person(kit, 2)
    make_device_code(kit, other)
    assert refusal_of(make_phone(app, clock).bind_by_code, made.code, other.national_id)[0] == 401
    assert state_of(kit, made.id) == "waiting"


def test_success_forgives_the_tries(app: Flask, kit: Kit, clock: MovableClock) -> None:
    # given four wrong tries
    person = make_person(kit)
    made = make_device_code(kit, person)
    for _ in range(4):
        refusal_of(make_phone(app, clock).bind_by_code, WRONG, person.national_id)
    # when the phone is bound
    make_phone(app, clock).bind_by_code(made.code, person.national_id)
    # then counting begins anew
    assert kit.throttle.spend(TYPED_ID, kit.keys.index("national_id", person.national_id)) == 1


def test_the_device_limit_leaves_the_code_unused(app: Flask, kit: Kit, clock: MovableClock) -> None:
    # given a person with as many phones as are allowed
    person = make_person(kit)
    phones = [make_bound_phone(app, clock, person) for _ in range(kit.settings.device_limit)]
    made = make_device_code(kit, person)
    assert refusal_of(make_phone(app, clock).bind_by_qr, made.qr_text) == (409, "device_limit_reached")
    # when one of them is removed, then the same code still works
    assert ask(phones[0], "DELETE", f"/devices/{phones[0].device_id}").status_code == 204
    assert make_phone(app, clock).bind_by_qr(made.qr_text)["device"]


def test_a_key_is_bound_to_one_person_only(app: Flask, kit: Kit, clock: MovableClock) -> None:
    phone = make_bound_phone(app, clock, make_person(kit, 1))
    made = make_device_code(kit, make_person(kit, 2))
    again = make_phone(app, clock, keys=phone.keys)
    assert refusal_of(again.bind_by_qr, made.qr_text) == (409, "key_already_bound")
    assert state_of(kit, made.id) == "waiting"


def test_a_suspended_person_binds_nothing(app: Flask, kit: Kit, clock: MovableClock) -> None:
    # given a code whose person was suspended meanwhile
    person = make_person(kit)
    made = make_device_code(kit, person)
    with kit.begin() as session:
        session.get_one(Person, person.id).status = "suspended"
    # then
    assert refusal_of(make_phone(app, clock).bind_by_qr, made.qr_text) == (403, "suspended")
    assert state_of(kit, made.id) == "waiting"
    with kit.read() as session:
        outcomes = session.scalars(select(AuditEvent.outcome).where(AuditEvent.action == "device_code.used")).all()
    assert outcomes == ["suspended"]


def test_every_address_is_told_of_a_new_phone(app: Flask, kit: Kit, clock: MovableClock) -> None:
    # given
    person = make_person(kit, backup_email="second@example.org")
    made = make_device_code(kit, person)
    # when
    make_phone(app, clock, name="Blue phone").bind_by_qr(made.qr_text)
    # then
    told = letters_of(kit)
    assert sorted(letter.to for letter in told) == sorted([person.email, "second@example.org"])
    assert {letter.template for letter in told} == {"devicebind/mail/bound"}
    assert all(letter.values["device_name"] == "Blue phone" for letter in told)
    assert all(person.national_id not in str(letter.values) and made.code not in str(letter.values) for letter in told)


@pytest.mark.parametrize(
    ("way", "field"),
    [
        ({}, "code"),
        ({"code": "K7M2-9QXD"}, "code"),
        ({"national_id": national_id(1)}, "code"),
        ({"code": "K7M2-9QXD", "national_id": national_id(1), "qr_text": "x"}, "code"),
        ({"code": "K7M2", "national_id": national_id(1)}, "code"),
        ({"code": "K7M2-9QXD", "national_id": "A123456780"}, "national_id"),
        ({"qr_text": "x", "person_id": "x"}, "person_id"),
    ],
)
def test_a_body_must_show_exactly_one_way(app: Flask, clock: MovableClock, way: dict[str, str], field: str) -> None:
    phone = make_phone(app, clock)
    body = {**way, "device": phone.device_facts, "otp_public_key": public_jwk(phone.keys.otp)}
    with pytest.raises(Problem) as caught:
        phone.call("POST", "/devices", body, with_token=False)
    assert caught.value.status == 422
    assert field in caught.value.body["errors"]


def test_a_private_key_in_the_body_is_refused(app: Flask, clock: MovableClock) -> None:
    phone = make_phone(app, clock)
    body = {"qr_text": "x", "device": phone.device_facts, "otp_public_key": phone.keys.otp.as_dict(private=True)}
    with pytest.raises(Problem) as caught:
        phone.call("POST", "/devices", body, with_token=False)
    assert (caught.value.status, list(caught.value.body["errors"])) == (422, ["otp_public_key"])


def test_neither_code_nor_secret_is_stored(kit: Kit) -> None:
    made = make_device_code(kit, make_person(kit))
    with kit.read() as session:
        row = session.get_one(DeviceCode, made.id)
    stored = repr(vars(row))
    assert made.code not in stored
    assert made.code.replace("-", "") not in stored
    assert made.qr_text.partition("#")[2] not in stored
