"""Given: a person with a bound phone, and a portal page that asks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from authsvc.core.kit import Kit
from mobileapp.client import Phone
from tests.browser import Browser
from tests.clocks import MovableClock
from tests.factories import Somebody, make_bound_phone, make_person


@dataclass
class Page:
    """A portal page with a QR order."""

    browser: Browser
    order: dict[str, Any]

    @property
    def path(self) -> str:
        return f"/qr-logins/{self.order['id']}"

    def look(self) -> dict[str, Any]:
        """Poll the order as the page does."""
        answer = self.browser.get(self.path)
        assert isinstance(answer.json, dict)
        return answer.json

    def frame(self) -> str:
        return str(self.look()["frame"]["text"])

    def status(self) -> str:
        return str(self.look()["status"])

    def collect(self, **more: str) -> TestResponse:
        return self.browser.post("/sessions/qr", {"order_id": self.order["id"], **more})


@pytest.fixture
def person(kit: Kit) -> Somebody:
    return make_person(kit)


@pytest.fixture
def phone(app: Flask, clock: MovableClock, person: Somebody) -> Iterator[Phone]:
    with make_bound_phone(app, clock, person) as phone:
        yield phone


@pytest.fixture
def ask(new_browser: Callable[[], Browser], person: Somebody) -> Callable[..., Page]:
    """Open a portal page in a browser of its own and begin an order there."""

    def begin(browser: Browser | None = None, **other: Any) -> Page:
        body = {"national_id": person.national_id, "birth_date": person.birth_date.isoformat()} | other
        used = browser or new_browser()
        answer = used.post("/qr-logins", body)
        assert answer.status_code == 201, answer.text
        assert answer.json is not None
        return Page(used, answer.json)

    return begin
