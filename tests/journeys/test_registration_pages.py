"""The registration when something fails on the way: what was entered stays, and one goes on where one was."""

from collections.abc import Iterator

import httpx2
import pytest
from playwright.sync_api import Page, expect

from devtools.browser import CardReader
from devtools.people import PASSWORD, Person
from devtools.stack import Stack
from tests.journeys import acts
from tests.journeys.conftest import LOSSY

MOBILE = "0900000115"
TYPED = {"password": PASSWORD, "password-again": PASSWORD, "email": "yeh@mail.example", "mobile": MOBILE}
PAUSE_MS = 30_000  # the longest pause that the service asks for while a registry is away


@pytest.fixture
def registry(stack: Stack) -> Iterator[httpx2.Client]:
    """Return the registries' control; what they were told is taken back."""
    with httpx2.Client(base_url=stack.urls["registry"], trust_env=False) as client:
        yield client
        client.delete("/control/faults").raise_for_status()


def enter_account(page: Page, typed: dict[str, str]) -> None:
    for name, text in typed.items():
        page.get_by_test_id(name).fill(text)


def test_a_registry_that_is_away_costs_nothing_but_a_little_patience(
    stack: Stack, people: dict[str, Person], reader: CardReader, registry: httpx2.Client, pc: Page
) -> None:
    # given an application that is filled in while the registry is down
    yeh = people["yeh-nhi"]
    reader.insert(yeh.card_id)
    acts.come_to_the_account(pc, stack, yeh)
    enter_account(pc, TYPED)
    registry.put("/control/faults", json={"target": "*", "kind": "down"}).raise_for_status()
    # when it is sent
    pc.get_by_test_id("submit-registration").click()
    # then the page says that all is kept and that the card is read again by itself
    fault = pc.get_by_test_id("registration-fault")
    expect(fault).to_have_attribute("data-code", "unavailable")
    expect(fault).to_contain_text("您輸入的資料都還在")
    expect(fault).to_contain_text("自動再讀一次")
    assert {name: pc.get_by_test_id(name).input_value() for name in TYPED} == TYPED
    expect(pc.get_by_test_id("choose-village")).to_have_value(yeh.household["village"])
    again = fault.get_by_test_id("try-again")
    expect(again).to_be_disabled()
    # and once the registry is back, one press goes on
    registry.delete("/control/faults").raise_for_status()
    expect(again).to_be_enabled(timeout=PAUSE_MS)
    again.click()
    expect(pc.get_by_test_id("sent")).to_contain_text(TYPED["email"])


def test_a_refused_password_leads_back_to_its_field_and_nothing_else_is_lost(
    stack: Stack, people: dict[str, Person], reader: CardReader, pc: Page
) -> None:
    chiu = people["chiu-nhi"]
    reader.insert(chiu.card_id)
    acts.come_to_the_account(pc, stack, chiu)
    enter_account(pc, TYPED | {"password": "P@ssw0rd", "password-again": "P@ssw0rd"})

    pc.get_by_test_id("submit-registration").click()

    expect(pc.get_by_test_id("password")).to_be_focused()
    expect(pc.locator("#password-error")).to_contain_text("zxcvbn")
    assert pc.get_by_test_id("mobile").input_value() == MOBILE
    enter_account(pc, TYPED)
    pc.get_by_test_id("submit-registration").click()
    expect(pc.get_by_test_id("sent")).to_be_visible()


def test_a_resident_whose_form_was_refused_before_the_cards_were_looked_at_swaps_no_card_again(
    stack: Stack, reader: CardReader, pc: Page
) -> None:
    # given a foreign resident who has read both cards and mistyped the telephone number
    reader.insert("nguyen-nhi")
    pc.goto(f"{stack.origin}/registration/apply")
    pc.get_by_test_id("begin-check").click()
    pc.get_by_test_id("to-terms").click()
    pc.get_by_test_id("accept-terms").click()
    expect(pc.get_by_test_id("card-name")).to_be_visible()
    pc.get_by_test_id("is-resident").check()
    pc.get_by_test_id("to-account").click()
    enter_account(pc, TYPED | {"phone": "12"})
    pc.get_by_test_id("submit-registration").click()
    expect(pc.get_by_test_id("swap-card")).to_be_visible()
    reader.insert("nguyen-arc")
    expect(pc.locator("#phone-error")).to_be_visible()
    # when it is corrected, with the chip ARC still in the reader
    pc.get_by_test_id("phone").fill("02-21234567")
    pc.get_by_test_id("submit-registration").click()
    # then both readings still count
    expect(pc.get_by_test_id("sent")).to_be_visible()


def test_a_resident_whose_registry_was_away_swaps_the_cards_again_and_goes_on(
    stack: Stack, reader: CardReader, registry: httpx2.Client, pc: Page
) -> None:
    # given a foreign resident who has read both cards while the registry is down
    typed = TYPED | {"email": "smith@mail.example"}
    reader.insert("smith-nhi")
    pc.goto(f"{stack.origin}/registration/apply")
    pc.get_by_test_id("begin-check").click()
    pc.get_by_test_id("to-terms").click()
    pc.get_by_test_id("accept-terms").click()
    expect(pc.get_by_test_id("card-name")).to_be_visible()
    pc.get_by_test_id("is-resident").check()
    pc.get_by_test_id("to-account").click()
    enter_account(pc, typed)
    registry.put("/control/faults", json={"target": "*", "kind": "down"}).raise_for_status()
    pc.get_by_test_id("submit-registration").click()
    expect(pc.get_by_test_id("swap-card")).to_be_visible()
    reader.insert("smith-arc")
    # then the page says that both readings are used up, and keeps the rest
    fault = pc.get_by_test_id("registration-fault")
    expect(fault).to_have_attribute("data-code", "unavailable")
    expect(fault).to_contain_text("兩張卡")
    assert {name: pc.get_by_test_id(name).input_value() for name in typed} == typed
    # and once the registry is back, another try with the chip ARC still in the reader asks for the health card
    registry.delete("/control/faults").raise_for_status()
    again = fault.get_by_test_id("try-again")
    expect(again).to_be_enabled(timeout=PAUSE_MS)
    again.click()
    expect(fault).to_have_attribute("data-code", "wrong_card_nhi")
    # and with both cards, one after the other, it goes on where it was
    reader.insert("smith-nhi")
    pc.get_by_test_id("submit-registration").click()
    expect(pc.get_by_test_id("swap-card")).to_be_visible()
    reader.insert("smith-arc")
    expect(pc.get_by_test_id("sent")).to_contain_text(typed["email"])


def test_a_mail_provider_that_loses_our_mails_is_warned_of_and_not_refused(
    stack: Stack, people: dict[str, Person], reader: CardReader, pc: Page
) -> None:
    tseng = people["tseng-nhi"]
    reader.insert(tseng.card_id)
    acts.come_to_the_account(pc, stack, tseng)
    enter_account(pc, TYPED | {"email": f"Tseng@{LOSSY.upper()}", "backup-email": f"tseng@{LOSSY}"})

    warning = pc.locator("[data-warning-for=email]")
    expect(warning).to_contain_text(LOSSY)
    pc.get_by_test_id("mobile").focus()
    expect(pc.locator("[data-warning-for=backup_email]")).to_be_visible()
    pc.get_by_test_id("backup-email").fill("tseng@mail.example")
    pc.get_by_test_id("mobile").focus()
    expect(pc.locator("[data-warning-for=backup_email]")).to_be_hidden()
    pc.get_by_test_id("submit-registration").click()

    expect(pc.get_by_test_id("sent")).to_be_visible()
