"""What every view does: the kit, the door, the blueprint, and the one handler that turns a refusal into an answer."""

import functools
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar, cast

from flask import Flask, Response, current_app, g, jsonify, render_template, request
from flask_smorest import Blueprint
from werkzeug.exceptions import HTTPException

from authsvc.core.cookies import browser_token
from authsvc.core.db import OUT_OF_REACH
from authsvc.core.document import PROBLEM_JSON, ProblemOut
from authsvc.core.errors import Problem, Refused, Unavailable
from authsvc.core.guard import API
from authsvc.core.i18n import N_, request_language, translate
from authsvc.core.keys import new_id
from authsvc.core.kit import Caller, Kit

View = TypeVar("View", bound=Callable[..., Any])
HTTP_CODES: Final = {
    400: ("malformed", N_("The request could not be read.")),
    404: ("not_found", N_("There is nothing here.")),
    405: ("method_not_allowed", N_("This address does not take that method.")),
    413: ("too_large", N_("That is too large.")),
    415: ("wrong_type", N_("Please send JSON in UTF-8.")),
    422: ("invalid", N_("Please check what you entered.")),
    429: ("too_many_requests", N_("Too many requests. Please wait a little.")),
    500: ("internal", N_("Something went wrong here. Please try again.")),
}


@dataclass(frozen=True)
class Credentials:
    """What a request shows at the door, unjudged."""

    method: str
    path: str
    cookie_token: str | None
    authorization: Sequence[str]
    proofs: Sequence[str]


Authenticator = Callable[[Kit, Credentials], Any]


class LoginRequired(Refused):
    """Nothing was shown at the door that lets anybody in."""

    code, detail = "login_required", N_("Please log in first.")

    def headers(self) -> dict[str, str]:
        """Say how an app proves itself (RFC 9449 section 7.1)."""
        return {"WWW-Authenticate": 'DPoP algs="ES256"'}


class ApiBlueprint(Blueprint):  # type: ignore[misc]
    """A blueprint whose operations name the refusals they can answer."""

    def refuses(self, *refusals: type[Problem]) -> Callable[[View], View]:
        """Document these refusals, several of one status together."""

        def document(view: View) -> View:
            for status in sorted({refusal.status for refusal in refusals}):
                codes = ", ".join(sorted(f"`{each.code}`" for each in refusals if each.status == status))
                shown = self.alt_response(status, schema=ProblemOut, content_type=PROBLEM_JSON, description=codes)
                view = cast("View", shown(view))
            return view

        return document


def kit() -> Kit:
    """Return the kit for this request."""
    if "kit" not in g:
        base: Kit = current_app.extensions["kit"]
        agent = request.headers.get("User-Agent", "")[:255]
        cookie = browser_token(base.settings)
        g.kit = base.on_behalf_of(Caller(request.remote_addr or "", agent, cookie, request_language(), new_id()))
    return cast("Kit", g.kit)


def door(*names: str) -> Callable[[View], View]:
    """Say who may enter a view: "anyone", or the names of authenticators of which the first that applies decides."""

    def guard(view: View) -> View:
        @functools.wraps(view)
        def entered(*args: Any, **kwargs: Any) -> Any:
            g.principal = None if names == ("anyone",) else _authenticate(names)
            return view(*args, **kwargs)

        entered.doors = names  # type: ignore[attr-defined]
        return cast("View", entered)

    return guard


def who() -> Any:
    """Return the principal that the door let in."""
    return g.principal


def authenticators(app: Flask) -> dict[str, Authenticator]:
    """Return the app's authenticators by name; each answers None where its credentials are not shown."""
    return cast("dict[str, Authenticator]", app.extensions.setdefault("authenticators", {}))


def _authenticate(names: Sequence[str]) -> Any:
    shown = Credentials(
        request.method,
        request.path,
        browser_token(kit().settings),
        request.headers.getlist("Authorization"),
        request.headers.getlist("DPoP"),
    )
    for name in names:
        principal = authenticators(current_app)[name](kit(), shown)
        if principal is not None:
            return principal
    raise LoginRequired


def answer(problem: Problem) -> Response:
    """Turn a refusal into problem+json, or into a page for people."""
    body: dict[str, Any] = {"detail": translate(problem.detail), "code": problem.code} | problem.members
    if problem.reader_code is not None:
        body["reader_code"] = problem.reader_code
    errors = getattr(problem, "errors", None)
    if errors:
        body["errors"] = {name: [translate(text) for text in texts] for name, texts in errors.items()}
    return _problem(problem.status, body, problem.headers())


def answer_http_exception(error: HTTPException) -> Response:
    """Turn an exception of Flask, Werkzeug or the schemas into the same kind of answer."""
    status = error.code or 500
    code, detail = HTTP_CODES.get(status, ("http_error", N_("This did not work.")))
    body: dict[str, Any] = {"detail": translate(detail), "code": code}
    data = getattr(error, "data", None) or {}
    if data.get("messages"):
        parts = data["messages"].values()
        body["errors"] = {name: flat(texts) for part in parts if isinstance(part, dict) for name, texts in part.items()}
    kept = ("Allow", "Retry-After", "WWW-Authenticate")
    headers = {name: value for name, value in error.get_headers() if name in kept}
    if status in (429, 503):
        headers.setdefault("Retry-After", "60")
        body["retry_after"] = int(headers["Retry-After"])
    return _problem(status, body, headers)


def flat(texts: Any) -> list[str]:
    """Return a schema's messages, however deep, as one translated list."""
    if isinstance(texts, dict):
        return [text for part in texts.values() for text in flat(part)]
    return [translate(str(text)) for text in texts] if isinstance(texts, list) else [translate(str(texts))]


def _problem(status: int, body: dict[str, Any], headers: dict[str, str]) -> Response:
    origin = kit().settings.public_origin
    full = {
        "type": f"{origin}/problems#{body['code']}",
        "title": _title(body["code"]),
        "status": status,
    } | body
    if request.path.startswith(API) or request.accept_mimetypes.best == "application/json":
        response = jsonify(full)
        response.content_type = PROBLEM_JSON
    else:
        response = Response(render_template("problem.html", problem=full, request_id=kit().caller.request_id))
    response.status_code = status
    response.headers.extend(headers)
    return response


def _title(code: str) -> str:
    return code.replace("_", " ").capitalize()


def include(app: Flask) -> None:
    """Answer every refusal of this app in one way."""
    app.register_error_handler(Problem, answer)
    app.register_error_handler(HTTPException, answer_http_exception)

    def out_of_reach(fault: Exception) -> Response:
        logging.getLogger(__name__).error("database: %s", type(fault).__name__)
        return answer(Unavailable())

    for fault in OUT_OF_REACH:
        app.register_error_handler(fault, out_of_reach)
