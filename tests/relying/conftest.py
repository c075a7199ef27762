"""Given: somebody with a session, in a unit or not, and a service that changes the tokens it is brought."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from authsvc.core.kit import Kit
from tests.conftest import ORIGIN, client_of
from tests.factories import Somebody, log_in, make_person
from tests.insured import UNIT1, Registered, make_clerk, make_unit

EVERYTHING = ("combined_filings", "health_filings", "statements", "payment_slips", "survey")


def secret_of(service: str) -> str:
    return f"the public demo secret of {service}, for laptops"


def basic(service: str, secret: str | None = None) -> str:
    named = f"{service}:{secret_of(service) if secret is None else secret}"
    return "Basic " + base64.b64encode(named.encode()).decode()


def claims_of(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


@dataclass
class Desk:
    """A browser in which somebody is logged in, and the services behind the functions."""

    app: Flask
    client: FlaskClient

    def launch(self, function: str, unit_code: str | None = None) -> TestResponse:
        body = {"function": function} | ({} if unit_code is None else {"unit_code": unit_code})
        return self.client.post("/api/v1/launches", json=body, headers={"Origin": ORIGIN})

    def token(self, function: str = "enquiry", unit_code: str | None = None) -> str:
        answer = self.launch(function, unit_code)
        assert answer.status_code == 201, answer.text
        token: str = answer.get_json()["token"]
        return token

    def redeem(self, token: str, service: str = "personal", authorization: str | None = None) -> TestResponse:
        headers = {"Authorization": authorization or basic(service)}
        return client_of(self.app).post("/api/v1/launches/redemptions", json={"token": token}, headers=headers)


def refusal(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["code"]


@pytest.fixture
def somebody(kit: Kit) -> Somebody:
    return make_person(kit)


@pytest.fixture
def unit(kit: Kit) -> Registered:
    return make_unit(kit, UNIT1)


@pytest.fixture
def clerk_id(kit: Kit, unit: Registered, somebody: Somebody) -> str:
    """Let somebody be a clerk who was granted most of it."""
    return make_clerk(kit, unit, somebody, functions=EVERYTHING)


@pytest.fixture
def new_desk(app: Flask, kit: Kit, somebody: Somebody) -> Callable[..., Desk]:
    def make(acr: str = "card", person: Somebody | None = None) -> Desk:
        client = client_of(app)
        log_in(client, kit, person or somebody, acr=acr)
        return Desk(app, client)

    return make


@pytest.fixture
def desk(new_desk: Callable[..., Desk]) -> Desk:
    return new_desk()
