"""A passkey is added after a card login, logs in without anything typed, and opens nothing once it is removed."""

import pytest
from playwright.sync_api import Page, expect

from devtools.browser import Browser as Portal
from devtools.browser import CardReader
from devtools.people import Person, make_ready
from devtools.stack import Stack
from tests.journeys import acts
from tests.journeys.conftest import complaints
from tests.journeys.locks import PhoneLock


@pytest.fixture
def wang(stack: Stack, people: dict[str, Person], portal: Portal, reader: CardReader) -> Person:
    """Register somebody and put their card in."""
    person = people["wang-nhi"]
    make_ready(portal, person, mail_url=stack.urls["mail"])
    reader.insert(person.card_id)
    return person


def test_a_passkey_from_its_adding_to_its_end(stack: Stack, wang: Person, pc: Page) -> None:
    heard = complaints(pc.context)
    lock = PhoneLock(pc)
    pc.goto(f"{stack.origin}/login#card")
    acts.log_in_by_card(pc, wang)

    # added, after a cancelled try, and named
    pc.goto(f"{stack.origin}/passkeys")
    expect(pc.get_by_test_id("no-passkeys")).to_be_visible()
    lock.passes(verified=False)
    pc.get_by_test_id("passkey-add").click()
    expect(pc.get_by_test_id("passkey-fault")).to_contain_text("沒有建立通行密鑰")
    lock.passes(verified=True)
    pc.get_by_test_id("passkey-add").click()
    expect(pc.get_by_test_id("passkeys-done")).to_contain_text("已新增通行密鑰")
    assert len(lock.credentials()) == 1
    pc.get_by_test_id("passkey-add").click()
    expect(pc.get_by_test_id("passkey-fault")).to_contain_text("這台裝置已經有您的通行密鑰")
    pc.get_by_test_id("manage").click()
    pc.get_by_test_id("name").fill("書房的電腦")
    pc.get_by_test_id("rename").click()
    expect(pc.get_by_test_id("passkey-name")).to_have_text("書房的電腦")

    # out, and in with it: one button
    pc.goto(f"{stack.origin}/me")
    pc.get_by_test_id("logout").click()
    pc.wait_for_url(f"{stack.origin}/")
    pc.goto(f"{stack.origin}/login#passkey")
    lock.passes(verified=False)
    pc.get_by_test_id("passkey-submit").click()
    expect(pc.get_by_test_id("fault-passkey")).to_contain_text("沒有使用通行密鑰")
    lock.passes(verified=True)
    pc.get_by_test_id("passkey-submit").click()
    expect(pc.get_by_test_id("me-way")).to_have_attribute("data-acr", "passkey")
    expect(pc.get_by_test_id("me-way")).to_have_text("通行密鑰")

    # it adds no other one: that needs the card, and the way there leads back
    pc.goto(f"{stack.origin}/passkeys")
    pc.get_by_test_id("step-up-login").click()
    acts.log_in_by_card(pc, wang)
    pc.wait_for_url(f"{stack.origin}/passkeys")

    # removed
    expect(pc.get_by_test_id("passkey-used")).not_to_have_text("尚未使用")
    pc.get_by_test_id("manage").click()
    pc.get_by_test_id("passkey-remove").click()
    expect(pc.get_by_test_id("passkeys-done")).to_contain_text("已移除通行密鑰")
    pc.goto(f"{stack.origin}/me")
    pc.get_by_test_id("logout").click()
    pc.wait_for_url(f"{stack.origin}/")
    pc.goto(f"{stack.origin}/login#passkey")
    pc.get_by_test_id("passkey-submit").click()
    expect(pc.get_by_test_id("fault-passkey")).to_have_attribute("data-code", "passkey_refused")
    assert [line for line in heard if "401" not in line] == []


def test_without_script_the_page_says_what_it_needs(stack: Stack, pc: Page) -> None:
    browser = pc.context.browser
    assert browser is not None
    context = browser.new_context(java_script_enabled=False, locale="zh-TW")
    page = context.new_page()

    page.goto(f"{stack.origin}/login")

    expect(page.get_by_test_id("passkey-submit")).to_be_disabled()
    expect(page.locator("#way-passkey noscript p")).to_contain_text("使用通行密鑰需要 JavaScript")
    context.close()
