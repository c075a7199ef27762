"""The component as pages see it: GET /status and POST /sign, for listed web origins only."""

from base64 import urlsafe_b64encode
from typing import Any, Final

from flask import Flask

from cardcomponent import web
from cardcomponent.consent import Permission
from cardcomponent.desk import Desk, Wish
from cardcomponent.readers import KINDS, Kind, SeenCard, Slot
from cardcomponent.refusals import InvalidField

VERSION: Final = "1.1.0"


def create_app(desk: Desk, permission: Permission, origins: frozenset[str]) -> Flask:
    """Return the component over a desk of readers, open to pages of these origins."""
    app = Flask(__name__, static_folder=None)
    web.prepare(app, origins)

    @app.get("/status")
    def status() -> dict[str, Any]:
        return {"version": VERSION, "readers": [_shown(slot) for slot in desk.status()]}

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.post("/sign")
    def sign() -> dict[str, str]:
        given = web.body()
        wish = Wish(
            origin=web.line(given, "origin"),
            purpose=web.line(given, "purpose"),
            challenge_id=web.line(given, "challenge_id"),
            nonce=web.line(given, "nonce"),
            kind=_kind(given),
        )
        pin = _pin(given)
        web.require_origin(wish.origin)
        permission.require(wish.origin, web.language())
        signed = desk.sign(wish, pin)
        return {"certificate": _base64url(signed.certificate), "signature": _base64url(signed.signature)}

    return app


def _shown(slot: Slot) -> dict[str, Any]:
    if slot.fault is not None:
        return {"name": slot.reader, "card": None, "reader_code": slot.fault.reader_code, "code": slot.fault.code}
    return {"name": slot.reader, "card": None if slot.card is None else _card(slot.card)}


def _card(card: SeenCard) -> dict[str, str]:
    # Only the health card's number is printed on the card; the others' is the holder's ID, which stays on the card.
    shown = {"kind": card.kind, "name": card.name}
    return {**shown, "card_number": card.number} if card.kind == "nhi" and card.number else shown


def _kind(given: dict[str, Any]) -> Kind | None:
    found = given.get("kind")
    if found is not None and found not in KINDS:
        raise InvalidField("kind")
    return found


def _pin(given: dict[str, Any]) -> str | None:
    found = given.get("pin")
    if found is not None and not isinstance(found, str):
        raise InvalidField("pin")
    return found


def _base64url(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode("ascii")
