"""The part of the pictures about QR logins: every state of the page and of the phone, and what follows from them."""

from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from devtools.browser import Browser as Portal
from tests.journeys import acts
from tests.journeys.studio import Studio

QR_SECONDS = 180
REISSUES = 5
MINUTE = 61  # seconds to decide after the scan, and to collect after the approval
PICK_UP = "**/api/v1/sessions/qr"


def begin(studio: Studio, page: Page | None = None) -> str:
    """Ask for a QR code at the desk, or on another page; return the number to tap."""
    page = page or studio.desk
    page.goto("about:blank")  # the form again, whatever was there
    return acts.start_qr_login(page, studio.stack, studio.person)


def scan(studio: Studio) -> str:
    """Show a QR code at the desk and open it on the phone; return the number to tap."""
    number = begin(studio)
    studio.phone.goto(str(studio.desk.get_by_test_id("qr-link").get_attribute("href")))
    expect(studio.phone.get_by_test_id("login-number")).to_have_count(3)
    return number


def expect_state(page: Page, key: str) -> None:
    """Expect the page's one text about how the order stands to be this."""
    expect(page.locator(f"[data-testid=qr-state] [data-for={key}]")).to_be_visible()


def wait_and_type(studio: Studio) -> None:
    """Take the code that waits, the one to type, and the phone where it is typed."""
    begin(studio)
    studio.take("qr-waiting", dark=True)
    studio.press("qr-typed-open")
    studio.press("qr-say")
    expect(studio.desk.get_by_test_id("qr-said")).not_to_be_empty()
    studio.take("qr-typed")
    studio.phone.goto(f"{studio.stack.origin}/app/")
    studio.tap("home-scan", "scan-typed", "typed-submit")
    studio.screen("typed-error")
    studio.phone.get_by_test_id("typed-code").fill("0000-0000")
    studio.tap("typed-submit")
    expect(studio.phone.get_by_test_id("mark-failed")).to_be_visible()
    studio.screen("typed-refused")
    studio.tap("result-main")
    studio.phone.route("**/question", lambda route: route.abort())
    studio.phone.get_by_test_id("typed-code").fill(studio.desk.get_by_test_id("qr-typed-code").inner_text())
    studio.tap("typed-submit")
    expect(studio.phone.get_by_test_id("login-number")).to_have_count(3)
    expect_state(studio.desk, "scanned")
    studio.take("qr-scanned")
    studio.phone.unroute("**/question")
    studio.tap("login-cancel")
    expect(studio.phone.get_by_test_id("mark-info")).to_be_visible()
    studio.screen("cancelled")
    expect_state(studio.desk, "denied-cancelled")
    studio.take("qr-cancelled")


def tap_the_wrong_number(studio: Studio) -> None:
    """Take what a number does that the page does not show."""
    number = scan(studio)
    studio.phone.locator(f"[data-testid=login-number]:not([data-number='{number}'])").first.click()
    expect(studio.phone.get_by_test_id("mark-failed")).to_be_visible()
    studio.screen("wrong-number")
    expect_state(studio.desk, "denied-wrong_number")
    studio.take("qr-wrong-number")


def say_not_me(studio: Studio) -> None:
    """Take the question, the alarm, the stop of new phones and its end by the card."""
    desk, phone = studio.desk, studio.phone
    scan(studio)
    studio.screen("decide", dark=True)
    expect_state(desk, "deciding")
    studio.take("qr-deciding", dark=True)
    studio.tap("login-not_me")
    expect(phone.get_by_test_id("mark-info")).to_be_visible()
    studio.screen("denied")
    expect_state(desk, "denied-not_me")
    studio.take("qr-denied")
    studio.tap("result-main")
    expect(phone.get_by_test_id("mark-done")).to_be_visible()
    studio.screen("frozen")
    desk.goto(f"{studio.stack.origin}/login#card")
    acts.log_in_by_card(desk, studio.person)
    studio.visit("/devices", "devices-frozen")
    studio.visit("/security", "security-frozen")
    studio.press("allow-bindings")
    expect(desk.get_by_test_id("security-done")).to_be_visible()
    studio.take("security-unfrozen")
    desk.context.clear_cookies()


def let_it_run_out(studio: Studio) -> None:
    """Take the end of a code that nobody scans, after the ones that follow by themselves; and one that is replaced."""
    desk = studio.desk
    begin(studio)
    for round_ in range(1, REISSUES + 2):
        shown = desk.get_by_test_id("qr-link").get_attribute("href") or ""
        start = shown.partition("#")[2].partition(".")[0]
        studio.stack.move_clock(round_ * (QR_SECONDS + 5))
        if round_ <= REISSUES:
            expect(desk.locator(f"[data-testid=qr-link][href*='#']:not([href*='{start}'])")).to_be_visible()
    expect_state(desk, "expired-unscanned")
    studio.stack.move_clock(0)
    studio.take("qr-expired")
    begin(studio)
    other = desk.context.new_page()
    begin(studio, other)
    expect_state(desk, "expired-replaced")
    other.close()
    studio.take("qr-replaced")


def say_yes(studio: Studio, number: str) -> None:
    """Tap the number that the page shows, and wait until the phone says that it is done."""
    studio.phone.locator(f"[data-testid=login-number][data-number='{number}']").click()
    expect(studio.phone.get_by_test_id("mark-done")).to_be_visible()


def be_late(studio: Studio) -> None:
    """Take a question that the phone leaves open, and an approval that the page does not take up."""
    desk, phone = studio.desk, studio.phone
    scan(studio)
    studio.stack.move_clock(MINUTE)
    expect_state(desk, "expired-undecided")
    studio.take("qr-undecided")
    phone.get_by_test_id("login-number").first.click()
    expect(phone.get_by_test_id("mark-failed")).to_be_visible()
    studio.screen("undecided")
    studio.stack.move_clock(0)
    number = scan(studio)
    desk.route(PICK_UP, lambda route: route.abort())
    say_yes(studio, number)
    expect_state(desk, "approved")
    studio.take("qr-approved")
    studio.stack.move_clock(MINUTE)
    desk.unroute(PICK_UP)
    expect_state(desk, "expired-uncollected")
    studio.take("qr-uncollected")
    studio.stack.move_clock(0)


def refuse(status: int) -> Callable[[Route], None]:
    """Return what answers a call with a refusal."""
    return lambda route: route.fulfill(status=status, json={"status": status, "code": "refused", "detail": "…"})


def be_refused(studio: Studio) -> None:
    """Take an approval whose answer was lost, and one that is refused."""
    desk = studio.desk
    for status, state in ((404, "used"), (403, "failed")):
        number = scan(studio)
        desk.route(PICK_UP, refuse(status))
        say_yes(studio, number)
        expect_state(desk, state)
        studio.take(f"qr-{state}")
        desk.unroute(PICK_UP)


def be_pushed_out(studio: Studio) -> None:
    """Take the end of a code where others begin logins with the same ID and birth date."""
    begin(studio)
    person, origin = studio.person, studio.stack.origin
    asked = {"national_id": person.national_id, "birth_date": person.birth_date}
    for _ in range(3):
        with Portal(origin) as other:
            other.call("POST", "/qr-logins", asked)
    expect_state(studio.desk, "expired-crowded")
    studio.take("qr-crowded")


def approve(studio: Studio) -> None:
    """Take the approval on both screens, with its number."""
    number = scan(studio)
    say_yes(studio, number)
    studio.screen("approved")
    receipt = studio.phone.get_by_test_id("fact-receipt").inner_text()
    studio.desk.wait_for_url("**/me")
    expect(studio.desk.get_by_test_id("me-receipt")).to_have_text(receipt)
    studio.take("me-by-phone")
    studio.tap("result-other")
    expect(studio.phone.get_by_test_id("fact-receipt").first).to_have_text(receipt)
    studio.screen("receipts")


def stay_on_the_phone(studio: Studio) -> None:
    """Take the login that begins and ends on the phone itself, and one that comes back to another browser."""
    phone = studio.phone
    number = begin(studio, phone)
    studio.screen("portal-waiting")
    studio.tap("qr-link")
    expect(phone.get_by_test_id("login-number")).to_have_count(3)
    phone.locator(f"[data-testid=login-number][data-number='{number}']").click()
    expect(phone.get_by_test_id("result-leave")).to_be_visible()
    studio.screen("approved-here")
    studio.tap("result-leave")
    phone.wait_for_url("**/me")
    studio.visit("/login/qr/return#begun.elsewhere", "qr-return-elsewhere")


def log_in_by_qr(studio: Studio) -> None:
    """Take QR logins that are refused, that run out and that succeed, and what such a session may not do."""
    studio.desk.context.clear_cookies()
    wait_and_type(studio)
    tap_the_wrong_number(studio)
    say_not_me(studio)
    let_it_run_out(studio)
    be_late(studio)
    be_refused(studio)
    be_pushed_out(studio)
    stay_on_the_phone(studio)
    approve(studio)
    studio.visit("/devices", "devices")
    studio.press("generate-code")
    studio.take("devices-step-up")
    studio.visit("/security", "security", dark=True)
    studio.visit("/login?again=1&next=/devices#card", "login-step-up")
