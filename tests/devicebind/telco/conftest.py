"""Given: the real simulator of the operators, and phones that go over a line of it."""

from collections.abc import Callable, Iterator

import httpx2
import pytest
from flask import Flask

from authsvc.core.keys import Keys
from authsvc.core.kit import Kit
from authsvc.settings import DEMO_ROOT_KEYS, read_root_keys
from devicebind.operators import load_operators
from devicebind.party import client_keys
from mocks.people import World
from mocks.telco import app as telco_app
from mocks.telco.clients import Client
from tests.clocks import MovableClock
from tests.devicebind.telco.bench import Bench
from tests.devicebind.telco.lines import REDIRECT, TELCO, Line, Verifier


@pytest.fixture
def telco(world: World, clock: MovableClock) -> Flask:
    """Run the gateway and the operators, who know our keys."""
    keys = Keys(read_root_keys(DEMO_ROOT_KEYS))
    known = [key.jwk for each in load_operators().by_id.values() for key in client_keys(keys, each)]
    ours = Client("authsvc", (REDIRECT,), jwks={"keys": known})
    return telco_app.create_app(world, base=TELCO, clock=clock, clients=[ours], pace=0.0)  # type: ignore[arg-type]


@pytest.fixture
def transports(transports: dict[str, httpx2.BaseTransport], telco: Flask) -> dict[str, httpx2.BaseTransport]:
    return {**transports, "telco": httpx2.WSGITransport(telco)}


@pytest.fixture
def over(telco: Flask) -> Callable[[str], Line]:
    """Give the data path of a connection: a line's number, wifi, vpn or a hotspot."""
    return lambda connection: Line(telco, connection)


@pytest.fixture
def verifier(
    app: Flask,
    kit: Kit,
    clock: MovableClock,
    world: World,
    telco: Flask,
    transports: dict[str, httpx2.BaseTransport],
) -> Verifier:
    return Verifier(app=app, kit=kit, clock=clock, world=world, telco=telco, transports=transports)


@pytest.fixture
def bench(telco: Flask, world: World, clock: MovableClock) -> Iterator[Bench]:
    made = Bench(telco, world, clock)
    yield made
    made.port.close()
