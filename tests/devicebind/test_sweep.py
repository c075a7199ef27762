"""The brake over all people counts guesses at device codes and at verified numbers with those at one-time codes."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

import authsvc.identity.sweeps as sweeps
from authsvc.core.kit import Kit
from authsvc.core.throttle import Tally
from mobileapp.phonewire import Problem
from tests.clocks import MovableClock
from tests.factories import make_device_code, make_person, make_phone, national_id

WRONG = "0000-0000"


def refusal_of(act: Any, *args: Any) -> str:
    with pytest.raises(Problem) as caught:
        act(*args)
    return caught.value.code


def counted(kit: Kit) -> int:
    with kit.read() as session:
        return session.scalar(select(Tally.tries).where(Tally.scope == sweeps.sweep_limit(kit).scope)) or 0


@pytest.fixture
def braked(kit: Kit, clock: MovableClock) -> None:
    """Put the brake on, as after that many wrong codes."""
    limit = sweeps.sweep_limit(kit)
    kit.throttle.spend(limit, sweeps.EVERYBODY)
    pause = {"tries": limit.tries, "open_at": clock.now() + sweeps.PAUSE}
    with kit.begin() as session:
        session.execute(update(Tally).where(Tally.scope == limit.scope).values(**pause))


def test_a_wrong_device_code_counts_over_all_people_and_a_right_one_does_not(
    app: Flask, kit: Kit, clock: MovableClock
) -> None:
    person = make_person(kit)
    made = make_device_code(kit, person)

    for number in (person.national_id, national_id(77)):
        assert refusal_of(make_phone(app, clock).bind_by_code, WRONG, number) == "device_code_refused"
    assert counted(kit) == 2

    make_phone(app, clock).bind_by_code(made.code, person.national_id)
    assert counted(kit) == 2


@pytest.mark.usefixtures("braked")
def test_during_a_sweep_a_device_code_is_scanned_and_not_typed(app: Flask, kit: Kit, clock: MovableClock) -> None:
    person = make_person(kit)
    made = make_device_code(kit, person)

    typed = make_phone(app, clock)
    assert refusal_of(typed.bind_by_code, made.code, person.national_id) == "typed_codes_paused"
    assert make_phone(app, clock).bind_by_qr(made.qr_text)["device"]["via"] == "card"


def test_an_address_where_a_device_code_was_right_goes_on_typing(app: Flask, kit: Kit, clock: MovableClock) -> None:
    person = make_person(kit)
    make_phone(app, clock).bind_by_code(make_device_code(kit, person).code, person.national_id)
    limit = sweeps.sweep_limit(kit)
    for _ in range(limit.tries):
        sweeps.count_failure(kit)
    assert counted(kit) == limit.tries

    again = make_device_code(kit, person)
    assert make_phone(app, clock).bind_by_code(again.code, person.national_id)["device"]["via"] == "card"
