"""Given: the responsible person and the people of a unit of the simulators' world, registered here."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx2
import pytest
from flask import Flask

from authsvc.core.kit import Kit
from mobileapp.client import Phone
from mocks.card.cards import Deck
from mocks.people import Person as Registered
from mocks.people import World
from mocks.registry import app as registry_app
from tests.browser import Browser
from tests.clocks import MovableClock
from tests.factories import NAME, Somebody, make_bound_phone, national_id
from tests.insured import UNIT1
from tests.people import make_card_holder
from tests.simulators import Transports

ENTRY: dict[str, Any] = {
    "unit_code": UNIT1,
    "name": "測試一號有限公司",
    "business_number": "00009001",
    "nhi_only": True,
    "responsible_id": "F209000022",
    "phone": "02-21234567",
    "email": "unit1@example.org",
}
CHEN: dict[str, Any] = {
    "national_id": "B109000035",
    "name": "陳範例",
    "mobile": "0900000103",
    "email": "chen@example.org",
    "credential": "card",
}


@pytest.fixture
def transports(transports: Transports, world: World) -> Transports:
    """Put a register at hand that knows the people of `tests.factories`, too."""
    invented = tuple(_registered(number) for number in range(1, 61))
    known = World(people=world.people + invented, units=world.units)
    return transports | {"registry": httpx2.WSGITransport(registry_app.create_app(known))}


def _registered(number: int) -> Registered:
    return Registered(
        key=f"invented-{number}",
        purpose="made by a test",
        national_id=national_id(number),
        name=NAME,
        birth_date="1970-01-01",
        kind="citizen",
        card_number=f"{number:012d}",
    )


def holder(kit: Kit, deck: Deck, world: World, key: str) -> Somebody:
    """Register somebody of the simulators' world with their health card."""
    known = world.person(key)
    return Somebody(
        id=make_card_holder(kit, deck, known),
        national_id=known.national_id,
        birth_date=date.fromisoformat(known.birth_date),
        name=known.name,
        card_number=known.card_number,
        email=f"{key}@example.org",
        backup_email=None,
    )


@pytest.fixture
def lin(kit: Kit, deck: Deck, world: World) -> Somebody:
    """Return the responsible person of the first unit."""
    return holder(kit, deck, world, "lin")


@pytest.fixture
def phone(app: Flask, clock: MovableClock, lin: Somebody) -> Iterator[Phone]:
    with make_bound_phone(app, clock, lin) as phone:
        yield phone


def by_certificate(browser: Browser, **more: Any) -> Any:
    proof = browser.prove("unit1-card", "unit", pin="10101010")
    return browser.post("/unit-registrations", ENTRY | {"card_proof": proof} | more)


def as_owner(browser: Browser, unit_code: str = UNIT1) -> Browser:
    """Log a browser in with the unit's certificate and the tick."""
    proof = browser.prove("unit1-card", "login", pin="10101010")
    ticked = {"unit_code": unit_code, "appoint_managers": True}
    assert browser.post("/sessions/certificate", {"card_proof": proof, **ticked}).status_code == 201
    return browser


def as_person(browser: Browser, key: str, **more: Any) -> Browser:
    """Log somebody in with health card and password, with the tick where a unit is named."""
    card = next(card for card in browser.person(key).cards if card.kind == "nhi")
    body = {"card_proof": browser.prove(card.id, "login"), "password": "Tang-fu9x", **more}
    assert browser.post("/sessions/card", body).status_code == 201
    return browser
