"""Composes the telecom gateway's simulator."""

from flask import Flask

from mocks.faults import GENERAL, Faults
from mocks.people import World
from mocks.telco.control import control
from mocks.telco.lines import Lines
from mocks.web import simulator

FAULTS = {"gateway": GENERAL}


def create_app(world: World, *, seed: int = 1) -> Flask:
    """Return the gateway over a world of people and their lines."""
    app = simulator(__name__, faults=Faults(FAULTS, seed=seed))
    app.extensions["lines"] = Lines(world)
    app.register_blueprint(control)
    return app
