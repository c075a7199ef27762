"""Back after logging out, in a browser that keeps pages alive: nothing of the person's is on the screen again."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from devtools.browser import Browser as Portal
from devtools.browser import CardReader
from devtools.people import Person, make_ready
from devtools.stack import Stack
from tests.journeys import acts
from tests.journeys.conftest import QUIET, WHOLE, open_page

OWN = ("/me", "/security", "/devices", "/account", "/passkeys")


@pytest.fixture(scope="module")
def keeping(playwright: Playwright) -> Iterator[Browser]:
    """Start a browser that keeps the pages it left, as people's browsers do and tests' browsers by default do not."""
    browser = playwright.chromium.launch(
        executable_path=WHOLE, args=[*QUIET], ignore_default_args=["--disable-back-forward-cache"]
    )
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def person(stack: Stack, people: dict[str, Person]) -> Person:
    person = people["tsai-nhi"]
    with Portal(stack.origin, card_url=stack.urls["card"]) as portal:
        make_ready(portal, person, mail_url=stack.urls["mail"])
    return person


@pytest.fixture
def inside(keeping: Browser, stack: Stack, reader: CardReader, person: Person) -> Iterator[Page]:
    """Open a page of somebody who came in by card."""
    page = open_page(keeping, viewport={"width": 1280, "height": 900})
    reader.insert(person.card_id)
    page.goto(f"{stack.origin}/login#card")
    acts.log_in_by_card(page, person)
    yield page
    page.context.close()


def personal(page: Page, person: Person) -> list[str]:
    """Return what of the person's stands in the page as it is shown."""
    shown = page.locator("body").inner_text()
    return [word for word in (person.name, f"{person.name[0]}○", person.national_id[:3], person.email) if word in shown]


def test_this_browser_does_keep_pages(keeping: Browser, stack: Stack) -> None:
    page = open_page(keeping)
    page.goto(f"{stack.urls['mail']}/")
    page.evaluate("window.kept = 1")
    page.goto(f"{stack.urls['card']}/")
    page.go_back(wait_until="commit")
    assert page.evaluate("window.kept") == 1
    page.context.close()


@pytest.mark.parametrize("path", OWN)
def test_back_after_logging_out_shows_nothing_of_the_person(
    stack: Stack, inside: Page, person: Person, path: str
) -> None:
    inside.goto(f"{stack.origin}{path}")
    if path == "/me":
        assert personal(inside, person)
    inside.goto(f"{stack.origin}/me")
    inside.get_by_test_id("logout").click()
    expect(inside.get_by_test_id("nav-login")).to_be_visible()

    for _ in range(2):
        inside.go_back(wait_until="commit")
        expect(inside.get_by_test_id("nav-login")).to_be_visible()
        assert personal(inside, person) == [], inside.url
        expect(inside.get_by_test_id("logout")).to_be_hidden()


def test_back_after_logging_out_in_another_tab_shows_nothing_of_the_person(
    stack: Stack, inside: Page, person: Person
) -> None:
    # given a page of the person's that was left for one of nobody's
    inside.goto(f"{stack.origin}/me")
    assert personal(inside, person)
    inside.goto(f"{stack.origin}/problems")
    # when they log out elsewhere in this browser
    other = inside.context.new_page()
    other.goto(f"{stack.origin}/me")
    other.get_by_test_id("logout").click()
    expect(other.get_by_test_id("nav-login")).to_be_visible()
    # then
    inside.go_back(wait_until="commit")
    expect(inside.get_by_test_id("nav-login")).to_be_visible()
    assert personal(inside, person) == []
