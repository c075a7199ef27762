"""The two characters of a login page that stays open: they are renewed before they die."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from devtools.stack import Stack
from tests.journeys.conftest import PATIENCE

SLOT = 600  # seconds, after which a page that is loaded shows other characters


@pytest.fixture(scope="module")
def stack(migrated_sqlite: Path) -> Iterator[Stack]:
    expect.set_options(timeout=PATIENCE)
    with Stack(migrated=migrated_sqlite, extra_env={"AUTHSVC_OTP_PAGE_TAG": "required"}) as stack:
        yield stack
        stack.check()


@pytest.fixture
def open_long(stack: Stack, pc: Page) -> Iterator[Page]:
    """Open the form in a browser whose time is ours, as the service's is."""
    stack.move_clock(0)
    pc.clock.install()
    pc.goto(f"{stack.origin}/login#otp")
    expect(pc.get_by_test_id("page-tag-renewed")).to_be_hidden()
    yield pc
    stack.move_clock(0)


def shown(page: Page) -> str:
    return page.get_by_test_id("page-tag-value").locator("[aria-hidden]").inner_text()


def served(stack: Stack, page: Page) -> str:
    return str(page.request.get(f"{stack.origin}/api/v1/otp/page-tag").json()["page_tag"])


def test_a_page_that_stays_open_shows_and_sends_the_characters_of_now(stack: Stack, open_long: Page) -> None:
    stack.move_clock(3 * SLOT)
    tag = served(stack, open_long)
    assert shown(open_long) != tag

    open_long.clock.fast_forward("05:01")

    expect(open_long.get_by_test_id("page-tag-renewed")).to_be_visible()
    assert shown(open_long) == tag
    expect(open_long.locator("[name=page_tag]")).to_have_value(tag)
    expect(open_long.get_by_test_id("page-tag-value").locator(".unseen")).to_have_text(", ".join(tag))


def test_a_lost_request_is_made_up_for_soon(stack: Stack, open_long: Page) -> None:
    stack.move_clock(3 * SLOT)
    open_long.route("**/otp/page-tag", lambda route: route.abort(), times=1)
    with open_long.expect_event("requestfailed"):
        open_long.clock.fast_forward("05:01")
    expect(open_long.get_by_test_id("page-tag-renewed")).to_be_hidden()

    open_long.clock.run_for(16_000)

    expect(open_long.get_by_test_id("page-tag-renewed")).to_be_visible()
    assert shown(open_long) == served(stack, open_long)


def test_whoever_types_a_code_of_the_old_characters_is_left_a_round_for_it(stack: Stack, open_long: Page) -> None:
    before = shown(open_long)
    open_long.get_by_test_id("otp-code").fill("1234")
    stack.move_clock(SLOT)
    with open_long.expect_response("**/otp/page-tag"):
        open_long.clock.fast_forward("05:01")
    assert shown(open_long) == before

    open_long.clock.fast_forward("05:01")

    expect(open_long.get_by_test_id("page-tag-renewed")).to_be_visible()
    assert shown(open_long) == served(stack, open_long)


@pytest.mark.parametrize(("locale", "words"), [("zh-TW", "十分鐘內有效"), ("en-GB", "good for ten minutes")])
def test_without_script_the_page_says_how_long_it_is_good(
    stack: Stack, chromium: Browser, locale: str, words: str
) -> None:
    context = chromium.new_context(locale=locale, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{stack.origin}/login#otp")
    expect(page.get_by_test_id("page-tag").locator("noscript p")).to_contain_text(words)
    context.close()
