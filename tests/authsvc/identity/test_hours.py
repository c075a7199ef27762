"""Service hours: to the minute, by Taiwan's clock; what is open goes on, and what protects people stays open."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from authsvc.core.kit import Kit
from authsvc.core.localtime import TAIPEI
from authsvc.identity.hours import OutsideServiceHours, find_closing, require_open
from authsvc.settings import Settings
from devicebind import vouchers
from tests.clocks import MovableClock
from tests.conftest import ORIGIN, client_of
from tests.factories import ask, log_in, make_bound_phone, make_person, make_session
from tests.simulators import acts

LOGINS = {
    "card": {"card_proof": {"challenge_id": "x", "certificate": "x", "signature": "x"}, "password": "x"},
    "otp": {"national_id": "A100000010", "birth_date": "1970-01-01", "otp": "12345678"},
    "qr": {"order_id": "x"},
    "certificate": {"card_proof": {"challenge_id": "x", "certificate": "x", "signature": "x"}},
    "passkey": {},
}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, service_hours="06:00-24:00")


@pytest.fixture
def client(app: Flask, clock: MovableClock) -> FlaskClient:
    go_to(clock, "12:00")
    return client_of(app)


def go_to(clock: MovableClock, time: str) -> None:
    """Move forward to the next moment that Taiwan's clocks show this time (`HH:MM` or with seconds)."""
    now = clock.now().astimezone(TAIPEI)
    hour, minute, *rest = (float(part) for part in time.split(":"))
    wanted = now.replace(hour=0, minute=0, second=0) + timedelta(
        hours=hour, minutes=minute, seconds=rest[0] if rest else 0
    )
    clock.forward(seconds=((wanted - now) % timedelta(days=1)).total_seconds())


def closing_at(kit: Kit, hours: str, time: str) -> tuple[str, int] | None:
    """Return at what time logging in opens again and in how many seconds; None where it is open."""
    moved = MovableClock()
    go_to(moved, time)
    closing = find_closing(replace(kit, clock=moved, settings=replace(kit.settings, service_hours=hours)))
    return None if closing is None else (closing.opens_at.astimezone(TAIPEI).strftime("%H:%M"), closing.seconds)


@pytest.mark.parametrize(
    ("hours", "time", "expected"),
    [
        ("06:00-24:00", "05:59:59", ("06:00", 1)),
        ("06:00-24:00", "05:59:59.5", ("06:00", 1)),
        ("06:00-24:00", "06:00", None),
        ("06:00-24:00", "23:59:59.999", None),
        ("06:00-24:00", "00:00", ("06:00", 21_600)),
        ("06:00-23:59", "23:59", ("06:00", 21_660)),
        ("08:30-17:30", "17:29:59", None),
        ("08:30-17:30", "17:30", ("08:30", 54_000)),
        ("08:30-17:30", "08:29:59", ("08:30", 1)),
        ("08:30-17:30", "08:30", None),
        ("00:00-24:00", "00:00", None),
        ("00:00-12:00", "12:00", ("00:00", 43_200)),
        ("", "03:00", None),
    ],
)
def test_the_hours_are_kept_to_the_second(kit: Kit, hours: str, time: str, expected: tuple[str, int] | None) -> None:
    assert closing_at(kit, hours, time) == expected


def test_it_is_taiwans_clock_whatever_this_machines_is(kit: Kit) -> None:
    moved = MovableClock()
    go_to(moved, "05:00")
    assert moved.now().utcoffset() == timedelta(0)
    assert moved.now().hour == 21

    with pytest.raises(OutsideServiceHours) as refusal:
        require_open(replace(kit, clock=moved))
    assert refusal.value.headers() == {"Retry-After": "3600"}


@pytest.mark.parametrize("way", LOGINS)
def test_a_login_is_told_when_to_come_back_before_anything_is_tried(
    client: FlaskClient, kit: Kit, clock: MovableClock, way: str
) -> None:
    go_to(clock, "03:00")

    answer = client.post(f"/api/v1/sessions/{way}", json=LOGINS[way], headers={"Origin": ORIGIN})

    assert (answer.status_code, answer.get_json()["code"]) == (503, "outside_service_hours")
    assert (answer.headers["Retry-After"], answer.get_json()["retry_after"]) == ("10800", 10_800)
    assert acts(kit) == []


def test_no_order_begins_and_none_goes_on(client: FlaskClient, clock: MovableClock) -> None:
    typed = {"national_id": "A100000010", "birth_date": "1970-01-01"}
    begun = client.post("/api/v1/qr-logins", json=typed).get_json()["id"]
    go_to(clock, "00:00")

    assert client.post("/api/v1/qr-logins", json=typed).get_json()["code"] == "outside_service_hours"
    renewed = client.post(f"/api/v1/qr-logins/{begun}/successors")
    assert renewed.get_json()["code"] == "outside_service_hours"
    assert client.delete(f"/api/v1/qr-logins/{begun}").status_code == 204


def test_whatever_asks_for_a_session_gets_none(kit: Kit, clock: MovableClock) -> None:
    person = make_person(kit)
    go_to(clock, "02:00")

    with pytest.raises(OutsideServiceHours):
        make_session(kit, person)
    go_to(clock, "06:00")
    assert make_session(kit, person).view


@pytest.mark.parametrize(
    ("lang", "words"), [("zh-Hant-TW", "服務時間為每日 06:00–24:00"), ("en", "from 06:00 to 24:00")]
)
def test_the_login_page_says_when_it_opens_and_has_no_forms(
    client: FlaskClient, clock: MovableClock, lang: str, words: str
) -> None:
    assert 'data-testid="closed"' not in client.get(f"/login?lang={lang}").text
    go_to(clock, "00:00")
    page = client.get(f"/login?lang={lang}")

    assert page.status_code == 200
    assert words in page.text
    assert "06:00</time>" in page.text
    assert "/revoke" in page.text
    assert "<form" not in page.text
    go_to(clock, "06:00")
    assert 'data-testid="card-form"' in client.get(f"/login?lang={lang}").text


def test_a_form_that_was_open_leads_back_to_where_it_is_said(client: FlaskClient, clock: MovableClock) -> None:
    page = client.get("/login").text
    token = page.split('name="csrf_token" value="')[1].partition('"')[0]
    go_to(clock, "00:00")

    for path in ("/login/otp", "/login/qr", "/login/qr/x/session", "/login/qr/x/next"):
        answer = client.post(path, data={"csrf_token": token}, headers={"Origin": ORIGIN})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/login"), path


def test_who_is_logged_in_goes_on_and_may_end_what_they_want(
    client: FlaskClient, kit: Kit, clock: MovableClock, app: Flask
) -> None:
    go_to(clock, "23:59")
    person = make_person(kit)
    log_in(client, kit, person)
    other = client_of(app)
    log_in(other, kit, person)
    go_to(clock, "00:05")

    assert client.get("/me").status_code == 200
    assert client.get("/passkeys").status_code == 200
    assert client.delete("/api/v1/me/sessions").status_code == 204
    assert other.get("/api/v1/sessions/current").status_code == 401
    assert client.delete("/api/v1/sessions/current").status_code == 204


def test_what_protects_people_works_at_night(app: Flask, kit: Kit, clock: MovableClock, client: FlaskClient) -> None:
    go_to(clock, "23:59:55")
    person = make_person(kit)
    phones = [make_bound_phone(app, clock, person, name=name) for name in ("Mine", "Lost", "Gone")]
    mine, lost, gone = phones
    view = make_session(kit, person).view
    paper = vouchers.make_voucher(kit, device_id=gone.device_id, view=view).text
    typed = {"national_id": person.national_id, "birth_date": person.birth_date.isoformat()}
    scan = mine.scan(client.post("/api/v1/qr-logins", json=typed).get_json()["frame"]["text"])
    go_to(clock, "00:00:05")

    mine.deny(scan)
    mine.report_lost(lost.device_id)
    assert client.post("/api/v1/device-revocations", json={"voucher": paper}).status_code == 204
    assert ask(mine, "PUT", "/me/binding-freeze").status_code == 204

    assert [act for act in acts(kit) if act[0] in {"qr.decided", "device.unbound", "bindings.frozen"}] == [
        ("qr.decided", "not_me"),
        ("device.unbound", "done"),
        ("device.unbound", "done"),
        ("bindings.frozen", "done"),
    ]
    for phone in phones:
        phone.close()


def test_an_approval_after_the_hours_opens_nothing(
    app: Flask, kit: Kit, clock: MovableClock, client: FlaskClient
) -> None:
    go_to(clock, "23:59:55")
    person = make_person(kit)
    typed = {"national_id": person.national_id, "birth_date": person.birth_date.isoformat()}
    with make_bound_phone(app, clock, person) as phone:
        order = client.post("/api/v1/qr-logins", json=typed).get_json()
        scan = phone.scan(order["frame"]["text"])
        go_to(clock, "00:00")
        phone.approve(scan, order["match_code"])

    answer = client.post("/api/v1/sessions/qr", json={"order_id": order["id"]})

    assert (answer.status_code, answer.get_json()["code"]) == (503, "outside_service_hours")
