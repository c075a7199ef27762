"""What people do on the pages, at a desk and on a phone."""

import re
from collections.abc import Mapping
from urllib.parse import urljoin

from playwright.sync_api import Page, expect

from devtools.browser import CardReader, items_of
from devtools.people import PASSWORD, Person, get, wait_for_link
from devtools.stack import Stack
from tests.journeys.camera import Camera

FIRST_ROC_YEAR = 1911
AREAS = ("county", "district", "village")
ACTIVATION = re.compile(r"/underwriting/activate#([\w.~-]+)")
UNLISTED = "…"  # the choice that opens a text field


def register(page: Page, stack: Stack, person: Person) -> None:
    """Walk through the wizard with the card in the reader, up to the mail."""
    come_to_the_account(page, stack, person)
    page.get_by_test_id("password").fill(PASSWORD)
    page.get_by_test_id("password-again").fill(PASSWORD)
    page.get_by_test_id("email").fill(person.email)
    page.get_by_test_id("mobile").fill("0900-000-101")
    page.get_by_test_id("submit-registration").click()
    expect(page.get_by_test_id("sent")).to_contain_text(person.email)


def come_to_the_account(page: Page, stack: Stack, person: Person) -> None:
    """Walk through the wizard to the step with password and contact."""
    page.goto(f"{stack.origin}/registration/apply")
    page.get_by_test_id("begin-check").click()
    expect(page.get_by_test_id("check-card")).to_have_attribute("data-state", "good")
    page.get_by_test_id("to-terms").click()
    page.get_by_test_id("accept-terms").click()
    expect(page.get_by_test_id("card-name")).to_contain_text(person.name)
    fill_household(page, person.household)
    page.get_by_test_id("to-account").click()


def fill_household(page: Page, household: Mapping[str, str]) -> None:
    """Type number and neighbourhood, and choose the rest from the lists."""
    for part in ("number", "neighbourhood"):
        page.get_by_test_id(f"household-{part}").fill(household[part])
    for part in AREAS:
        choose_area(page, part, household[part])


def choose_area(page: Page, part: str, name: str) -> None:
    """Choose a part of the address from its list; what is not in it is typed."""
    offered = page.get_by_test_id(f"choose-{part}")
    expect(offered.locator("option").last).to_have_attribute("value", UNLISTED)
    if offered.locator(f"option[value='{name}']").count():
        offered.select_option(name)
    else:
        offered.select_option(UNLISTED)
        page.get_by_test_id(f"household-{part}").fill(name)


def confirm(page: Page, stack: Stack, person: Person) -> None:
    """Open the link of the mail and read the card once more."""
    page.goto(link_of_mail(stack, person))
    page.get_by_test_id("confirm-submit").click()
    expect(page.get_by_test_id("confirm-done")).to_be_visible()


def link_of_mail(stack: Stack, person: Person) -> str:
    """Return the address in the newest confirmation mail."""
    return f"{stack.origin}/registration/confirm#{wait_for_link(stack.urls['mail'], to=person.email)}"


def log_in_by_card(page: Page, person: Person) -> None:
    """Log in on the open login page with card and password, as this person."""
    page.get_by_test_id("card-password").fill(PASSWORD)
    page.get_by_test_id("card-submit").click()
    page.wait_for_url(lambda url: "/login" not in url)
    session = page.context.request.get(urljoin(page.url, "/api/v1/sessions/current")).json()
    assert session["person"]["name"][0] == person.name[0]  # the rest is masked


def name_oneself(page: Page, way: str, person: Person) -> None:
    """Type ID and birth date (year of the Republic) into the form of a way to log in."""
    year, month, day = person.birth_date.split("-")
    page.get_by_test_id(f"{way}-national-id").fill(person.national_id)
    page.get_by_test_id(f"{way}-birth-year").fill(str(int(year) - FIRST_ROC_YEAR))
    page.get_by_test_id(f"{way}-birth-month").fill(str(int(month)))
    page.get_by_test_id(f"{way}-birth-day").fill(str(int(day)))


def start_qr_login(page: Page, stack: Stack, person: Person) -> str:
    """Ask for the QR code; return the number that the phone must be told."""
    page.goto(f"{stack.origin}/login#qr")
    name_oneself(page, "qr", person)
    page.get_by_test_id("qr-submit").click()
    expect(page.get_by_test_id("qr-link").locator("path")).not_to_have_attribute("d", "")
    return page.get_by_test_id("match-code").inner_text()


def show_to(camera: Camera, page: Page, test_id: str) -> None:
    """Hold the phone before that part of the screen."""
    camera.see(page.get_by_test_id(test_id).screenshot())


def log_in_by_otp(page: Page, stack: Stack, person: Person, code: str) -> None:
    """Type the phone's code into the web form and send it."""
    page.goto(f"{stack.origin}/login#otp")
    name_oneself(page, "otp", person)
    page.get_by_test_id("otp-code").fill(code)
    page.get_by_test_id("otp-submit").click()


def enter_counter(page: Page, stack: Stack) -> None:
    """Log in at the counter as the member of staff, by certificate and PIN."""
    member = stack.add_staff()
    CardReader(stack.urls["card"], origin=stack.origin).insert(member.card_id)
    page.goto(f"{stack.origin}/counter/login")
    page.get_by_test_id("staff-pin").fill(member.pin)
    page.get_by_test_id("staff-submit").click()
    page.wait_for_url("**/counter")
    expect(page.get_by_test_id("staff-name")).to_have_text(member.name)


def open_record(page: Page, stack: Stack, person: Person) -> str:
    """Find a person at the counter by ID and birth date, with a reason; return the person's id."""
    page.goto(f"{stack.origin}/counter")
    name_oneself(page, "look", person)
    page.get_by_test_id("look-reason").fill("came in person with the card")
    page.get_by_test_id("look-submit").click()
    page.wait_for_url("**/counter/people/*")
    return page.url.rpartition("/")[2]


def apply_for_account(page: Page, stack: Stack, person: Person, *, email: str) -> None:
    """Apply for an account of the underwriting service, for the unit where a person is insured."""
    facts = insured_facts(stack, person)
    page.goto(f"{stack.origin}/underwriting")
    page.get_by_test_id("to-register").click()
    page.get_by_test_id("unit-code").fill(facts["unit_code"])
    page.get_by_test_id("national-id").fill(person.national_id)
    page.get_by_test_id("card-number").fill(facts["card_number"])
    page.get_by_test_id("email").fill(email)
    page.get_by_test_id("password").fill(PASSWORD)
    page.get_by_test_id("password-again").fill(PASSWORD)
    expect(page.get_by_test_id("register-submit")).to_be_enabled()
    page.get_by_test_id("register-submit").click()
    expect(page.get_by_test_id("done-taken")).to_be_visible()


def enter_underwriting(page: Page, stack: Stack, person: Person) -> None:
    """Apply for an account, activate it by the mail and log in."""
    email = f"clerk-{person.email}"
    apply_for_account(page, stack, person, email=email)
    page.goto(f"{stack.origin}/underwriting/activate#{wait_for_link(stack.urls['mail'], to=email, link=ACTIVATION)}")
    page.get_by_test_id("activate-submit").click()
    expect(page.get_by_test_id("done-activated")).to_be_visible()
    page.get_by_test_id("unit-code").fill(insured_facts(stack, person)["unit_code"])
    page.get_by_test_id("national-id").fill(person.national_id)
    page.get_by_test_id("password").fill(PASSWORD)
    page.get_by_test_id("underwriting-submit").click()
    page.wait_for_url("**/underwriting/home")


def insured_facts(stack: Stack, person: Person) -> dict[str, str]:
    """Return what the registers' control listener says of a person."""
    people = items_of(get(f"{stack.urls['registry']}/control/people"))
    return next(one for one in people if one["national_id"] == person.national_id)


def examine_person(page: Page, stack: Stack, person: Person) -> str:
    """Look a person up as an operator does who is called; return the number of the look."""
    page.goto(f"{stack.origin}/counter/operator")
    page.get_by_test_id("look-national-id").fill(person.national_id)
    return _look(page, "person")


def examine_unit(page: Page, stack: Stack, unit_code: str) -> str:
    """Look a unit up as an operator does who is called; return the number in its page's address."""
    page.goto(f"{stack.origin}/counter/operator")
    page.get_by_test_id("look-number").fill(unit_code)
    return _look(page, "unit")


def _look(page: Page, what: str) -> str:
    form = page.get_by_test_id(f"look-{what}")
    form.locator("[name=reason]").fill("asked on the telephone")
    page.get_by_test_id(f"look-{what}-submit").click()
    page.wait_for_url("**/counter/operator/*/*")
    return page.url.rpartition("/")[2]
