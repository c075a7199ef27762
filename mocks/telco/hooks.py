"""What happens around every request to an operator: pace, busyness and faults before the view, others after it."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from flask import Flask, Response, current_app, g, json, request

from mocks.faults import Fault, delay_of
from mocks.telco.authorize import flow_of_request
from mocks.telco.failures import BROKEN
from mocks.telco.ground import Ground, ground
from mocks.telco.operators import Operator
from mocks.telco.tokens import bearer
from mocks.web import Dropped, Garbage

SOME_SECONDS = 2
CODES = {"500": "INTERNAL", "502": "BAD_GATEWAY", "503": "UNAVAILABLE", "504": "TIMEOUT"}
_HTML = "<html><head><title>{0}</title></head><body><h1>{0}</h1><hr>proxy</body></html>"
_WELL_KNOWN = {".well-known": "discovery"}


@dataclass(slots=True)
class Turns:
    """Counts the calls of each operator, so that a busy one is busy at each so-many-th."""

    counted: dict[str, int] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def is_busy(self, operator: Operator) -> bool:
        """Count a call and tell whether the operator has no time for it."""
        with self.lock:
            self.counted[operator.id] = self.counted.get(operator.id, 0) + 1
            return operator.busy_every > 0 and self.counted[operator.id] % operator.busy_every == 0


def hook(app: Flask) -> None:
    """Put the hooks around an app's requests."""
    app.extensions["turns"] = Turns()
    app.before_request(_before)
    app.after_request(_after)


def _before() -> Response | None:
    operator, endpoint = _addressed(ground())
    if operator is None:
        return None
    low, high = operator.latency
    if high:
        time.sleep(ground().dice.uniform(low, high) * ground().pace)
    number = _subscriber(endpoint)
    g.struck = struck = ground().faults.strike_at(operator.id, endpoint, number)
    if endpoint not in {"authorize", "jwks", "discovery"} and current_app.extensions["turns"].is_busy(operator):
        return _busy(retry_after=1)
    return failed(struck)


def _addressed(here: Ground) -> tuple[Operator | None, str]:
    """Return which operator and which of its endpoints a request is for."""
    first, _, rest = request.path.lstrip("/").partition("/")
    endpoint = rest.partition("/")[0]
    return here.operators.find(first), _WELL_KNOWN.get(endpoint, endpoint)


def _subscriber(endpoint: str) -> str | None:
    """Return whose line a request is about, as far as it can be told before it is answered."""
    tokens = ground().tokens
    if endpoint == "authorize":
        attachment = ground().network.find(flow_of_request().connection)
        return attachment.line if attachment else None
    if endpoint == "token":
        return tokens.number_of_code(request.form.get("code", ""))
    grant = tokens.peek(bearer())
    return grant.number if grant else None


def failed(struck: dict[str, Fault]) -> Response | None:
    """Let the faults happen that come before an answer; return the failure that stands in its place, or None.

    Sleeps for `slow`; raises `Dropped` for `down` and `Garbage` for `garbage`.
    """
    if "slow" in struck:
        time.sleep(delay_of(struck["slow"]))
    if "down" in struck:
        raise Dropped
    if "garbage" in struck:
        raise Garbage
    if "429" in struck or "429_no_retry" in struck:
        return _busy(retry_after=SOME_SECONDS if "429" in struck else None)
    if "401" in struck:
        return _told(401, "UNAUTHENTICATED", "The access token has expired.")
    for kind in sorted(BROKEN & set(struck)):
        status, _, form = kind.partition("_")
        if form == "html":
            return Response(_HTML.format(f"{status} error"), status=int(status), mimetype="text/html")
        return Response(status=int(status)) if form else _told(int(status), CODES[status], "Something broke here.")
    return None


def _busy(*, retry_after: int | None) -> Response:
    response = _told(429, "TOO_MANY_REQUESTS", "Too many requests.")
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def _told(status: int, code: str, message: str) -> Response:
    g.outcome = code
    content = json.dumps({"status": status, "code": code, "message": message})
    return Response(content, status=status, mimetype="application/json")


def _after(response: Response) -> Response:
    response.headers["X-Simulator"] = "telecom operators; nothing here is real"
    operator, _ = _addressed(ground())
    if operator is None and request.path != "/lookup":
        return response
    struck: dict[str, Fault] = g.get("struck", {})
    ground().journal.add(request, response, at=ground().clock.now())
    if "lost_reply" in struck:
        raise Dropped
    if "other_correlator" in struck:
        response.headers["x-correlator"] = "ffffffff-0000-4000-8000-000000000000"
    if "wrong_type" in struck:
        response.headers["Content-Type"] = "text/html; charset=utf-8"
    _spoil(response, struck)
    return _delivered(response, struck)


def _spoil(response: Response, struck: dict[str, Fault]) -> None:
    """Change a JSON answer as the faults say."""
    body = response.get_json(silent=True) if response.mimetype == "application/json" else None
    if not isinstance(body, dict) or not body or response.status_code != 200:
        return
    if "extra_field" in struck:
        body = {**body, "sinceYesterday": {"new": True}}
    if "missing_field" in struck:
        body.pop(next(iter(body)))
    if "unseen_enum" in struck:
        body = {name: _unseen(value) for name, value in body.items()}
    content = json.dumps(body)
    if "duplicate_key" in struck and body:
        name, value = next(iter(body.items()))
        content = f"{{{json.dumps(name)}: {json.dumps(_opposite(value))}, {content[1:]}"
    response.set_data(content[: len(content) // 2] if "truncated" in struck else content)


def _unseen(value: Any) -> Any:
    return "neither" if isinstance(value, str | bool) else value


def _opposite(value: Any) -> Any:
    opposites = {"true": "false", "false": "true", True: False, False: True}
    return opposites.get(value, "another") if isinstance(value, str | bool) else None


def _delivered(response: Response, struck: dict[str, Fault]) -> Response:
    """Return the answer, or one whose body comes late or stops in the middle."""
    if not {"slow_body", "cut"} & set(struck):
        return response
    content = response.get_data()
    late = Response(_parts(content, struck), status=response.status_code, headers=response.headers)
    late.headers["Content-Length"] = str(max(1, len(content)))
    return late


def _parts(content: bytes, struck: dict[str, Fault]) -> Iterator[bytes]:
    half = len(content) // 2
    yield content[:half]
    if "slow_body" in struck:
        time.sleep(delay_of(struck["slow_body"]))
    if "cut" in struck:
        raise Dropped
    yield content[half:]
