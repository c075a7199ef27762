"""What a page says when reader, card or component fails: the help desk's number, the cause and the remedy."""

from collections.abc import Iterator

import httpx2
import pytest
from playwright.sync_api import Page, expect

from authsvc.identity.readerfaults import READER_FAULTS
from devtools.browser import CardReader
from devtools.people import PASSWORD
from devtools.stack import Stack


@pytest.fixture
def component(stack: Stack) -> Iterator[httpx2.Client]:
    """Return the component's control; what it was told is taken back."""
    with httpx2.Client(base_url=stack.urls["card"], trust_env=False) as client:
        yield client
        client.delete("/control/faults").raise_for_status()


# target and kind of the fault, card in the reader → what the page says
CASES = [
    ("status", "down", "wang-nhi", "component_unreachable"),
    ("sign", "down", "wang-nhi", "component_unreachable"),
    ("reader", "8013", "wang-nhi", "reader_unavailable"),
    ("reader", "none", None, "card_absent"),
    ("reader", "none", "yang-nhi", "card_unreadable"),
    ("reader", "none", "nguyen-arc", "wrong_card_nhi"),
    ("reader", "none", "lee-nhi", "card_revoked"),
    ("crl", "down", "lee-nhi", "card_revoked"),
    ("ocsp", "down", "lee-nhi", "card_revoked"),
    ("reader", "none", "zhang-nhi", "card_expired"),
]


@pytest.mark.parametrize(("target", "kind", "card", "code"), CASES)
def test_the_login_page_says_number_and_remedy(
    stack: Stack, reader: CardReader, component: httpx2.Client, pc: Page, target: str, kind: str, card: str, code: str
) -> None:
    # given
    (fault,) = [each for each in READER_FAULTS if each.code == code]
    reader.insert(card)
    component.put("/control/faults", json={"target": target, "kind": kind}).raise_for_status()
    # when
    pc.goto(f"{stack.origin}/login?lang=en#card")
    pc.get_by_test_id("card-password").fill(PASSWORD)
    pc.get_by_test_id("card-submit").click()
    # then
    box = pc.get_by_test_id("fault-card")
    expect(box).to_have_attribute("data-code", code)
    expect(box).to_contain_text(f"[{fault.number}]")
    expect(box).to_contain_text(fault.remedy)


def test_an_older_component_is_told_to_be_updated(
    stack: Stack, reader: CardReader, component: httpx2.Client, pc: Page
) -> None:
    # given
    reader.insert("wang-nhi")
    component.put("/control/faults", json={"target": "status", "kind": "old_version"}).raise_for_status()
    pc.goto(f"{stack.origin}/registration/apply?lang=en")
    # when
    pc.get_by_test_id("begin-check").click()
    # then the row says which version is there and what to do, and the others are as they are
    row = pc.get_by_test_id("check-component")
    expect(row).to_have_attribute("data-state", "warn")
    expect(row).to_contain_text("version 0.9.12-simulated: please update")
    expect(row.locator("[data-remedy-for=warn]")).to_contain_text("Install version 1.0 or a newer one")
    expect(row.locator("[data-remedy-for=bad]")).to_be_hidden()
    expect(pc.get_by_test_id("check-card")).to_have_attribute("data-state", "good")
    # and after the update all is well
    component.delete("/control/faults").raise_for_status()
    pc.get_by_test_id("recheck").click()
    expect(row).to_have_attribute("data-state", "good")
    expect(row.locator("[data-remedy]")).to_be_hidden()


def test_a_number_is_looked_up_on_the_help_page_in_a_browser(stack: Stack, pc: Page) -> None:
    pc.goto(f"{stack.origin}/help/reader-errors?lang=en")
    expect(pc.locator("#reader-errors tbody tr")).to_have_count(len(READER_FAULTS))

    pc.get_by_test_id("reader-errors-q").fill("pin locked")
    pc.get_by_test_id("reader-errors-q").press("Enter")

    expect(pc.locator("#reader-errors tbody tr")).to_have_count(1)
    expect(pc.locator("#pin_locked")).to_be_visible()
