"""The pages by keyboard alone."""

from playwright.sync_api import Page, expect

from devtools.browser import Browser as Portal
from devtools.browser import CardReader
from devtools.people import PASSWORD, Person, make_ready
from devtools.stack import Stack
from tests.journeys import acts

FARTHEST = 60  # presses of the tabulator: more than any page has things to reach
FOCUSED = "document.activeElement?.dataset.testid"
RINGED = """() => {
  const { boxShadow, outlineStyle } = getComputedStyle(document.activeElement);
  return boxShadow !== "none" || outlineStyle !== "none";
}"""


def test_the_ways_to_log_in_are_reached_by_arrows(stack: Stack, pc: Page) -> None:
    pc.goto(f"{stack.origin}/login#card")

    tab_to(pc, "tab-card")
    pc.keyboard.press("End")
    last = pc.locator("[role=tab]").last
    expect(last).to_be_focused()
    pc.keyboard.press("ArrowRight")
    first = pc.locator("[role=tab]").first
    expect(first).to_be_focused()
    expect(first).to_have_attribute("aria-selected", "true")
    expect(last).to_have_attribute("tabindex", "-1")
    pc.keyboard.press("End")

    pc.keyboard.press("Tab")
    chosen = pc.locator(f"#way-{last.get_attribute('data-way')}")
    expect(chosen.locator(":focus")).to_have_count(1)


def test_registration_and_login_need_no_mouse(
    stack: Stack, people: dict[str, Person], reader: CardReader, pc: Page
) -> None:
    huang = people["huang-nhi"]
    reader.insert(huang.card_id)

    pc.goto(f"{stack.origin}/registration/apply")
    expect(pc.get_by_test_id("check-card")).to_have_attribute("data-state", "good")
    press(pc, "to-terms")
    press(pc, "accept-terms")
    expect(pc.get_by_test_id("card-name")).to_contain_text(huang.name)
    for part in acts.PARTS:
        write(pc, f"household-{part}", huang.household[part])
    press(pc, "to-account")
    for name, text in {"password": PASSWORD, "password-again": PASSWORD, "email": huang.email}.items():
        write(pc, name, text)
    write(pc, "mobile", "0900000104")
    pc.keyboard.press("Enter")
    expect(pc.get_by_test_id("sent")).to_be_visible()

    pc.goto(acts.link_of_mail(stack, huang))
    press(pc, "confirm-submit")
    press(pc, "to-login")
    write(pc, "card-password", PASSWORD)
    pc.keyboard.press("Enter")
    expect(pc.get_by_test_id("no-devices")).to_be_visible()
    press(pc, "generate-code")
    expect(pc.get_by_test_id("device-code")).to_be_visible()


def test_a_step_that_is_not_done_puts_the_focus_where_something_is_missing(
    stack: Stack, people: dict[str, Person], reader: CardReader, pc: Page
) -> None:
    reader.insert(people["huang-nhi"].card_id)
    pc.goto(f"{stack.origin}/registration/apply")
    press(pc, "to-terms")
    press(pc, "accept-terms")
    expect(pc.get_by_test_id("card-name")).to_be_visible()

    press(pc, "to-account")

    expect(pc.get_by_test_id("household-number")).to_be_focused()
    expect(pc.locator("#household-number-error")).to_be_visible()


def test_binding_a_phone_and_its_one_time_code_need_no_mouse(
    stack: Stack, people: dict[str, Person], portal: Portal, pc: Page, phone: Page
) -> None:
    hsieh = people["hsieh-nhi"]
    make_ready(portal, hsieh, mail_url=stack.urls["mail"])

    phone.goto(f"{stack.origin}/app/")
    press(phone, "welcome-code")
    write(phone, "bind-code", portal.device_code()["code"])
    write(phone, "bind-national-id", hsieh.national_id)
    phone.keyboard.press("Enter")
    press(phone, "result-main")
    press(phone, "home-otp")
    code = phone.get_by_test_id("otp-code").inner_text()

    year, month, day = (int(part) for part in hsieh.birth_date.split("-"))
    pc.goto(f"{stack.origin}/login#otp")
    write(pc, "otp-national-id", hsieh.national_id)
    for part, number in {"year": year - acts.FIRST_ROC_YEAR, "month": month, "day": day}.items():
        write(pc, f"otp-birth-{part}", str(number))
    write(pc, "otp-code", code)
    assert pc.evaluate(RINGED), "the focus is not to be seen"
    pc.keyboard.press("Enter")

    expect(pc.get_by_test_id("me-way")).to_have_attribute("data-amr", "otp")


def tab_to(page: Page, test_id: str) -> None:
    """Press the tabulator until that has the focus."""
    expect(page.get_by_test_id(test_id)).to_be_visible()
    for _ in range(FARTHEST):
        if page.evaluate(FOCUSED) == test_id:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{test_id} is not reached by the tabulator")


def press(page: Page, test_id: str) -> None:
    tab_to(page, test_id)
    page.keyboard.press("Enter")


def write(page: Page, test_id: str, text: str) -> None:
    tab_to(page, test_id)
    page.keyboard.type(text)
