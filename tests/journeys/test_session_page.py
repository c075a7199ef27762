"""The session's page, in a real browser: units, what needs a stronger login, the end that is told in time."""

import re

import pytest
from playwright.sync_api import Page, expect

from devtools.browser import Browser as Portal
from devtools.browser import CardReader
from devtools.people import Person, make_ready
from devtools.stack import Stack
from tests.journeys import acts
from tests.journeys.pictures_session import UNIT_CARD, UNIT_CODE, UNIT_PIN

MINUTE = 60


@pytest.fixture
def tsai(people: dict[str, Person], portal: Portal, stack: Stack) -> Person:
    person = people["tsai-nhi"]
    make_ready(portal, person, mail_url=stack.urls["mail"])
    portal.logout()
    return person


def test_a_unit_comes_in_by_its_certificate_and_meets_nothing_of_a_persons(
    stack: Stack, reader: CardReader, pc: Page
) -> None:
    reader.insert(UNIT_CARD)
    pc.goto(f"{stack.origin}/login#certificate")
    pc.get_by_test_id("certificate-appoint-managers").check()
    pc.get_by_test_id("certificate-unit-code").fill("110900022")
    pc.get_by_test_id("certificate-pin").fill(UNIT_PIN)
    pc.get_by_test_id("certificate-submit").click()
    expect(pc.locator("#certificate-unit-code-error, [data-error-for=unit_code]").first).to_be_visible()

    pc.get_by_test_id("certificate-unit-code").fill(UNIT_CODE)
    pc.get_by_test_id("certificate-pin").fill(UNIT_PIN)
    pc.get_by_test_id("certificate-submit").click()

    expect(pc.get_by_test_id("unit-number")).to_have_text("00009001")
    expect(pc.get_by_test_id("function")).to_have_count(2)
    pc.goto(f"{stack.origin}/devices")
    expect(pc.get_by_test_id("unit-number")).to_be_visible()  # led to the unit's own page
    pc.get_by_test_id("logout").click()
    expect(pc.get_by_test_id("nav-login")).to_be_visible()


def test_what_is_in_the_reader_is_told_as_it_changes(stack: Stack, reader: CardReader, pc: Page) -> None:
    reader.insert(None)
    pc.goto(f"{stack.origin}/login#card")
    state = pc.get_by_test_id("card-reader")

    expect(state.locator("[data-when=empty]")).to_be_visible()
    reader.insert(UNIT_CARD)
    expect(state.locator("[data-when=other]")).to_be_visible()
    reader.insert("tsai-nhi")
    expect(state.locator("[data-when=ready]")).to_be_visible()
    pc.get_by_test_id("tab-certificate").click()
    expect(pc.get_by_test_id("certificate-reader").locator("[data-when=other]")).to_be_visible()


def test_the_end_of_a_session_is_told_in_time_and_whoever_is_there_may_stay(
    stack: Stack, tsai: Person, reader: CardReader, pc: Page
) -> None:
    # given a session, open in two tabs
    reader.insert(tsai.card_id)
    pc.goto(f"{stack.origin}/login#card")
    acts.log_in_by_card(pc, tsai)
    other = pc.context.new_page()
    pc.context.clock.install()
    for tab in (pc, other):
        tab.goto(f"{stack.origin}/me")
    expect(pc.get_by_test_id("session-soon")).to_be_hidden()
    # when nobody does anything for fourteen minutes
    stack.move_clock(14 * MINUTE)
    pc.context.clock.run_for(14 * MINUTE * 1000)
    for tab in (pc, other):
        expect(tab.get_by_test_id("session-soon")).to_be_visible()
    pc.get_by_test_id("session-stay").click()
    # then both tabs go on
    for tab in (pc, other):
        expect(tab.get_by_test_id("session-soon")).to_be_hidden()
        expect(tab.get_by_test_id("time-left")).to_have_text(re.compile("1[45]:[0-9]{2}"))
    # and at its end what was on the page is put away
    pc.context.clock.run_for(15 * MINUTE * 1000)
    expect(pc.get_by_test_id("session-over")).to_be_visible()
    expect(pc.get_by_test_id("me-name")).to_be_hidden()
    stack.move_clock(0)
