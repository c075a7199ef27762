"""What every simulator's HTTP side has: health, faults, problem+json, strict JSON bodies."""

import math
import time
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, current_app, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import HTTPException

from mocks.faults import Fault, Faults, UnknownFault, delay_of

_STATIC = Path(__file__).with_name("static")
_PAGE_POLICY = "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; frame-ancestors 'self'"

shared = Blueprint("shared", __name__)


class _PlainJson(DefaultJSONProvider):
    """Writes fields in the order given and Chinese as it is."""

    ensure_ascii = False
    sort_keys = False


class Problem(Exception):
    """A refusal with a status and a stable code, told as problem+json (RFC 9457)."""

    def __init__(self, status: int, code: str, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.more = status, code, detail, more


class Dropped(ConnectionError):
    """The simulator hangs up without an answer; the server closes the socket when it sees this."""


class Garbage(Exception):
    """The simulator answers 200 with something that is no JSON."""


def simulator(import_name: str, *, faults: Faults) -> Flask:
    """Return a Flask app with `/healthz`, `/control/faults` and problem+json errors."""
    app = Flask(import_name, static_folder=_STATIC)
    app.config["PROPAGATE_EXCEPTIONS"] = True  # so that `Dropped` reaches the server
    app.json = _PlainJson(app)
    app.extensions["faults"] = faults
    app.register_blueprint(shared)
    app.before_request(_refuse_foreign_forms)
    app.after_request(_set_page_policy)
    app.register_error_handler(Problem, _tell_problem)
    app.register_error_handler(HTTPException, _tell_http_error)
    app.register_error_handler(UnknownFault, _tell_unknown_fault)
    app.register_error_handler(Garbage, _tell_garbage)
    return app


def json_body() -> dict[str, Any]:
    """Return the request's JSON object; raise `Problem` (415 for another type, 400 for malformed JSON)."""
    if request.mimetype != "application/json":
        raise Problem(415, "json_only", "Send application/json.")
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise Problem(400, "malformed", "The body is not a JSON object.")
    return body


def text(body: dict[str, Any], name: str) -> str:
    """Return a required text field; raise `Problem` (422) where it is absent or not text."""
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise Problem(422, "invalid_field", f"{name} must be a text.", errors={name: ["required text"]})
    return value


def suffer(target: str) -> frozenset[str]:
    """Let the general faults of a target happen, and return the kinds of special faults that struck.

    Sleeps for `slow`; raises `Dropped` for `down`; ends the request for `500` and `garbage`.
    """
    struck = faults().strike(target)
    if "slow" in struck:
        time.sleep(delay_of(struck["slow"]))
    if "down" in struck:
        raise Dropped
    if "500" in struck:
        raise Problem(500, "simulated_failure", "The simulator was told to fail.")
    if "garbage" in struck:
        raise Garbage
    return frozenset(struck)


def faults() -> Faults:
    """Return the running simulator's schedule of faults."""
    schedule = current_app.extensions["faults"]
    assert isinstance(schedule, Faults)  # noqa: S101  tells the type checker what `simulator` put there
    return schedule


@shared.get("/healthz")
def healthz() -> dict[str, str]:
    """Say that the process is alive."""
    return {"status": "ok"}


@shared.get("/control/faults")
def list_faults() -> list[dict[str, Any]]:
    """List the faults in force."""
    return faults().listed()


@shared.put("/control/faults")
def put_fault() -> list[dict[str, Any]]:
    """Set or take away a fault and list what is in force."""
    body = json_body()
    rate, seconds = _number(body.get("rate", 1), "rate"), body.get("seconds")
    if rate > 1:
        raise Problem(422, "invalid_field", "rate is a share between 0 and 1.", errors={"rate": ["0 to 1"]})
    faults().put(
        Fault(
            target=text(body, "target"),
            kind=str(body.get("kind", "")),
            rate=rate,
            seconds=None if seconds is None else _number(seconds, "seconds"),
        )
    )
    return faults().listed()


@shared.delete("/control/faults")
def delete_faults() -> tuple[str, int]:
    """Take every fault away."""
    faults().clear()
    return "", 204


def _number(value: object, name: str) -> float:
    fine = isinstance(value, int | float) and not isinstance(value, bool)
    if not fine or not math.isfinite(number := float(str(value))) or number < 0:
        raise Problem(422, "invalid_field", f"{name} must be a number.", errors={name: ["a number, 0 or more"]})
    return number


def _refuse_foreign_forms() -> None:
    origin = request.headers.get("Origin")
    is_form = request.method == "POST" and request.mimetype != "application/json"
    if is_form and origin is not None and urlsplit(origin).netloc != request.host:
        raise Problem(415, "json_only", "Another site may send application/json only.")


def _set_page_policy(response: Response) -> Response:
    if response.mimetype == "text/html":
        response.headers.setdefault("Content-Security-Policy", _PAGE_POLICY)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


def _tell_problem(problem: Problem) -> Response:
    phrase = HTTPStatus(problem.status).phrase
    body = {"type": "about:blank", "title": phrase, "status": problem.status, "detail": problem.detail}
    content = current_app.json.dumps({**body, "code": problem.code, **problem.more})
    return Response(content, status=problem.status, mimetype="application/problem+json")


def _tell_http_error(error: HTTPException) -> Response:
    status = error.code or 500
    return _tell_problem(Problem(status, HTTPStatus(status).name.lower(), error.description or error.name))


def _tell_unknown_fault(error: UnknownFault) -> Response:
    return _tell_problem(Problem(422, "unknown_fault", str(error)))


def _tell_garbage(_error: Garbage) -> Response:
    return Response('{"nonce": "', mimetype="application/json")
