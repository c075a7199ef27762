"""The ways in by code and by QR code, in a browser that runs no script."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from devtools.browser import Browser as Portal
from devtools.people import Person, make_ready
from devtools.stack import Stack
from mobileapp.client import Phone
from tests.journeys import acts
from tests.journeys.conftest import open_page


@pytest.fixture
def plain(chromium: Browser) -> Iterator[Page]:
    """Open a page in a browser without script."""
    page = open_page(chromium, java_script_enabled=False)
    yield page
    page.context.close()


@pytest.fixture(scope="module")
def chen(people: dict[str, Person]) -> Person:
    return people["chen-nhi"]


@pytest.fixture(scope="module")
def phone(stack: Stack, chen: Person) -> Iterator[Phone]:
    """Bind a phone of a person who is registered."""
    with Portal(stack.origin, card_url=stack.urls["card"]) as portal, Phone(stack.origin) as phone:
        make_ready(portal, chen, mail_url=stack.urls["mail"])
        phone.bind_by_qr(portal.device_code()["qr_text"])
        yield phone


def test_a_code_opens_the_portal(stack: Stack, chen: Person, phone: Phone, plain: Page) -> None:
    acts.log_in_by_otp(plain, stack, chen, phone.otp_code())

    expect(plain.get_by_test_id("me-way")).to_have_attribute("data-amr", "otp")


def test_a_wrong_code_is_said_above_its_form_and_what_was_typed_stays(
    stack: Stack, chen: Person, phone: Phone, plain: Page
) -> None:
    wrong = "0" * len(phone.otp_code())

    acts.log_in_by_otp(plain, stack, chen, wrong)

    expect(plain.get_by_test_id("fault-otp")).to_have_attribute("data-code", "otp_refused")
    expect(plain.get_by_test_id("otp-national-id")).to_have_value(chen.national_id)


def test_the_waiting_page_asks_again_by_itself_and_goes_on_after_the_approval(
    stack: Stack, chen: Person, phone: Phone, plain: Page
) -> None:
    plain.goto(f"{stack.origin}/login")
    acts.name_oneself(plain, "qr", chen)
    plain.get_by_test_id("qr-submit").click()
    number = plain.get_by_test_id("match-code").inner_text()
    first = str(plain.get_by_test_id("qr-link").get_attribute("href"))
    expect(plain.get_by_test_id("qr-link")).not_to_have_attribute("href", first)

    phone.approve(phone.scan(str(plain.get_by_test_id("qr-link").get_attribute("href"))), number)
    plain.get_by_test_id("qr-continue").click()

    expect(plain.get_by_test_id("me-way")).to_have_attribute("data-amr", "swk")
