"""Logging in with a unit's certificate: what it opens, and that nothing of a person's is in it."""

from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from authsvc.core.kit import Kit
from authsvc.identity.units import UnitSession
from mocks.card.cards import CardState, Deck
from mocks.people import World
from tests.browser import Browser
from tests.clocks import MovableClock
from tests.people import make_card_holder
from tests.simulators import Transports, acts, put_fault

CARD, PIN, CODE, NUMBER = "unit1-card", "10101010", "110900011", "00009001"
PERSONAL = ("/me", "/me/sessions", "/me/events", "/devices")
Answer = Any


def log_in(browser: Browser, *, card: str = CARD, pin: str = PIN, **more: Any) -> Answer:
    return browser.post("/sessions/certificate", {"card_proof": browser.prove(card, "login", pin=pin), **more})


def refusal(answer: Answer) -> tuple[int, str, int | None]:
    body = answer.get_json()
    return answer.status_code, body["code"], body.get("reader_code")


def leave_insurance(transports: Transports, number: str) -> None:
    with httpx2.Client(transport=transports["registry"], base_url="http://127.0.0.1") as control:
        control.patch(f"/control/units/{number}", json={"insured": False}).raise_for_status()


def test_a_units_certificate_opens_a_session_of_the_unit(browser: Browser, kit: Kit) -> None:
    answer = log_in(browser)

    assert answer.status_code == 201
    body = answer.get_json()
    assert (body["acr"], body["amr"], body["person"]) == ("unit_certificate", ["sc"], None)
    assert body["unit"] == {"name": "測試一號有限公司", "business_number": NUMBER}
    assert (body["unit_code"], body["appoint_managers"]) == (CODE, False)
    assert browser.get("/sessions/current").get_json()["unit"]["business_number"] == NUMBER
    assert acts(kit) == [("unit_session.opened", "done")]


@pytest.mark.parametrize("path", PERSONAL)
def test_a_units_session_opens_nothing_of_a_persons(browser: Browser, path: str) -> None:
    assert log_in(browser).status_code == 201

    assert refusal(browser.get(path))[:2] == (401, "login_required")


def test_a_units_session_makes_no_device_code(browser: Browser) -> None:
    assert log_in(browser).status_code == 201

    assert refusal(browser.post("/device-codes"))[:2] == (401, "login_required")


def test_the_tick_names_one_of_the_units_own_codes(browser: Browser) -> None:
    named = log_in(browser, unit_code=CODE, appoint_managers=True)
    other = log_in(browser, unit_code="110900022", appoint_managers=True)

    assert named.get_json()["appoint_managers"] is True
    assert other.status_code == 422
    assert list(other.get_json()["errors"]) == ["unit_code"]


def test_a_unit_that_left_the_insurance_does_not_come_in(browser: Browser, transports: Transports) -> None:
    leave_insurance(transports, NUMBER)

    assert refusal(log_in(browser)) == (401, "unit_not_insured", 9043)


@pytest.mark.parametrize("kind", ["500", "garbage", "lie", "missing_field", "wrong_nonce"])
def test_a_registry_that_fails_or_lies_lets_no_unit_in(
    browser: Browser, kit: Kit, transports: Transports, kind: str
) -> None:
    put_fault(transports, "registry", "units", kind)

    assert refusal(log_in(browser))[:2] == (503, "unavailable")
    assert acts(kit) == [("login.unit_certificate", "unavailable")]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (CardState.EXPIRED, (401, "card_expired", 66501)),
        (CardState.NOT_YET_VALID, (401, "card_expired", 66501)),
        (CardState.REVOKED, (401, "card_revoked", 9041)),
        (CardState.FOREIGN_CA, (401, "card_not_recognised", 9057)),
        (CardState.BAD_SIGNATURE, (401, "card_signature_wrong", 66501)),
    ],
)
def test_a_certificate_that_is_not_in_order_opens_nothing(
    browser: Browser, deck: Deck, state: CardState, expected: tuple[int, str, int]
) -> None:
    deck.set_state(CARD, state)

    assert refusal(log_in(browser)) == expected


def test_whoever_enters_anew_in_a_browser_ends_what_was_open_in_it(
    browser: Browser, kit: Kit, deck: Deck, world: World
) -> None:
    make_card_holder(kit, deck, world.person("wang"))

    assert log_in(browser).status_code == 201
    assert log_in(browser, card="wang-cert", pin="246810").get_json()["person"] is not None
    with kit.read() as session:
        assert session.scalars(select(UnitSession.ended_at)).one() is not None
    assert log_in(browser).status_code == 201
    assert refusal(browser.get("/me"))[:2] == (401, "login_required")


def test_a_units_session_ends_by_itself_and_by_hand(browser: Browser, clock: MovableClock) -> None:
    assert log_in(browser).status_code == 201
    clock.forward(minutes=14)
    assert browser.get("/sessions/current").status_code == 200
    clock.forward(minutes=16)
    assert browser.get("/sessions/current").status_code == 401

    assert log_in(browser).status_code == 201
    assert browser.call("DELETE", "/sessions/current").status_code == 204
    assert browser.get("/sessions/current").status_code == 401


def test_logging_out_everywhere_ends_the_units_sessions_in_all_browsers(browser: Browser, new_browser: Any) -> None:
    other = new_browser()
    assert log_in(other).status_code == 201
    assert log_in(browser).status_code == 201

    token = browser.client.get("/me").text.partition('name="csrf_token" value="')[2].partition('"')[0]
    left = browser.client.post("/logout/everywhere", data={"csrf_token": token})
    assert left.location == "/?done=everywhere"

    assert other.get("/sessions/current").status_code == 401


def test_the_units_page_shows_the_unit_and_what_it_may_do(browser: Browser) -> None:
    assert log_in(browser, unit_code=CODE, appoint_managers=True).status_code == 201

    page = browser.client.get("/me").text

    assert NUMBER in page
    assert CODE in page
    assert 'data-acr="unit_certificate"' in page
    assert 'data-id="filings"' in page
    assert 'data-id="bind_phone"' not in page
    assert browser.client.get("/security").location == "/login?next=/security"
    assert browser.client.get("/login?next=/security").location == "/me"
