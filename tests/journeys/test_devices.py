"""Device management in real browsers: the list, a voucher on paper, another name, a move to a new phone."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from devtools.browser import Browser as Portal
from devtools.browser import CardReader
from devtools.people import Person, make_ready
from devtools.stack import Stack
from mobileapp.client import Phone
from tests.journeys import acts
from tests.journeys.conftest import complaints, open_page
from tests.journeys.locks import guard

PICTURES = os.environ.get("AUTHSVC_PICTURES")
LARGE = 40  # px: read from an arm's length


def take(page: Page, name: str) -> None:
    """Keep a picture of a page, where a folder for them is named."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


@pytest.fixture(scope="module")
def person(people: dict[str, Person], stack: Stack) -> Person:
    """Register a person who has no phone yet."""
    with Portal(stack.origin, card_url=stack.urls["card"]) as portal:
        make_ready(portal, people["ouyang-nhi"], mail_url=stack.urls["mail"])
    return people["ouyang-nhi"]


@pytest.fixture
def desk(pc: Page, person: Person, reader: CardReader, stack: Stack) -> Page:
    """Log the person in by card, at the list of phones."""
    reader.insert(person.card_id)
    pc.goto(f"{stack.origin}/login?next=/devices#card")
    acts.log_in_by_card(pc, person)
    expect(pc.get_by_test_id("generate-code")).to_be_visible()
    return pc


@pytest.fixture
def new(stack: Stack) -> Iterator[Phone]:
    with Phone(stack.origin) as phone:
        yield phone


def test_a_phone_is_bound_printed_moved_and_cut_off_by_its_paper(
    chromium: Browser, stack: Stack, desk: Page, phone: Page, new: Phone
) -> None:
    heard = [complaints(desk.context), complaints(phone.context)]
    desk.get_by_test_id("generate-code").click()
    expect(desk.get_by_test_id("device-code")).to_be_visible()
    link = str(desk.get_by_test_id("device-link").get_attribute("href"))
    phone.goto(link)
    phone.get_by_test_id("bind-submit").click()
    guard(phone)
    phone.get_by_test_id("result-main").click()

    # the page notices, and offers the voucher at once
    expect(desk.get_by_test_id("device")).to_have_count(1)
    take(desk, "devices")
    first_voucher = print_voucher(desk)

    # the phone names itself, and moves to a new one
    phone.get_by_test_id("home-phones").click()
    phone.get_by_test_id("phones-item").click()
    take(phone, "app-phone")
    phone.get_by_test_id("phone-rename").click()
    phone.get_by_test_id("rename-name").fill("舊手機")
    phone.get_by_test_id("rename-save").click()
    expect(phone.get_by_test_id("title")).to_have_text("舊手機")
    phone.get_by_test_id("phone-move").click()
    phone.get_by_test_id("move-go").click()
    shown = phone.get_by_test_id("move-qr")
    expect(shown).to_be_visible()
    take(phone, "app-move")
    new.bind_by_qr(str(shown.get_attribute("data-text")))
    expect(phone.get_by_test_id("mark-done")).to_be_visible()

    # the old paper is of no use to the new phone; its own is
    use_voucher(open_page(chromium), first_voucher)
    assert new.is_bound()
    desk.goto(f"{stack.origin}/devices/{new.device_id}/voucher")
    use_voucher(open_page(chromium), voucher_on(desk))
    assert not new.is_bound()
    assert [each for each in heard[0] if "401" not in each] == []


def print_voucher(desk: Page) -> str:
    desk.get_by_test_id("bound-voucher").click()
    text = voucher_on(desk)
    take(desk, "voucher")
    desk.emulate_media(media="print")
    take(desk, "voucher-print")
    desk.emulate_media(media="screen")
    return text


def voucher_on(desk: Page) -> str:
    expect(desk.get_by_test_id("voucher-qr").locator("img")).to_be_visible()
    return desk.url.split("/devices/")[0] + "/revoke#" + desk.get_by_test_id("voucher-text").inner_text()


def use_voucher(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.get_by_test_id("revoke-named")).to_be_visible()
    assert "#" not in page.url
    take(page, "revoke")
    page.get_by_test_id("revoke").click()
    expect(page.get_by_test_id("revoke-done")).to_be_visible()
    take(page, "revoke-done")
    page.context.close()


def test_everything_works_without_script(chromium: Browser, stack: Stack, desk: Page, new: Phone) -> None:
    plain = open_page(chromium, java_script_enabled=False, viewport={"width": 390, "height": 844})
    plain.context.add_cookies(desk.context.cookies())  # type: ignore[arg-type]
    plain.goto(f"{stack.origin}/devices")
    expect(plain.get_by_test_id("no-devices")).to_be_visible()
    take(plain, "devices-empty-390")
    plain.get_by_test_id("generate-code").click()
    take(plain, "code-390")
    new.bind_by_qr(str(plain.get_by_test_id("device-link").get_attribute("href")))
    plain.get_by_test_id("to-devices").click()
    take(plain, "devices-390")
    plain.get_by_test_id("manage").click()
    plain.get_by_test_id("name").fill("我的新手機")
    take(plain, "phone-390")
    plain.get_by_test_id("rename").click()
    expect(plain.get_by_test_id("device-name")).to_have_text("我的新手機")
    plain.get_by_test_id("report-lost").click()
    expect(plain.get_by_test_id("sure-yes")).to_be_visible()
    take(plain, "sure-390")
    assert new.is_bound()
    plain.get_by_test_id("sure-yes").click()

    expect(plain.get_by_test_id("no-devices")).to_be_visible()
    assert not new.is_bound()
    plain.context.close()


def test_a_code_is_large_counted_down_told_when_used_and_printed_alone(desk: Page, new: Phone, person: Person) -> None:
    desk.get_by_test_id("generate-code").click()
    code, state = desk.get_by_test_id("device-code"), desk.get_by_test_id("code-state")
    expect(code).to_have_text(re.compile(r"^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$"))
    assert float(code.evaluate("each => parseFloat(getComputedStyle(each).fontSize)")) >= LARGE
    expect(desk.get_by_role("timer")).to_have_text(re.compile(r"(10:00|9:\d\d)"))
    take(desk, "code")

    desk.emulate_media(media="print")
    take(desk, "code-print")
    expect(desk.get_by_text("有效至")).to_contain_text(re.compile(r"\d{1,2}:\d{2}"))
    for shown in (code, desk.get_by_test_id("device-qr")):
        expect(shown).to_be_visible()
    for left_out in (
        desk.locator(".site-nav"),
        desk.locator("#devices"),
        desk.get_by_test_id("regenerate-code"),
        state,
    ):
        expect(left_out).to_be_hidden()
    desk.emulate_media(media="screen")

    new.bind_by_code(code.inner_text(), person.national_id)
    expect(state.locator("[data-for=used]")).to_be_visible()
    expect(desk.get_by_test_id("device")).to_have_count(1)
    new.unbind()
