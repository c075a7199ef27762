"""The phone's connection as the operators see it, and what a person does to be confirmed by their number."""

from dataclasses import dataclass

import httpx2
from playwright.sync_api import Page, expect

from devtools.browser import items_of
from devtools.people import get
from devtools.stack import Stack
from mobileapp.phonewire import answer_of

WIFI = "wifi"


@dataclass(frozen=True, kw_only=True)
class Subscriber:
    """What somebody types to be confirmed by their number."""

    national_id: str
    card_last4: str
    mobile: str


def subscriber(stack: Stack, national_id: str, mobile: str) -> Subscriber:
    """Return what the person of this ID types; the card's digits come from the register's control listener."""
    found = next(
        one for one in items_of(get(f"{stack.urls['registry']}/control/people")) if one["national_id"] == national_id
    )
    return Subscriber(national_id=national_id, card_last4=found["card_number"][-4:], mobile=mobile)


def go_over(stack: Stack, connection: str) -> None:
    """Let this computer's browsers go over a line's number, `wifi` or another connection."""
    answer_of(httpx2.put(f"{stack.urls['telco']}/control/handset", json={"connection": connection}, trust_env=False))


def fill(phone: Page, who: Subscriber) -> None:
    """Type number, ID and card digits into the open form."""
    for name in ("mobile", "national_id", "card_last4"):
        phone.get_by_test_id(f"number-{name}").fill(getattr(who, name))


def come_to_the_operator(phone: Page, stack: Stack, who: Subscriber) -> None:
    """Open the app, choose the way by number, fill the form and agree."""
    phone.goto(f"{stack.origin}/app/")
    phone.get_by_test_id("welcome-phone").click()
    fill(phone, who)
    phone.get_by_test_id("number-agree").click()
    expect(phone.get_by_test_id("number-go")).to_be_visible()


def ask_operator(phone: Page) -> None:
    """Open the operator's address, which leads back by itself."""
    phone.get_by_test_id("number-go").click()


def choose_password(phone: Page, password: str) -> None:
    """Type a new password twice."""
    for name in ("password", "again"):
        phone.get_by_test_id(f"number-{name}").fill(password)


def refusal(phone: Page) -> str:
    """Return the heading of the screen that says why not."""
    expect(phone.get_by_test_id("mark-failed").or_(phone.get_by_test_id("mark-info"))).to_be_visible()
    return phone.get_by_test_id("title").inner_text()
