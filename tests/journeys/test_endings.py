"""How a QR login ends otherwise: refused on the phone, or given up at the desk."""

from playwright.sync_api import Browser, Page, expect

from devtools.browser import Browser as Portal
from devtools.people import Person, make_ready
from devtools.stack import Stack
from tests.journeys import acts
from tests.journeys.conftest import open_page
from tests.journeys.locks import guard


def test_a_refusal_on_the_phone_ends_it_on_both_screens(
    chromium: Browser, stack: Stack, people: dict[str, Person], portal: Portal, pc: Page
) -> None:
    lin = people["lin-nhi"]
    make_ready(portal, lin, mail_url=stack.urls["mail"])
    phone = open_page(chromium, viewport={"width": 390, "height": 844})
    bind_by_link(phone, portal.device_code()["qr_text"])
    acts.start_qr_login(pc, stack, lin)

    phone.goto(str(pc.get_by_test_id("qr-link").get_attribute("href")))
    phone.get_by_test_id("login-not_me").click()

    expect(phone.get_by_test_id("mark-info")).to_be_visible()
    expect(pc.get_by_test_id("qr-waiting")).to_have_attribute("data-status", "denied")
    pc.goto(f"{stack.origin}/me")
    expect(pc.get_by_test_id("me-way")).to_have_count(0)
    phone.context.close()


def bind_by_link(phone: Page, link: str) -> None:
    phone.goto(link)
    phone.get_by_test_id("bind-submit").click()
    guard(phone)
    phone.get_by_test_id("result-main").click()
    expect(phone.get_by_test_id("home-state")).to_have_attribute("data-state", "bound")


def test_a_login_given_up_leads_back_to_the_form(stack: Stack, people: dict[str, Person], pc: Page) -> None:
    acts.start_qr_login(pc, stack, people["lin-nhi"])

    pc.get_by_test_id("qr-cancel").click()

    expect(pc.get_by_test_id("qr-national-id")).to_be_focused()
    expect(pc.get_by_test_id("qr-waiting")).to_be_hidden()
