"""Logging in with a one-time code."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from authsvc.core.audit import AuditEvent
from authsvc.core.errors import Throttled
from authsvc.core.kit import Kit
from authsvc.identity import devices, people
from authsvc.identity.tries import TYPED_ID
from mobileapp.client import Phone
from otp import service
from otp.models import OtpSecret
from otp.service import OtpRefused
from tests.clocks import MovableClock
from tests.factories import Somebody, make_bound_phone, make_device_code, make_person, make_phone
from tests.otp.conftest import wrong


def log_in(kit: Kit, person: Somebody, code: str, **other: Any) -> Any:
    body: dict[str, Any] = {"national_id": person.national_id, "birth_date": person.birth_date, "otp": code} | other
    return service.log_in(kit, **body).view


def test_the_phones_code_opens_a_session_that_says_how_it_came_about(kit: Kit, person: Somebody, phone: Phone) -> None:
    view = log_in(kit, person, phone.otp_code())

    assert (view.acr, view.amr, view.person_id) == ("otp", ["otp"], person.id)
    assert view.binding is not None
    assert view.binding["via"] == "card"


def test_a_code_is_accepted_only_once(kit: Kit, clock: MovableClock, person: Somebody, phone: Phone) -> None:
    code = phone.otp_code()
    log_in(kit, person, code)

    for seconds in (0, 1, 59, 119):
        clock.forward(seconds=seconds)
        with pytest.raises(OtpRefused):
            log_in(kit, person, code)


def test_after_a_newer_code_the_older_ones_are_dead(
    kit: Kit, clock: MovableClock, person: Somebody, phone: Phone
) -> None:
    older = phone.otp_code()
    clock.forward(seconds=30)
    log_in(kit, person, phone.otp_code())

    with pytest.raises(OtpRefused):
        log_in(kit, person, older)


def test_a_code_dies_180_seconds_after_its_step_began(
    kit: Kit, clock: MovableClock, person: Somebody, phone: Phone
) -> None:
    clock.forward(seconds=30 - clock.now().timestamp() % 30)
    code = phone.otp_code()
    clock.forward(seconds=180)

    with pytest.raises(OtpRefused):
        log_in(kit, person, code)


def test_a_code_lives_until_its_180_seconds_are_over(
    kit: Kit, clock: MovableClock, person: Somebody, phone: Phone
) -> None:
    clock.forward(seconds=30 - clock.now().timestamp() % 30)
    code = phone.otp_code()
    clock.forward(seconds=179)

    assert log_in(kit, person, code).acr == "otp"


@pytest.mark.parametrize("fault", ["birth_date", "national_id", "code"])
def test_whatever_is_wrong_is_refused_alike(kit: Kit, person: Somebody, phone: Phone, fault: str) -> None:
    code = phone.otp_code()
    faults: dict[str, dict[str, Any]] = {
        "birth_date": {"birth_date": date(1970, 1, 2)},
        "national_id": {"national_id": "A109000016"},
        "code": {"otp": wrong(code)},
    }

    with pytest.raises(OtpRefused) as refusal:
        log_in(kit, person, code, **faults[fault])

    assert refusal.value.members == {}


def test_a_wrong_birth_date_does_not_use_the_code_up(kit: Kit, person: Somebody, phone: Phone) -> None:
    with pytest.raises(OtpRefused):
        log_in(kit, person, phone.otp_code(), birth_date=date(1970, 1, 2))

    assert log_in(kit, person, phone.otp_code()).acr == "otp"


def test_a_suspended_person_does_not_get_in(app: Flask, clock: MovableClock, kit: Kit) -> None:
    suspended = make_person(kit, 2)
    with make_bound_phone(app, clock, suspended) as phone:
        with kit.begin() as session:
            from_db = people.find_by_national_id(session, kit, suspended.national_id)
            assert from_db is not None
            from_db.status = "suspended"

        with pytest.raises(OtpRefused):
            log_in(kit, suspended, phone.otp_code())


def test_an_unbound_phones_codes_are_dead(kit: Kit, person: Somebody, phone: Phone) -> None:
    with kit.begin() as session:
        devices.unbind(session, kit, device_id=phone.device_id, person_id=person.id, why="asked")

    with pytest.raises(OtpRefused):
        log_in(kit, person, phone.otp_code())


def test_each_of_several_phones_opens_the_portal(
    app: Flask, clock: MovableClock, kit: Kit, person: Somebody, phone: Phone
) -> None:
    with make_phone(app, clock, name="Second") as second:
        second.bind_by_qr(make_device_code(kit, person).qr_text)

        assert log_in(kit, person, phone.otp_code()).acr == "otp"
        assert log_in(kit, person, second.otp_code()).acr == "otp"


def test_five_wrong_codes_pause_even_the_right_one(
    kit: Kit, clock: MovableClock, person: Somebody, phone: Phone
) -> None:
    for _ in range(TYPED_ID.tries):
        with pytest.raises(OtpRefused):
            log_in(kit, person, wrong(phone.otp_code()))

    with pytest.raises(Throttled) as pause:
        log_in(kit, person, phone.otp_code())

    clock.forward(seconds=pause.value.members["retry_after"])
    assert log_in(kit, person, phone.otp_code()).acr == "otp"


def test_a_success_starts_the_count_anew(kit: Kit, clock: MovableClock, person: Somebody, phone: Phone) -> None:
    for _ in range(2):
        for _ in range(TYPED_ID.tries - 1):
            with pytest.raises(OtpRefused):
                log_in(kit, person, wrong(phone.otp_code()))
        log_in(kit, person, phone.otp_code())
        clock.forward(seconds=30)


def test_a_hundred_wrong_codes_in_a_row_close_the_door_for_good(
    kit: Kit, clock: MovableClock, person: Somebody, phone: Phone
) -> None:
    for _ in range(100):
        with pytest.raises(OtpRefused):
            log_in(kit, person, wrong(phone.otp_code()))
        clock.forward(hours=1)

    clock.forward(days=1)
    with pytest.raises(Throttled):
        log_in(kit, person, phone.otp_code())


def test_the_secret_is_sealed_and_every_login_is_audited(kit: Kit, person: Somebody, phone: Phone) -> None:
    log_in(kit, person, phone.otp_code())
    with pytest.raises(OtpRefused):
        log_in(kit, person, phone.otp_code())

    with kit.read() as session:
        sealed = session.scalars(select(OtpSecret.secret)).one()
        outcomes = session.scalars(select(AuditEvent.outcome).where(AuditEvent.actor == person.id)).all()
    assert sealed[:1] == b"\x01"
    assert outcomes[-2:] == ["done", "otp_refused"]
