"""Chromium asks before a page may reach the reader component: the page explains first, and tells "no" from silence.

A page of localhost is never asked about, so this browser is told to take the service's address for one of the internet.
Without a window the browser answers its own question with "Block"; "Allow" is set as the person's menu would set it.
"""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import httpx2
import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from devtools.browser import CardReader
from devtools.people import PASSWORD
from devtools.stack import Stack
from tests.journeys.conftest import WHOLE, launch, open_page

CARD = "wang-nhi"
KNOWS_ONLY = """(known) => {
  const ask = navigator.permissions.query.bind(navigator.permissions);
  navigator.permissions.query = (what) => known.includes(what.name) ? ask(what) : Promise.reject(new TypeError());
}"""
Answer = Callable[..., None]


@pytest.fixture(scope="module")
def outside(playwright: Playwright, stack: Stack) -> Iterator[Browser]:
    """Start a browser for which the service is a site of the internet."""
    port = stack.ports.service
    spaces = f"--ip-address-space-overrides=127.0.0.1:{port}=public,[::1]:{port}=public"
    browser = launch(playwright, spaces, path=WHOLE)
    yield browser
    browser.close()


@pytest.fixture
def page(outside: Browser, reader: CardReader) -> Iterator[Page]:
    reader.insert(CARD)
    page = open_page(outside, viewport={"width": 1280, "height": 900})
    yield page
    page.context.close()


@pytest.fixture
def answer(outside: Browser, stack: Stack, page: Page) -> Answer:
    """Return what sets the permission of the service in this profile, as a person does in the browser's menu."""
    target = page.context.new_cdp_session(page).send("Target.getTargetInfo")["targetInfo"]
    browser = outside.new_browser_cdp_session()

    def set_permission(state: str, name: str = "loopback-network") -> None:
        asked = {"permission": {"name": name}, "origin": stack.origin, "setting": state}
        browser.send("Browser.setPermission", {**asked, "browserContextId": target["browserContextId"]})

    return set_permission


@pytest.fixture
def asked(stack: Stack, page: Page) -> list[str]:
    """Return a list that fills with the paths that the page asks the component for."""
    heard: list[str] = []
    page.on("request", lambda request: heard.append(urlsplit(request.url).path) if is_component(request.url) else None)

    def is_component(url: str) -> bool:
        return url.startswith(stack.urls["card"])

    return heard


@pytest.fixture
def component(stack: Stack) -> Iterator[httpx2.Client]:
    """Return the component's control; what it was told is taken back."""
    with httpx2.Client(base_url=stack.urls["card"], trust_env=False) as client:
        yield client
        client.delete("/control/faults").raise_for_status()


def state_of(page: Page, row: str) -> str | None:
    return page.get_by_test_id(f"check-{row}").get_attribute("data-state")


@pytest.mark.parametrize(
    "path", ["registration/apply", "registration/confirm#x", "registration/resend", "registration/cancel",
             "registration/reset", "login#card", "help/reader-errors"],
)  # fmt: skip
def test_no_page_asks_the_component_before_somebody_presses_a_button(
    stack: Stack, page: Page, asked: list[str], path: str
) -> None:
    page.goto(f"{stack.origin}/{path}")
    page.wait_for_load_state("networkidle")

    assert asked == []


def test_the_page_explains_then_asks_and_shows_the_way_back_after_block(
    stack: Stack, page: Page, asked: list[str]
) -> None:
    page.goto(f"{stack.origin}/registration/apply?lang=en")
    expect(page.get_by_test_id("before-check")).to_contain_text("choose Allow")
    expect(page.get_by_test_id("check-permission")).to_contain_text("your browser may ask")
    expect(page.get_by_test_id("check-permission").locator("li")).to_have_count(7)
    assert asked == []

    page.get_by_test_id("begin-check").click()  # and the browser without a window answers "Block"

    row = page.get_by_test_id("check-permission")
    expect(row).to_have_attribute("data-state", "bad")
    expect(row.get_by_text("Set “Apps on device” to Allow")).to_be_visible()
    expect(row.get_by_text("Firefox").first).to_be_hidden()
    assert state_of(page, "component") == "wait", "nobody can tell yet whether the component runs"


def test_where_it_is_allowed_already_the_check_runs_at_once(stack: Stack, page: Page, answer: Answer) -> None:
    answer("granted")

    page.goto(f"{stack.origin}/registration/apply")

    expect(page.get_by_test_id("check-card")).to_have_attribute("data-state", "good")
    expect(page.get_by_test_id("check-permission")).to_have_attribute("data-state", "good")
    expect(page.get_by_test_id("before-check")).to_be_hidden()


def test_who_takes_the_refusal_back_goes_on_without_a_reload(
    stack: Stack, page: Page, answer: Answer, asked: list[str]
) -> None:
    answer("denied")
    page.goto(f"{stack.origin}/registration/apply")
    expect(page.get_by_test_id("check-permission")).to_have_attribute("data-state", "bad")
    page.wait_for_load_state("networkidle")
    assert asked == []

    answer("granted")

    expect(page.get_by_test_id("check-card")).to_have_attribute("data-state", "good")


def test_a_component_that_does_not_run_is_told_apart_from_a_refusal(
    stack: Stack, page: Page, answer: Answer, component: httpx2.Client
) -> None:
    answer("granted")
    component.put("/control/faults", json={"target": "status", "kind": "down"}).raise_for_status()

    page.goto(f"{stack.origin}/registration/apply")

    row = page.get_by_test_id("check-component")
    expect(row).to_contain_text("[61006]")
    expect(row).to_have_attribute("data-state", "bad")
    assert state_of(page, "permission") == "good"


def test_a_refusal_at_the_login_says_so_and_shows_the_steps(stack: Stack, page: Page, answer: Answer) -> None:
    answer("denied")
    page.goto(f"{stack.origin}/login?lang=en#card")

    page.get_by_test_id("card-password").fill(PASSWORD)
    page.get_by_test_id("card-submit").click()

    expect(page.get_by_test_id("fault-card")).to_have_attribute("data-code", "permission_refused")
    expect(page.get_by_test_id("fault-card")).to_contain_text("[61006]")
    expect(
        page.get_by_test_id("card-form").get_by_test_id("reader-permission").get_by_text("View site information")
    ).to_be_visible()


def test_at_the_login_the_question_is_announced(stack: Stack, page: Page, answer: Answer) -> None:
    page.goto(f"{stack.origin}/login?lang=en#card")
    announced = (
        page.get_by_test_id("card-form")
        .get_by_test_id("reader-permission")
        .get_by_text("Reading the card is done by a program")
    )
    expect(announced).to_be_visible()

    answer("granted")

    expect(announced).to_be_hidden()


def test_the_one_permission_of_chrome_142_is_understood(stack: Stack, page: Page, answer: Answer) -> None:
    answer("denied", "local-network-access")
    page.add_init_script(f"({KNOWS_ONLY})(['local-network-access'])")

    page.goto(f"{stack.origin}/registration/apply")

    expect(page.get_by_test_id("check-permission")).to_have_attribute("data-state", "bad")


def test_a_browser_that_tells_nothing_is_checked_by_the_button(
    stack: Stack, page: Page, answer: Answer, component: httpx2.Client
) -> None:
    answer("granted")
    page.add_init_script(f"({KNOWS_ONLY})([])")
    page.goto(f"{stack.origin}/registration/apply?lang=en")
    expect(page.get_by_test_id("check-permission")).to_contain_text("your browser does not tell")
    component.put("/control/faults", json={"target": "status", "kind": "down"}).raise_for_status()

    page.get_by_test_id("begin-check").click()
    expect(page.get_by_test_id("check-permission")).to_have_attribute("data-state", "warn")
    expect(page.get_by_test_id("check-component")).to_have_attribute("data-state", "bad")

    component.delete("/control/faults").raise_for_status()
    page.get_by_test_id("recheck").click()
    expect(page.get_by_test_id("check-card")).to_have_attribute("data-state", "good")
    expect(page.get_by_test_id("check-permission")).to_have_attribute("data-state", "good")
