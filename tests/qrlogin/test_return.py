"""A login that begins on the phone itself: it ends in the same browser, with what the app brings back."""

from collections.abc import Callable
from typing import Any

from mobileapp.client import Phone
from tests.browser import Browser
from tests.qrlogin.conftest import Page

Ask = Callable[..., Page]


def approve_by_link(page: Page, phone: Phone) -> str:
    """Tap the page's link on its own phone, approve, and return the random value that the app brings back."""
    scan: dict[str, Any] = phone.call("POST", "/qr-logins/scans", {"text": page.frame(), "by_link": True})
    phone.approve(scan, page.order["match_code"])
    order, _, value = str(scan["return_to"]).partition("/login/qr/return#")[2].partition(".")
    assert order == page.order["id"]
    return value


def test_the_browser_that_shares_the_phone_goes_on_with_what_the_app_brings_back(ask: Ask, phone: Phone) -> None:
    page = ask()
    value = approve_by_link(page, phone)

    assert page.look()["return_here"] is True
    assert page.collect(return_value=value).status_code == 201


def test_the_page_that_only_waits_gets_nothing_of_a_login_by_link(ask: Ask, phone: Phone) -> None:
    page = ask()
    approve_by_link(page, phone)

    assert page.collect().json["code"] == "return_refused"  # type: ignore[index]
    assert page.collect(return_value="A" * 22).json["code"] == "return_refused"  # type: ignore[index]
    assert page.status() == "approved"


def test_what_another_order_was_given_is_no_good(ask: Ask, phone: Phone) -> None:
    first, second = ask(), ask()
    value = approve_by_link(first, phone)
    approve_by_link(second, phone)

    assert second.collect(return_value=value).json["code"] == "return_refused"  # type: ignore[index]


def test_coming_back_in_another_browser_opens_nothing(
    ask: Ask, phone: Phone, new_browser: Callable[[], Browser]
) -> None:
    page = ask()
    value = approve_by_link(page, phone)

    refused = new_browser().post("/sessions/qr", {"order_id": page.order["id"], "return_value": value})

    assert refused.status_code == 404


def test_a_scanned_login_takes_no_return(ask: Ask, phone: Phone) -> None:
    page = ask()
    scan = phone.scan(page.frame())
    phone.approve(scan, page.order["match_code"])

    assert scan["return_to"] is None
    assert page.collect(return_value="A" * 22).json["code"] == "return_refused"  # type: ignore[index]
    assert page.collect().status_code == 201
