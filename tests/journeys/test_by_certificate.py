"""Logging in by natural-person certificate and PIN, in a real browser beside the reader."""

import pytest
from playwright.sync_api import Page, expect

from devtools.browser import Browser as Portal
from devtools.browser import CardReader
from devtools.people import Person, make_ready
from devtools.stack import Stack
from tests.journeys.conftest import complaints

CARD, PIN = "wang-cert", "246810"


@pytest.fixture
def wang(stack: Stack, people: dict[str, Person], portal: Portal, reader: CardReader) -> Person:
    """Register the holder, if that was not done yet, and put their certificate in."""
    person = people["wang-nhi"]
    if person.card_id not in READY:
        make_ready(portal, person, mail_url=stack.urls["mail"])
        READY.add(person.card_id)
    reader.insert(CARD)
    return person


READY: set[str] = set()


def log_in(page: Page, stack: Stack, pin: str) -> None:
    page.goto(f"{stack.origin}/login#certificate")
    page.get_by_test_id("certificate-pin").fill(pin)
    page.get_by_test_id("certificate-submit").click()


def test_a_wrong_pin_is_told_by_the_card_and_the_right_one_opens_a_session(
    stack: Stack, wang: Person, pc: Page
) -> None:
    heard = complaints(pc.context)
    log_in(pc, stack, "135790")
    fault = pc.get_by_test_id("fault-certificate")
    expect(fault).to_contain_text("9039")
    expect(pc.get_by_test_id("certificate-pin")).to_have_value("")

    pc.get_by_test_id("certificate-pin").fill(PIN)
    pc.get_by_test_id("certificate-submit").click()

    expect(pc.get_by_test_id("me-way")).to_have_attribute("data-amr", "sc")
    session = pc.request.get(f"{stack.origin}/api/v1/sessions/current").json()
    assert (session["acr"], session["person"]["name"][0]) == ("certificate", wang.name[0])
    assert [line for line in heard if "PIN" in line or PIN in line] == []


def test_what_needs_the_health_card_asks_for_it(stack: Stack, wang: Person, pc: Page) -> None:
    assert wang
    log_in(pc, stack, PIN)
    expect(pc.get_by_test_id("me-way")).to_be_visible()

    pc.goto(f"{stack.origin}/devices")
    pc.get_by_test_id("generate-code").click()

    expect(pc.get_by_test_id("step-up")).to_be_visible()


def test_another_card_in_the_reader_is_told(stack: Stack, wang: Person, reader: CardReader, pc: Page) -> None:
    reader.insert(wang.card_id)

    log_in(pc, stack, PIN)

    expect(pc.get_by_test_id("fault-certificate")).to_contain_text("9057")
