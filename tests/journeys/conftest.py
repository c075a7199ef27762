"""Given: every process of the service and around it, and real browsers: the PC's, and the phone's with a camera."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from devtools.browser import Browser as Portal
from devtools.browser import CardReader
from devtools.people import Person, citizens
from devtools.stack import Stack
from tests.journeys.camera import Camera

QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-prefers-reduced-motion",  # what moves is drawn sixty times a second while a story waits for something else
)
LOSSY = "loses.example"  # a mail provider of which the settings say that it loses our mails
PATIENCE = 15_000  # ms: for the slowest machine that these stories are told on


WHOLE = "/usr/bin/chromium"  # with the questions that a browser asks by itself; the shell does with a third less work
SHELL = "/usr/bin/chromium-headless-shell"


def launch(playwright: Playwright, *more: str, path: str = SHELL) -> Browser:
    """Start the system's Chromium, without its own windows unless `path` is `WHOLE`."""
    return playwright.chromium.launch(executable_path=path, args=[*QUIET, *more])


def open_page(browser: Browser, **options: object) -> Page:
    """Open a page in a profile of its own."""
    context = browser.new_context(locale="zh-TW", **options)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE)
    return context.new_page()


# Each file has a stack of its own: who is registered in it must not hang on which files a worker ran before.
@pytest.fixture(scope="module")
def stack(migrated_sqlite: Path) -> Iterator[Stack]:
    expect.set_options(timeout=PATIENCE)
    with Stack(migrated=migrated_sqlite, extra_env={"AUTHSVC_LOSSY_MAIL_DOMAINS": LOSSY}) as stack:
        yield stack
        stack.check()


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = launch(playwright)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def people(stack: Stack) -> dict[str, Person]:
    """Return who can register here, by the name of their card."""
    found = citizens(registry_url=stack.urls["registry"], card_url=stack.urls["card"])
    return {person.card_id: person for person in found}


@pytest.fixture(scope="module")
def reader(stack: Stack) -> CardReader:
    """Return the reader beside the PC; a card is put in by its name."""
    return CardReader(stack.urls["card"], origin=stack.origin)


@pytest.fixture
def portal(stack: Stack) -> Iterator[Portal]:
    """Return a browser without a window, for what a story takes as given."""
    with Portal(stack.origin, card_url=stack.urls["card"]) as portal:
        yield portal


@pytest.fixture
def pc(chromium: Browser) -> Iterator[Page]:
    """Open a page at a desk, in a browser that was never here before."""
    page = open_page(chromium, viewport={"width": 1280, "height": 900})
    yield page
    page.context.close()


@pytest.fixture
def camera(tmp_path: Path) -> Camera:
    return Camera(tmp_path / "camera.y4m")


@pytest.fixture
def phone(playwright: Playwright, camera: Camera) -> Iterator[Page]:
    """Open a page on a phone with this camera."""
    browser = launch(playwright, *camera.launch_args)
    page = open_page(browser, viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    yield page
    browser.close()


def complaints(context: BrowserContext) -> list[str]:
    """Return a list that fills with whatever the pages of a profile complain about."""
    heard: list[str] = []
    context.on("console", lambda message: heard.append(message.text) if message.type in ("error", "warning") else None)
    context.on("weberror", lambda fault: heard.append(str(fault.error)))
    return heard
