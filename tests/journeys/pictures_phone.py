"""The part of the pictures that has a phone in it: binding it, using it, and logging in with it."""

from playwright.sync_api import expect

from mobileapp.client import Phone
from tests.journeys import acts
from tests.journeys.studio import Studio

QR_SECONDS = 180


def bind(studio: Studio, link: str) -> None:
    """Take the phone from its first start until it is bound."""
    phone, app = studio.phone, f"{studio.stack.origin}/app/"
    phone.goto(app)
    expect(phone.get_by_test_id("welcome-scan")).to_be_visible()
    studio.screen("welcome", dark=True)
    studio.tap("welcome-code", "bind-submit")
    studio.screen("bind-typed-errors")
    phone.goto(f"{app}phone")
    studio.screen("mobile-number")
    phone.goto(link)
    expect(phone.get_by_test_id("bind-submit")).to_be_visible()
    studio.screen("bind")
    studio.tap("bind-submit")
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


def scan(studio: Studio) -> str:
    """Show a QR code at the desk and open it on the phone; return the number to tap."""
    number = acts.start_qr_login(studio.desk, studio.stack, studio.person)
    studio.take("qr-waiting", dark=True)
    studio.phone.goto(str(studio.desk.get_by_test_id("qr-link").get_attribute("href")))
    expect(studio.phone.get_by_test_id("login-number")).to_have_count(3)
    return number


def log_in_by_qr(studio: Studio) -> None:
    """Take QR logins that are refused, that run out and that succeed, and what such a session may not do."""
    desk = studio.desk
    desk.context.clear_cookies()
    scan(studio)
    studio.screen("decide", dark=True)
    studio.take("qr-scanned")
    studio.tap("login-not_me")
    expect(desk.get_by_test_id("qr-waiting")).to_have_attribute("data-status", "denied")
    studio.screen("denied")
    studio.take("qr-denied")
    desk.reload()  # the form again
    acts.start_qr_login(desk, studio.stack, studio.person)
    studio.stack.move_clock(QR_SECONDS + 10)
    expect(desk.get_by_test_id("qr-waiting")).to_have_attribute("data-status", "expired")
    studio.stack.move_clock(0)
    studio.take("qr-expired")
    desk.reload()
    number = scan(studio)
    studio.phone.locator(f"[data-testid=login-number][data-number='{number}']").click()
    expect(studio.phone.get_by_test_id("mark-done")).to_be_visible()
    studio.screen("approved")
    desk.wait_for_url("**/me")
    studio.take("me-by-phone")
    studio.visit("/devices", "devices")
    studio.press("generate-code")
    studio.take("devices-step-up")
    studio.visit("/security", "security", dark=True)
    studio.visit("/login?again=1&next=/devices#card", "login-step-up")
