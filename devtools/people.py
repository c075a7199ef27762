"""Whom the programs here act as: synthetic people of the simulators, and the mail that reaches them."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

from devtools.browser import Browser, items_of
from mobileapp.phonewire import answer_of

PASSWORD = "Kuai7!Shan"  # noqa: S105 -- of a person who does not exist
STAFF_CARD = "tang-cert"
MAIL_SECONDS = 30.0
LOOK_EVERY_SECONDS = 0.1
LINK = re.compile(r"/registration/confirm#([\w.~-]+)")


@dataclass(frozen=True, kw_only=True)
class Person:
    """One citizen with a health card that works."""

    name: str
    national_id: str
    birth_date: str
    card_id: str
    household: Mapping[str, str]

    @property
    def email(self) -> str:
        """An address that the mail catcher takes."""
        return f"{self.card_id}@example.org"

    def apply(self, browser: Browser, *, card_proof: Mapping[str, Any]) -> dict[str, Any]:
        """Send this person's application for registration with a card proof."""
        return browser.register(
            card_proof=card_proof,
            evidence={"household": dict(self.household)},
            password=PASSWORD,
            email=self.email,
            mobile="0900000101",
        )


@dataclass(frozen=True, kw_only=True)
class StaffMember:
    """Who sits at the counter, and the PIN of their certificate."""

    name: str
    national_id: str
    card_id: str
    pin: str
    office: str = "臺北聯合服務中心"


def staff_member(*, registry_url: str, card_url: str) -> StaffMember:
    """Return the one whose certificate is meant for the counter, asked from the simulators' control listeners."""
    card = next(one for one in items_of(get(f"{card_url}/control/cards")) if one["id"] == STAFF_CARD)
    person = next(
        one for one in items_of(get(f"{registry_url}/control/people")) if one["national_id"] == card["national_id"]
    )
    return StaffMember(name=person["name"], national_id=person["national_id"], card_id=STAFF_CARD, pin=card["pin"])


def citizens(*, registry_url: str, card_url: str) -> list[Person]:
    """Return the citizens who can register by card, asked from the simulators' control listeners."""
    people = items_of(get(f"{registry_url}/control/people"))
    cards = items_of(get(f"{card_url}/control/cards"))
    by_owner = {c["national_id"]: c["id"] for c in cards if (c["kind"], c["state"]) == ("nhi", "active")}
    return [
        Person(
            name=one["name"],
            national_id=one["national_id"],
            birth_date=one["birth_date"],
            card_id=by_owner[one["national_id"]],
            household=one["household"],
        )
        for one in people
        if one.get("household") and one["kind"] == "citizen" and one["national_id"] in by_owner
    ]


def get(url: str) -> dict[str, Any]:
    """Return the JSON of a simulator's page."""
    return answer_of(httpx2.get(url, trust_env=False))


def wait_for_link(mail_url: str, *, to: str, link: re.Pattern[str] = LINK) -> str:
    """Return the token of the newest mail with such a link to this address; raise TimeoutError after 30 s."""
    deadline = time.monotonic() + MAIL_SECONDS
    while time.monotonic() < deadline:
        for message in items_of(get(f"{mail_url}/messages")):
            found = link.search(message["text"])
            if to in str(message["to"]) and found:
                return found[1]
        time.sleep(LOOK_EVERY_SECONDS)
    raise TimeoutError(f"no mail with a confirmation link to {to} within {MAIL_SECONDS:.0f} s")


def make_ready(browser: Browser, person: Person, *, mail_url: str) -> dict[str, Any]:
    """Register this person, confirm by the mail and log in by card; return the session."""
    person.apply(browser, card_proof=browser.card_proof("register", card=person.card_id))
    browser.confirm(wait_for_link(mail_url, to=person.email))
    return browser.login_by_card(PASSWORD)
