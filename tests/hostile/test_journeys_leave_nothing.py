"""Many seeded journeys, and then a search for every secret in everything that they left: nothing is found."""

import random
import time

import httpx2
import pytest
from flask import Flask

from authsvc.core.jobs import jobs_of
from authsvc.core.kit import Kit
from mocks.card import app as card_app
from mocks.card.cards import Deck
from mocks.people import World, load_world
from mocks.registry import app as registry_app
from tests.clocks import MovableClock
from tests.conftest import ORIGIN
from tests.devicebind.telco.conftest import telco
from tests.hostile.traces import BY_PROTOCOL, Place, Traces, leave_tables, listening
from tests.hostile.wanderers import Town, Wanderer
from tests.turns import rounds

__all__ = ["telco"]

JOURNEYS = rounds(30, full=1000, variable="AUTHSVC_SILENT_JOURNEYS")
SEED = 20261121

# Where something hidden must be sent, and only there: what → the ends of the operators' addresses that take it.
OPERATORS_NEED = {
    "national_id": ("/kyc-match/v0.5/match", "/kyc-match/v0.4/match"),
    "end of the ID": ("/kyc-match/v0.5/match", "/kyc-match/v0.4/match"),
    "idDocument": ("/kyc-match/v0.5/match", "/kyc-match/v0.4/match"),
    "mobile": ("/lookup", "/number-verification/v2/verify"),
    "number": ("/lookup", "/number-verification/v2/verify"),
    "phoneNumber": ("/lookup", "/number-verification/v2/verify"),
    "nonce": ("/lookup",),
    "code": ("/token",),
    "code_verifier": ("/token",),
    "client_assertion": ("/token",),
    "assertion": ("/token",),
}
WRITTEN_BY_BLUNDER = ("national_id", "end of the ID", "mobile")


@pytest.fixture(scope="module")
def world() -> World:
    return load_world(extra=JOURNEYS)


@pytest.fixture
def traces() -> Traces:
    return Traces()


@pytest.fixture
def transports(deck: Deck, world: World, telco: Flask, traces: Traces) -> dict[str, httpx2.BaseTransport]:
    """Put the simulators at hand, each with a listener at its door."""
    parties = {
        "card": card_app.create_app(deck, origins=[ORIGIN]),
        "registry": registry_app.create_app(world),
        "telco": telco,
    }
    for name, party in parties.items():
        traces.tap(party, name)
    return {name: httpx2.WSGITransport(party) for name, party in parties.items()}


@pytest.fixture
def town(app: Flask, telco: Flask, deck: Deck, world: World, clock: MovableClock, traces: Traces) -> Town:
    traces.tap(app, "service")
    return Town(app=app, telco=telco, deck=deck, world=world, clock=clock, vault=traces.vault)


def allowed(place: Place, name: str) -> bool:
    """Tell whether something hidden lies where it has to."""
    if place.kind == "telco":
        return place.name.endswith(OPERATORS_NEED.get(name, ("nowhere",)))
    if place.kind == "url":  # of the redirect, and of our own blunders, which only the caller wrote
        by_redirect = place.name.endswith(("service /app/phone", "/authorize")) and name in BY_PROTOCOL
        careless = place.name == "service /api/v1/me" or place.name.endswith("/voucher")
        return by_redirect or (careless and name in WRITTEN_BY_BLUNDER)
    if place.kind == "statement" and place.name.startswith("SELECT device."):  # looked for, as the path said
        return name in WRITTEN_BY_BLUNDER
    if place.kind == "log" and place.name.startswith("httpx2"):  # the phones' own line, which asks the operator
        return "/authorize?" in place.said and name in BY_PROTOCOL
    return place.kind == "refusal" and place.name.startswith("already_refreshed") and name.endswith("_token")


def test_a_thousand_journeys_leave_nothing_that_tells_of_anybody(
    town: Town, traces: Traces, kit: Kit, capfd: pytest.CaptureFixture[str]
) -> None:
    # given
    began = time.monotonic()
    # when
    with listening(traces, kit):
        for number in range(1, JOURNEYS + 1):
            Wanderer(town, number, random.Random(SEED + number)).go()  # noqa: S311  repeatable, not secret
        for job in jobs_of(town.app):
            job(kit)
    travelled = time.monotonic() - began
    leave_tables(traces, kit)
    out, err = capfd.readouterr()
    traces.leave("output", "stdout and stderr", out + err)
    # then
    found = traces.find(allowed)
    kinds = sorted({place.kind for place in traces.places})
    print(f"{JOURNEYS} journeys in {travelled:.0f} s, searched in {time.monotonic() - began - travelled:.0f} s")
    print(f"{len(traces.vault.held)} secrets of {sorted(traces.vault.names)} in {len(traces.places)} places of {kinds}")
    print(f"{sum(town.met.values())} acts: {dict(sorted(town.met.items()))}")
    assert found == [], "\n".join(found[:40])
