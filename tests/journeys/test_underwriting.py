"""An underwriting account in a real browser: applied for, activated by the mail, and a function opened with it."""

import re
import time

from playwright.sync_api import Page, Route, expect

from devtools.people import PASSWORD, Person, wait_for_link
from devtools.stack import Stack
from tests.journeys import acts
from tests.journeys.conftest import complaints

RESET = re.compile(r"/underwriting/reset#([\w.~-]+)")
NEW = "Gull-8wing"


def test_from_the_login_page_to_the_other_systems_statements(stack: Stack, people: dict[str, Person], pc: Page) -> None:
    heard = complaints(pc.context)
    pc.goto(f"{stack.origin}/login")
    pc.locator("[data-testid=login-link][href='/underwriting']").click()
    expect(pc.get_by_test_id("underwriting-login")).to_be_visible()

    acts.enter_underwriting(pc, stack, people["wang-nhi"])

    expect(pc.get_by_test_id("function")).to_have_count(3)
    assert "#" not in pc.url
    pc.locator("[data-id=statements] a").click()
    expect(pc.get_by_test_id("function-unit")).to_have_text("110900011")
    pc.get_by_test_id("function-go").click()
    expect(pc.locator("[data-told=unit]")).to_contain_text("110900011")
    expect(pc.locator("[data-told=acr]")).to_have_text("underwriting")
    assert heard == []


def hold_back(route: Route) -> None:
    """Let the worker come a moment later, so that the button is seen to wait."""
    time.sleep(0.3)
    route.continue_()


def test_the_button_waits_for_the_work_and_a_refused_form_works_anew(
    stack: Stack, people: dict[str, Person], pc: Page
) -> None:
    heard = complaints(pc.context)
    pc.route("**/underwriting/js/solver.js", hold_back)
    pc.goto(f"{stack.origin}/underwriting/register")
    button = pc.get_by_test_id("register-submit")
    expect(button).to_be_disabled()
    pc.get_by_test_id("unit-code").fill("110900011")
    pc.get_by_test_id("national-id").fill(people["lin-nhi"].national_id)
    pc.get_by_test_id("card-number").fill("000000000000")
    pc.get_by_test_id("email").fill("x@example.org")
    pc.get_by_test_id("password").fill("password1")
    pc.get_by_test_id("password-again").fill("password1")
    expect(button).to_be_enabled()
    button.click()

    expect(pc.get_by_test_id("fault")).to_have_attribute("data-code", "invalid")
    expect(pc.get_by_test_id("unit-code")).to_have_value("110900011")  # what was typed is still there
    expect(pc.get_by_test_id("password")).to_have_value("")
    expect(button).to_be_enabled()
    assert [each for each in heard if "422" not in each] == []


def test_a_forgotten_password_is_set_and_the_account_then_deleted(
    stack: Stack, people: dict[str, Person], pc: Page
) -> None:
    person, email = people["chen-nhi"], f"clerk-{people['chen-nhi'].email}"
    acts.enter_underwriting(pc, stack, person)
    pc.get_by_test_id("underwriting-logout").click()
    expect(pc.get_by_test_id("done-left")).to_be_visible()
    pc.goto(f"{stack.origin}/underwriting/forgotten")
    pc.get_by_test_id("unit-code").fill("110900011")
    pc.get_by_test_id("national-id").fill(person.national_id)
    expect(pc.get_by_test_id("forgotten-submit")).to_be_enabled()
    pc.get_by_test_id("forgotten-submit").click()
    expect(pc.get_by_test_id("done-taken")).to_be_visible()

    pc.goto(f"{stack.origin}/underwriting/reset#{wait_for_link(stack.urls['mail'], to=email, link=RESET)}")
    pc.get_by_test_id("password").fill(NEW)
    pc.get_by_test_id("password-again").fill(PASSWORD)
    pc.get_by_test_id("reset-submit").click()
    expect(pc.locator(".field-error")).to_be_visible()
    pc.get_by_test_id("password-again").fill(NEW)
    pc.get_by_test_id("reset-submit").click()
    expect(pc.get_by_test_id("done-reset")).to_be_visible()

    pc.get_by_test_id("unit-code").fill("110900011")
    pc.get_by_test_id("national-id").fill(person.national_id)
    pc.get_by_test_id("password").fill(NEW)
    pc.get_by_test_id("underwriting-submit").click()
    pc.goto(f"{stack.origin}/underwriting/account")
    pc.get_by_test_id("delete-password").fill(PASSWORD)
    pc.get_by_test_id("delete-submit").click()
    expect(pc.get_by_test_id("fault-delete_account")).to_be_visible()
    pc.get_by_test_id("delete-password").fill(NEW)
    pc.get_by_test_id("delete-submit").click()
    expect(pc.get_by_test_id("done-deleted")).to_be_visible()


def test_a_link_that_was_used_says_what_to_do(stack: Stack, pc: Page) -> None:
    pc.goto(f"{stack.origin}/underwriting/activate#{'A' * 43}")
    pc.get_by_test_id("activate-submit").click()
    expect(pc.get_by_test_id("fault")).to_have_attribute("data-code", "underwriting_link_refused")
    pc.goto(f"{stack.origin}/underwriting/activate")
    expect(pc.get_by_test_id("no-token")).to_be_visible()
