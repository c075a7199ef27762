"""What a suspension ends, which doors it closes, and that restoring opens nothing by itself."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update

from authsvc.core.jobs import jobs_of
from authsvc.core.kit import Kit
from authsvc.identity import standing, suspension, tokens
from authsvc.identity.models import EmailChange, Person, TokenFamily, WebSession
from authsvc.identity.suspension import AlreadySuspended, NotSuspended
from devicebind.models import DeviceCode
from mobileapp.client import Phone
from mobileapp.phonewire import Problem as PhoneProblem
from qrlogin.models import QrOrder
from tests.authsvc.registration.acts import code
from tests.browser import Browser
from tests.clocks import MovableClock
from tests.conftest import client_of
from tests.factories import Somebody, ask, log_in, make_bound_phone, make_device_code, make_person, make_session


def suspend(kit: Kit, person: Somebody) -> None:
    with kit.begin() as session:
        suspension.suspend(session, kit, person_id=person.id)


def restore(kit: Kit, person: Somebody) -> None:
    with kit.begin() as session:
        suspension.restore(session, kit, person_id=person.id)


def mark(kit: Kit, person: Somebody, status: str) -> None:
    """Change nothing but the status, so that each door must look at it itself."""
    with kit.begin() as session:
        session.execute(update(Person).where(Person.id == person.id).values(status=status))


@pytest.fixture
def person(kit: Kit) -> Somebody:
    return make_person(kit)


@pytest.fixture
def phone(app: Flask, clock: MovableClock, person: Somebody) -> Phone:
    return make_bound_phone(app, clock, person)


def begin_qr(browser: Browser, person: Somebody) -> dict[str, object]:
    body = {"national_id": person.national_id, "birth_date": person.birth_date.isoformat()}
    order: dict[str, object] = browser.post("/qr-logins", body).get_json()
    return order


def test_all_that_is_open_or_waits_ends_in_one_transaction(
    app: Flask, kit: Kit, person: Somebody, phone: Phone, new_browser: Callable[[], Browser]
) -> None:
    client = client_of(app)
    log_in(client, kit, person)
    client.patch("/api/v1/me", json={"email": "new@example.org"}, headers={"Origin": kit.settings.public_origin})
    waiting, approved = new_browser(), new_browser()
    begin_qr(waiting, person)
    order = begin_qr(approved, person)
    phone.approve(phone.scan(order["frame"]["text"]), str(order["match_code"]))  # type: ignore[index]
    made = make_device_code(kit, person)

    suspend(kit, person)

    with kit.read() as session:
        assert session.scalars(select(WebSession).where(WebSession.ended_at.is_(None))).all() == []
        assert session.scalars(select(TokenFamily).where(TokenFamily.revoked_at.is_(None))).all() == []
        assert session.scalars(select(EmailChange)).all() == []
        assert set(session.scalars(select(QrOrder.state))) == {"void"}
        assert session.get_one(DeviceCode, made.id).state == "void"
    assert code(approved.post("/sessions/qr", {"order_id": order["id"]}))[0] in (409, 410)
    restore(kit, person)
    assert code(approved.post("/sessions/qr", {"order_id": order["id"]}))[0] in (409, 410)
    assert ask(phone, "GET", "/me/device").status_code == 401


def test_it_is_done_once_and_undone_once(kit: Kit, person: Somebody) -> None:
    with pytest.raises(NotSuspended):
        restore(kit, person)
    suspend(kit, person)
    with pytest.raises(AlreadySuspended):
        suspend(kit, person)
    restore(kit, person)


def test_the_door_of_phones_refuses_who_is_suspended_although_the_phone_is_bound(
    kit: Kit, person: Somebody, phone: Phone
) -> None:
    mark(kit, person, "suspended")
    assert ask(phone, "GET", "/me/device").status_code == 401
    with pytest.raises(PhoneProblem) as refreshed:
        phone.refresh()
    with pytest.raises(PhoneProblem) as recovered:
        phone.recover()
    assert {refreshed.value.code, recovered.value.code} == {tokens.TokenRefused.code}

    mark(kit, person, "active")
    phone.refresh()
    assert ask(phone, "GET", "/me/device").status_code == 200


def test_no_session_is_opened_for_who_is_suspended(
    app: Flask, kit: Kit, person: Somebody, phone: Phone, browser: Browser
) -> None:
    otp = {"national_id": person.national_id, "birth_date": person.birth_date.isoformat(), "otp": phone.otp_code()}
    order = begin_qr(browser, person)
    phone.approve(phone.scan(order["frame"]["text"]), str(order["match_code"]))  # type: ignore[index]
    client = client_of(app)
    log_in(client, kit, person)

    mark(kit, person, "suspended")

    assert client.get("/api/v1/me").status_code == 401
    assert code(browser.post("/sessions/otp", otp)) == (401, "otp_refused")
    assert code(browser.post("/sessions/qr", {"order_id": order["id"]})) == (409, "order_not_approved")
    with pytest.raises(standing.OnlineServicesSuspended):
        make_session(kit, person)


def test_nothing_new_is_prepared_for_who_is_suspended(kit: Kit, person: Somebody) -> None:
    view = make_session(kit, person).view
    mark(kit, person, "suspended")

    with pytest.raises(standing.OnlineServicesSuspended):
        make_device_code(kit, person)
    with kit.begin() as session, pytest.raises(standing.OnlineServicesSuspended):
        standing.require_active(session, view.person_id)
    with kit.begin() as session:
        assert not standing.hold_active(session, None)


def test_sessions_and_the_addresses_in_them_are_erased_three_months_after_their_end(
    app: Flask, kit: Kit, clock: MovableClock, person: Somebody
) -> None:
    ended = make_session(kit, person).view
    suspend(kit, person)
    restore(kit, person)
    clock.forward(days=1)
    make_session(kit, person)
    clock.forward(days=89, seconds=1)
    for job in jobs_of(app):
        job(kit)
    with kit.read() as session:
        kept = session.scalars(select(WebSession.id)).all()
    assert len(kept) == 1
    assert ended.id not in kept
    clock.forward(days=2)
    for job in jobs_of(app):
        job(kit)
    with kit.read() as session:
        assert session.scalars(select(WebSession.id)).all() == []
