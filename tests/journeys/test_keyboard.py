"""The pages by keyboard alone."""

from playwright.sync_api import Page, expect

from devtools.browser import Browser as Portal
from devtools.browser import CardReader
from devtools.people import PASSWORD, Person, make_ready
from devtools.stack import Stack
from mobileapp.client import Phone
from tests.journeys import acts
from tests.journeys.locks import PIN

LONGEST_LIST = 120  # more than any district has villages
CHOSEN = "document.activeElement.value"
FARTHEST = 60  # presses of the tabulator: more than any page has things to reach
FOCUSED = "document.activeElement?.dataset.testid"
NOTHING_BEHIND = "document.activeElement === document.body || document.activeElement.closest('dialog') !== null"
RINGED = """() => {
  const { boxShadow, outlineStyle } = getComputedStyle(document.activeElement);
  return boxShadow !== "none" || outlineStyle !== "none";
}"""


def test_the_ways_to_log_in_are_reached_by_arrows(stack: Stack, pc: Page) -> None:
    pc.goto(f"{stack.origin}/login#card")

    tab_to(pc, "tab-card")
    pc.keyboard.press("End")
    last = pc.locator("[role=tab]").last
    expect(last).to_be_focused()
    pc.keyboard.press("ArrowRight")
    first = pc.locator("[role=tab]").first
    expect(first).to_be_focused()
    expect(first).to_have_attribute("aria-selected", "true")
    expect(last).to_have_attribute("tabindex", "-1")
    pc.keyboard.press("End")

    pc.keyboard.press("Tab")
    chosen = pc.locator(f"#way-{last.get_attribute('data-way')}")
    expect(chosen.locator(":focus")).to_have_count(1)


def test_registration_and_login_need_no_mouse(
    stack: Stack, people: dict[str, Person], reader: CardReader, pc: Page
) -> None:
    huang = people["huang-nhi"]
    reader.insert(huang.card_id)

    pc.goto(f"{stack.origin}/registration/apply")
    press(pc, "begin-check")
    expect(pc.get_by_test_id("check-card")).to_have_attribute("data-state", "good")
    expect(pc.get_by_test_id("to-terms")).to_be_focused()
    press(pc, "to-terms")
    press(pc, "accept-terms")
    expect(pc.get_by_test_id("card-name")).to_contain_text(huang.name)
    write(pc, "household-number", huang.household["number"])
    for part in acts.AREAS:
        pick(pc, f"choose-{part}", huang.household[part])
    write(pc, "household-neighbourhood", huang.household["neighbourhood"])
    press(pc, "to-account")
    for name, text in {"password": PASSWORD, "password-again": PASSWORD, "email": huang.email}.items():
        write(pc, name, text)
    write(pc, "mobile", "0900000104")
    pc.keyboard.press("Enter")
    expect(pc.get_by_test_id("sent")).to_be_visible()

    pc.goto(acts.link_of_mail(stack, huang))
    press(pc, "confirm-submit")
    press(pc, "to-login")
    write(pc, "card-password", PASSWORD)
    enter(pc, "card-submit")
    expect(pc.get_by_test_id("no-devices")).to_be_visible()
    press(pc, "generate-code")
    expect(pc.get_by_test_id("device-code")).to_be_visible()


def test_enter_before_the_script_is_there_sends_no_password_anywhere(stack: Stack, pc: Page) -> None:
    sent: list[str] = []
    pc.route("**/static/js/login-card.js", lambda route: route.abort())
    pc.goto(f"{stack.origin}/login#card")
    pc.on("request", lambda request: sent.append(request.url))
    write(pc, "card-password", PASSWORD)
    pc.keyboard.press("Enter")

    pc.get_by_test_id("card-password").press("Tab")  # whatever Enter began is under way by now
    expect(pc.get_by_test_id("card-password")).to_have_value(PASSWORD)
    assert not [url for url in sent if "password" in url or url.startswith(f"{stack.origin}/login")]


def test_a_visit_at_the_counter_needs_no_mouse(
    stack: Stack, people: dict[str, Person], reader: CardReader, pc: Page
) -> None:
    # a member of staff enters
    visitor, member = people["chuang-nhi"], stack.add_staff()
    reader.insert(member.card_id)
    pc.goto(f"{stack.origin}/counter/login")
    write(pc, "staff-pin", member.pin)
    enter(pc, "staff-submit")
    # and registers somebody
    press(pc, "to-register")
    reader.insert(visitor.card_id)
    press(pc, "read-card")
    expect(pc.get_by_test_id("card-name")).to_contain_text(visitor.name)
    write(pc, "household-number", visitor.household["number"])
    for part in acts.AREAS:
        pick(pc, f"choose-{part}", visitor.household[part])
    write(pc, "household-neighbourhood", visitor.household["neighbourhood"])
    write(pc, "email", visitor.email)
    write(pc, "mobile", "0900000105")
    tab_to(pc, "accept-terms")
    pc.keyboard.press("Space")
    write(pc, "password", PASSWORD)
    write(pc, "password-again", PASSWORD)
    press(pc, "submit-registration")
    expect(pc.get_by_test_id("registration-reason")).to_be_focused()  # what is missing gets the focus
    write(pc, "registration-reason", "came in person with both documents")
    pc.keyboard.press("Enter")
    expect(pc.get_by_test_id("done")).to_have_attribute("data-done", "registered")
    # makes a device code
    press(pc, "to-phone")
    write(pc, "code-reason", "asked for it at the counter")
    enter(pc, "make-code-submit")
    expect(pc.get_by_test_id("device-code")).to_be_visible()
    press(pc, "back")
    # suspends, and finds the person again by ID
    write(pc, "services-reason", "asked for it after a burglary")
    press(pc, "suspend")
    expect(pc.get_by_test_id("done")).to_have_attribute("data-done", "suspended")
    press(pc, "back")
    write(pc, "look-national-id", visitor.national_id)
    year, month, day = (int(part) for part in visitor.birth_date.split("-"))
    for part, number in {"year": year - acts.FIRST_ROC_YEAR, "month": month, "day": day}.items():
        write(pc, f"look-birth-{part}", str(number))
    write(pc, "look-reason", "wants the services back")
    pc.keyboard.press("Enter")
    write(pc, "services-reason", "came in person again")
    press(pc, "restore")
    expect(pc.get_by_test_id("done")).to_have_attribute("data-done", "restored")
    press(pc, "staff-logout")
    pc.wait_for_url("**/counter/login")


def test_a_step_that_is_not_done_puts_the_focus_where_something_is_missing(
    stack: Stack, people: dict[str, Person], reader: CardReader, pc: Page
) -> None:
    reader.insert(people["huang-nhi"].card_id)
    pc.goto(f"{stack.origin}/registration/apply")
    press(pc, "begin-check")
    press(pc, "to-terms")
    press(pc, "accept-terms")
    expect(pc.get_by_test_id("card-name")).to_be_visible()

    press(pc, "to-account")

    expect(pc.get_by_test_id("household-number")).to_be_focused()
    expect(pc.locator("#household-number-error")).to_be_visible()


def test_binding_a_phone_and_its_one_time_code_need_no_mouse(
    stack: Stack, people: dict[str, Person], portal: Portal, pc: Page, phone: Page
) -> None:
    hsieh = people["hsieh-nhi"]
    make_ready(portal, hsieh, mail_url=stack.urls["mail"])

    phone.goto(f"{stack.origin}/app/")
    press(phone, "welcome-code")
    write(phone, "bind-code", portal.device_code()["code"])
    write(phone, "bind-national-id", hsieh.national_id)
    phone.keyboard.press("Enter")
    write(phone, "secure-pin", PIN)
    write(phone, "secure-again", PIN)
    phone.keyboard.press("Enter")
    press(phone, "result-main")
    phone.reload()  # it is asked again
    press(phone, "home-otp")
    write(phone, "unlock-pin", PIN)
    phone.keyboard.press("Enter")
    expect(phone.get_by_test_id("otp-code")).to_be_visible()
    code = phone.get_by_test_id("otp-code").inner_text()

    year, month, day = (int(part) for part in hsieh.birth_date.split("-"))
    pc.goto(f"{stack.origin}/login#otp")
    write(pc, "otp-national-id", hsieh.national_id)
    for part, number in {"year": year - acts.FIRST_ROC_YEAR, "month": month, "day": day}.items():
        write(pc, f"otp-birth-{part}", str(number))
    write(pc, "otp-code", code)
    assert pc.evaluate(RINGED), "the focus is not to be seen"
    pc.keyboard.press("Enter")

    expect(pc.get_by_test_id("me-way")).to_have_attribute("data-amr", "otp")


def test_the_first_press_of_the_tabulator_offers_to_skip_the_menu(stack: Stack, pc: Page) -> None:
    pc.goto(f"{stack.origin}/registration/resend")

    pc.keyboard.press("Tab")
    skip = pc.locator(".skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    pc.keyboard.press("Enter")
    pc.keyboard.press("Tab")

    expect(pc.get_by_test_id("email")).to_be_focused()


def test_a_refusal_of_the_reader_gets_the_focus_and_leads_to_its_row_of_the_help(
    stack: Stack, reader: CardReader, pc: Page
) -> None:
    reader.insert(None)
    pc.goto(f"{stack.origin}/registration/cancel")

    press(pc, "cancel-submit")

    fault = pc.get_by_test_id("cancel-fault")
    expect(fault).to_be_focused()
    expect(fault).to_contain_text("[9056]")
    pc.keyboard.press("Tab")
    with pc.expect_popup() as opened:
        pc.keyboard.press("Enter")
    row = opened.value.locator("tr:target")
    expect(row).to_be_in_viewport()
    expect(row).to_have_attribute("data-number", "9056")


def test_qr_login_needs_no_mouse_at_the_desk_nor_on_the_phone(
    stack: Stack, people: dict[str, Person], portal: Portal, pc: Page, phone: Page
) -> None:
    kuo = people["kuo-nhi"]
    make_ready(portal, kuo, mail_url=stack.urls["mail"])
    phone.goto(portal.device_code()["qr_text"])
    press(phone, "bind-submit")
    write(phone, "secure-pin", PIN)
    write(phone, "secure-again", PIN)
    phone.keyboard.press("Enter")
    press(phone, "result-main")

    pc.goto(f"{stack.origin}/login#qr")
    year, month, day = (int(part) for part in kuo.birth_date.split("-"))
    write(pc, "qr-national-id", kuo.national_id)
    for part, number in {"year": year - acts.FIRST_ROC_YEAR, "month": month, "day": day}.items():
        write(pc, f"qr-birth-{part}", str(number))
    pc.keyboard.press("Enter")
    expect(pc.get_by_test_id("qr-waiting")).to_be_focused()
    shown = pc.get_by_test_id("match-code").inner_text()
    phone.goto(str(pc.get_by_test_id("qr-link").get_attribute("href")))
    expect(phone.get_by_test_id("title")).to_be_focused()
    expect(phone.get_by_test_id("login-number")).to_have_count(3)
    for _ in range(FARTHEST):
        phone.keyboard.press("Tab")
        if phone.evaluate("document.activeElement?.dataset.number") == shown:
            break
    phone.keyboard.press("Space")
    write(phone, "unlock-pin", PIN)
    phone.keyboard.press("Enter")

    expect(pc.get_by_test_id("me-way")).to_have_attribute("data-amr", "swk")
    expect(phone.get_by_test_id("title")).to_be_focused()


def test_a_question_keeps_the_focus_and_gives_it_back(
    stack: Stack, people: dict[str, Person], portal: Portal, reader: CardReader, pc: Page
) -> None:
    kao = people["kao-nhi"]
    make_ready(portal, kao, mail_url=stack.urls["mail"])
    with Phone(stack.origin) as phone:
        phone.bind_by_qr(portal.device_code()["qr_text"])
    reader.insert(kao.card_id)
    pc.goto(f"{stack.origin}/login?next=/devices#card")
    acts.log_in_by_card(pc, kao)

    press(pc, "unbind")
    question = pc.get_by_test_id("sure")
    expect(question.locator(":focus")).to_have_count(1)
    for _ in range(6):
        pc.keyboard.press("Tab")
        assert pc.evaluate(NOTHING_BEHIND)
    pc.keyboard.press("Escape")
    expect(question).to_be_hidden()
    expect(pc.get_by_test_id("unbind")).to_be_focused()

    pc.keyboard.press("Space")
    press(pc, "sure-yes")
    expect(pc.get_by_test_id("devices-done")).to_be_focused()


def test_the_menu_of_a_narrow_window_opens_by_keyboard(
    stack: Stack, people: dict[str, Person], portal: Portal, reader: CardReader, pc: Page
) -> None:
    lai = people["lai-nhi"]
    make_ready(portal, lai, mail_url=stack.urls["mail"])
    reader.insert(lai.card_id)
    pc.goto(f"{stack.origin}/login#card")
    acts.log_in_by_card(pc, lai)
    expect(pc.get_by_test_id("menu")).to_be_hidden()  # a wide window shows all of it
    expect(pc.get_by_test_id("nav-me")).to_be_visible()
    pc.set_viewport_size({"width": 390, "height": 844})
    expect(pc.get_by_test_id("nav-me")).to_be_hidden()

    press(pc, "menu")
    for _ in range(FARTHEST):
        pc.keyboard.press("Tab")
        if pc.evaluate("document.activeElement?.getAttribute('href')") == "/security":
            break
    pc.keyboard.press("Enter")

    pc.wait_for_url("**/security")
    expect(pc.locator("h1")).to_be_visible()


def tab_to(page: Page, test_id: str) -> None:
    """Press the tabulator until that has the focus."""
    expect(page.get_by_test_id(test_id)).to_be_visible()
    for _ in range(FARTHEST):
        if page.evaluate(FOCUSED) == test_id:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{test_id} is not reached by the tabulator")


def press(page: Page, test_id: str) -> None:
    tab_to(page, test_id)
    page.keyboard.press("Enter")


def enter(page: Page, submit: str) -> None:
    """Send the form by the Enter key, once its script can take it."""
    expect(page.get_by_test_id(submit)).to_be_enabled()
    page.keyboard.press("Enter")


def write(page: Page, test_id: str, text: str) -> None:
    tab_to(page, test_id)
    page.keyboard.type(text)


def pick(page: Page, test_id: str, name: str) -> None:
    """Go down a list by the arrow until that is chosen."""
    tab_to(page, test_id)
    for _ in range(LONGEST_LIST):
        if page.evaluate(CHOSEN) == name:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{name} is not in the list {test_id}")
