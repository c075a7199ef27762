"""The control listener: who has a phone, how its certificate stands, what was asked; and what the CA publishes."""

from typing import Any

from flask import Blueprint, Response, request

from mocks.card.control import LONGEST_QUESTION, OCSP_REQUEST, state_named
from mocks.clock import stamp
from mocks.twfido.api import office
from mocks.twfido.office import Transaction
from mocks.twfido.phones import Phone
from mocks.web import Problem, json_body, suffer, text

control = Blueprint("control", __name__)


@control.get("/control/people")
def list_people() -> list[dict[str, Any]]:
    """List everybody who has a phone."""
    return [described(phone) for phone in office().phones.all()]


@control.put("/control/people/<key>")
def put_state(key: str) -> dict[str, Any]:
    """Put a phone's certificate into another state."""
    phone = require_phone(key)
    office().phones.deck.set_state(phone.id, state_named(text(json_body(), "state")))
    return described(phone)


@control.get("/control/transactions")
def list_transactions() -> list[dict[str, Any]]:
    """List every transaction, the oldest first, with the moments at which its result was asked for."""
    return [_told(transaction) for transaction in office().all()]


@control.post("/control/transactions/<ticket_id>/decision")
def decide(ticket_id: str) -> dict[str, Any]:
    """Approve or deny on the phone of the ticket's owner, as the person would: `{decision, person?, pin?}`."""
    transaction, body = require_transaction(ticket_id), json_body()
    if text(body, "decision") == "deny":
        office().deny(transaction)
    else:
        office().approve(transaction, _owner(transaction), pin=body.get("pin"))
    return _told(transaction)


@control.get("/ca/crl")
def get_crl() -> Response:
    """Serve the revocation list of this moment."""
    suffer("ca")
    return Response(office().phones.deck.crl(), mimetype="application/pkix-crl")


@control.post("/ca/ocsp")
def post_ocsp() -> Response:
    """Answer a question about one certificate (RFC 6960 appendix A)."""
    if request.mimetype != OCSP_REQUEST or (request.content_length or 0) > LONGEST_QUESTION:
        raise Problem(415, "ocsp_only", f"Send {OCSP_REQUEST}, about one certificate.")
    suffer("ca")
    return Response(office().phones.deck.ocsp(request.get_data()), mimetype="application/ocsp-response")


@control.get("/ca/certificates")
def get_certificates() -> Response:
    """Serve the certificates to trust, in PEM."""
    return Response(office().phones.deck.ca_bundle(), mimetype="application/x-pem-file")


def require_phone(key: str) -> Phone:
    """Return a person's phone; raise `Problem` (404)."""
    phone = office().phones.find(key)
    if phone is None:
        raise Problem(404, "unknown_person", "Nobody with that key has a phone.")
    return phone


def require_transaction(ticket_id: str) -> Transaction:
    """Return a transaction by its ticket; raise `Problem` (404)."""
    found = office().find(ticket_id)
    if found is None:
        raise Problem(404, "unknown_ticket", "There is no ticket with that id.")
    return found


def described(phone: Phone) -> dict[str, Any]:
    """Return a phone for the control listener."""
    card = office().phones.card(phone)
    return {
        "key": phone.person.key,
        "national_id": phone.person.national_id,
        "name": phone.person.name,
        "birth_date": phone.person.birth_date,
        "pin": card.record.pin,
        "state": card.state,
        "tries_left": card.tries_left,
        "is_fido": True,
        "is_mcert_sign": phone.signs,
    }


def _owner(transaction: Transaction) -> Phone:
    phone = office().phones.owner_of(transaction.hashed_id)
    if phone is None:
        raise Problem(409, "no_phone", "The person whom the ticket names has no phone.")
    return phone


def _told(transaction: Transaction) -> dict[str, Any]:
    return {
        "transaction_id": transaction.transaction_id,
        "ticket_id": transaction.ticket_id,
        "ticket": transaction.ticket,
        "op_code": transaction.op_code,
        "op_mode": transaction.op_mode,
        "hint": transaction.hint,
        "code": office().standing(transaction),
        "ends": stamp(transaction.ends),
        "asked": [moment.timestamp() for moment in transaction.asked],
    }
