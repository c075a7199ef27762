"""Every page and state can be used by everybody: WCAG 2.2 AA in both languages, wide, narrow, dark and enlarged.

`make test` looks at each page and state once, by turns wide in Chinese and narrow in English; `make test-all` looks at
everything in both.

A new page: add its path and who opens it to `PAGES` in `pages.py`; that is all, and the first test fails until it is
done. A new way in (say, a member of staff): add its name in `pages.py` and how it is gone to `doors` below. A new state
of a page (an error, a dialog, a step): add a `studio.take(...)` where `pictures.py` walks; whatever has its picture
taken is examined here as well.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect
from werkzeug.exceptions import NotFound
from werkzeug.routing import RequestRedirect

from devtools.browser import Browser as Portal
from devtools.browser import CardReader
from devtools.people import Person, citizens, make_ready
from devtools.stack import Stack
from mobileapp.client import Phone
from tests.journeys import acts, pictures, unit_at_hand
from tests.journeys.camera import Camera
from tests.journeys.conftest import PATIENCE, launch
from tests.journeys.examine import (
    be_quiet,
    by_tabulator,
    settle,
    shape,
    violations,
    width_of,
    with_letters_twice_as_large,
)
from tests.journeys.locks import PhoneLock
from tests.journeys.pages import ACCOUNT, ANYONE, CARD, NO_PAGES, NOT_OURS, OWNER, PAGES, STAFF
from tests.journeys.studio import BOTH, HEIGHT, LANGUAGES, NARROW, WIDE, Studio
from tests.journeys.unit_at_hand import UNIT_CODE
from tests.turns import EVERYTHING

DRAWN = 100  # ms without a change, after which a state is looked at
NARROWEST = 320  # what a window of 1280 has at 400 % (WCAG 1.4.10)
BROKEN = """<!doctype html><html><title>x</title><meta name=viewport content="width=device-width">
<h1>One</h1><h1>Two</h1><p style="color:#aaa;background:#fff">Faint</p><input><p style="width:100rem">Wide</p>
<div style="height:1rem;overflow:hidden">Cut off when<br>letters grow</div>
<button style="outline:0;box-shadow:none">No ring</button></html>"""


@pytest.fixture(scope="module")
def house(
    playwright: Playwright, tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path
) -> Iterator[tuple[Stack, Browser]]:
    """Start everything anew: these walks move the clock and the card in the reader."""
    expect.set_options(timeout=PATIENCE)
    browser = launch(playwright, *Camera(tmp_path_factory.mktemp("camera") / "camera.y4m").launch_args)
    with Stack(migrated=migrated_sqlite) as stack:
        yield stack, browser
        stack.check()
    browser.close()


@pytest.fixture(scope="module")
def people(house: tuple[Stack, Browser]) -> list[Person]:
    stack, _browser = house
    return citizens(registry_url=stack.urls["registry"], card_url=stack.urls["card"])


def visitor(people: list[Person]) -> Person:
    """Return who logs in by card and comes to the counter; the last one is its staff, who open no own record."""
    return people[-2]


@pytest.fixture(scope="module")
def doors(house: tuple[Stack, Browser], people: list[Person]) -> dict[str, Callable[[BrowserContext], None]]:
    """Return for each way in what takes a browser through it."""
    stack, browser = house
    person = visitor(people)
    with Portal(stack.origin, card_url=stack.urls["card"]) as portal:
        make_ready(portal, person, mail_url=stack.urls["mail"])
        with Phone(stack.origin) as phone:
            phone.bind_by_qr(portal.device_code()["qr_text"])
    CardReader(stack.urls["card"], origin=stack.origin).insert(person.card_id)
    page = open_in(browser, "zh-Hant-TW")
    page.goto(f"{stack.origin}/login#card")
    acts.log_in_by_card(page, person)
    add_passkey(page, stack)
    owner = unit_at_hand.make_unit(stack, person)
    unit_at_hand.furnish(page, stack)
    cookies = page.context.cookies()
    desk = open_in(browser, "zh-Hant-TW")
    acts.enter_counter(desk, stack)
    at_counter = desk.context.cookies()
    clerk = open_in(browser, "zh-Hant-TW")
    acts.enter_underwriting(clerk, stack, next(one for one in people if one.card_id == "wang-nhi"))
    with_account = clerk.context.cookies()
    return {
        ANYONE: lambda _context: None,
        CARD: lambda context: context.add_cookies(cookies),
        STAFF: lambda context: context.add_cookies(at_counter),
        OWNER: lambda context: context.add_cookies(owner),
        ACCOUNT: lambda context: context.add_cookies(with_account),
    }


def add_passkey(page: Page, stack: Stack) -> None:
    """Add a passkey, so that its page can be looked at."""
    PhoneLock(page)
    page.goto(f"{stack.origin}/passkeys")
    page.get_by_test_id("passkey-add").click()
    expect(page.get_by_test_id("passkeys-done")).to_be_visible()


def open_in(browser: Browser, language: str) -> Page:
    """Open a page of a wide window in a browser that speaks this language."""
    size = {"width": WIDE, "height": HEIGHT}
    context = browser.new_context(locale=LANGUAGES[language], viewport=size)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE)
    return context.new_page()


def test_no_page_is_forgotten(app: Flask) -> None:
    urls = app.url_map.bind("localhost")
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    pages = {
        rule.rule
        for rule in rules
        if not rule.endpoint.endswith("static") and (not rule.rule.startswith("/api/") or rule.rule == "/api/v1/docs")
    }
    listed = set()
    for path in PAGES:
        try:
            rule, _values = urls.match(path.partition("#")[0].partition("?")[0], "GET", return_rule=True)
        except (NotFound, RequestRedirect):
            continue
        listed.add(rule.rule)

    assert sorted(pages - listed - set(NO_PAGES)) == [], "add them to PAGES in tests/journeys/pages.py"
    assert sorted(set(NO_PAGES) & listed) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_open_to_everybody(
    house: tuple[Stack, Browser],
    doors: dict[str, Callable[[BrowserContext], None]],
    people: list[Person],
    path: str,
    language: str,
) -> None:
    stack, browser = house
    page = open_in(browser, language)
    doors[PAGES[path]](page.context)
    if "{person}" in path:
        path = path.format(person=acts.open_record(page, stack, visitor(people)))
    if "{look}" in path:
        path = path.format(look=acts.examine_person(page, stack, visitor(people)))
    if "{number}" in path:
        path = path.format(number=acts.examine_unit(page, stack, UNIT_CODE))
    if "{device}" in path:
        devices = page.request.get(f"{stack.origin}/api/v1/devices").json()
        path = path.format(device=(devices if isinstance(devices, list) else devices["devices"])[0]["id"])
    if "{passkey}" in path:
        path = path.format(passkey=page.request.get(f"{stack.origin}/api/v1/passkeys").json()[0]["id"])
    if "{unit}" in path and path not in ("/units/{unit}", "/units/{unit}/managers", "/units/{unit}/registration"):
        path = path.format(**unit_at_hand.ids_of(page, stack))
    page.goto(f"{stack.origin}{path.replace('{unit}', UNIT_CODE)}")
    settle(page)
    without = tuple(selector for where, selector in NOT_OURS if where == path)

    faults = {}
    faults["enlarged"] = with_letters_twice_as_large(page, width=WIDE)
    faults["narrowest"] = width_of(page, NARROWEST)
    page.set_viewport_size({"width": WIDE, "height": HEIGHT})
    if EVERYTHING or language != "en":
        faults["in order"] = [] if without else by_tabulator(page)
        faults["wide"] = [*violations(page, without=without), *shape(page, language=language, width=WIDE)]
        page.emulate_media(color_scheme="dark")
        faults["dark"] = violations(page, without=without, only=("color-contrast",))
        page.emulate_media(color_scheme="light")
    if EVERYTHING or language == "en":
        page.set_viewport_size({"width": NARROW, "height": HEIGHT})
        faults["narrow"] = [*violations(page, without=without), *shape(page, language=language, width=NARROW)]
    page.context.close()

    assert not any(faults.values()), told(faults)


def told(faults: Mapping[str, list[str]]) -> str:
    """Return everything that was found, a line each."""
    return "\n".join(f"{where}: {fault}" for where, found in faults.items() for fault in found)


class Examiner(Studio):
    """Walks where pictures are taken, and examines instead."""

    def __init__(self, stack: Stack, browser: Browser, person: Person, language: str) -> None:
        """Walk as this person in this language."""
        super().__init__(stack, browser, person, language, Path())
        self.faults: dict[str, list[str]] = {}

    def take(self, name: str, *, page: Page | None = None, widths: tuple[int, ...] = BOTH, dark: bool = False) -> None:
        """Examine the open page; by turns at one of its widths and half of them dark where not everything is run."""
        if not EVERYTHING and len(widths) > 1:
            widths, dark = (widths[self.count % len(widths)],), dark and self.count % 2 == 0
        super().take(name, page=page, widths=widths, dark=dark)

    def _shoot(self, page: Page, name: str) -> None:
        if page.url.endswith("/html"):  # a mail, shown where no script may run: read in a page of its own
            copy = page.context.new_page()
            copy.set_viewport_size(page.viewport_size or {"width": WIDE, "height": HEIGHT})
            copy.set_content(page.content())
            self._examine(copy, name)
            copy.close()
        else:
            self._examine(page, name)

    def _examine(self, page: Page, name: str) -> None:
        page.emulate_media(reduced_motion="reduce")
        if page.url.startswith(self.stack.origin):
            page.locator("h1:visible").first.wait_for()  # of a page that a script draws
        be_quiet(page, DRAWN)
        width = (page.viewport_size or {"width": WIDE})["width"]
        only = ("color-contrast",) if name.endswith("dark") else None
        without = tuple(selector for where, selector in NOT_OURS if where in page.url)
        found = violations(page, without=without, only=only)
        if only is None and page.url.startswith(self.stack.origin):  # mails and simulators have a shape of their own
            found += shape(page, language=self.language, width=width)
        if width == NARROW:
            found += width_of(page, NARROWEST)
            page.set_viewport_size({"width": NARROW, "height": HEIGHT})
        if found:
            self.faults[f"{self.count:02}-{name}"] = found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_on_the_way_is_open_to_everybody(
    house: tuple[Stack, Browser], people: list[Person], language: str
) -> None:
    stack, browser = house
    examiner = Examiner(stack, browser, people[list(LANGUAGES).index(language)], language)

    pictures.walk(examiner)

    assert examiner.count > 55
    assert not examiner.faults, told(examiner.faults)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_qr_page_without_script_is_open_to_everybody(
    house: tuple[Stack, Browser], people: list[Person], language: str
) -> None:
    stack, browser = house
    page = open_in(browser, language)
    page.goto(f"{stack.origin}/login#qr")
    acts.name_oneself(page, "qr", people[0])

    page.evaluate("document.getElementById('qr-login').submit()")  # as a browser without script sends it
    page.wait_for_url("**/login/qr/**", wait_until="commit")
    page.route("**/login/qr/**", lambda route: route.fulfill(status=204))  # it stays as it is while it is examined
    page.wait_for_load_state()

    # 2.2.1 excepts what is essential: a frame is dead after 10 s, and without script only a new page brings the next.
    assert violations(page, but=("meta-refresh",)) == []
    assert shape(page, language=language, width=WIDE) == []
    assert width_of(page, NARROWEST) == []
    page.context.close()


def test_the_examination_finds_what_is_wrong(house: tuple[Stack, Browser]) -> None:
    _stack, browser = house
    page = open_in(browser, "en")
    page.set_content(BROKEN)
    page.set_viewport_size({"width": NARROW, "height": HEIGHT})

    found = {fault.partition(":")[0] for fault in violations(page)}
    told = " · ".join([*shape(page, language="en", width=NARROW), *with_letters_twice_as_large(page, width=NARROW)])

    assert {"color-contrast", "label", "html-has-lang"} <= found
    assert all(part in told for part in ("lang is ''", "2 headings", "no title", "pixels wide", "cut off"))
    assert any("no sign of the focus" in fault for fault in by_tabulator(page))
    page.context.close()
