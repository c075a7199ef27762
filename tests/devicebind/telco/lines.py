"""Given: a line's data path, and a person with a phone who goes through the whole verification."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from flask import Flask

from authsvc.core.kit import Kit
from devicebind.telco import HttpTelco, Telco
from mobileapp.byoperator import answer_over
from mobileapp.client import Phone
from mobileapp.phonewire import Problem
from mocks.people import Person, World
from mocks.telco.ground import Ground
from tests.clocks import MovableClock
from tests.factories import make_phone
from tests.simulators import put_fault

TELCO = "http://127.0.0.1:8103"
REDIRECT = "http://localhost:8000/app/phone"
PASSWORD = "Kite-7tail"
NEW = {"password": PASSWORD, "email": "new@example.org", "terms_version": "2026-11"}


class Line(httpx2.BaseTransport):
    """A connection: what goes over it carries the simulator's own statement of which one it is."""

    def __init__(self, telco: Flask, connection: str) -> None:
        self._telco, self._connection = telco, connection
        self._way = httpx2.WSGITransport(telco)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        ground: Ground = self._telco.extensions["ground"]
        request.headers.update(ground.network.signed(self._connection))
        return self._way.handle_request(request)


@dataclass(frozen=True, kw_only=True)
class Verifier:
    """People of the simulators' world who have their phones bound by their operator's word."""

    app: Flask
    kit: Kit
    clock: MovableClock
    world: World
    telco: Flask
    transports: dict[str, httpx2.BaseTransport]

    @property
    def ground(self) -> Ground:
        found: Ground = self.telco.extensions["ground"]
        return found

    @property
    def port(self) -> HttpTelco:
        found = self.kit.port(Telco)  # type: ignore[type-abstract]
        assert isinstance(found, HttpTelco)
        return found

    def phone(self) -> Phone:
        return make_phone(self.app, self.clock)

    def claim(self, who: str, number: str | None = None, **other: str) -> dict[str, str]:
        """Return what a person types; `other` replaces it."""
        person: Person = self.world.person(who)
        mobile = number or person.lines[0].number
        typed = {"mobile": mobile, "national_id": person.national_id, "card_last4": person.card_number[-4:]}
        return typed | other

    def over(self, connection: str) -> Line:
        return Line(self.telco, connection)

    def verify(
        self,
        who: str,
        number: str | None = None,
        *,
        over: str | None = None,
        phone: Phone | None = None,
        account: Mapping[str, str] = NEW,
        **other: str,
    ) -> dict[str, Any]:
        """Have somebody's phone bound over their own line, or over another connection."""
        claim = self.claim(who, number, **other)
        way = self.over(over or claim["mobile"])
        return (phone or self.phone()).verify_by_operator(claim, account, over=way)

    def refusal(self, *args: Any, **more: Any) -> str:
        """Return the code of the refusal that somebody gets, which is a 403."""
        with pytest.raises(Problem) as caught:
            self.verify(*args, **more)
        assert caught.value.status == 403, caught.value
        return caught.value.code

    def begun(self, who: str = "wang", number: str | None = None) -> tuple[Phone, dict[str, Any], dict[str, str]]:
        """Return a phone, its verification and the operator's answer to it, not handed in yet."""
        phone, claim = self.phone(), self.claim(who, number)
        begun = phone.begin_verification(claim)
        return phone, begun, answer_over(self.over(claim["mobile"]), begun["authorization_url"])

    def asked(self, operator: str | None = None) -> list[str]:
        """Return what operators were asked, as `operator/endpoint`, the oldest first."""
        told = [f"{entry['operator']}/{entry['endpoint']}" for entry in self.journal()]
        return [each for each in told if operator is None or each.startswith(f"{operator}/")]

    def journal(self) -> list[dict[str, Any]]:
        with httpx2.Client(transport=httpx2.WSGITransport(self.telco), base_url=TELCO) as control:
            answer = control.get("/control/journal")
            answer.raise_for_status()
            body = answer.json()
        return list(body if isinstance(body, list) else body["entries"])

    def put(self, path: str, body: Mapping[str, Any], *, method: str = "PUT") -> None:
        with httpx2.Client(transport=httpx2.WSGITransport(self.telco), base_url=TELCO) as control:
            control.request(method, path, json=dict(body)).raise_for_status()

    def fault(self, target: str, kind: str, **more: Any) -> None:
        """Let an endpoint of an operator fail or lie."""
        self.put("/control/faults", {"target": target, "kind": kind, **more})

    def registry_fault(self, target: str, kind: str) -> None:
        """Let the registries fail or lie."""
        put_fault(self.transports, "registry", target, kind)
