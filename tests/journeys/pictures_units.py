"""Pictures of an insured unit: registered with mistakes, its managers named, its data, withdrawn at the end."""

from playwright.sync_api import Page, expect

from tests.journeys.pictures_session import UNIT_CARD, UNIT_CODE, UNIT_PIN
from tests.journeys.studio import Studio

ENTERED = {
    "unit-code": UNIT_CODE,
    "name": "測試一號有限公司",
    "business-number": "00009001",
    "responsible-id": "F209000022",
    "phone": "02-21234567",
    "email": "unit1@example.org",
}
MANAGER = {"national-id": "B109000035", "name": "陳範例", "mobile": "0900-000-103", "email": "chen@example.org"}


def fill(page: Page, fields: dict[str, str]) -> None:
    """Type into the fields of the open form, by their test ids."""
    for field, text in fields.items():
        page.get_by_test_id(field).fill(text)


def register_unit(studio: Studio) -> None:
    """Take a unit's registration: empty, wrong, by each proof, and its result."""
    desk = studio.desk
    desk.context.clear_cookies()
    studio.visit("/units/register", "unit-register", dark=True)
    for way in ("otp", "unit"):
        studio.press(f"way-{way}")
        studio.take(f"unit-register-{way}")
    studio.reader.insert(UNIT_CARD)
    fill(desk, ENTERED | {"business-number": "00009002", "phone": "", "pin": UNIT_PIN})
    studio.press("submit")
    expect(desk.locator("#business_number-error")).to_be_visible()
    studio.take("unit-register-wrong")
    fill(desk, ENTERED | {"pin": UNIT_PIN})
    desk.get_by_test_id("nhi-only").check()
    studio.press("submit")
    expect(desk.get_by_test_id("unit-registered")).to_be_visible()
    studio.take("unit-registered")


def come_to_name_managers(studio: Studio) -> None:
    """Log in with the unit's certificate and the tick."""
    desk = studio.desk
    desk.goto(f"{studio.stack.origin}/login#certificate")
    desk.get_by_test_id("certificate-pin").fill(UNIT_PIN)
    desk.get_by_test_id("certificate-appoint-managers").check()
    desk.get_by_test_id("certificate-unit-code").fill(UNIT_CODE)
    studio.press("certificate-submit")
    expect(desk.get_by_test_id("to-units")).to_be_visible()


def name_managers(studio: Studio) -> None:
    """Take the owner's menu, the empty list, a mistake, and a manager."""
    desk = studio.desk
    come_to_name_managers(studio)
    studio.take("me-owner")
    studio.visit(f"/units/{UNIT_CODE}", "unit-owner")
    studio.visit(f"/units/{UNIT_CODE}/managers", "managers-empty")
    fill(desk, MANAGER | {"name": "陳別人"})
    studio.press("add")
    expect(desk.locator("#name-error")).to_be_visible()
    studio.take("managers-wrong")
    fill(desk, MANAGER)
    studio.press("add")
    expect(desk.get_by_test_id("done")).to_have_attribute("data-done", "added")
    studio.take("managers", dark=True)
    studio.press("credential-certificate", "end-open")
    studio.take("managers-delete")


def withdraw_unit(studio: Studio) -> None:
    """Take a unit's data and the end of its registration."""
    studio.visit(f"/units/{UNIT_CODE}/registration", "unit-data")
    studio.press("withdraw-open", "sure")
    studio.take("unit-withdraw")
    studio.press("withdraw")
    expect(studio.desk.get_by_test_id("done")).to_have_attribute("data-done", "withdrawn")
    studio.take("unit-withdrawn")
    studio.reader.insert(studio.person.card_id)
