"""What every request meets before a view: host, origin, form token, strict JSON; and the headers of every answer."""

import re
from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlsplit

from flask import Flask, Response, current_app, g, redirect, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.wrappers import Response as AnyResponse

from authsvc.core import cookies, strictjson
from authsvc.core.errors import Forbidden, Invalid, Malformed, NotFound, WrongType
from authsvc.core.i18n import COOKIE, LANGUAGES, N_
from authsvc.core.keys import Keys
from authsvc.settings import Settings

View = TypeVar("View", bound=Callable[..., Any])
API: Final = "/api/"
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
PROBES: Final = frozenset({"/healthz", "/readyz"})
FOR_EVERYBODY: Final = frozenset({"/api/v1/docs", "/api/v1/openapi.json"})  # links lead here from anywhere
OPAQUE: Final = re.compile(r"[A-Za-z0-9_\-]{1,32}")  # as long as a column of ids
MAX_BODY: Final = 64 * 1024
MAX_DEPTH: Final = 32
IN_QUERY: Final = "%=&+;/?:@!$'()*,"
NO_CONTENT: Final = 204
NOT_MODIFIED: Final = 304


class WrongHost(Malformed):
    """The request names another host than the public origin."""

    code, detail = "wrong_host", N_("This address is not ours.")


class CrossSite(Forbidden):
    """The call comes from a page of somebody else."""

    code, detail = "cross_site", N_("This call comes from another site.")


class FileWanted(WrongType):
    """The call takes a file in a form, and something else came."""

    code, detail = "file_wanted", N_("Please send the file in a form (multipart/form-data).")


def takes_file(most: int, *, known: Callable[[], bool] = lambda: True) -> Callable[[View], View]:
    """Mark a view that takes a form with a file: `most` bytes instead of what every other body may have.

    `known` tells whether whoever asks may send that much: a page's form is read before its view can look at who it is.
    A call's door is asked before anything is read.
    """

    def mark(view: View) -> View:
        view.takes_file = (most, known)  # type: ignore[attr-defined]
        return view

    return mark


class StrictJson(DefaultJSONProvider):
    """UTF-8 only, and read strictly."""

    sort_keys = False

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Read a JSON text; raise `ValueError` for anything that two readers could read differently."""
        return strictjson.loads(s.decode("utf-8") if isinstance(s, bytes) else s, **kwargs)


def include(app: Flask, settings: Settings, keys: Keys) -> None:
    """Put the guards before and the headers behind every request of `app`."""
    app.json = StrictJson(app)
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY, MAX_FORM_MEMORY_SIZE=MAX_BODY, MAX_FORM_PARTS=100)
    host = urlsplit(settings.public_origin).netloc

    @app.before_request
    def _guard() -> AnyResponse | None:
        if request.root_path:  # a header (SCRIPT_NAME) cut the path: whoever judged it before us judged another one
            raise WrongHost
        if request.path in PROBES:
            return None
        if request.host != host:
            if request.method not in SAFE:
                raise WrongHost
            return redirect(settings.public_origin + _address(), 302)
        _check_path()
        if request.method not in SAFE or request.path.startswith(API):
            _check_site(settings)
        if request.method not in SAFE and _lets_file_in():
            return None
        if request.method not in SAFE and request.path.startswith(API):
            _check_body()
        elif request.method not in SAFE:
            cookies.check_form_token(settings, keys)
        return None

    app.after_request(lambda response: _finish(response, settings))


def _address() -> str:
    """Return the path and query of this request as they may stand in a header."""
    query = request.query_string.decode("latin-1")
    return quote(request.path) + (f"?{quote(query, safe=IN_QUERY)}" if query else "")


def _check_path() -> None:
    # Ids are opaque and short; anything else (a NUL, a path) is not there, and the database need not be asked.
    rule = request.url_rule.rule if request.url_rule else ""
    for name, value in (request.view_args or {}).items():
        if f"<path:{name}>" not in rule and isinstance(value, str) and not OPAQUE.fullmatch(value):
            raise NotFound


def _check_site(settings: Settings) -> None:
    if request.path in FOR_EVERYBODY:
        return
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    if request.path.startswith(API) and origin is not None and origin != settings.public_origin:
        raise CrossSite
    if site not in (None, "same-origin", "none"):
        raise CrossSite


def _lets_file_in() -> bool:
    """Let a form with a file be larger where the view was marked, and tell whether that is all of the body's check."""
    view = current_app.view_functions.get(request.endpoint or "")
    most, known = getattr(view, "takes_file", (0, None))
    if known is None:
        return False
    if known():
        request.max_content_length = most + MAX_BODY  # of the form around the file
    request.max_form_memory_size = 4 * MAX_BODY  # the parser's own buffer counts too, and it reads 64 KiB at a time
    if not request.path.startswith(API):
        return False
    if request.content_length and request.mimetype != "multipart/form-data":
        raise FileWanted
    return True


def _check_body() -> None:
    """Raise unless the body is empty or one JSON object of clean text."""
    body = request.get_data(cache=True)
    if not body:
        return
    if request.mimetype != "application/json":
        raise WrongType
    if request.mimetype_params.get("charset", "utf-8").lower() != "utf-8":
        raise WrongType
    value = request.get_json()
    if not isinstance(value, dict) or _is_deep(value):
        raise Malformed
    errors = {
        name: [N_("This text holds characters that we cannot store.")] for name, part in value.items() if _dirty(part)
    }
    if errors or any(_dirty(name) for name in value):
        raise Invalid(errors)


def _is_deep(value: Any) -> bool:
    """Tell whether lists and objects lie in one another deeper than anything here reads."""
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [part for outer in level for part in _parts(outer)]
        if not level:
            return False
    return True


def _parts(value: Any) -> Iterable[Any]:
    inner = value.values() if isinstance(value, dict) else value
    return [part for part in inner if isinstance(part, dict | list)]


def _dirty(value: Any) -> bool:
    """Tell whether a text somewhere inside holds a NUL or half a character (a lone surrogate)."""
    if isinstance(value, str):
        return "\0" in value or any("\ud800" <= mark <= "\udfff" for mark in value)
    if isinstance(value, dict):
        return any(_dirty(name) or _dirty(part) for name, part in value.items())
    return isinstance(value, list) and any(map(_dirty, value))


def let_form_lead_to(origin: str) -> None:
    """Let the forms of this one answer be redirected to another origin: `form-action` governs redirects too."""
    g.form_leads_to = origin


def content_policy(settings: Settings, *, form_leads_to: str = "") -> str:
    """Return the Content-Security-Policy of every answer."""
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self' 'wasm-unsafe-eval'",
            f"connect-src 'self' {settings.card_component_url}",
            "img-src 'self' data: blob:",
            "object-src 'none'",
            "base-uri 'none'",
            f"form-action 'self' {form_leads_to}".rstrip(),
            "frame-ancestors 'none'",
        )
    )


def _finish(response: Response, settings: Settings) -> Response:
    headers = response.headers
    if response.status_code == NOT_MODIFIED:
        response.close()  # nobody reads the file of an answer without a body, so nobody closes it
    if response.status_code == NO_CONTENT:
        response.set_data(b"")
        headers.pop("Content-Type", None)
    headers["Content-Security-Policy"] = content_policy(settings, form_leads_to=g.get("form_leads_to", ""))
    headers["Permissions-Policy"] = "camera=(self), microphone=(), geolocation=()"
    headers["Referrer-Policy"] = "no-referrer"
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if settings.secure:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if request.endpoint is None or not request.endpoint.endswith("static"):
        headers["Cache-Control"] = "no-store"
    chosen = request.args.get(COOKIE)
    if chosen in LANGUAGES:
        response.set_cookie(COOKIE, chosen, max_age=31_536_000, secure=settings.secure, samesite="Lax")
    return response
