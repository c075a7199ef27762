"""Composes the registers' simulator."""

from flask import Flask

from mocks.faults import GENERAL, Faults
from mocks.people import World
from mocks.registry.records import Records
from mocks.registry.views import views
from mocks.web import simulator

SPECIAL = GENERAL | {"lie", "wrong_nonce", "missing_field"}
FAULTS = {"insured": SPECIAL, "household": SPECIAL, "residence": SPECIAL, "units": SPECIAL, "unit_people": SPECIAL}


def create_app(world: World, *, seed: int = 1) -> Flask:
    """Return the registers over a world of people."""
    app = simulator(__name__, faults=Faults(FAULTS, seed=seed))
    app.extensions["records"] = Records(world)
    app.register_blueprint(views)
    return app
