"""Given: the client of the operators alone, without the service, with a liar between it and the real simulator."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2
from flask import Flask

from authsvc.core.clock import Clock
from authsvc.core.keys import Keys
from authsvc.settings import DEMO_ROOT_KEYS, read_root_keys
from devicebind.lines import Reason
from devicebind.operators import Operator, Operators, load_operators
from devicebind.party import Attempt
from devicebind.telco import HttpTelco, Verdict
from mobileapp.byoperator import answer_over
from mocks.people import World
from tests.devicebind.telco.lines import REDIRECT, TELCO, Line

EXCHANGE = {"state": "s" * 43, "nonce": "n" * 43, "verifier": "v" * 64, "redirect_uri": REDIRECT}
Lie = Callable[[httpx2.Request, httpx2.Response], httpx2.Response]


@dataclass
class Liar(httpx2.BaseTransport):
    """Passes requests on and bends the answers of the paths that end as told; remembers what was asked."""

    way: httpx2.BaseTransport
    lies: dict[str, Lie] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request.url.path)
        try:
            answer = self.way.handle_request(request)
            answer.read()
        except ConnectionError as fault:  # the simulator hung up: without a socket between us it looks like this
            raise httpx2.ReadError("hung up", request=request) from fault
        lie = next((lie for path, lie in self.lies.items() if request.url.path.endswith(path)), None)
        if lie is None:
            return answer
        return lie(request, answer)


def changed(answer: httpx2.Response, body: Any = None, *, status: int | None = None, **headers: str) -> httpx2.Response:
    """Return an answer with another body (a text is sent as it is), status or headers (underscores are dashes)."""
    kept = {name: value for name, value in answer.headers.items() if name.lower() != "content-length"}
    kept |= {name.replace("_", "-"): value for name, value in headers.items()}
    content = body if isinstance(body, str) else json.dumps(answer.json() if body is None else body)
    return httpx2.Response(status or answer.status_code, headers=kept, content=content.encode())


def body_of(change: Callable[[dict[str, Any]], Any]) -> Lie:
    """Return the lie that changes an answer's object in place, or returns another."""

    def lie(_request: httpx2.Request, answer: httpx2.Response) -> httpx2.Response:
        body = answer.json()
        told = change(body)
        return changed(answer, body if told is None else told)

    return lie


@dataclass
class Bench:
    """The client of the operators over a liar; `verdict` goes the whole way of one attempt."""

    telco: Flask
    world: World
    clock: Clock
    operators: Operators = field(default_factory=load_operators)
    liar: Liar = field(init=False)
    port: HttpTelco = field(init=False)

    def __post_init__(self) -> None:
        self.liar = Liar(httpx2.WSGITransport(self.telco))
        self.port = HttpTelco(
            TELCO,
            self.operators,
            keys=Keys(read_root_keys(DEMO_ROOT_KEYS)),
            clock=self.clock,
            sim_hours=168,
            transport=self.liar,
        )

    def operator_of(self, number: str) -> Operator:
        found = self.port.find_operator(number)
        assert found is not None
        return found

    def attempt(self, who: str, number: str, *, over: str | None = None) -> tuple[Operator, Attempt]:
        """Return an operator and an attempt at it with the code that the phone brings back."""
        operator = self.operator_of(number)
        url = self.port.authorization_url(operator, EXCHANGE)
        answer = answer_over(Line(self.telco, over or number), url)
        attempt = Attempt(
            number=number,
            national_id=self.world.person(who).national_id,
            code=answer["code"],
            nonce=EXCHANGE["nonce"],
            verifier=EXCHANGE["verifier"],
            redirect_uri=REDIRECT,
        )
        return operator, attempt

    def verdict(self, who: str, number: str, **changes: Any) -> Verdict:
        """Go the whole way for somebody's number over its own line; `changes` replace what is sent."""
        over = changes.pop("over", None)
        operator, attempt = self.attempt(who, number, over=over)
        return self.port.confirm(operator, replace(attempt, **changes))

    def reason(self, who: str, number: str, **changes: Any) -> Reason | None:
        """Return why not, None for a yes."""
        return self.verdict(who, number, **changes).reason

    def put(self, path: str, body: dict[str, Any], *, method: str = "PUT") -> None:
        with httpx2.Client(transport=httpx2.WSGITransport(self.telco), base_url=TELCO) as control:
            control.request(method, path, json=body).raise_for_status()

    def fault(self, target: str, kind: str, **more: Any) -> None:
        self.put("/control/faults", {"target": target, "kind": kind, **more})

    def change_line(self, number: str, **changes: Any) -> None:
        self.put(f"/control/lines/{number}", changes, method="PATCH")
