"""What people are and know is in no log and in no audit row, and nobody can write a line of their own into a log."""

import logging
import re
from collections.abc import Callable, Iterator

import httpx2
import pytest
from flask import Flask
from sqlalchemy import select

from authsvc.core.audit import AuditEvent
from authsvc.core.kit import Kit
from mobileapp.client import Phone
from tests.authsvc.registration.acts import MOBILE, last_token, register
from tests.browser import PASSWORD, Browser
from tests.clocks import MovableClock
from tests.hostile.endpoints import Endpoint
from tests.hostile.visitors import Visitors

FORGED = "x\r\n2026-01-01 root: all is well"


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], str]]:
    """Return all that was logged since, at the most talkative level."""
    with caplog.at_level(logging.DEBUG):
        for name in list(logging.root.manager.loggerDict):
            logging.getLogger(name).setLevel(logging.NOTSET)
        yield lambda: "\n".join(f"{record.getMessage()} {record.exc_text or ''}" for record in caplog.records)


def audited(kit: Kit) -> str:
    with kit.read() as session:
        rows = session.scalars(select(AuditEvent)).all()
    return "\n".join(repr({name: value for name, value in vars(row).items() if name[0] != "_"}) for row in rows)


def secrets_of(browser: Browser, key: str) -> dict[str, str]:
    """Return everything about a person that nothing may tell."""
    person = browser.person(key)
    household = person.household
    assert household is not None
    return {
        "national ID": person.national_id,
        "end of the ID": person.national_id[4:],
        "name": person.name,
        "birth date": person.birth_date if isinstance(person.birth_date, str) else person.birth_date.isoformat(),
        "card number": person.card_number or "no card",
        "household": household.number,
        "village": household.village,
        "mobile": MOBILE,
        "mail": f"{key}@mail.example.tw",
        "password": PASSWORD,
    }


def log_in_by_phone(desk: Browser, phone: Phone, who: dict[str, str]) -> dict[str, str]:
    """Fail and succeed with a code, then log in by QR; return the secrets that were used."""
    code = phone.otp_code()
    assert desk.post("/sessions/otp", {**who, "otp": "00000000"}).status_code == 401
    assert desk.post("/sessions/otp", {**who, "otp": code}).status_code == 201
    assert desk.post("/sessions/otp", {**who, "otp": code}).status_code == 401
    order = desk.post("/qr-logins", who).json or {}
    phone.approve(phone.scan(order["frame"]["text"]), order["match_code"])
    assert desk.post("/sessions/qr", {"order_id": order["id"]}).status_code == 201
    return {"OTP": code, "frame": order["frame"]["text"].partition("#")[2]}


def cookies_of(*browsers: Browser) -> dict[str, str]:
    jars = [browser.client.get_cookie("authsvc") for browser in browsers]
    return {f"cookie {number}": cookie.value for number, cookie in enumerate(jars) if cookie is not None}


def test_the_whole_chain_leaves_no_trace_of_the_person(
    app: Flask, kit: Kit, clock: MovableClock, new_browser: Callable[[], Browser], logged: Callable[[], str]
) -> None:
    # given what is known of a person before
    browser, desk = new_browser(), new_browser()
    hidden = secrets_of(browser, "wang")
    who = {"national_id": hidden["national ID"], "birth_date": hidden["birth date"]}
    # when they register, log in by card, bind a phone, log in by it, refresh and unbind
    register(browser, kit)
    hidden["mail token"] = last_token(kit)
    assert browser.log_in("wang").status_code == 201
    made = browser.post("/device-codes").json or {}
    phone = Phone(browser.origin, transport=httpx2.WSGITransport(app), clock=clock.now)
    phone.bind_by_code(made["code"], hidden["national ID"])
    hidden |= {"device code": made["code"], "bare code": made["code"].replace("-", ""), "QR text": made["qr_text"]}
    hidden |= {name: phone.binding[name] for name in ("access_token", "refresh_token")}
    hidden |= log_in_by_phone(desk, phone, who) | cookies_of(browser, desk)
    phone.refresh()
    hidden["new token"] = phone.binding["access_token"]
    phone.unbind()
    # then neither logs nor audit know any of it
    told = logged() + audited(kit)
    assert "session.opened" in told
    assert [name for name, value in hidden.items() if value in told] == []


def test_refusals_and_faults_are_as_silent(
    visitors: Visitors, calls: list[Endpoint], kit: Kit, logged: Callable[[], str]
) -> None:
    # given calls whose every text field carries something to hide and a line break
    person = visitors.person
    for call in calls:
        for path, _schema in call.fields():
            for value in (FORGED, person.national_id, person.email, "0912345678", "Kite-7tail"):
                visitors.call(call, json=call.body_with(path, value), headers={"User-Agent": "Mozilla/5.0"})
    told = logged() + audited(kit)
    assert told
    for value in (person.national_id, person.email, person.name, "0912345678", "Kite-7tail", "all is well"):
        assert value not in told


def test_a_database_that_is_gone_tells_its_fault_and_no_parameters(
    kit: Kit, visitors: Visitors, calls: list[Endpoint], logged: Callable[[], str]
) -> None:
    # given
    otp = next(call for call in calls if call.rule.endswith("/sessions/otp"))
    body = otp.good_body() or {}
    with kit.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE tally")
    # when
    answer = visitors.call(otp, json=body)
    # then
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    told = logged()
    assert "OperationalError" in told
    assert not re.search(r"SELECT|INSERT|tally", answer.text)
    assert body["national_id"] not in told
    assert body["otp"] not in told


def test_a_stranger_cannot_write_a_line_into_the_log(visitors: Visitors, logged: Callable[[], str]) -> None:
    client = visitors.app.test_client()
    for path in ("/api/v1/%0d%0aroot:%20all%20is%20well", "/login?next=%0d%0aroot:%20all%20is%20well"):
        client.get(path, base_url=visitors.kit.settings.public_origin, headers={"Accept-Language": "\x1b[31m"})
    assert "root: all is well" not in logged()
