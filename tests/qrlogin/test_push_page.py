"""The page before a push process that is restarted, and that dies: it goes on showing frames."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from devtools.people import citizens
from devtools.stack import Stack
from tests.journeys import acts
from tests.journeys.conftest import PATIENCE, launch, open_page


@pytest.fixture
def stack() -> Iterator[Stack]:
    expect.set_options(timeout=PATIENCE)
    with Stack(push=True) as stack:
        yield stack


@pytest.fixture
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = launch(playwright)
    yield browser
    browser.close()


def wait_for_next_frame(page: Page) -> None:
    link = page.get_by_test_id("qr-link")
    expect(link).not_to_have_attribute("href", str(link.get_attribute("href")))


def test_a_page_goes_on_by_itself_when_the_push_process_is_restarted_and_polls_when_it_is_gone(
    stack: Stack, chromium: Browser
) -> None:
    page = open_page(chromium)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.partition("/qr-logins/")[2].partition("/")[2]))
    person = citizens(registry_url=stack.urls["registry"], card_url=stack.urls["card"])[0]
    acts.start_qr_login(page, stack, person)
    for _ in range(3):  # the stream has lasted
        wait_for_next_frame(page)
    assert asked.count("events") == 1

    stack.kill("push")
    stack.restart("push")
    wait_for_next_frame(page)
    wait_for_next_frame(page)
    assert asked.count("events") == 2

    stack.kill("push")
    wait_for_next_frame(page)
    wait_for_next_frame(page)
    assert page.get_by_test_id("qr-link").is_visible()
