"""The brakes: a sweep over all people, the end at a hundred, the word to the owner, and what goes on meanwhile."""

import logging
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from authsvc.core.audit import AuditEvent
from authsvc.core.errors import Throttled, TriesClosed
from authsvc.core.kit import Kit
from authsvc.core.outbox import OutboxMail
from authsvc.core.throttle import NEVER, Tally
from authsvc.identity import history, sweeps, tries
from authsvc.identity.sweeps import TypedCodesPaused, TypedSource
from authsvc.settings import Settings
from mobileapp.client import Phone
from otp.service import OtpRefused
from tests.clocks import MovableClock
from tests.conftest import client_of
from tests.factories import Somebody, make_device_code, make_phone, make_session, national_id
from tests.otp.conftest import wrong

LogIn = Callable[..., Any]
WATCH = "guard@example.org"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, alert_mail=(WATCH,))


def stranger(number: int) -> Somebody:
    return Somebody(
        id="",
        national_id=national_id(number),
        birth_date=date(1970, 1, 1),
        name="",
        card_number="",
        email="",
        backup_email=None,
    )


def events(kit: Kit, action: str) -> list[AuditEvent]:
    with kit.read() as session:
        return list(session.scalars(select(AuditEvent).where(AuditEvent.action == action)))


def mails(kit: Kit, template: str) -> list[tuple[str, str]]:
    """Return address and content of the mails of one kind."""
    with kit.read() as session:
        rows = session.scalars(select(OutboxMail).where(OutboxMail.template == template)).all()
    places = [kit.keys.place(OutboxMail.__tablename__, row.id) for row in rows]
    return [(p.open("recipient", r.recipient), p.open("values", r.values)) for p, r in zip(places, rows, strict=True)]


def sweep(log_in: LogIn, *, people: int, guesses: int = 5, addresses: int = 50) -> Counter[str]:
    """Guess at each of many IDs, from many addresses in turn, and return what was told."""
    told: Counter[str] = Counter()
    for number in range(people):
        for guess in range(guesses):
            source = f"10.9.0.{(number * guesses + guess) % addresses}"
            try:
                log_in(stranger(1000 + number), f"{number * guesses + guess:08d}", source=source)
            except (OtpRefused, Throttled) as refusal:
                told[refusal.code] += 1
    return told


def test_a_sweep_of_two_thousand_people_from_fifty_addresses_is_stopped_and_told(
    kit: Kit, log_in: LogIn, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, logger="authsvc.identity.sweeps"):
        told = sweep(log_in, people=2000, guesses=1)

    assert told["otp_refused"] == kit.settings.sweep_limit < 1000
    assert told["typed_codes_paused"] == 2000 - told["otp_refused"]
    alerts = events(kit, "alert.typed_sweep")
    assert [(each.outcome, each.actor, each.details["failures"]) for each in alerts] == [("braked", None, 500)]
    assert [address for address, _ in mails(kit, "mail/sweep")] == [WATCH]
    assert [record.getMessage() for record in caplog.records] == [
        "event=alert.typed_sweep failures=500 window_seconds=600 pause_seconds=300"
    ]


@pytest.fixture
def braked(kit: Kit, clock: MovableClock) -> None:
    """Put the brake on, as after that many wrong codes."""
    limit = sweeps.sweep_limit(kit)
    kit.throttle.spend(limit, sweeps.EVERYBODY)
    pause = {"tries": limit.tries, "open_at": clock.now() + sweeps.PAUSE}
    with kit.begin() as session:
        session.execute(update(Tally).where(Tally.scope == limit.scope).values(**pause))


@pytest.mark.usefixtures("braked")
def test_during_a_sweep_typed_codes_of_unknown_addresses_pause_and_cost_nobody_a_try(
    clock: MovableClock, log_in: LogIn, person: Somebody, phone: Phone
) -> None:
    for known in (person, stranger(99)):
        with pytest.raises(TypedCodesPaused) as pause:
            log_in(known, phone.otp_code(), source="192.0.2.1")
        assert 0 < pause.value.members["retry_after"] <= 301

    clock.forward(seconds=301)
    assert log_in(person, phone.otp_code(), source="192.0.2.1").acr == "otp"


def test_an_address_where_a_code_was_right_today_goes_on_but_not_for_a_sweep(
    clock: MovableClock, log_in: LogIn, person: Somebody, phone: Phone, request: pytest.FixtureRequest
) -> None:
    log_in(person, phone.otp_code(), source="192.0.2.1")
    request.getfixturevalue("braked")
    clock.forward(seconds=30)

    for number in range(sweeps.KNOWN_TRIES - 1):
        with pytest.raises(OtpRefused):
            log_in(stranger(number), "12345678", source="192.0.2.1")
    assert log_in(person, phone.otp_code(), source="192.0.2.1").acr == "otp"  # and begins anew
    for number in range(sweeps.KNOWN_TRIES):
        with pytest.raises(OtpRefused):
            log_in(stranger(10 + number), "12345678", source="192.0.2.1")
    with pytest.raises(TypedCodesPaused):
        log_in(stranger(50), "12345678", source="192.0.2.1")


def test_an_address_is_forgotten_a_day_after_its_last_right_code(
    kit: Kit, clock: MovableClock, log_in: LogIn, person: Somebody, phone: Phone
) -> None:
    log_in(person, phone.otp_code(), source="192.0.2.1")
    clock.forward(days=1, seconds=1)
    sweeps.purge(kit)

    with kit.read() as session:
        assert session.scalars(select(TypedSource)).all() == []


def close(log_in: LogIn, clock: MovableClock, who: Somebody) -> None:
    for _ in range(100):
        with pytest.raises(OtpRefused):
            log_in(who, "00000000")
        clock.forward(hours=1)


def test_the_end_at_a_hundred_is_told_honestly_and_alike_for_an_id_that_nobody_has(
    app: Flask, clock: MovableClock, log_in: LogIn, person: Somebody, phone: Phone
) -> None:
    nobody, told = stranger(99), {}
    for who in (person, nobody):
        close(log_in, clock, who)
    clock.forward(days=30)
    for who in (person, nobody):
        body = {"national_id": who.national_id, "birth_date": "1970-01-01", "otp": phone.otp_code()}
        answer = client_of(app).post("/api/v1/sessions/otp", json=body, headers={"Accept-Language": "en"})
        told[who.national_id] = (answer.status_code, answer.get_json(), answer.headers["Retry-After"])

    assert told[person.national_id] == told[nobody.national_id]
    status, problem, after = told[person.national_id]
    assert (status, problem["code"], after) == (429, "tries_closed", "86400")
    assert "waiting does not open it" in problem["detail"]


def test_binding_a_phone_anew_opens_what_a_hundred_wrong_codes_closed(
    app: Flask, kit: Kit, clock: MovableClock, log_in: LogIn, person: Somebody, phone: Phone
) -> None:
    close(log_in, clock, person)
    with pytest.raises(TriesClosed):
        log_in(person, phone.otp_code())

    with make_phone(app, clock, name="Second") as second:
        second.bind_by_qr(make_device_code(kit, person).qr_text)

        assert log_in(person, second.otp_code()).acr == "otp"


def test_a_lock_is_told_once_to_its_owner_by_mail_in_the_app_and_in_the_history(
    kit: Kit, clock: MovableClock, log_in: LogIn, person: Somebody, phone: Phone
) -> None:
    assert phone.call("GET", "/me/device/otp")["typed_codes"] == "open"
    for _ in range(3):  # three pauses of one lock
        while True:
            try:
                log_in(person, wrong(phone.otp_code()))
            except Throttled as pause:
                tries.tell_owners(kit)
                shown = phone.call("GET", "/me/device/otp")
                assert (shown["typed_codes"], bool(shown["open_at"])) == ("paused", True)
                clock.forward(seconds=pause.members["retry_after"])
                break
            except OtpRefused:
                continue

    assert [address for address, _ in mails(kit, "mail/typed_tries")] == [person.email]
    told = history.show_history(kit, view=make_session(kit, person).view).events
    assert [event.outcome for event in told if event.what == "typed_tries"] == ["paused"]

    log_in(person, phone.otp_code())  # and after a success the next lock is told again
    for _ in range(5):
        with pytest.raises(OtpRefused):
            log_in(person, wrong(phone.otp_code()))
    tries.tell_owners(kit)
    assert len(mails(kit, "mail/typed_tries")) == 2


def test_a_lock_is_told_even_where_a_right_code_came_before_the_worker(
    kit: Kit, clock: MovableClock, log_in: LogIn, person: Somebody, phone: Phone
) -> None:
    for _ in range(5):
        with pytest.raises(OtpRefused):
            log_in(person, wrong(phone.otp_code()))
    clock.forward(seconds=61)
    log_in(person, phone.otp_code())

    tries.tell_owners(kit)
    tries.tell_owners(kit)

    assert [address for address, _ in mails(kit, "mail/typed_tries")] == [person.email]


def test_a_sweep_that_waits_out_its_pauses_makes_no_more_than_a_windows_guesses_in_each(
    kit: Kit, clock: MovableClock
) -> None:
    kit = replace(kit, settings=replace(kit.settings, sweep_limit=20))
    limit, guesses = sweeps.sweep_limit(kit), []
    for _ in range(2 * 60):
        for _ in range(limit.tries // 5):
            with suppress(Throttled):
                sweeps.require_calm(kit)
                sweeps.count_failure(kit)
                guesses.append(clock.now())
        clock.forward(seconds=60)

    windows = [sum(first <= each < first + sweeps.WINDOW for each in guesses) for first in dict.fromkeys(guesses)]
    assert limit.tries <= max(windows) <= 2 * limit.tries
    assert len(guesses) < limit.tries * 2 * 60 * 60 / sweeps.WINDOW.total_seconds()


def test_the_end_at_a_hundred_is_told_too_and_nobody_is_told_of_an_id_that_nobody_has(
    kit: Kit, clock: MovableClock, log_in: LogIn, person: Somebody, phone: Phone
) -> None:
    for who in (person, stranger(99)):
        close(log_in, clock, who)
        for _ in range(2):
            tries.tell_owners(kit)

    with kit.read() as session:
        states = session.execute(select(Tally.told, Tally.open_at).where(Tally.scope == tries.TYPED_ID.scope)).all()
    assert [(told, open_at >= NEVER) for told, open_at in states] == [(tries.CLOSED, True)] * 2
    assert [address for address, _ in mails(kit, "mail/typed_tries")] == [person.email]
    assert '"closed"' in mails(kit, "mail/typed_tries")[0][1]
    phone.recover()
    assert phone.call("GET", "/me/device/otp")["typed_codes"] == "closed"


@pytest.fixture
def locked(log_in: LogIn, person: Somebody, phone: Phone) -> None:
    for _ in range(tries.TYPED_ID.tries):
        with pytest.raises(OtpRefused):
            log_in(person, wrong(phone.otp_code()))
    with pytest.raises(Throttled):
        log_in(person, phone.otp_code())


@pytest.mark.usefixtures("locked", "braked")
def test_a_lock_and_a_sweep_leave_the_phones_signed_ways_open(app: Flask, person: Somebody, phone: Phone) -> None:
    browser = client_of(app)
    claim = {"national_id": person.national_id, "birth_date": person.birth_date.isoformat()}
    order = browser.post("/api/v1/qr-logins", json=claim).get_json()
    scan = phone.scan(order["frame"]["text"])
    phone.approve(scan, order["match_code"])

    opened = browser.post("/api/v1/sessions/qr", json={"order_id": order["id"]})

    assert (opened.status_code, opened.get_json()["amr"]) == (201, ["swk"])
    assert phone.device()["id"] == phone.device_id


def test_a_qr_start_with_a_wrong_birth_date_is_no_guess_and_cannot_lock_anybody(
    app: Flask, log_in: LogIn, person: Somebody, phone: Phone
) -> None:
    """It asks nobody and answers alike (a decoy), so there is nothing to count; a count would be a weapon."""
    claim = {"national_id": person.national_id, "birth_date": "1971-02-03"}
    for _ in range(30):
        assert client_of(app).post("/api/v1/qr-logins", json=claim).status_code == 201

    assert log_in(person, phone.otp_code()).acr == "otp"
