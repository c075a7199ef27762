"""The whole story in real browsers: the card once, and from then on the phone."""

import re

from playwright.sync_api import Browser, Page, expect

from devtools.browser import CardReader
from devtools.people import Person
from devtools.stack import Stack
from tests.journeys import acts
from tests.journeys.camera import Camera
from tests.journeys.conftest import complaints, open_page
from tests.journeys.locks import guard

CODE = re.compile(r"^\d{4} \d{4}$")


def test_from_the_card_to_the_portal_by_camera_and_by_code(
    chromium: Browser,
    stack: Stack,
    people: dict[str, Person],
    reader: CardReader,
    pc: Page,
    phone: Page,
    camera: Camera,
) -> None:
    wang = people["wang-nhi"]
    heard = [complaints(pc.context), complaints(phone.context)]

    reader.insert(wang.card_id)
    acts.register(pc, stack, wang)
    acts.confirm(pc, stack, wang)
    pc.get_by_test_id("to-login").click()
    acts.log_in_by_card(pc, wang)

    bind_by_camera(pc, phone, camera, stack)
    log_in_by_camera(open_page(chromium), phone, camera, stack, wang)
    log_in_by_code(open_page(chromium), phone, stack, wang)
    assert heard == [[], []]
    read_a_code_offline(phone)


def bind_by_camera(pc: Page, phone: Page, camera: Camera, stack: Stack) -> None:
    expect(pc.get_by_test_id("no-devices")).to_be_visible()
    pc.get_by_test_id("generate-code").click()
    expect(pc.get_by_test_id("device-qr").locator("svg")).to_be_visible()
    acts.show_to(camera, pc, "device-qr")

    phone.goto(f"{stack.origin}/app/")
    phone.get_by_test_id("welcome-scan").click()
    phone.get_by_test_id("bind-submit").click()
    guard(phone)
    phone.get_by_test_id("result-main").click()

    expect(phone.get_by_test_id("home-state")).to_have_attribute("data-state", "bound")
    expect(pc.get_by_test_id("device-code-view")).to_have_attribute("data-status", "used")
    expect(pc.get_by_test_id("device")).to_have_count(1)


def log_in_by_camera(page: Page, phone: Page, camera: Camera, stack: Stack, person: Person) -> None:
    camera.see_nothing()
    phone.get_by_test_id("home-scan").click()
    expect(phone.get_by_test_id("scan-video")).to_have_class("camera live")

    number = acts.start_qr_login(page, stack, person)
    acts.show_to(camera, page, "qr-link")

    expect(phone.get_by_test_id("login-number")).to_have_count(3)
    expect(page.get_by_test_id("qr-waiting")).to_have_attribute("data-status", "scanned")
    phone.locator(f"[data-testid=login-number][data-number='{number}']").click()
    expect(phone.get_by_test_id("mark-done")).to_be_visible()

    expect(page.get_by_test_id("me-way")).to_have_attribute("data-amr", "swk")
    assert page.url == f"{stack.origin}/me"
    page.context.close()
    phone.get_by_test_id("result-main").click()


def log_in_by_code(page: Page, phone: Page, stack: Stack, person: Person) -> None:
    phone.get_by_test_id("home-otp").click()
    expect(phone.get_by_test_id("otp-code")).to_have_text(CODE)
    code = phone.get_by_test_id("otp-code").inner_text()

    acts.log_in_by_otp(page, stack, person, code)

    expect(page.get_by_test_id("me-way")).to_have_attribute("data-amr", "otp")
    page.context.close()


def read_a_code_offline(phone: Page) -> None:
    phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.context.set_offline(offline=True)
    phone.reload()
    expect(phone.get_by_test_id("home-state")).to_have_attribute("data-state", "offline")
    phone.get_by_test_id("home-otp").click()
    expect(phone.get_by_test_id("otp-code")).to_have_text(CODE)
    phone.context.set_offline(offline=False)
