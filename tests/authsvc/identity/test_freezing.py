"""No new phones after "not me", by any ceremony, until the person's card allows them again."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from authsvc.core.audit import AuditEvent
from authsvc.core.jose import PublicKey
from authsvc.core.kit import Kit
from authsvc.identity import devices, freezing
from authsvc.identity.models import AppView
from mobileapp.client import Phone
from mobileapp.phonekeys import public_jwk
from mobileapp.phonewire import Problem
from tests.browser import Browser
from tests.clocks import MovableClock
from tests.factories import Somebody, log_in, make_bound_phone, make_device_code, make_person, make_phone, make_session
from tests.letters import letters_of


@pytest.fixture
def person(kit: Kit) -> Somebody:
    return make_person(kit)


@pytest.fixture
def phone(app: Flask, clock: MovableClock, person: Somebody) -> Phone:
    return make_bound_phone(app, clock, person)


def freeze(phone: Phone) -> None:
    phone.call("PUT", "/me/binding-freeze")


def refusal_of(act: Callable[[], object]) -> str:
    try:
        act()
    except (Problem, freezing.BindingsFrozen) as refused:
        return str(refused.code)
    pytest.fail("nothing was refused")


def test_no_device_code_is_made_and_none_that_waits_is_used(
    app: Flask, kit: Kit, clock: MovableClock, person: Somebody, phone: Phone
) -> None:
    waiting = make_device_code(kit, person)
    freeze(phone)
    new = make_phone(app, clock, name="New")

    assert refusal_of(lambda: make_device_code(kit, person)) == "bindings_frozen"
    assert refusal_of(lambda: new.bind_by_qr(waiting.qr_text)) == "device_code_refused"
    freezing.lift(kit, make_session(kit, person).view)
    assert refusal_of(lambda: new.bind_by_qr(waiting.qr_text)) == "device_code_refused"
    assert new.bind_by_qr(make_device_code(kit, person).qr_text)["device"]["name"] == "New"


def test_no_move_is_begun(phone: Phone) -> None:
    freeze(phone)

    assert refusal_of(phone.move) == "bindings_frozen"


@pytest.mark.parametrize("via", ["card", "telco", "counter"])
def test_the_last_step_of_every_ceremony_refuses(
    app: Flask, clock: MovableClock, kit: Kit, person: Somebody, phone: Phone, via: str
) -> None:
    freeze(phone)
    facts = devices.DeviceFacts(name="New", platform="ios", model="M", app_version="1")
    jwk = public_jwk(make_phone(app, clock, name="New").keys.device)
    public = PublicKey(jwk["x"], jwk["y"])

    def bind() -> None:
        with kit.begin() as session:
            devices.bind(session, kit, person_id=person.id, key=public, facts=facts, via=via, at=kit.clock.now())

    assert refusal_of(bind) == "bindings_frozen"
    assert [each["name"] for each in phone.devices()] == ["Pocket"]


def test_only_a_fresh_login_by_card_allows_new_phones_again(
    kit: Kit, person: Somebody, phone: Phone, clock: MovableClock, browser: Browser
) -> None:
    freeze(phone)
    for acr in ("otp", "qr"):
        log_in(browser.client, kit, person, acr=acr)
        assert browser.call("DELETE", "/me/binding-freeze").status_code == 403
    log_in(browser.client, kit, person)
    shown = browser.get("/sessions/current").json
    assert shown is not None
    assert shown["bindings_frozen_at"] is not None
    clock.forward(minutes=5)
    assert browser.call("DELETE", "/me/binding-freeze").json["code"] == "step_up_required"  # type: ignore[index]

    log_in(browser.client, kit, person)
    assert browser.call("DELETE", "/me/binding-freeze").status_code == 204
    assert make_device_code(kit, person).code


def test_the_person_is_told_once_each_way(kit: Kit, person: Somebody, phone: Phone) -> None:
    letters_of(kit)
    freeze(phone)
    freeze(phone)
    freezing.lift(kit, make_session(kit, person).view)
    freezing.lift(kit, make_session(kit, person).view)

    assert [mail.to for mail in letters_of(kit)] == [person.email] * 2
    with kit.read() as session:
        told = session.scalars(select(AuditEvent.action).where(AuditEvent.action.like("bindings.%"))).all()
    assert told == ["bindings.frozen", "bindings.unfrozen"]


def test_one_persons_stop_is_no_other_persons(kit: Kit, phone: Phone) -> None:
    freeze(phone)

    assert make_device_code(kit, make_person(kit, 2)).code


def test_the_pages_say_so_and_one_click_lifts_it(kit: Kit, person: Somebody, phone: Phone, browser: Browser) -> None:
    freezing.freeze(kit, AppView(device_id=phone.device_id, person_id=person.id, jkt="", family_id=""))
    log_in(browser.client, kit, person, acr="qr")
    assert "allow-bindings-login" in browser.client.get("/devices").text
    log_in(browser.client, kit, person)
    page = browser.client.get("/security").text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]

    answer = browser.client.post("/security/bindings/allow", data={"csrf_token": token})

    assert answer.headers["Location"].endswith("/security?done=unfrozen")
    assert "bindings-frozen" not in browser.client.get("/security").text
