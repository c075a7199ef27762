"""A passkey in Python, and a browser that adds it and logs in with it."""

from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from authsvc.core.jose import b64url_decode
from authsvc.core.kit import Kit
from passkeys.models import Passkey
from tests.authenticators import SoftAuthenticator
from tests.conftest import ORIGIN, client_of
from tests.factories import Somebody, log_in

BACKUP_ELIGIBLE, BACKED_UP = 0x08, 0x10
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"


@dataclass
class SoftPasskey(SoftAuthenticator):
    """One discoverable credential: it keeps its owner's handle and names it when it answers."""

    handle: str | None = None

    def make(self, options: dict[str, Any], **spoilt: bytes) -> dict[str, Any]:
        """Answer creation options."""
        self.handle = options["user"]["id"]
        return self.register(options, **spoilt)

    def answer(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer request options."""
        credential = self.sign(b64url_decode(options["challenge"]))
        credential["response"]["userHandle"] = self.handle
        return credential


@dataclass
class Desk:
    """One browser with cookies of its own."""

    client: FlaskClient

    def call(self, method: str, path: str, body: Any = None) -> TestResponse:
        """Call the API as a page of the origin does."""
        sent = {"Origin": ORIGIN, "Accept-Language": "en", "User-Agent": CHROME}
        return self.client.open(f"/api/v1{path}", method=method, json=body, headers=sent)

    def offered(self) -> dict[str, Any]:
        """Ask for what a passkey is made by."""
        answer = self.call("POST", "/passkey-offers")
        assert answer.status_code == 201, answer.text
        return dict(answer.get_json())

    def send(self, offer: dict[str, Any], credential: dict[str, Any], **more: Any) -> TestResponse:
        """Hand in a new passkey."""
        return self.call("POST", "/passkeys", {"offer_id": offer["id"], "credential": credential, **more})

    def add(self, passkey: SoftPasskey, **more: Any) -> TestResponse:
        """Make a passkey by a fresh offer, and hand it in."""
        offer = self.offered()
        return self.send(offer, passkey.make(offer["publicKey"]), **more)

    def challenge(self) -> dict[str, Any]:
        """Ask for what a passkey answers to log in."""
        return dict(self.call("POST", "/passkey-challenges").get_json())

    def enter(self, challenge: dict[str, Any], credential: dict[str, Any], **more: Any) -> TestResponse:
        """Hand in a passkey's answer."""
        body = {"challenge_id": challenge["id"], "credential": credential, **more}
        return self.call("POST", "/sessions/passkey", body)

    def log_in(self, passkey: SoftPasskey, **more: Any) -> TestResponse:
        """Log in with a passkey over a fresh challenge."""
        challenge = self.challenge()
        return self.enter(challenge, passkey.answer(challenge["publicKey"]), **more)


def desk_of(app: Flask, person: Somebody | None = None, *, acr: str = "card") -> Desk:
    """Open a browser, logged in just now where a person is given."""
    client = client_of(app)
    if person is not None:
        log_in(client, app.extensions["kit"], person, acr=acr)
    return Desk(client)


def added_passkey(app: Flask, person: Somebody) -> SoftPasskey:
    """Return a passkey that a person added just now."""
    passkey = SoftPasskey()
    assert desk_of(app, person).add(passkey).status_code == 201
    return passkey


def code(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["code"]


def kept(kit: Kit) -> list[Passkey]:
    with kit.read() as session:
        return list(session.scalars(select(Passkey).order_by(Passkey.created_at)))
