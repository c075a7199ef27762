"""The page in a real browser: its check says of each file what the service says, and a file goes its whole way."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

import batch.reading as reading
from authsvc.core.clock import SystemClock
from authsvc.core.cookies import cookie_name
from authsvc.identity import addresses
from authsvc.settings import Settings
from devtools.stack import Stack
from mocks.people import load_world
from tests.batch.faulty import GOOD, REFUSED, ROWS, TAKEN
from tests.batch.scene import BOTH, Scene, line, make_scene
from tests.factories import make_session
from tests.insured import make_clerk
from tests.journeys.conftest import PATIENCE, launch, open_page
from wsgi import build

PATTERNS = {"email": addresses.EMAIL, "mobile": addresses.MOBILE, "phone": addresses.PHONE}
CHECK = """async ({ content, encoding, patterns }) => {
  const { check } = await import("/static/batch/js/check.js");
  const bytes = Uint8Array.from(atob(content), (one) => one.charCodeAt());
  return check(new Blob([bytes]), { encoding, patterns });
}"""
NAME_WRONG = "檔案：檔名須為投保單位代號（9碼）加民國年月日（7碼），副檔名為 .csv。"
HEADING = "第1筆：這是標題列，請刪除：第一列就是第一筆資料。"


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = launch(playwright)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def town(migrated_sqlite: Path) -> Iterator[tuple[Stack, Scene]]:
    expect.set_options(timeout=PATIENCE)
    with Stack(migrated=migrated_sqlite) as stack:
        cheap = {"argon2_memory_kib": 64, "argon2_time": 1}
        settings = Settings(public_origin=stack.origin, database_url=stack.database_url, **cheap)  # type: ignore[arg-type]
        app = build(settings, clock=SystemClock(stack.clock_file))
        yield stack, make_scene(app, load_world())
        stack.check()
        app.extensions["kit"].engine.dispose()


@pytest.fixture
def stack(town: tuple[Stack, Scene]) -> Stack:
    return town[0]


@pytest.fixture
def site(town: tuple[Stack, Scene]) -> Scene:
    return town[1]


@pytest.fixture
def page(chromium: Browser, stack: Stack, site: Scene) -> Iterator[Page]:
    """Open the page of the upload for a clerk."""
    person = site.somebody()
    make_clerk(site.kit, site.unit, person, functions=BOTH)
    page = open_page(chromium)
    token = make_session(site.kit, person).token
    page.context.add_cookies([{"name": cookie_name(site.kit.settings), "value": token, "url": stack.origin}])
    page.goto(f"{stack.origin}/units/{site.unit.code}/batches/new")
    yield page
    page.context.close()


def checked(page: Page, content: bytes, encoding: str) -> dict[str, Any]:
    told: dict[str, Any] = page.evaluate(
        CHECK, {"content": base64.b64encode(content).decode(), "encoding": encoding, "patterns": PATTERNS}
    )
    return told


def test_the_check_in_the_browser_says_what_the_service_says(page: Page) -> None:
    for case, (content, encoding, expected) in REFUSED.items():
        found = checked(page, content, encoding)
        assert [(each["row"], each["reason"]) for each in found["file"]] == expected, case
    for case, (content, encoding, rows) in TAKEN.items():
        found = checked(page, content, encoding)
        assert (found["file"], found["rows"]) == ([], rows), case
    for case, (typed, reason) in ROWS.items():
        found = checked(page, f"{GOOD}\n{typed}\n{GOOD}\n".encode(), "auto")
        assert [(each["row"], each["reason"]) for each in found["some"]] == ([(2, reason)] if reason else []), case
    many = checked(page, b"A123456788,a@example.org,0912345678,\n" * 50, "auto")
    assert (many["bad"], len(many["some"])) == (50, reading.MOST_FAULTS)


def payload(name: str, content: bytes) -> Any:
    return {"name": name, "mimeType": "text/csv", "buffer": content}


def test_a_file_is_looked_at_before_it_is_sent_and_followed_to_its_end(page: Page, stack: Stack, site: Scene) -> None:
    wang, wu = site.world.person("wang"), site.world.person("wu")
    check = page.get_by_test_id("check")
    # given a file with a heading and a wrong name, told at once
    page.get_by_test_id("file").set_input_files(payload("people.csv", b"ID,mail,mobile,phone\n"))
    expect(check).to_have_attribute("data-state", "bad")
    expect(check.locator("li")).to_have_text([NAME_WRONG, HEADING])
    # when it is sent all the same, then the service says the same
    page.get_by_test_id("upload-submit").click()
    expect(page.get_by_test_id("upload-fault")).to_have_attribute("data-code", "batch_file_refused")
    # given one with rows that will fail
    content = f"{line(wang)}\n{line(wu)}\n{line(wang, mobile='1')}\n".encode()
    page.get_by_test_id("file").set_input_files(payload(site.name(), content))
    expect(check).to_have_attribute("data-state", "warn")
    expect(check.locator("li")).to_have_attribute("data-reason", "mobile_invalid")
    # when it is sent
    page.get_by_test_id("upload-submit").click()
    # then its page follows it to the end by itself
    expect(page.get_by_test_id("state")).to_have_attribute("data-state", "done")
    expect(page.get_by_test_id("successes")).to_have_text("1")
    expect(page.get_by_test_id("failed-row")).to_have_count(2)
    with page.expect_download() as saved:
        page.get_by_test_id("log").click()
    assert saved.value.suggested_filename.endswith(".log")
    # and a file of which all was entered leads to the same page when it comes again
    content = f"{line(site.world.person('chen'))}\n".encode()
    for _ in range(2):
        page.goto(f"{stack.origin}/units/{site.unit.code}/batches/new")
        page.get_by_test_id("file").set_input_files(payload(site.name(), content))
        page.get_by_test_id("upload-submit").click()
        expect(page.get_by_test_id("state")).to_have_attribute("data-state", "done")
    expect(page.get_by_test_id("same")).to_be_visible()
    expect(page.get_by_test_id("successes")).to_have_text("1")


def test_a_file_can_be_dropped(page: Page, site: Scene) -> None:
    dropped = """([name, content]) => {
      const data = new DataTransfer();
      data.items.add(new File([content], name, { type: "text/csv" }));
      document.getElementById("drop").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true }));
    }"""
    expect(page.locator("[data-drop-hint]")).to_be_visible()
    page.evaluate(dropped, [site.name(), f"{GOOD}\n"])

    expect(page.get_by_test_id("check")).to_have_attribute("data-state", "good")
    assert page.get_by_test_id("file").evaluate("input => input.files[0].name") == site.name()
