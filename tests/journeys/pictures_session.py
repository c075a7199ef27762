"""Pictures of what a session is good for, of its end, and of a unit's session."""

from playwright.sync_api import expect

from tests.journeys.studio import Studio

UNIT_CARD, UNIT_PIN, UNIT_CODE = "unit1-card", "10101010", "110900011"
SOON = 14 * 60 * 1000  # ms: a session that nobody uses lives fifteen minutes
STRONGER = "/login?again=1&ways=card,certificate,passkey,twfido,qr&next=/functions/filings"


def use_session(studio: Studio) -> None:
    """Take what an open session shows: what it is good for, the stronger login, and the warning before its end."""
    studio.visit("/me", "me-functions")
    studio.visit("/functions/filings", "function-open")
    studio.visit(STRONGER, "login-stronger")
    late = studio.desk.context.new_page()
    late.clock.install()
    late.goto(f"{studio.stack.origin}/me")
    late.clock.run_for(SOON)
    expect(late.get_by_test_id("session-soon")).to_be_visible()
    studio.take("session-soon", page=late, dark=True)
    late.clock.run_for(SOON)
    expect(late.get_by_test_id("session-over")).to_be_visible()
    studio.take("session-over", page=late)
    late.close()


def come_as_unit(studio: Studio) -> None:
    """Take a unit's login and its page."""
    desk = studio.desk
    desk.context.clear_cookies()
    studio.reader.insert(UNIT_CARD)
    desk.goto(f"{studio.stack.origin}/login#certificate")
    desk.get_by_test_id("certificate-pin").fill(UNIT_PIN)
    desk.get_by_test_id("certificate-appoint-managers").check()
    desk.get_by_test_id("certificate-unit-code").fill(UNIT_CODE)
    studio.take("login-unit")
    studio.press("certificate-submit")
    expect(desk.get_by_test_id("unit-number")).to_be_visible()
    studio.take("unit")
    studio.press("logout-everywhere")
    expect(desk.get_by_test_id("out-everywhere")).to_be_visible()
    studio.take("logged-out-everywhere")
