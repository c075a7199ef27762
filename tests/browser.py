"""A browser at a card reader, in process: what a page's script does, for tests of services and views."""

from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from authsvc.core.jose import b64url
from mocks.card.cards import Deck, SignRequest
from mocks.people import Person, World

PASSWORD = "Tang-fu9x"


@dataclass
class Browser:
    """One browser (one cookie jar) with a reader in which any virtual card can be put."""

    client: FlaskClient
    deck: Deck
    world: World
    origin: str

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """Call the API as a page of the origin does."""
        sent = {"Origin": self.origin, "Accept-Language": "en"} | {k.replace("_", "-"): v for k, v in headers.items()}
        return self.client.open(f"/api/v1{path}", method=method, json=body, headers=sent)

    def post(self, path: str, body: Any = None) -> TestResponse:
        return self.call("POST", path, body)

    def get(self, path: str) -> TestResponse:
        return self.call("GET", path)

    def prove(self, card_id: str, purpose: str, *, pin: str | None = None) -> dict[str, str]:
        """Let a card answer a fresh challenge and return the `card_proof`."""
        challenge = self.post("/card-challenges", {"purpose": purpose}).json
        assert challenge is not None
        asked = SignRequest(self.origin, purpose, challenge["id"], challenge["nonce"])
        answer = self.deck.sign(card_id, asked, pin=pin)
        return {
            "challenge_id": challenge["id"],
            "certificate": b64url(answer.certificate),
            "signature": b64url(answer.signature),
        }

    def person(self, key: str) -> Person:
        return self.world.person(key)

    def log_in(self, key: str) -> TestResponse:
        """Log a registered person in by health card and password."""
        card = next(card for card in self.person(key).cards if card.kind == "nhi")
        return self.post("/sessions/card", {"card_proof": self.prove(card.id, "login"), "password": PASSWORD})
