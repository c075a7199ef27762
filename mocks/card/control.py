"""The control listener: which cards there are, which is in the reader; and what the CA publishes about them."""

from typing import Any

from flask import Blueprint, Response, request

from mocks.card.cards import CardState, VirtualCard
from mocks.card.desk import desk
from mocks.web import Problem, json_body, suffer, text

OCSP_REQUEST = "application/ocsp-request"
LONGEST_QUESTION = 4 * 1024

control = Blueprint("control", __name__)


@control.get("/control/cards")
def list_cards() -> list[dict[str, Any]]:
    """List every virtual card."""
    return [_described(card) for card in desk().deck.all()]


@control.put("/control/cards/<card_id>")
def put_card(card_id: str) -> dict[str, Any]:
    """Put a card into another state."""
    desk().require_card(card_id)
    desk().deck.set_state(card_id, state_named(text(json_body(), "state")))
    return _described(desk().require_card(card_id))


@control.get("/control/reader")
def get_reader() -> dict[str, Any]:
    """Tell which card is in the reader."""
    return {"card": desk().inserted}


@control.put("/control/reader")
def put_reader() -> dict[str, Any]:
    """Put a card in the reader, or take it out."""
    body = json_body()
    if "card" not in body:
        raise Problem(422, "invalid_field", "card is an id, or null to take it out.", errors={"card": ["required"]})
    desk().insert(None if body["card"] is None else text(body, "card"))
    return {"card": desk().inserted}


@control.get("/ca/crl")
def get_crl() -> Response:
    """Serve the revocation list of this moment."""
    struck = suffer("crl")
    crl = desk().deck.crl(stale="stale" in struck, forged="lie" in struck)
    return Response(crl, mimetype="application/pkix-crl")


@control.post("/ca/ocsp")
def post_ocsp() -> Response:
    """Answer a question about one certificate (RFC 6960 appendix A)."""
    if request.mimetype != OCSP_REQUEST:
        raise Problem(415, "ocsp_only", f"Send {OCSP_REQUEST}.")
    if (request.content_length or 0) > LONGEST_QUESTION:
        raise Problem(413, "too_large", "That is no question about one certificate.")
    struck = suffer("ocsp")
    return Response(desk().deck.ocsp(request.get_data(), faults=struck), mimetype="application/ocsp-response")


@control.get("/ca/certificates")
def get_certificates() -> Response:
    """Serve the certificates to trust, in PEM."""
    return Response(desk().deck.ca_bundle(), mimetype="application/x-pem-file")


def state_named(name: str) -> CardState:
    """Return the card state of that name; raise `Problem` (422) where there is none."""
    if name not in set(CardState):
        raise Problem(422, "unknown_state", f"There are: {', '.join(CardState)}.")
    return CardState(name)


def _described(card: VirtualCard) -> dict[str, Any]:
    record = card.record
    return {
        "id": record.id,
        "kind": record.kind,
        "national_id": record.holder,
        "pin": record.pin,
        "state": card.state,
        "name": record.name,
        "number": record.number,
        "tries_left": card.tries_left if record.pin else None,
        "in_reader": desk().inserted == record.id,
    }
