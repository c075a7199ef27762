"""The part of the pictures about TW FidO: every state of the tab and of the page of its own, and the phone's page."""

from typing import Any

from playwright.sync_api import Page, expect

from devtools.browser import items_of
from devtools.people import get
from tests.journeys import acts
from tests.journeys.studio import NARROW, Studio

TOO_LATE = 190  # seconds: three minutes and the grace


def begin(studio: Studio, page: Page | None = None, *, button: str = "twfido-submit") -> dict[str, Any]:
    """Ask for a request at the desk, or on another page; return it as the provider wrote it down."""
    page = page or studio.desk
    page.goto("about:blank")  # the form again, whatever was there
    page.goto(f"{studio.stack.origin}/login#twfido")
    acts.name_oneself(page, "twfido", studio.person)
    page.get_by_test_id(button).click()
    expect_status(page, "waiting")
    return last(studio)


def last(studio: Studio) -> dict[str, Any]:
    """Return the last request as the provider wrote it down."""
    return items_of(get(f"{studio.stack.urls['twfido']}/control/transactions"))[-1]


def expect_status(page: Page, status: str) -> None:
    """Expect the page to tell this state."""
    expect(page.get_by_test_id("twfido-waiting")).to_have_attribute("data-status", status)


def fault(studio: Studio, target: str, kind: str) -> None:
    """Let the provider fail, or with `none` work again."""
    address = f"{studio.stack.urls['twfido']}/control/faults"
    assert studio.desk.request.put(address, data={"target": target, "kind": kind}).ok


def scan_and_refuse(studio: Studio) -> None:
    """Take the request at the desk and on the phone, and a no."""
    ticket = begin(studio)["ticket"]
    studio.take("twfido-waiting", dark=True)
    studio.phone.goto(studio.stack.urls["twfido"])
    studio.phone.get_by_test_id("phone-content").fill(ticket)
    studio.phone.get_by_test_id("phone-scan").click()
    expect(studio.phone.get_by_test_id("phone-hint")).to_be_visible()
    studio.take("twfido-phone", page=studio.phone, widths=(NARROW,), dark=True)
    studio.phone.get_by_test_id("phone-deny").click()
    expect_status(studio.desk, "denied")
    studio.take("twfido-denied")


def fail(studio: Studio) -> None:
    """Take a provider that is away and one that lies, a request that runs out, and one that cannot begin."""
    begin(studio)
    fault(studio, "result", "500")
    expect(studio.desk.get_by_test_id("twfido-number")).to_have_text("no_answer")
    studio.take("twfido-no-answer")
    fault(studio, "result", "none")
    fault(studio, "result", "other_signature")
    expect_status(studio.desk, "failed")
    studio.take("twfido-failed", dark=True)
    fault(studio, "result", "none")
    begin(studio)
    studio.stack.move_clock(TOO_LATE)
    expect_status(studio.desk, "expired")
    studio.take("twfido-expired")
    studio.stack.move_clock(0)
    fault(studio, "ticket", "500")
    studio.desk.goto("about:blank")
    studio.desk.goto(f"{studio.stack.origin}/login#twfido")
    acts.name_oneself(studio.desk, "twfido", studio.person)
    studio.press("twfido-submit")
    expect(studio.desk.get_by_test_id("fault-twfido")).to_be_visible()
    studio.take("twfido-unavailable")
    fault(studio, "ticket", "none")


def stay_on_the_phone(studio: Studio) -> None:
    """Take the link to the app, and the way in after it."""
    begin(studio, studio.phone, button="twfido-tap")
    studio.take("twfido-tap", page=studio.phone, widths=(NARROW,), dark=True)
    studio.tap("twfido-link", "phone-finger")
    expect(studio.phone.get_by_test_id("me-way")).to_be_visible()
    studio.take("twfido-me", page=studio.phone, widths=(NARROW,))
    studio.phone.context.clear_cookies()


def wait_on_its_own_page(studio: Studio) -> None:
    """Take the page to which a form without script leads, and the app: waiting, and cancelled."""
    desk = studio.desk
    desk.goto(f"{studio.stack.origin}/login#twfido")
    acts.name_oneself(desk, "twfido", studio.person)
    desk.evaluate("document.getElementById('twfido-login').submit()")
    desk.wait_for_url("**/login/twfido/**")
    expect(desk.get_by_test_id("twfido-qr").locator("img")).to_be_visible()
    studio.take("twfido-page", dark=True)
    address = desk.url
    studio.press("twfido-cancel")
    desk.wait_for_url("**/login")
    desk.goto(address)
    expect_status(desk, "expired")
    studio.take("twfido-page-cancelled")


def log_in_by_twfido(studio: Studio) -> None:
    """Take logins by TW FidO that are refused, fail, run out and succeed."""
    studio.desk.context.clear_cookies()
    studio.phone.context.clear_cookies()
    scan_and_refuse(studio)
    fail(studio)
    stay_on_the_phone(studio)
    wait_on_its_own_page(studio)
