"""The part of the pictures that has a phone in it: binding it, using it, and logging in with it."""

from playwright.sync_api import expect

from devtools.browser import Browser as Portal
from mobileapp.client import Phone
from tests.journeys import pictures_number
from tests.journeys.locks import guard
from tests.journeys.studio import Studio

LIFE_SECONDS = 180  # of a one-time code


def bind(studio: Studio, link: str) -> None:
    """Take the phone from its first start until it is bound."""
    phone, app = studio.phone, f"{studio.stack.origin}/app/"
    phone.goto(app)
    expect(phone.get_by_test_id("welcome-scan")).to_be_visible()
    studio.screen("welcome", dark=True)
    studio.tap("welcome-code", "bind-submit")
    studio.screen("bind-typed-errors")
    pictures_number.walk(studio)
    phone.goto(link)
    expect(phone.get_by_test_id("bind-submit")).to_be_visible()
    studio.screen("bind")
    studio.tap("bind-submit")
    expect(phone.get_by_test_id("secure-pin")).to_be_visible()
    studio.screen("secure-pin", dark=True)
    guard(phone)
    expect(phone.get_by_test_id("mark-done")).to_be_visible()
    studio.screen("bound")
    expect(studio.desk.get_by_test_id("device")).to_have_count(1)
    studio.take("devices-bound")


def bind_another(studio: Studio) -> None:
    """Take the list with two phones and the question before one is unbound."""
    desk = studio.desk
    code = desk.get_by_test_id("device-code")
    first = code.inner_text()
    studio.press("regenerate-code")
    expect(code).not_to_have_text(first)
    with Phone(studio.stack.origin, language=studio.language) as second:
        second.bind_by_code(code.inner_text(), studio.person.national_id)
    expect(desk.get_by_test_id("device")).to_have_count(2)
    desk.reload()
    expect(desk.get_by_test_id("device")).to_have_count(2)
    studio.take("devices-two")
    desk.get_by_test_id("report-lost").first.click()
    studio.take("devices-lost-question", dark=True)
    studio.press("sure-no")


def use_phone(studio: Studio) -> None:
    """Take the bound phone's screens, with and without a network."""
    studio.tap("result-main")
    expect(studio.phone.get_by_test_id("home-state")).to_have_attribute("data-state", "bound")
    studio.screen("home", dark=True)
    studio.tap("home-otp")
    studio.screen("otp", dark=True)
    use_code(studio)
    studio.tap("back", "home-scan")
    expect(studio.phone.get_by_test_id("scan-video")).to_have_class("camera live")
    studio.screen("scan")
    studio.tap("back", "home-phones")
    studio.phone.get_by_test_id("phones-item").first.wait_for()
    studio.screen("phones")
    studio.phone.get_by_test_id("phones-item").first.click()
    studio.screen("phone")
    studio.tap("phone-unbind")
    studio.screen("phone-unbind")
    studio.phone.goto(f"{studio.stack.origin}/app/")
    studio.phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
    studio.phone.context.set_offline(offline=True)
    studio.phone.reload()
    expect(studio.phone.get_by_test_id("home-state")).to_have_attribute("data-state", "offline")
    studio.screen("offline")
    studio.phone.context.set_offline(offline=False)


def use_code(studio: Studio) -> None:
    """Take a one-time code that was used, and one that ran out."""
    ring, again = studio.phone.locator(".ring"), "document.dispatchEvent(new Event('visibilitychange'))"
    born = {"national_id": studio.person.national_id, "birth_date": studio.person.birth_date}
    with Portal(studio.stack.origin) as portal:
        portal.login_by_otp(**born, otp=studio.phone.get_by_test_id("otp-code").inner_text())
    studio.phone.evaluate(again)
    expect(ring).to_have_attribute("data-state", "used")
    studio.screen("otp-used")
    expect(studio.phone.get_by_test_id("otp-new")).to_be_enabled(timeout=31_000)
    studio.tap("otp-new")
    expect(ring).to_have_attribute("data-state", "live")
    studio.stack.move_clock(LIFE_SECONDS + 10)
    studio.phone.evaluate(again)
    expect(ring).to_have_attribute("data-state", "over")
    studio.screen("otp-over")
    studio.stack.move_clock(0)
    studio.phone.evaluate(again)
