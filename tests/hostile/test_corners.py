"""Corners that an outsider found: links from elsewhere, floods, two credentials at once, clocks set back."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from authsvc.core.errors import every_refusal
from authsvc.core.kit import Caller, Kit, source_of
from authsvc.core.throttle import Limit
from authsvc.settings import Settings
from mobileapp.client import Phone
from mobileapp.phonewire import Problem
from tests.browser import Browser
from tests.clocks import MovableClock
from tests.conftest import client_of
from tests.factories import ask as call_as
from tests.factories import log_in, make_bound_phone, make_person
from tests.qrlogin.conftest import Page
from wsgi import build

FROM_ELSEWHERE = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}


@pytest.mark.parametrize("path", ["/api/v1/docs", "/api/v1/openapi.json"])
def test_the_document_of_the_api_opens_from_a_link_anywhere(client: FlaskClient, path: str) -> None:
    assert client.get(path, headers=FROM_ELSEWHERE).status_code == 200
    assert client.get("/api/v1/sessions/current", headers=FROM_ELSEWHERE).status_code == 403


def test_the_type_of_a_problem_leads_to_its_explanation(client: FlaskClient) -> None:
    page = client.get("/problems").text
    anchors = set(re.findall(r'<dt id="([a-z0-9_]+)"', page))

    assert {kind.code for kind in every_refusal()[1:] if not kind.__module__.startswith("tests.")} <= anchors
    told = client.get("/api/v1/sessions/current").json
    assert told is not None
    assert told["type"].endswith(f"/problems#{told['code']}")


def test_a_flood_stops_the_rest_but_neither_probes_nor_the_phones_files(
    settings: Settings, clock: MovableClock
) -> None:
    client = client_of(build(replace(settings, flood_limit=5), clock=clock))
    answers = [client.get("/problems") for _ in range(6)]

    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    refused = client.get("/api/v1/sessions/current")
    assert refused.json is not None
    assert str(refused.json["retry_after"]) == refused.headers["Retry-After"]
    assert client.get("/healthz").status_code == 200
    with client.get("/app/") as page:
        assert page.status_code == 200


def test_a_phones_credentials_beside_a_cookie_are_not_overlooked(client: FlaskClient, kit: Kit) -> None:
    log_in(client, kit, make_person(kit))

    assert client.get("/api/v1/me").status_code == 200
    assert client.get("/api/v1/me", headers={"Authorization": "DPoP bad", "DPoP": "bad"}).status_code == 401


def test_a_new_login_ends_the_browsers_older_session(
    app: Flask, kit: Kit, clock: MovableClock, new_browser: Callable[[], Browser]
) -> None:
    person, browser = make_person(kit), new_browser()
    older = log_in(browser.client, kit, person)
    with make_bound_phone(app, clock, person) as phone:
        body = {"national_id": person.national_id, "birth_date": person.birth_date.isoformat(), "otp": phone.otp_code()}
        assert browser.post("/sessions/otp", body).status_code == 201

    assert browser.get("/sessions/current").status_code == 200
    browser.client.set_cookie("authsvc", older.token, domain="localhost")
    assert browser.get("/sessions/current").status_code == 401


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("192.0.2.1", "192.0.2.2", False),
        ("nonsense", "nonsense", True),
    ],
)
def test_a_subscribers_whole_network_is_one_source(kit: Kit, one: str, other: str, *, same: bool) -> None:
    assert (source_of(one) == source_of(other)) is same
    first, second = (kit.on_behalf_of(Caller(address)).source_index for address in (one, other))
    assert (first == second) is same


def test_a_clock_set_back_leaves_no_pause_behind(kit: Kit, clock: MovableClock) -> None:
    limit = Limit(scope="corner", tries=3, pause=timedelta(seconds=60))
    clock.forward(days=1)
    kit.throttle.spend(limit, b"somebody")
    with kit.begin() as session:
        kit.throttle.forgive(session, limit, b"somebody")
    clock.forward(days=-1)

    assert kit.throttle.spend(limit, b"somebody") == 1


def test_a_decision_shown_twice_is_refused_as_a_decision_and_costs_no_token(
    app: Flask, kit: Kit, clock: MovableClock, new_browser: Callable[[], Browser]
) -> None:
    person = make_person(kit)
    body = {"national_id": person.national_id, "birth_date": person.birth_date.isoformat()}
    with make_bound_phone(app, clock, person) as phone:
        orders = [
            Page(browser, browser.post("/qr-logins", body).json or {}) for browser in (new_browser(), new_browser())
        ]
        scans = [phone.scan(page.frame()) for page in orders]
        decision = phone.decision(scans[0], {"decision": "approved", "match_code": orders[0].order["match_code"]})
        call_as(phone, "POST", f"{orders[0].path}/approvals", {"jws": decision}).raise_for_status()
        before = dict(phone.binding)
        refused = call_as(phone, "POST", f"{orders[1].path}/approvals", {"jws": decision})
        assert refused.json()["code"] == "decision_refused"
        phone.refresh_by_itself = True
        refuse(phone, orders[1].path, decision)

    assert phone.binding == before


def refuse(phone: Phone, path: str, decision: str) -> None:
    """Show a decision about another order, as a phone that would refresh by itself."""
    with pytest.raises(Problem) as refusal:
        phone.call("POST", f"{path}/approvals", {"jws": decision})
    assert refusal.value.code == "decision_refused"
