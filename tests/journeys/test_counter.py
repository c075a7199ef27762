"""The counter in a real browser: log in, register, bind a phone, suspend, restore; looked at in every state."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from devtools.browser import Browser as Portal
from devtools.browser import CardReader
from devtools.people import PASSWORD, Person
from devtools.stack import Stack
from mobileapp.client import Phone
from mobileapp.phonewire import Problem
from tests.journeys import acts
from tests.journeys.conftest import complaints
from tests.journeys.examine import shape, violations, width_of

REASON = "came in person with both documents"
NARROWEST = 320


@pytest.fixture
def visitor(people: Mapping[str, Person]) -> Person:
    return people["huang-nhi"]


def examine(page: Page) -> None:
    """Find nothing wrong with the page as it is now, wide and narrow."""
    assert violations(page) == []
    assert shape(page, language="zh-Hant-TW", width=1280) == []
    assert width_of(page, NARROWEST) == []
    page.set_viewport_size({"width": 1280, "height": 900})


def register(page: Page, person: Person) -> None:
    page.get_by_test_id("to-register").click()
    page.get_by_test_id("read-card").click()
    expect(page.get_by_test_id("card-name")).to_contain_text(person.name)
    acts.fill_household(page, person.household)
    page.get_by_test_id("email").fill(person.email)
    page.get_by_test_id("mobile").fill("0900-000-101")
    page.get_by_test_id("accept-terms").check()
    page.get_by_test_id("password").fill(PASSWORD)
    page.get_by_test_id("password-again").fill(PASSWORD)
    page.get_by_test_id("registration-reason").fill(REASON)
    page.get_by_test_id("submit-registration").click()
    expect(page.get_by_test_id("done")).to_have_attribute("data-done", "registered")


def bind(page: Page, phone: Phone, person: Person) -> None:
    page.get_by_test_id("to-phone").click()
    page.get_by_test_id("code-reason").fill(REASON)
    examine(page)
    page.get_by_test_id("make-code-submit").click()
    code = page.get_by_test_id("device-code")
    expect(code).to_have_text(re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}"))
    examine(page)
    phone.bind_by_code(code.inner_text(), person.national_id)
    expect(page.get_by_test_id("device-code-view")).to_have_attribute("data-status", "used")
    page.get_by_test_id("back").click()


def test_a_visit_at_the_counter_from_the_first_card_to_the_last_restoration(
    stack: Stack, visitor: Person, reader: CardReader, pc: Page, portal: Portal
) -> None:
    # given staff at the counter, and a visitor's card in the reader
    heard = complaints(pc.context)
    acts.enter_counter(pc, stack)
    reader.insert(visitor.card_id)
    # when they are registered and their phone is bound
    register(pc, visitor)
    examine(pc)
    with Phone(stack.origin) as phone:
        bind(pc, phone, visitor)
        expect(pc.get_by_test_id("phone")).to_have_count(1)
        # and they log in at home
        session: dict[str, Any] = portal.login_by_card(PASSWORD)
        assert session["acr"] == "card"
        # then a suspension ends that login and the phone at once
        pc.get_by_test_id("services-reason").fill("asked for it after a burglary")
        pc.get_by_test_id("suspend").click()
        expect(pc.get_by_test_id("done")).to_have_attribute("data-done", "suspended")
        expect(pc.get_by_test_id("status")).to_have_attribute("data-status", "suspended")
        expect(pc.get_by_test_id("no-phones")).to_be_visible()
        examine(pc)
        for gone in (portal.session, phone.recover):
            with pytest.raises(Problem) as refused:
                gone()
            assert refused.value.code in ("login_required", "invalid_token")
        with pytest.raises(Problem) as closed:
            portal.login_by_card(PASSWORD)
        assert closed.value.code == "suspended"
    # and a restoration lets them in again
    pc.get_by_test_id("services-reason").fill("A109000016")
    pc.get_by_test_id("restore").click()
    expect(pc.get_by_test_id("services-fault")).to_be_visible()
    pc.get_by_test_id("services-reason").fill("came in person, new phone")
    pc.get_by_test_id("restore").click()
    expect(pc.get_by_test_id("done")).to_have_attribute("data-done", "restored")
    assert portal.login_by_card(PASSWORD)["acr"] == "card"
    assert [line for line in heard if "422" not in line] == []


def test_a_record_is_found_by_card_and_by_id_and_says_when_there_is_none(
    stack: Stack, people: Mapping[str, Person], reader: CardReader, pc: Page
) -> None:
    acts.enter_counter(pc, stack)
    acts.name_oneself(pc, "look", people["chuang-nhi"])
    pc.get_by_test_id("look-reason").fill(REASON)
    pc.get_by_test_id("look-submit").click()
    expect(pc.get_by_test_id("look-fault")).to_have_attribute("data-code", "nobody_found")
    examine(pc)

    reader.insert("chuang-nhi")
    pc.get_by_test_id("card-reason").fill(REASON)
    pc.get_by_test_id("look-by-card-submit").click()
    expect(pc.get_by_test_id("look-by-card-fault")).to_have_attribute("data-code", "nobody_found")

    pc.get_by_test_id("staff-logout").click()
    pc.wait_for_url("**/counter/login")
    pc.goto(f"{stack.origin}/counter")
    pc.wait_for_url("**/counter/login")
