"""Logging in by TW FidO: the QR code on a PC with a phone beside it, and the app on the very phone that browses."""

import pytest
from playwright.sync_api import Browser, Page, expect

from devtools.browser import Browser as Portal
from devtools.people import Person, make_ready
from devtools.stack import Stack
from tests.journeys import acts
from tests.journeys.conftest import complaints, open_page

READY: set[str] = set()


@pytest.fixture
def wang(stack: Stack, people: dict[str, Person], portal: Portal) -> Person:
    """Register the holder, if that was not done yet."""
    person = people["wang-nhi"]
    if person.card_id not in READY:
        make_ready(portal, person, mail_url=stack.urls["mail"])
        READY.add(person.card_id)
    return person


def type_person(page: Page, stack: Stack, person: Person) -> None:
    page.goto(f"{stack.origin}/login#twfido")
    acts.name_oneself(page, "twfido", person)


def scan(phone: Page, stack: Stack, page: Page) -> None:
    """Take what the PC's page was answered with to the phone, as its camera would."""
    login = page.get_by_test_id("twfido-waiting")
    expect(login).to_have_attribute("data-status", "waiting")
    tickets = phone.request.get(f"{stack.urls['twfido']}/control/transactions").json()
    phone.goto(stack.urls["twfido"])
    phone.get_by_test_id("phone-content").fill(tickets[-1]["ticket"])
    phone.get_by_test_id("phone-scan").click()
    expect(phone.get_by_test_id("phone-hint")).to_contain_text("localhost")


def test_a_qr_code_on_the_pc_is_approved_on_the_phone(stack: Stack, wang: Person, pc: Page, chromium: Browser) -> None:
    heard = complaints(pc.context)
    phone = open_page(chromium, viewport={"width": 390, "height": 844})
    type_person(pc, stack, wang)
    pc.get_by_test_id("twfido-submit").click()
    expect(pc.get_by_test_id("twfido-ring")).to_contain_text("2:5")
    scan(phone, stack, pc)
    phone.get_by_test_id("phone-deny").click()
    expect(pc.get_by_test_id("twfido-waiting")).to_have_attribute("data-status", "denied")
    expect(pc.get_by_test_id("twfido-number")).to_have_text("SP-API-ATH-02-APP_USER_CANCEL")

    pc.get_by_test_id("twfido-regenerate").click()
    scan(phone, stack, pc)
    phone.get_by_test_id("phone-pin").fill("246810")
    phone.get_by_test_id("phone-by-pin").click()
    expect(phone.get_by_test_id("phone-end")).to_contain_text("Approved")

    expect(pc.get_by_test_id("me-way")).to_have_attribute("data-acr", "twfido")
    expect(pc.get_by_test_id("me-way")).to_contain_text("TW FidO")
    assert heard == []
    phone.context.close()


def test_on_the_phone_itself_the_app_opens_and_leads_back(stack: Stack, wang: Person, chromium: Browser) -> None:
    phone = open_page(chromium, viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    type_person(phone, stack, wang)
    phone.get_by_test_id("twfido-tap").click()
    phone.get_by_test_id("twfido-link").click()
    expect(phone.get_by_test_id("phone-hint")).to_contain_text("localhost")

    phone.get_by_test_id("phone-finger").click()

    expect(phone.get_by_test_id("me-way")).to_have_attribute("data-acr", "twfido")
    phone.context.close()


def test_without_script_the_page_asks_again_by_itself(stack: Stack, wang: Person, chromium: Browser) -> None:
    page = open_page(chromium, viewport={"width": 390, "height": 844}, java_script_enabled=False)
    type_person(page, stack, wang)
    page.get_by_test_id("twfido-submit").click()
    expect(page.get_by_test_id("twfido-qr").locator("img")).to_be_visible()
    ticket = page.request.get(f"{stack.urls['twfido']}/control/transactions").json()[-1]["ticket_id"]
    page.request.post(f"{stack.urls['twfido']}/control/transactions/{ticket}/decision", data={"decision": "approve"})

    page.get_by_test_id("twfido-continue").click()

    expect(page.get_by_test_id("me-way")).to_have_attribute("data-acr", "twfido")
    page.context.close()


def session_of(page: Page, stack: Stack) -> str:
    return str(page.request.get(f"{stack.origin}/api/v1/sessions/current").json()["id"])


def approve(page: Page, stack: Stack) -> None:
    """Say yes to the newest request, once the page shows that it waits."""
    expect(page.get_by_test_id("twfido-waiting")).to_have_attribute("data-status", "waiting")
    expect(page.get_by_test_id("twfido-ring")).to_contain_text("2:5")
    ticket = page.request.get(f"{stack.urls['twfido']}/control/transactions").json()[-1]["ticket_id"]
    page.request.post(f"{stack.urls['twfido']}/control/transactions/{ticket}/decision", data={"decision": "approve"})


@pytest.mark.parametrize("status", [503, 403])
def test_a_stronger_login_that_failed_is_not_taken_for_the_older_one(
    stack: Stack, wang: Person, pc: Page, status: int
) -> None:
    type_person(pc, stack, wang)
    pc.get_by_test_id("twfido-submit").click()
    approve(pc, stack)
    expect(pc.get_by_test_id("me-way")).to_be_visible()
    older = session_of(pc, stack)
    body = f'{{"title": "x", "status": {status}, "code": "suspended", "detail": "Not now."}}'
    refused = {"status": status, "content_type": "application/problem+json", "body": body}
    pc.route("**/api/v1/sessions/twfido", lambda route: route.fulfill(**refused), times=1)
    pc.goto(f"{stack.origin}/login?again=1&ways=twfido,card&next=/devices#twfido")
    acts.name_oneself(pc, "twfido", wang)
    pc.get_by_test_id("twfido-submit").click()
    approve(pc, stack)

    if status == 503:  # passes: the same request goes on at the next try
        pc.wait_for_url("**/devices")
        assert session_of(pc, stack) != older
    else:
        expect(pc.get_by_test_id("twfido-waiting")).to_have_attribute("data-status", "failed")
        expect(pc.locator("[data-waiting-fault]")).to_contain_text("Not now.")
        assert session_of(pc, stack) == older


def test_the_app_leads_back_to_where_the_person_was_going(stack: Stack, wang: Person, chromium: Browser) -> None:
    phone = open_page(chromium, viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    phone.goto(f"{stack.origin}/login?next=/devices#twfido")
    acts.name_oneself(phone, "twfido", wang)
    phone.get_by_test_id("twfido-tap").click()
    phone.get_by_test_id("twfido-link").click()
    phone.get_by_test_id("phone-finger").click()

    phone.wait_for_url("**/devices")
    phone.context.close()
