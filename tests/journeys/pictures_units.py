"""Pictures of an insured unit: registered with mistakes, its managers named, its data, withdrawn at the end."""

from playwright.sync_api import Page, expect

from tests.journeys import acts
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
    person = studio.person
    manager = {"national-id": person.national_id, "mobile": "0900-000-199", "email": person.email}
    fill(desk, manager | {"name": "陳別人"})
    studio.press("add")
    expect(desk.locator("#name-error")).to_be_visible()
    studio.take("managers-wrong")
    fill(desk, manager | {"name": person.name})
    studio.press("add")
    expect(desk.get_by_test_id("done")).to_have_attribute("data-done", "added")
    studio.take("managers", dark=True)
    studio.press("credential-certificate", "end-open")
    studio.take("managers-delete")


def manage(studio: Studio) -> None:
    """Take what a manager does: roles, a clerk with one of them, and the unit's log."""
    desk, here = studio.desk, f"/units/{UNIT_CODE}"
    desk.context.clear_cookies()
    studio.reader.insert(studio.person.card_id)
    desk.goto(f"{studio.stack.origin}/login#card")
    acts.log_in_by_card(desk, studio.person)
    studio.visit(here, "unit-manager")
    studio.visit(f"{here}/grants", "grants-empty")
    studio.visit(f"{here}/roles", "roles-empty")
    desk.get_by_test_id("role-name").fill("人事")
    studio.press("tick-batch_upload", "tick-survey", "make-role-submit")
    expect(desk.get_by_test_id("role")).to_have_count(1)
    studio.take("roles", dark=True)
    studio.visit(f"{here}/clerks/new", "clerk-new")
    clerk = {"clerk-national-id": "B109000035", "clerk-name": "陳範例", "clerk-mobile": "0900000103"}
    fill(desk, clerk | {"clerk-email": "chen@example.org"})
    studio.press("new-clerk-submit")
    expect(desk.get_by_test_id("no-grants")).to_be_visible()
    studio.take("clerk")
    studio.press("choose-role", "give")
    expect(desk.get_by_test_id("grant")).to_have_count(1)
    studio.take("clerk-given")
    studio.visit(f"{here}/grants", "grants")
    studio.visit(f"{here}/acts", "unit-acts")


def upload(studio: Studio) -> None:
    """Take a batch: the form, a file with faults, a file that is entered, and the list."""
    desk, here = studio.desk, f"/units/{UNIT_CODE}/batches"
    studio.visit(here, "batches-empty")
    studio.visit(f"{here}/new", "batch-new", dark=True)
    name = desk.get_by_test_id("file-name").inner_text()
    wrong = b"ID,e-mail\r\nA109000016,wang@example.org\r\n"
    desk.get_by_test_id("file").set_input_files({"name": name, "mimeType": "text/csv", "buffer": wrong})
    expect(desk.get_by_test_id("check")).to_be_visible()
    studio.take("batch-faults")
    # Somebody insured in another unit, and one with a mistyped number beside them.
    rows = b"D209000057,wu@example.org,0900000105,\r\nA109000017,wang@example.org,0900000101,02-21234567\r\n"
    desk.get_by_test_id("file").set_input_files({"name": name, "mimeType": "text/csv", "buffer": rows})
    expect(desk.get_by_test_id("check")).to_be_visible()
    studio.take("batch-checked")
    studio.press("upload-submit")
    desk.wait_for_url("**/batches/*")
    expect(desk.get_by_test_id("failed-row")).to_have_count(2)
    studio.take("batch", dark=True)
    studio.visit(here, "batches")


def use_unit(studio: Studio) -> None:
    """Walk through everything of a unit, which is withdrawn at the end, so that another walk can begin."""
    register_unit(studio)
    name_managers(studio)
    manage(studio)
    upload(studio)
    withdraw_unit(studio)


def withdraw_unit(studio: Studio) -> None:
    """Take a unit's data and the end of its registration."""
    studio.desk.context.clear_cookies()
    studio.reader.insert(UNIT_CARD)
    come_to_name_managers(studio)
    studio.visit(f"/units/{UNIT_CODE}/registration", "unit-data")
    studio.press("withdraw-open", "sure")
    studio.take("unit-withdraw")
    studio.press("withdraw")
    expect(studio.desk.get_by_test_id("done")).to_have_attribute("data-done", "withdrawn")
    studio.take("unit-withdrawn")
    studio.reader.insert(studio.person.card_id)
