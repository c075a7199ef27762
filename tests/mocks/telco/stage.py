"""A stage for scenarios: the five operators in one process, lines in any condition, tokens without a ceremony."""

import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import httpx2
import pytest
from flask import Flask

from mocks.people import load_world
from mocks.telco.apis.openapi import Described
from mocks.telco.apis.views import OPERATIONS
from mocks.telco.app import create_app
from mocks.telco.ground import Ground
from mocks.telco.operators import FIVE, Operator, Operators
from mocks.telco.records import Line, Sim
from mocks.telco.tokens import Grant

# The profiles as they are, but for their pace: waiting and 429 have tests of their own.
PROFILES = tuple(replace(operator, latency=(0.0, 0.0), busy_every=0) for operator in FIVE)
OWN_NUMBER = dict(zip((each.id for each in PROFILES), [f"09000001{tail:02}" for tail in range(1, 6)], strict=True))
NOBODYS = "+886999999999"
RESIDENT = "B909000344"  # the party whose record has every attribute
SCENARIOS: dict[str, set[str]] = {}
Body = dict[str, Any]
Mark = Callable[[Callable[..., None]], Callable[..., None]]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that has passed the OpenAPI file, the media type and the correlator."""

    status: int
    body: Body
    headers: httpx2.Headers

    @property
    def code(self) -> str:
        """The error's code, after its other two fields were looked at."""
        assert self.body["status"] == self.status
        assert len(self.body["message"]) > 10
        return str(self.body["code"])


class Stage:
    """The running simulator; what a test changes on a line is undone at the next `line`."""

    def __init__(self, client: httpx2.Client, app: Flask) -> None:
        self.client, self.app = client, app
        self.ground: Ground = app.extensions["ground"]
        self._pristine: dict[str, Line] = dict(self.ground.world.lines)

    def now(self) -> datetime:
        return self.ground.clock.now()

    def line(self, operator: Operator, /, **facts: Any) -> Line:
        """Give the operator's own line these facts (and none of an earlier test) and return it."""
        line: Line = replace(self._pristine[OWN_NUMBER[operator.id]], **facts)
        self.ground.world.lines[line.number] = line
        return line

    def line_with_sim(self, operator: Operator, *, hours: float, activated_hours: float = 9000) -> Line:
        """Give the operator's line a SIM that is so many hours old."""
        now = self.now()
        activated, changed = (now - timedelta(hours=each) for each in (activated_hours, hours))
        old, new = (
            Sim(iccid=iccid, imsi=iccid, esim=False, since=at) for iccid, at in (("1", activated), ("2", changed))
        )
        return self.line(operator, activated_at=activated, sims=(old, new) if changed > activated else (old,))

    def token(self, operator: Operator, *scopes: str, number: str | None = None, **other: Any) -> str:
        """Return a token for the operator's line; `number=""` for one that identifies none, `seconds`, `amr`."""
        seconds = other.pop("seconds", 120)
        grant = Grant(
            operator=operator.id,
            client_id="scenario",
            number=OWN_NUMBER[operator.id] if number is None else number,
            scopes=frozenset(scopes),
            granted_at=self.now(),
            expires_at=self.now(),
            **{"amr": ("nba",) if number is None or number else (), "rat": "5G_SA", "tethered": "no", **other},
        )
        return self.ground.tokens.issue(grant, seconds=seconds)

    def send(self, operator: Operator, path: str, *, token: str | None, **how: Any) -> httpx2.Response:
        """Send a request as it is; `method`, `headers`, `json`, `content`."""
        method, headers = how.pop("method", "POST"), dict(how.pop("headers", {}))
        if token is not None:
            headers.setdefault("Authorization", f"Bearer {token}")
        return self.client.request(method, f"/{operator.id}{path}", headers=headers, **how)

    def ask(self, operator: Operator, path: str, *, token: str | None, **how: Any) -> Answer:
        """Send a request with a correlator and return its answer, checked against the OpenAPI file."""
        correlator = f"scenario-{secrets.token_hex(8)}"
        response = self.send(operator, path, token=token, headers={"x-correlator": correlator}, **how)
        assert response.headers["content-type"] == "application/json"
        assert response.headers["x-correlator"] == correlator
        described_at(operator, path).check_response(response.status_code, response.json())
        return Answer(response.status_code, response.json(), response.headers)


def described_at(operator: Operator, path: str) -> Described:
    """Return what the OpenAPI file says about an address."""
    found = next(each for each in OPERATIONS if path == f"/{each.api}/{each.version}{each.path}")
    return found.described(operator)


@contextmanager
def open_stage() -> Iterator[Stage]:
    """Open the simulator in this process."""
    app = create_app(load_world(), operators=Operators(PROFILES), pace=0.0)
    with httpx2.Client(transport=httpx2.WSGITransport(app=app), base_url="http://127.0.0.1") as client:
        yield Stage(client, app)


def profile(operator_id: str) -> Operator:
    """Return one of the five by its id."""
    return next(each for each in PROFILES if each.id == operator_id)


def scenario(tag: str, *, of: str, rows: Iterable[Any] | None = None) -> Mark:
    """Run a test against all five profiles under the name of a published scenario (and for each row of an outline)."""
    SCENARIOS.setdefault(of, set()).add(tag)
    if rows is None:
        return pytest.mark.parametrize("operator", PROFILES, ids=[f"{tag}-{each.id}" for each in PROFILES])
    cases = list(product(PROFILES, rows))
    return pytest.mark.parametrize(("operator", "row"), cases, ids=[f"{tag}-{each.id}-{row}" for each, row in cases])
