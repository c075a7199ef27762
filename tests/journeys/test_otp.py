"""The one-time code on the phone and in the form: every state of both screens, in both languages, wide and narrow."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Playwright, Route, expect

from authsvc.core.clock import SystemClock
from devtools.browser import Browser as Portal
from devtools.people import Person, citizens, make_ready
from devtools.stack import Stack
from mobileapp.phonewire import Problem
from tests.journeys import acts
from tests.journeys.conftest import PATIENCE, complaints, launch
from tests.journeys.examine import shape, violations, width_of
from tests.journeys.locks import enter_pin, guard

CODE = re.compile(r"\d{4} \d{4}")
SEEN_AGAIN = "document.dispatchEvent(new Event('visibilitychange'))"
LANGUAGES = {"zh-Hant-TW": "zh-TW", "en": "en-GB"}
ARC = "document.querySelector('.arc').style.strokeDashoffset"


@pytest.fixture(scope="module", params=["offered", "required"])
def house(
    playwright: Playwright, request: pytest.FixtureRequest, migrated_sqlite: Path
) -> Iterator[tuple[Stack, Browser, str]]:
    """Start everything anew, for these stories move the clock and lock typed codes."""
    expect.set_options(timeout=PATIENCE)
    browser = launch(playwright)
    with Stack(migrated=migrated_sqlite, extra_env={"AUTHSVC_OTP_PAGE_TAG": request.param}) as stack:
        yield stack, browser, request.param
        stack.check()
    browser.close()


@pytest.fixture
def people(house: tuple[Stack, Browser, str]) -> Iterator[Callable[[], Person]]:
    """Return each time somebody who is not registered yet."""
    stack, _browser, _mode = house
    free = USED.setdefault(stack.origin, citizens(registry_url=stack.urls["registry"], card_url=stack.urls["card"]))
    yield free.pop
    stack.move_clock(0)


USED: dict[str, list[Person]] = {}


def open_in(browser: Browser, language: str, *, narrow: bool) -> Page:
    size = {"width": 390, "height": 844} if narrow else {"width": 1280, "height": 900}
    more = {"is_mobile": True, "has_touch": True} if narrow else {}
    context = browser.new_context(locale=LANGUAGES[language], viewport=size, **more)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE)
    return context.new_page()


def bound(stack: Stack, browser: Browser, person: Person, language: str) -> Page:
    """Register a person and bind a phone to them; it stands at its start."""
    phone = open_in(browser, language, narrow=True)
    with Portal(stack.origin, card_url=stack.urls["card"]) as portal:
        make_ready(portal, person, mail_url=stack.urls["mail"])
        phone.goto(portal.device_code()["qr_text"])
    phone.get_by_test_id("bind-submit").click()
    guard(phone)
    phone.get_by_test_id("result-main").click()
    expect(phone.get_by_test_id("home-state")).to_have_attribute("data-state", "bound")
    return phone


def typed(stack: Stack, person: Person, code: str, **more: str) -> str:
    """Type a code into the form of another browser, without a page; return what came of it."""
    with Portal(stack.origin) as portal:
        try:
            born = {"national_id": person.national_id, "birth_date": person.birth_date}
            portal.login_by_otp(**born, otp=code, **more)
        except Problem as refusal:
            return refusal.code
    return "in"


def shown(phone: Page) -> Locator:
    return phone.get_by_test_id("otp-code")


def with_a_code(house: tuple[Stack, Browser, str], person: Person, language: str) -> tuple[Stack, Person, Page]:
    """Register a person, bind a phone to them and have it show a code."""
    stack, browser, _mode = house
    phone = bound(stack, browser, person, language)
    phone.get_by_test_id("home-otp").click()
    expect(shown(phone)).to_have_text(CODE)
    return stack, person, phone


def in_order(page: Page, language: str, width: int) -> None:
    """Examine a state as the walk through all pages does, light and dark."""
    page.emulate_media(reduced_motion="reduce")
    faults = [*violations(page), *shape(page, language=language, width=width)]
    page.emulate_media(color_scheme="dark")
    faults += violations(page, only=("color-contrast",))
    page.emulate_media(color_scheme="light")
    if width == 390:
        faults += width_of(page, 320)
        page.set_viewport_size({"width": 390, "height": 844})
    assert faults == []


def enter_tag(phone: Page, tag: str) -> None:
    phone.get_by_test_id("otp-tag").fill(tag)
    phone.get_by_test_id("otp-tag-submit").click()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_code_tied_to_a_page_opens_that_page_and_no_other(
    house: tuple[Stack, Browser, str], people: Callable[[], Person], language: str
) -> None:
    stack, browser, mode = house
    person = people()
    phone = bound(stack, browser, person, language)
    heard = complaints(phone.context)
    desk = open_in(browser, language, narrow=False)
    desk.goto(f"{stack.origin}/login#otp")
    tag = desk.get_by_test_id("page-tag-value").locator("[aria-hidden]").inner_text()
    in_order(desk, language, 1280)

    phone.get_by_test_id("home-otp").click()
    if mode == "offered":
        expect(shown(phone)).to_have_text(CODE)
        phone.get_by_test_id("otp-tied").click()
    enter_tag(phone, "?")
    expect(phone.get_by_test_id("otp-tag-error")).to_be_visible()
    in_order(phone, language, 390)
    enter_tag(phone, tag.lower())
    expect(shown(phone)).to_have_text(CODE)
    expect(phone.get_by_test_id("otp-lead")).to_contain_text(tag)
    in_order(phone, language, 390)

    code = shown(phone).inner_text()
    assert typed(stack, person, code, page_tag=tag) == "otp_refused"  # another browser
    acts.name_oneself(desk, "otp", person)
    desk.get_by_test_id("otp-code").fill(code)
    desk.get_by_test_id("otp-submit").click()
    expect(desk.get_by_test_id("me-way")).to_have_attribute("data-amr", "otp")
    phone.evaluate(SEEN_AGAIN)
    expect(phone.locator(".ring")).to_have_attribute("data-state", "used")
    in_order(phone, language, 390)
    assert heard == []


@pytest.mark.parametrize("house", ["offered"], indirect=True)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_code_on_the_phone_is_told_in_every_state(
    house: tuple[Stack, Browser, str], people: Callable[[], Person], language: str
) -> None:
    stack, person, phone = with_a_code(house, people(), language)
    ring, live = phone.locator(".ring"), phone.locator("#live")

    # alive: large, spelled out, with what truly remains
    code = shown(phone).inner_text()
    expect(phone.get_by_test_id("otp-spoken")).to_have_text(", ".join(" ".join(half) for half in code.split()))
    expect(live).to_contain_text(" ".join(code.split()[0]))
    left = seconds_of(phone.get_by_test_id("otp-left").inner_text())
    assert 145 <= left <= 180
    assert float(phone.evaluate(ARC)) == pytest.approx(100 - 100 * left / 180, abs=2)
    in_order(phone, language, 390)

    # used: told apart from expired, and when the next one is there
    assert typed(stack, person, code) == "in"
    expect(ring).to_have_attribute("data-state", "used", timeout=25_000)  # by its own look
    expect(phone.get_by_test_id("otp-left")).to_have_text({"en": "Used"}.get(language, "已使用"))
    expect(live).to_have_text(phone.get_by_test_id("otp-lead").inner_text())
    in_order(phone, language, 390)
    expect(phone.get_by_test_id("otp-new")).to_be_enabled(timeout=31_000)  # a new step is there after 30 s at most
    phone.get_by_test_id("otp-new").click()
    expect(ring).to_have_attribute("data-state", "live")
    expect(shown(phone)).to_have_text(CODE)
    expect(shown(phone)).not_to_have_text(code)

    # expired, unused: the clock of the service, learned at the next look, is what counts
    stack.move_clock(181)
    phone.evaluate(SEEN_AGAIN)
    expect(ring).to_have_attribute("data-state", "over")
    expect(shown(phone)).to_have_text("—")
    expect(phone.get_by_test_id("otp-clock")).to_be_visible()  # "about 3 min slow"
    in_order(phone, language, 390)
    phone.get_by_test_id("otp-new").click()
    expect(shown(phone)).to_have_text(CODE)
    assert typed(stack, person, shown(phone).inner_text()) == "in"  # by a phone whose clock is three minutes slow

    # typed codes are paused: the phone is not
    stack.move_clock(400)
    for number in range(5):
        assert typed(stack, person, f"{number:08d}") == "otp_refused"
    phone.evaluate(SEEN_AGAIN)
    expect(phone.get_by_test_id("otp-brake")).to_be_visible()
    in_order(phone, language, 390)
    expect(phone.get_by_test_id("otp-scan")).to_be_visible()


@pytest.mark.parametrize("house", ["offered"], indirect=True)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_code_older_than_a_used_one_and_a_closed_form_are_told(
    house: tuple[Stack, Browser, str], people: Callable[[], Person], language: str
) -> None:
    stack, person, phone = with_a_code(house, people(), language)
    stack.move_clock(31)
    newer = phone.context.new_page()
    newer.goto(f"{stack.origin}/app/")
    newer.get_by_test_id("home-otp").click()
    enter_pin(newer)
    expect(shown(newer)).to_have_text(CODE)
    assert typed(stack, person, shown(newer).inner_text()) == "in"
    newer.close()

    phone.evaluate(SEEN_AGAIN)
    expect(phone.locator(".ring")).to_have_attribute("data-state", "older")
    in_order(phone, language, 390)

    def closed(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json=answer.json() | {"typed_codes": "closed", "open_at": None})

    phone.context.route("**/api/v1/me/device/otp", closed)  # as it stands after 100 wrong codes in a row
    phone.evaluate(SEEN_AGAIN)
    expect(phone.get_by_test_id("otp-brake")).to_be_visible()
    expect(phone.get_by_test_id("otp-scan")).to_be_visible()
    in_order(phone, language, 390)
    phone.context.close()


@pytest.mark.parametrize("house", ["offered"], indirect=True)
@pytest.mark.parametrize("hours", [-26, 26])
def test_without_a_network_and_with_a_wrong_clock_the_code_is_right(
    house: tuple[Stack, Browser, str], people: Callable[[], Person], hours: int
) -> None:
    stack, browser, _mode = house
    person = people()
    stack.move_clock(hours * 3600)  # seen from the service it is the phone's clock that is wrong
    phone = bound(stack, browser, person, "zh-Hant-TW")
    phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.context.set_offline(offline=True)
    phone.reload()
    phone.get_by_test_id("home-otp").click()
    expect(shown(phone)).to_have_text(CODE)
    expect(phone.get_by_test_id("otp-clock")).to_contain_text("快了約 26 小時" if hours < 0 else "慢了約 26 小時")

    assert typed(stack, person, shown(phone).inner_text()) == "in"


@pytest.mark.parametrize("house", ["offered"], indirect=True)
def test_the_screen_says_when_the_clock_cannot_be_trusted(
    house: tuple[Stack, Browser, str], people: Callable[[], Person]
) -> None:
    stack, browser, _mode = house
    phone = bound(stack, browser, people(), "en")
    phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.context.set_offline(offline=True)
    now, note = SystemClock().now(), phone.get_by_test_id("otp-clock")
    words = {timedelta(days=12): "last online 12 days ago", timedelta(hours=-3): "set back"}
    for moved, told in words.items():
        phone.clock.set_system_time(now + moved)
        phone.reload()
        phone.get_by_test_id("home-otp").click()
        expect(note).to_contain_text(told)
        in_order(phone, "en", 390)

    phone.context.set_offline(offline=False)  # the next contact makes it good
    phone.evaluate(SEEN_AGAIN)
    expect(note).to_contain_text("3 h slow")


@pytest.mark.parametrize("house", ["offered"], indirect=True)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("narrow", [False, True])
def test_the_form_takes_what_people_paste_and_says_what_to_do(
    house: tuple[Stack, Browser, str], people: Callable[[], Person], language: str, *, narrow: bool
) -> None:
    stack, browser, _mode = house
    person, width = people(), 390 if narrow else 1280
    desk = open_in(browser, language, narrow=narrow)
    told = []
    for code in ("1234 - 5678", "1234-5678", "1", "1", "1", "1"):
        acts.log_in_by_otp(desk, stack, person, code if code != "1" else "0000 0000")
        box = desk.get_by_test_id("fault-otp")
        expect(box).to_be_visible()
        told.append(box.get_attribute("data-code"))
    expect(desk.get_by_test_id("otp-instead")).to_be_visible()
    in_order(desk, language, width)
    assert told == ["otp_refused"] * 5 + ["too_many_tries"]


def seconds_of(text: str) -> int:
    found = re.search(r"(?:(\d+):)?(\d+)", text)
    assert found is not None
    return int(found[1] or 0) * 60 + int(found[2])
