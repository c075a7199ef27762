"""The component as pages see it: GET /status and POST /sign, for listed web origins only."""

from base64 import urlsafe_b64encode
from typing import Any

from flask import Blueprint, Response, request

from mocks.card import refusals
from mocks.card.cards import CardState, SignRequest, VirtualCard
from mocks.card.desk import READER_NAME, desk
from mocks.web import Problem, json_body, suffer, text

VERSION, OLD_VERSION = "1.0-simulated", "0.9.12-simulated"
_LONGEST = 512

component = Blueprint("component", __name__)


@component.get("/status")
def status() -> dict[str, Any]:
    """Tell which readers there are and which card is in."""
    origin = request.headers.get("Origin")
    if origin is not None:
        _require_listed(origin)
    version = OLD_VERSION if "old_version" in suffer("status") else VERSION
    struck = suffer("reader")
    if "8013" in struck:
        return {"version": version, "readers": []}
    return {"version": version, "readers": [{"name": READER_NAME, **_slot(struck)}]}


@component.post("/sign")
def sign() -> dict[str, str]:
    """Sign a page's challenge with the card in the reader."""
    body = json_body()
    wanted = SignRequest(**{name: _plain(body, name) for name in SignRequest.__slots__})
    if request.headers.get("Origin") != wanted.origin:
        raise Problem(403, "origin_mismatch", "The origin in the body is not the page's.")
    _require_listed(wanted.origin)
    suffer("sign")
    _meet_reader_faults(suffer("reader"))
    answer = desk().deck.sign(desk().require_inserted().record.id, wanted, pin=_pin(body))
    return {"certificate": _base64url(answer.certificate), "signature": _base64url(answer.signature)}


@component.before_request
def answer_preflight() -> Response | None:
    """Answer a browser's preflight, also that of Private Network Access; refuse it to unlisted origins."""
    if request.method != "OPTIONS":
        return None
    _require_listed(request.headers.get("Origin", ""))
    response = Response(status=204)
    response.headers["Access-Control-Allow-Methods"] = "GET, POST"
    response.headers["Access-Control-Allow-Headers"] = "Content-Type"
    response.headers["Access-Control-Max-Age"] = "600"
    if request.headers.get("Access-Control-Request-Private-Network") == "true":
        response.headers["Access-Control-Allow-Private-Network"] = "true"
    return response


def open_to_listed_origins(response: Response) -> Response:
    """Let a listed origin read the component's answers, its refusals too."""
    origin = request.headers.get("Origin", "")
    if request.path in {"/status", "/sign"}:
        response.headers["Vary"] = "Origin"
        if origin in desk().origins:
            response.headers["Access-Control-Allow-Origin"] = origin
    return response


def _require_listed(origin: str) -> None:
    if origin not in desk().origins:
        raise Problem(403, "origin_not_listed", "This web site may not use the card component.")


def _slot(struck: frozenset[str]) -> dict[str, Any]:
    card = None if "9056" in struck or desk().inserted is None else desk().require_inserted()
    if card is None:
        return {"card": None}
    if "9057" in struck or card.condition is CardState.UNREADABLE:
        return {"card": None, "reader_code": 9057, "code": refusals.card_unreadable().code}
    return {"card": _shown(card)}


def _shown(card: VirtualCard) -> dict[str, str]:
    shown = {"kind": card.record.kind, "name": card.record.name}
    return {**shown, "card_number": card.record.number} if card.record.kind == "nhi" else shown


def _meet_reader_faults(struck: frozenset[str]) -> None:
    for code, refusal in refusals.BY_CODE.items():
        if code in struck:
            raise refusal()


def _plain(body: dict[str, Any], name: str) -> str:
    value = text(body, name)
    if len(value) > _LONGEST or not value.isascii() or not value.isprintable():
        raise Problem(422, "invalid_field", f"{name} must be one line of ASCII.", errors={name: ["one line of ASCII"]})
    return value


def _pin(body: dict[str, Any]) -> str | None:
    return None if body.get("pin") is None else text({"pin": body["pin"] or " "}, "pin")


def _base64url(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode("ascii")
