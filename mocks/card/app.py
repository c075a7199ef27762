"""Composes the card component's simulator."""

from collections.abc import Iterable

from flask import Flask

from mocks.card.cards import Deck
from mocks.card.component import component, open_to_listed_origins
from mocks.card.control import control
from mocks.card.desk import Desk
from mocks.card.page import page
from mocks.faults import GENERAL, Faults
from mocks.web import simulator

DEFAULT_ORIGIN = "http://localhost:8000"
FAULTS = {
    "status": GENERAL | {"old_version"},
    "sign": GENERAL,
    "reader": GENERAL | {"8013", "9056", "9057"},
    "crl": GENERAL | {"stale", "lie"},
    "ocsp": GENERAL | {"stale", "lie", "other", "no_nonce", "unknown", "unauthorized"},
}


def create_app(deck: Deck, *, origins: Iterable[str] = (DEFAULT_ORIGIN,), seed: int = 1) -> Flask:
    """Return the card component over a deck, open to pages of the given origins."""
    app = simulator(__name__, faults=Faults(FAULTS, seed=seed))
    app.extensions["desk"] = Desk(deck=deck, origins=frozenset(origins))
    app.register_blueprint(component)
    app.register_blueprint(control)
    app.register_blueprint(page)
    app.after_request(open_to_listed_origins)
    return app
