"""The phone's keys act only after its owner unlocked: by the phone's own lock, or where there is none by an app PIN."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from devtools.browser import Browser as Portal
from devtools.people import PASSWORD, Person, make_ready
from devtools.stack import Stack
from tests.journeys import acts
from tests.journeys.conftest import complaints, open_page
from tests.journeys.locks import PIN, PhoneLock, enter_pin, set_pin

KEPT = """async () => {
  const { get } = await import("/app/js/store.js");
  const names = ["device-key", "otp-key", "otp-seed", "unlock", "binding"];
  const found = await Promise.all(names.map(get));
  const told = Object.fromEntries(names.map((name, index) => [name, found[index] !== undefined]));
  return { ...told, kind: found[3]?.kind, left: found[3]?.left, extractable: found[0]?.privateKey.extractable };
}"""
KEY = "async () => (await (await import('/app/js/store.js')).get('device-key')).publicJwk.x"
WRONG = "594073"


@pytest.fixture(scope="module")
def hung(people: dict[str, Person]) -> Person:
    return people["hung-nhi"]


@pytest.fixture(scope="module")
def desk(stack: Stack, hung: Person) -> Iterator[Portal]:
    with Portal(stack.origin, card_url=stack.urls["card"]) as portal:
        make_ready(portal, hung, mail_url=stack.urls["mail"])
        yield portal


@pytest.fixture
def phone(chromium: Browser, desk: Portal) -> Iterator[Page]:
    """Open a phone on the screen where its owner confirms the binding; afterwards the list is empty again."""
    page = open_page(chromium, viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    yield page
    page.context.close()
    for device in phones_of(desk):
        desk.call("DELETE", f"/devices/{device['id']}")


def phones_of(desk: Portal) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = desk.call("GET", "/devices")["items"]
    return found


def bind(phone: Page, desk: Portal) -> None:
    """Bind the phone up to the question how it is to be guarded."""
    assert desk.require_reader()
    desk.login_by_card(PASSWORD)
    phone.goto(desk.device_code()["qr_text"])
    phone.get_by_test_id("bind-submit").click()


def bind_with_lock(phone: Page, desk: Portal) -> PhoneLock:
    lock = PhoneLock(phone)
    bind(phone, desk)
    phone.get_by_test_id("secure-phone").click()
    phone.get_by_test_id("result-main").click()
    return lock


def bind_with_pin(phone: Page, desk: Portal) -> None:
    bind(phone, desk)
    set_pin(phone)
    phone.get_by_test_id("result-main").click()


def scan(phone: Page, pc: Page, stack: Stack, person: Person) -> str:
    """Open the login's link on the phone; return the selector of the right number."""
    number = acts.start_qr_login(pc, stack, person)
    phone.goto(str(pc.get_by_test_id("qr-link").get_attribute("href")))
    return f"[data-testid=login-number][data-number='{number}']"


def test_a_login_is_approved_by_the_phones_own_lock_and_says_so(
    stack: Stack, hung: Person, desk: Portal, phone: Page, pc: Page
) -> None:
    heard = complaints(phone.context)
    lock = bind_with_lock(phone, desk)
    assert len(lock.credentials()) == 1
    number = scan(phone, pc, stack, hung)

    # a stranger holds the phone
    lock.passes(verified=False)
    phone.locator(number).click()
    expect(phone.get_by_test_id("lead")).to_contain_text("沒有解鎖")
    expect(pc.get_by_test_id("qr-waiting")).to_have_attribute("data-status", "scanned")

    # its owner
    lock.passes(verified=True)
    phone.locator(number).click()
    expect(phone.get_by_test_id("mark-done")).to_be_visible()

    expect(pc.get_by_test_id("me-way")).to_have_attribute("data-amr", "swk user")
    assert heard == []


def test_no_code_is_made_while_the_phone_is_locked(desk: Portal, phone: Page) -> None:
    lock = bind_with_lock(phone, desk)
    phone.reload()
    lock.passes(verified=False)

    phone.get_by_test_id("home-otp").click()
    expect(phone.get_by_test_id("unlock-notice")).to_be_visible()
    phone.get_by_test_id("unlock-cancel").click()
    expect(phone.get_by_test_id("otp-code")).to_have_count(0)

    lock.passes(verified=True)
    phone.get_by_test_id("otp-unlock").click()
    expect(phone.get_by_test_id("otp-code")).to_be_visible()
    kept = phone.evaluate(KEPT)
    assert (kept["kind"], kept["extractable"], kept["otp-seed"]) == ("phone", False, False)


def test_where_the_phones_lock_fails_a_pin_is_offered(desk: Portal, phone: Page) -> None:
    lock = PhoneLock(phone)
    bind(phone, desk)
    expect(phone.get_by_test_id("secure-instead")).to_be_hidden()
    lock.passes(verified=False)

    phone.get_by_test_id("secure-phone").click()
    expect(phone.get_by_test_id("secure-notice")).to_be_visible()
    phone.get_by_test_id("secure-instead").click()
    set_pin(phone)

    expect(phone.get_by_test_id("mark-done")).to_be_visible()


def test_a_phone_without_a_lock_of_its_own_gets_a_pin_that_is_not_easy_to_guess(desk: Portal, phone: Page) -> None:
    bind(phone, desk)
    for pin, again, fault in (("12345", "12345", "pin"), ("850520", "850520", "pin"), (PIN, WRONG, "again")):
        phone.get_by_test_id("secure-pin").fill(pin)
        phone.get_by_test_id("secure-again").fill(again)
        phone.get_by_test_id("secure-submit").click()
        expect(phone.get_by_test_id(f"secure-{fault}-error")).to_be_visible()
        expect(phone.get_by_test_id(f"secure-{fault}")).to_be_focused()

    set_pin(phone, f" {PIN[:3]} {PIN[3:]} ")  # as it is pasted

    expect(phone.get_by_test_id("mark-done")).to_be_visible()
    kept = phone.evaluate(KEPT)
    assert (kept["kind"], kept["left"]) == ("pin", 5)
    assert (kept["otp-key"], kept["otp-seed"], kept["extractable"]) == (False, False, False)


def test_an_app_closed_before_the_unlock_was_set_up_asks_for_it_first(stack: Stack, desk: Portal, phone: Page) -> None:
    bind(phone, desk)
    expect(phone.get_by_test_id("secure-pin")).to_be_visible()

    phone.goto(f"{stack.origin}/app/")
    set_pin(phone)

    expect(phone.get_by_test_id("home-state")).to_have_attribute("data-state", "bound")


def test_a_wrong_pin_says_how_many_tries_are_left_and_the_right_one_forgives(desk: Portal, phone: Page) -> None:
    bind_with_pin(phone, desk)
    phone.reload()
    phone.get_by_test_id("home-otp").click()
    expect(phone.get_by_test_id("unlock-pin")).to_be_focused()

    enter_pin(phone, WRONG)
    expect(phone.get_by_test_id("unlock-notice")).to_contain_text("4")
    phone.reload()  # starting again gives no new tries
    phone.get_by_test_id("home-otp").click()
    enter_pin(phone, WRONG)
    expect(phone.get_by_test_id("unlock-notice")).to_contain_text("3")
    enter_pin(phone)

    expect(phone.get_by_test_id("otp-code")).to_be_visible()
    assert phone.evaluate(KEPT)["left"] == 5


def test_five_wrong_pins_drop_the_keys_and_lead_to_binding_again(desk: Portal, phone: Page) -> None:
    bind_with_pin(phone, desk)
    assert len(phones_of(desk)) == 1
    phone.reload()
    phone.get_by_test_id("home-otp").click()

    for left in (4, 3, 2, 1):
        enter_pin(phone, WRONG)
        expect(phone.get_by_test_id("unlock-notice")).to_contain_text(str(left))
    enter_pin(phone, WRONG)
    expect(phone.get_by_test_id("unlock-title")).to_have_text("這支手機已停用")

    assert not any(phone.evaluate(KEPT)[name] for name in ("device-key", "otp-key", "unlock", "binding"))
    assert phones_of(desk) == []
    phone.get_by_test_id("unlock-out").click()
    expect(phone.get_by_test_id("welcome-scan")).to_be_visible()


def test_a_forgotten_pin_leads_to_binding_again(desk: Portal, phone: Page) -> None:
    bind_with_pin(phone, desk)
    phone.reload()
    phone.get_by_test_id("home-otp").click()

    phone.get_by_test_id("unlock-forgotten").click()
    phone.get_by_test_id("unlock-back").click()
    phone.get_by_test_id("unlock-forgotten").click()
    phone.get_by_test_id("unlock-forget").click()

    expect(phone.get_by_test_id("welcome-scan")).to_be_visible()
    assert phones_of(desk) == []


def test_nothing_is_signed_or_unbound_without_the_pin(
    stack: Stack, hung: Person, desk: Portal, phone: Page, pc: Page
) -> None:
    bind_with_pin(phone, desk)
    number = scan(phone, pc, stack, hung)
    phone.locator(number).click()
    expect(phone.get_by_test_id("unlock-pin")).to_be_focused()
    phone.keyboard.press("Escape")
    expect(phone.get_by_test_id("lead")).to_contain_text("沒有解鎖")
    expect(pc.get_by_test_id("qr-waiting")).to_have_attribute("data-status", "scanned")
    phone.locator(number).click()
    enter_pin(phone)
    expect(pc.get_by_test_id("me-way")).to_have_attribute("data-amr", "swk")

    phone.goto(f"{stack.origin}/app/")
    phone.get_by_test_id("home-phones").click()
    phone.get_by_test_id("phones-item").click()
    phone.get_by_test_id("phone-unbind").click()
    phone.get_by_test_id("confirm-yes").click()
    phone.get_by_test_id("unlock-cancel").click()
    expect(phone.get_by_test_id("confirm-notice")).to_contain_text("沒有解鎖")
    assert len(phones_of(desk)) == 1
    phone.get_by_test_id("confirm-yes").click()
    enter_pin(phone)
    expect(phone.get_by_test_id("mark-done")).to_be_visible()
    assert phones_of(desk) == []


def manage(phone: Page, stack: Stack, what: str) -> None:
    """Open what can be done with this phone, from the start."""
    phone.goto(f"{stack.origin}/app/")
    phone.get_by_test_id("home-phones").click()
    phone.get_by_test_id("phones-item").click()
    phone.get_by_test_id(f"phone-{what}").click()


def log_in_by_its_code(phone: Page, stack: Stack, desk: Portal, hung: Person, pin: str | None = None) -> None:
    """Open a session by the code that this phone shows."""
    phone.goto(f"{stack.origin}/app/")
    phone.get_by_test_id("home-otp").click()
    if pin:
        enter_pin(phone, pin)
    expect(phone.get_by_test_id("otp-code")).to_be_visible()
    code = phone.get_by_test_id("otp-code").inner_text()
    assert desk.login_by_otp(national_id=hung.national_id, birth_date=hung.birth_date, otp=code)["acr"]


def test_the_pin_is_changed_by_whoever_knows_the_present_one(
    stack: Stack, hung: Person, desk: Portal, phone: Page
) -> None:
    bind_with_pin(phone, desk)
    manage(phone, stack, "pin")
    entries = {name: phone.get_by_test_id(f"keys-{name}") for name in ("present", "pin", "again")}

    for typed, wrong in (((PIN, "123456", "123456"), "pin"), ((PIN, "482957", WRONG), "again")):
        for name, value in zip(entries, typed, strict=True):
            entries[name].fill(value)
        phone.get_by_test_id("keys-submit").click()
        expect(phone.get_by_test_id(f"keys-{wrong}-error")).to_be_visible()
    for name, value in zip(entries, (WRONG, "482957", "482957"), strict=True):
        entries[name].fill(value)
    phone.get_by_test_id("keys-submit").click()
    expect(phone.get_by_test_id("keys-notice")).to_contain_text("4")
    entries["present"].fill(PIN)
    phone.get_by_test_id("keys-submit").click()

    expect(phone.get_by_test_id("title")).to_have_text("App 密碼已變更")
    assert phone.evaluate(KEPT)["left"] == 5
    log_in_by_its_code(phone, stack, desk, hung, "482957")


def test_new_keys_behind_the_pin_replace_the_old_ones(stack: Stack, hung: Person, desk: Portal, phone: Page) -> None:
    heard = complaints(phone.context)
    bind_with_pin(phone, desk)
    before = phone.evaluate(KEY)
    manage(phone, stack, "keys")
    phone.get_by_test_id("keys-present").fill(PIN)
    phone.get_by_test_id("keys-submit").click()

    expect(phone.get_by_test_id("title")).to_have_text("金鑰已更換")
    assert phone.evaluate(KEY) != before
    assert phone.evaluate(KEPT)["otp-key"] is False
    assert len(phones_of(desk)) == 1
    log_in_by_its_code(phone, stack, desk, hung, PIN)
    assert heard == []


def test_new_keys_behind_the_phones_own_lock(stack: Stack, hung: Person, desk: Portal, phone: Page) -> None:
    lock = bind_with_lock(phone, desk)
    before = phone.evaluate(KEY)
    manage(phone, stack, "keys")
    expect(phone.get_by_test_id("phone-pin")).to_have_count(0)
    lock.passes(verified=False)
    phone.get_by_test_id("keys-submit").click()
    phone.get_by_test_id("unlock-cancel").click()
    expect(phone.get_by_test_id("keys-notice")).to_contain_text("沒有解鎖")
    assert phone.evaluate(KEY) == before

    lock.passes(verified=True)
    phone.get_by_test_id("keys-submit").click()

    expect(phone.get_by_test_id("title")).to_have_text("金鑰已更換")
    assert phone.evaluate(KEY) != before
    log_in_by_its_code(phone, stack, desk, hung)


def test_a_change_of_keys_whose_answer_was_lost_is_finished_later(
    stack: Stack, hung: Person, desk: Portal, phone: Page
) -> None:
    bind_with_pin(phone, desk)
    manage(phone, stack, "keys")
    phone.context.route("**/api/v1/devices/*/keys", lambda route: (route.fetch(), route.abort()))
    phone.get_by_test_id("keys-present").fill(PIN)
    phone.get_by_test_id("keys-submit").click()
    expect(phone.get_by_test_id("keys-notice")).to_be_visible()
    phone.context.unroute("**/api/v1/devices/*/keys")

    phone.goto(f"{stack.origin}/app/")
    expect(phone.get_by_test_id("title")).to_have_text("金鑰還沒換完")
    phone.get_by_test_id("keys-present").fill(PIN)
    phone.get_by_test_id("keys-submit").click()

    expect(phone.get_by_test_id("title")).to_have_text("金鑰已更換")
    log_in_by_its_code(phone, stack, desk, hung, PIN)
