"""A decision covers what its phone was shown: each claim that is dropped or changed refuses it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jws

from mobileapp.client import Phone
from tests.qrlogin.conftest import Page

Ask = Callable[..., Page]
HEADER = {"alg": "ES256", "typ": "authsvc-decision+jwt"}
COMPARED = ("iss", "aud", "order", "decision", "portal", "purpose", "frame")
PLACE_AND_BROWSER = ("from", "browser")


def claims_of(phone: Phone, scan: dict[str, Any], page: Page) -> dict[str, Any]:
    phone.wire.nonce = None
    choice = {"decision": "approved", "match_code": page.order["match_code"]}
    claims: dict[str, Any] = json.loads(jws.extract_compact(phone.decision(scan, choice).encode()).payload)
    return claims


def approve(phone: Phone, page: Page, claims: dict[str, Any]) -> tuple[int, str]:
    """Send an approval of these claims; return the status and, for a refusal, its code."""
    body = {"jws": jws.serialize_compact(HEADER, json.dumps(claims), phone.keys.device)}
    answer = phone.wire.send("POST", f"{page.path}/approvals", body, access_token=phone.binding["access_token"])
    return answer.status_code, "" if answer.status_code == 204 else answer.json()["code"]


def test_the_phone_signs_all_that_it_shows(ask: Ask, phone: Phone) -> None:
    page = ask()
    scan = phone.scan(page.frame())

    claims = claims_of(phone, scan, page)

    assert set(claims) == {*COMPARED, *PLACE_AND_BROWSER, "iat", "jti", "match_code"}
    assert {name: claims[name] for name in PLACE_AND_BROWSER} == {name: scan[name] for name in PLACE_AND_BROWSER}
    assert approve(phone, page, claims) == (204, "")


@pytest.mark.parametrize("dropped", [*COMPARED, "jti", "iat"])
def test_a_decision_that_leaves_something_out_is_refused(ask: Ask, phone: Phone, dropped: str) -> None:
    page = ask()
    claims = claims_of(phone, phone.scan(page.frame()), page)
    del claims[dropped]

    assert approve(phone, page, claims) in [(401, "decision_refused"), (401, "use_dpop_nonce")]
    assert page.status() == "scanned"


@pytest.mark.parametrize("changed", [*COMPARED, *PLACE_AND_BROWSER])
@pytest.mark.parametrize("to", ["something else", "", None, True])
def test_a_decision_that_says_something_else_is_refused(ask: Ask, phone: Phone, changed: str, to: object) -> None:
    page = ask()
    claims = claims_of(phone, phone.scan(page.frame()), page)

    assert approve(phone, page, claims | {changed: to}) == (401, "decision_refused")
    assert page.status() == "scanned"


@pytest.mark.parametrize("left_out", PLACE_AND_BROWSER)
def test_place_and_browser_may_be_left_out_by_a_phone_that_never_signed_them(
    ask: Ask, phone: Phone, left_out: str
) -> None:
    page = ask()
    claims = claims_of(phone, phone.scan(page.frame()), page)
    del claims[left_out]

    assert approve(phone, page, claims) == (204, "")


def test_an_approval_without_a_number_ends_the_order(ask: Ask, phone: Phone) -> None:
    page = ask()
    claims = claims_of(phone, phone.scan(page.frame()), page)
    del claims["match_code"]

    assert approve(phone, page, claims) == (403, "match_code_wrong")
    assert page.status() == "denied"
