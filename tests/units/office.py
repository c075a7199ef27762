"""A registered unit with a manager at a browser, three functions that can be granted, and people who come."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from authsvc.core.audit import AuditEvent
from authsvc.core.errors import Problem
from authsvc.core.kit import Kit
from authsvc.identity import acting, sessions
from authsvc.identity.models import SessionView
from authsvc.identity.ways import Function, Ways
from tests.browser import Browser
from tests.factories import Somebody, log_in, make_person
from tests.insured import Registered, make_manager, make_unit

WAYS = ("card", "certificate", "qr", "otp")
FUNCTIONS = ("filing_a", "filing_b", "filing_c")


@dataclass
class Office:
    """What a test does through the manager's browser; `manager` is who is logged in there."""

    kit: Kit
    browser: Browser
    new_browser: Callable[[], Browser]
    unit: Registered
    manager: Somebody

    def call(self, method: str, path: str, body: Any = None, *, browser: Browser | None = None) -> TestResponse:
        return (browser or self.browser).call(method, f"/units/{self.unit.code}{path}", body)

    def make_role(self, name: str = "Personnel", functions: Sequence[str] = ("filing_a",)) -> str:
        answer = self.call("POST", "/roles", {"name": name, "functions": list(functions)})
        assert answer.status_code == 201, answer.text
        return str(answer.get_json()["id"])

    def listed(self, person: Somebody, **changes: Any) -> dict[str, Any]:
        """Return the body that puts a person on the list."""
        body: dict[str, Any] = {
            "national_id": person.national_id,
            "name": person.name,
            "mobile": "0912345678",
            "email": person.email,
            "credential": "card",
        }
        return {name: value for name, value in (body | changes).items() if value is not None}

    def add(self, person: Somebody, **changes: Any) -> str:
        answer = self.call("POST", "/clerks", self.listed(person, **changes))
        assert answer.status_code == 201, answer.text
        return str(answer.get_json()["id"])

    def give(self, clerk_id: str, role_id: str, **more: Any) -> str:
        answer = self.call("POST", "/grants", {"clerk_id": clerk_id, "role_id": role_id, **more})
        assert answer.status_code == 201, answer.text
        return str(answer.get_json()["id"])

    def come(self, person: Somebody, *, acr: str = "card") -> Browser:
        """Return a browser in which a person is logged in."""
        fresh = self.new_browser()
        log_in(fresh.client, self.kit, person, acr=acr)
        return fresh

    def view(self, browser: Browser) -> SessionView:
        cookie = browser.client.get_cookie("authsvc")
        found = sessions.find_session(self.kit, cookie.value) if cookie else None
        assert found is not None
        return found

    def asks(self, browser: Browser, function_id: str) -> str:
        """Tell what a browser is told that asks for a function: "open", or the refusal's code."""
        try:
            acting.require(self.kit, self.view(browser), function_id, self.unit.code)
        except Problem as refusal:
            return refusal.code
        return "open"

    def events(self, action: str) -> list[AuditEvent]:
        with self.kit.read() as session:
            return list(session.scalars(select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.id)))


def make_office(app: Flask, new_browser: Callable[[], Browser]) -> Office:
    """Register a unit whose manager is logged in by card."""
    kit: Kit = app.extensions["kit"]
    for order, name in enumerate(FUNCTIONS):
        href = f"/units/{{unit_code}}/{name}"
        kit.port(Ways).functions[name] = Function(
            id=name, title="Filings", href=href, ways=WAYS, order=order, audience="granted"
        )
    unit, manager, browser = make_unit(kit), make_person(kit, 1), new_browser()
    make_manager(kit, unit, manager)
    log_in(browser.client, kit, manager)
    return Office(kit, browser, new_browser, unit, manager)


def code(answer: TestResponse) -> tuple[int, str]:
    """Return status and code of an answer."""
    return answer.status_code, (answer.get_json(silent=True) or {}).get("code", "") if answer.data else ""
