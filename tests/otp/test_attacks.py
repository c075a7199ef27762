"""Attacks on one-time codes, each with the refusal that it meets."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from authsvc.core.audit import AuditEvent
from authsvc.core.errors import Problem, Throttled
from authsvc.core.kit import Kit
from authsvc.core.throttle import Tally
from authsvc.identity.tries import TYPED_ID
from mobileapp.client import Phone
from mobileapp.phonewire import Problem as Refusal
from otp.service import OtpRefused
from tests.clocks import MovableClock
from tests.factories import Somebody, make_bound_phone, make_person, make_phone
from tests.otp.conftest import wrong

LogIn = Callable[..., Any]


def to_the_next_step(clock: MovableClock) -> None:
    clock.forward(seconds=30 - clock.now().timestamp() % 30)


@pytest.mark.parametrize("later", [1, 60, 179])
def test_a_replayed_code_is_refused_from_any_browser(
    clock: MovableClock, log_in: LogIn, person: Somebody, phone: Phone, later: int
) -> None:
    to_the_next_step(clock)
    code = phone.otp_code()
    log_in(person, code, browser="first", source="192.0.2.1")

    clock.forward(seconds=later)

    for browser, source in (("first", "192.0.2.1"), ("second", "192.0.2.2")):
        with pytest.raises(OtpRefused):
            log_in(person, code, browser=browser, source=source)


@pytest.mark.parametrize(("age", "accepted"), [(179, True), (180, False), (181, False)])
def test_a_code_is_judged_by_our_clock_at_the_check(
    clock: MovableClock, log_in: LogIn, person: Somebody, phone: Phone, age: int, *, accepted: bool
) -> None:
    to_the_next_step(clock)
    code = phone.otp_code()

    clock.forward(seconds=age)

    if accepted:
        assert log_in(person, code).acr == "otp"
    else:
        with pytest.raises(OtpRefused):
            log_in(person, code)


@pytest.mark.parametrize(("ahead", "accepted"), [(0, True), (1, True), (2, False), (-5, True), (-6, False)])
def test_a_fast_clock_is_allowed_one_step_whatever_was_learned_of_it(
    clock: MovableClock, log_in: LogIn, person: Somebody, phone: Phone, ahead: int, *, accepted: bool
) -> None:
    # given a phone that was a step ahead before, so that the service knows it as such
    to_the_next_step(clock)
    log_in(person, phone.otp_code(clock.now() + timedelta(seconds=30)))
    clock.forward(seconds=600)

    code = phone.otp_code(clock.now() + timedelta(seconds=30 * ahead))

    if accepted:
        assert log_in(person, code).acr == "otp"
    else:
        with pytest.raises(OtpRefused):
            log_in(person, code)


def test_an_older_code_after_a_newer_one_is_refused_though_it_lives(
    clock: MovableClock, log_in: LogIn, person: Somebody, phone: Phone
) -> None:
    older = phone.otp_code()
    clock.forward(seconds=30)
    log_in(person, phone.otp_code())
    clock.forward(seconds=60)

    with pytest.raises(OtpRefused):
        log_in(person, older)


def test_the_code_of_one_persons_phone_is_nothing_for_another(
    app: Flask, clock: MovableClock, kit: Kit, log_in: LogIn, person: Somebody, phone: Phone
) -> None:
    other = make_person(kit, 2)
    with make_bound_phone(app, clock, other):
        with pytest.raises(OtpRefused):
            log_in(other, phone.otp_code())

        assert log_in(person, phone.otp_code()).person_id == person.id  # and it was not used up


def test_the_right_code_waits_behind_a_hundred_wrong_ones_at_once_and_each_is_counted(
    kit: Kit, clock: MovableClock, log_in: LogIn, person: Somebody, phone: Phone
) -> None:
    code = wrong(phone.otp_code())

    def guess(number: int) -> str:
        try:
            log_in(person, code, source=f"192.0.2.{number}")
        except Problem as refusal:
            return refusal.code
        return "in"

    with ThreadPoolExecutor(16) as together:
        told = list(together.map(guess, range(100)))

    with pytest.raises(Throttled) as pause:
        log_in(person, phone.otp_code())
    with kit.read() as session:
        tries = session.scalar(select(Tally.tries).where(Tally.scope == TYPED_ID.scope))
        refused = select(func.count()).where(AuditEvent.action == "login.otp", AuditEvent.outcome == OtpRefused.code)
        looked_at = session.scalar(refused)
    assert sorted(set(told)) == ["otp_refused", "too_many_tries"]
    assert (told.count("otp_refused"), tries, looked_at) == (TYPED_ID.tries, TYPED_ID.tries, TYPED_ID.tries)
    clock.forward(seconds=pause.value.members["retry_after"])
    assert log_in(person, phone.otp_code()).acr == "otp"


def test_tries_are_counted_over_browsers_addresses_and_doors(
    app: Flask, log_in: LogIn, person: Somebody, phone: Phone, clock: MovableClock
) -> None:
    for number in range(2):
        with pytest.raises(OtpRefused):
            log_in(person, wrong(phone.otp_code()), browser=f"b{number}", source=f"192.0.2.{number}")
    for _ in range(3):
        with make_phone(app, clock) as stranger, pytest.raises(Refusal):
            stranger.bind_by_code("K7M2-9QXD", person.national_id)

    with pytest.raises(Throttled):
        log_in(person, phone.otp_code(), browser="another", source="198.51.100.1")
