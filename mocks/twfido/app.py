"""Composes the provider of the mobile natural-person certificate."""

from pathlib import Path

from flask import Flask

from mocks.clock import Clock
from mocks.faults import GENERAL, Faults
from mocks.people import World
from mocks.twfido.api import LIES, api
from mocks.twfido.control import control
from mocks.twfido.office import Office, Provider
from mocks.twfido.page import page
from mocks.twfido.phones import Phones
from mocks.web import simulator

DEFAULT_URL = "http://127.0.0.1:8104"
FAULTS = {
    "ticket": GENERAL | {"wrong_hash", "wrong_checksum", "other_person", "expired", "replay"},
    "result": GENERAL | LIES.keys() | {"wrong_checksum"},
    "device": GENERAL,
    "ca": GENERAL,
}


def create_app(
    world: World, *, folder: Path, provider: Provider, clock: Clock, public_url: str = DEFAULT_URL, seed: int = 1
) -> Flask:
    """Return the provider for one relying party; keys and certificates of the phones are kept in `folder`."""
    app = simulator(__name__, faults=Faults(FAULTS, seed=seed))
    phones = Phones(world, folder=folder, clock=clock, public_url=public_url)
    app.extensions["office"] = Office(phones, provider, clock)
    app.register_blueprint(api)
    app.register_blueprint(control)
    app.register_blueprint(page)
    return app
