"""The component's HTTP manners: whom it answers, JSON in, problem+json out (RFC 9457), in the caller's language."""

from http import HTTPStatus
from typing import Any, Final

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import HTTPException

from cardcomponent.refusals import (
    HostRefused,
    InvalidField,
    JsonOnly,
    Malformed,
    OriginMismatch,
    OriginNotListed,
    Refusal,
)

CALLS: Final = frozenset({"/status", "/sign"})
LONGEST_BODY: Final = 8 * 1024
LONGEST_FIELD: Final = 512
PROBLEM: Final = "application/problem+json"
CHINESE: Final = "zh-Hant-TW"


def language() -> str:
    """Return the language that the caller reads: `en` or `zh-Hant-TW`."""
    best = request.accept_languages.best_match([CHINESE, "zh-TW", "zh-Hant", "zh", "en"], default=CHINESE)
    return "en" if best == "en" else CHINESE


def guard(origins: frozenset[str]) -> Response | None:
    """Answer a preflight, and refuse whatever a foreign page could send; to be called before every request."""
    # The name must be this computer's own: a page whose name was pointed here meanwhile is of one origin with us to its
    # browser, and sends no Origin at all (DNS rebinding).
    own = {f"{name}:{request.environ['SERVER_PORT']}" for name in ("127.0.0.1", "localhost")}
    if request.host not in own:
        raise HostRefused
    origin = request.headers.get("Origin")
    if origin is not None and origin not in origins:
        raise OriginNotListed
    # Pictures and scripts of a foreign page are fetched without an Origin, but browsers say where they come from.
    if origin is None and request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
        raise OriginNotListed
    return _preflight() if request.method == "OPTIONS" else None


def require_origin(claimed: str) -> None:
    """Raise `OriginMismatch` unless the page's origin, as its browser says, is the one that is to be signed."""
    if request.headers.get("Origin") != claimed:
        raise OriginMismatch


def body() -> dict[str, Any]:
    """Return the JSON object of the body; raise `JsonOnly` or `Malformed`."""
    if request.mimetype != "application/json":
        raise JsonOnly
    try:
        found = request.get_json(silent=True)
    except RecursionError as fault:  # thousands of brackets, each within the last
        raise Malformed from fault
    if not isinstance(found, dict):
        raise Malformed
    return found


def line(given: dict[str, Any], name: str) -> str:
    """Return a field of one line of ASCII, for the card signs lines; raise `InvalidField`."""
    value = given.get(name)
    if (
        not isinstance(value, str)
        or not 0 < len(value) <= LONGEST_FIELD
        or not value.isascii()
        or not value.isprintable()
    ):
        raise InvalidField(name)
    return value


def tell(refusal: Refusal) -> Response:
    """Return a refusal as a problem."""
    detail = refusal.detail.en if language() == "en" else refusal.detail.zh
    return _problem(refusal.status, refusal.code, detail, **refusal.members())


def tell_http(error: HTTPException) -> Response:
    """Return werkzeug's own refusals (404, 405, 413, ...) in the same form."""
    status = HTTPStatus(error.code or 500)
    return _problem(status, status.name.lower(), error.description or status.phrase)


def close(response: Response, origins: frozenset[str]) -> Response:
    """Let a listed page read the answer, refusals too; nobody else, and nobody keeps or frames it."""
    origin = request.headers.get("Origin", "")
    response.headers["Vary"] = "Origin"
    if origin in origins:
        response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
    return response


def prepare(app: Flask, origins: frozenset[str]) -> None:
    """Give an app these manners."""
    app.config["MAX_CONTENT_LENGTH"] = LONGEST_BODY
    app.before_request(lambda: guard(origins))
    app.after_request(lambda response: close(response, origins))
    app.register_error_handler(Refusal, tell)
    app.register_error_handler(HTTPException, tell_http)


def _preflight() -> Response:
    """Answer what a browser asks before it lets a public page call this computer.

    Chrome's Private Network Access wants a header; what followed it, Local Network Access, asks the person instead.
    """
    if request.path not in CALLS or "Origin" not in request.headers:
        raise OriginNotListed
    response = Response(status=HTTPStatus.NO_CONTENT)
    response.headers["Access-Control-Allow-Methods"] = "GET, POST"
    response.headers["Access-Control-Allow-Headers"] = "Content-Type"
    response.headers["Access-Control-Max-Age"] = "600"
    if request.headers.get("Access-Control-Request-Private-Network") == "true":
        response.headers["Access-Control-Allow-Private-Network"] = "true"
    return response


def _problem(status: int, code: str, detail: str, **more: object) -> Response:
    phrase = HTTPStatus(status).phrase
    content = {"type": "about:blank", "title": phrase, "status": int(status), "detail": detail, "code": code, **more}
    return Response(current_app.json.dumps(content), status=status, mimetype=PROBLEM)
