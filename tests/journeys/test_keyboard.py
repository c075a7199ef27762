"""The pages by keyboard alone."""

from playwright.sync_api import Page, expect

from devtools.browser import CardReader
from devtools.people import PASSWORD, Person
from devtools.stack import Stack
from tests.journeys import acts

FARTHEST = 60  # presses of the tabulator: more than any page has things to reach
FOCUSED = "document.activeElement?.dataset.testid"


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
