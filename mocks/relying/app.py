"""Composes the relying services: three systems in one process, each with a secret of its own."""

from flask import Flask

from mocks.faults import GENERAL, Faults
from mocks.relying.portal import Portal
from mocks.relying.views import views
from mocks.web import simulator

SERVICE_URL = "http://localhost:8000"
SERVICES = ("personal", "underwriting", "documents")
# `twice` redeems a token again and shows that answer; `other` redeems it as another service;
FAULTS = {"open": GENERAL, "redeem": GENERAL | {"twice", "other"}}


def create_app(*, service_url: str = SERVICE_URL, seed: int = 1) -> Flask:
    """Return the relying services of one portal."""
    app = simulator(__name__, faults=Faults(FAULTS, seed=seed))
    secrets = {name: f"the public demo secret of {name}, for laptops" for name in SERVICES}
    app.extensions["portal"] = Portal(service_url, secrets)
    app.register_blueprint(views)
    return app
