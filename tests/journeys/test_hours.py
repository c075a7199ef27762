"""A login page that was open when the service hours ended says so kindly; what operators announce stands above it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from devtools.people import Person
from devtools.stack import Stack
from tests.journeys import acts
from tests.journeys.conftest import PATIENCE
from tests.journeys.examine import settle, shape, violations, width_of
from tests.journeys.pictures_night import BROWSERS, HOURS, MAINTENANCE, MORNING, NIGHT, NOON, announce, go_to
from tests.journeys.studio import WIDE


@pytest.fixture(scope="module")
def stack(migrated_sqlite: Path) -> Iterator[Stack]:
    expect.set_options(timeout=PATIENCE)
    with Stack(migrated=migrated_sqlite, extra_env=HOURS) as stack:
        yield stack
        stack.check()


def faults_of(page: Page) -> list[str]:
    """Return what keeps somebody from using the page."""
    settle(page)
    page.set_viewport_size({"width": WIDE, "height": 900})
    return [*violations(page), *shape(page, language="zh-Hant-TW", width=WIDE), *width_of(page, 320)]


def test_a_form_that_was_open_at_the_end_leads_to_when_it_opens(
    stack: Stack, people: dict[str, Person], pc: Page
) -> None:
    go_to(stack, NOON)
    announce(stack, MAINTENANCE, "--important")
    announce(stack, BROWSERS)
    pc.goto(f"{stack.origin}/login#qr")
    expect(pc.get_by_test_id("announcement").first).to_contain_text("瀏覽器")
    expect(pc.get_by_test_id("announcement").last).to_contain_text("敬請見諒")
    assert faults_of(pc) == []
    acts.name_oneself(pc, "qr", people["wang-nhi"])
    go_to(stack, NIGHT)
    pc.get_by_test_id("qr-submit").click()

    expect(pc.get_by_test_id("closed")).to_contain_text("服務時間為每日 06:00–24:00")
    expect(pc.get_by_test_id("opens-at")).to_contain_text("06:00")
    expect(pc.get_by_test_id("announcement")).to_have_count(2)
    assert faults_of(pc) == []
    go_to(stack, MORNING)
    pc.reload()
    expect(pc.get_by_test_id("tab-qr")).to_be_visible()
