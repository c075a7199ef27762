"""Where pictures are taken: one person's desk and phone, in one language."""

from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page

from devtools.browser import CardReader
from devtools.people import Person
from devtools.stack import Stack
from tests.journeys.conftest import PATIENCE

WIDE, NARROW, ZOOMED = 1280, 390, 640  # 640 is what a window of 1280 has at 200 %
BOTH = (WIDE, NARROW)
HEIGHT = 844
LANGUAGES = {"zh-Hant-TW": "zh-TW", "en": "en-GB"}
SETTLED = 350  # ms until a page has drawn what it asked for


class Studio:
    """One person's walk in one language: what it takes, and where the pictures go."""

    def __init__(self, stack: Stack, browser: Browser, person: Person, language: str, folder: Path) -> None:
        """Take pictures of this person's pages into `folder`."""
        self.stack, self.browser, self.person, self.language, self.folder = stack, browser, person, language, folder
        self.reader = CardReader(stack.urls["card"], origin=stack.origin)
        self.count = 0
        self.desk = self.context().new_page()
        self.phone = self.context(is_mobile=True, has_touch=True).new_page()

    def context(self, **options: object) -> BrowserContext:
        """Open a profile that speaks the language of this walk."""
        locale = LANGUAGES[self.language]
        context = self.browser.new_context(locale=locale, **options)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        return context

    def visit(self, path: str, name: str, *, widths: tuple[int, ...] = BOTH, dark: bool = False) -> None:
        """Open a page of the service at the desk and take it."""
        self.desk.goto(f"{self.stack.origin}{path}")
        self.take(name, widths=widths, dark=dark)

    def take(self, name: str, *, page: Page | None = None, widths: tuple[int, ...] = BOTH, dark: bool = False) -> None:
        """Take the open page as it is now, at each width, and dark as well where asked."""
        page = page or self.desk
        self.count += 1
        for width in widths:
            page.set_viewport_size({"width": width, "height": HEIGHT})
            self._shoot(page, f"{name}-{width}")
        if dark:
            page.emulate_media(color_scheme="dark")
            self._shoot(page, f"{name}-{widths[-1]}-dark")
            page.emulate_media(color_scheme="light")

    def screen(self, name: str, *, dark: bool = False) -> None:
        """Take the phone's screen."""
        self.take(f"app-{name}", page=self.phone, widths=(NARROW,), dark=dark)

    def tap(self, *test_ids: str) -> None:
        """Tap on the phone, one after the other."""
        for test_id in test_ids:
            self.phone.get_by_test_id(test_id).click()

    def press(self, *test_ids: str) -> None:
        """Press buttons at the desk, one after the other."""
        for test_id in test_ids:
            self.desk.get_by_test_id(test_id).click()

    def _shoot(self, page: Page, name: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        page.wait_for_timeout(SETTLED)
        page.screenshot(path=self.folder / f"{self.count:02}-{name}.png", full_page=True, animations="disabled")
