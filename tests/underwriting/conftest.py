"""Given: a clerk of the simulators' world at a browser, who applies, activates and logs in as the pages' scripts do."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import altcha
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from authsvc.core.kit import Kit
from authsvc.settings import Settings
from mocks.people import Person, World
from tests.conftest import ORIGIN, client_of
from tests.insured import UNIT1
from tests.letters import Written, letters_of

PASSWORD = "Kite-7tail"
BOX = "chen@example.org"


def solve(challenge: dict[str, Any], **changed: Any) -> str:
    """Work out a challenge as the page's script does; `changed` lies about what was worked out."""
    found = altcha.solve_challenge(altcha.Challenge.from_dict(challenge))
    assert found is not None
    solution = {"counter": found.counter, "derivedKey": found.derived_key} | changed
    return base64.b64encode(json.dumps({"challenge": challenge, "solution": solution}).encode()).decode()


@dataclass
class Clerk:
    """Somebody who has, or wants, an account for a unit."""

    kit: Kit
    client: FlaskClient
    person: Person

    def call(self, method: str, path: str, body: Any = None) -> TestResponse:
        return self.client.open(f"/api/v1{path}", method=method, json=body, headers={"Origin": ORIGIN})

    def post(self, path: str, body: Any = None) -> TestResponse:
        return self.call("POST", path, body)

    @property
    def proof(self) -> str:
        """Solve a fresh challenge."""
        return solve(self.post("/underwriting/challenges").get_json())

    def application(self, **changed: Any) -> dict[str, Any]:
        """Return an application in which everything is right but for what is changed."""
        right = {
            "unit_code": UNIT1,
            "national_id": self.person.national_id,
            "card_number": self.person.card_number,
            "password": PASSWORD,
            "email": BOX,
        }
        return {**right, **({} if "proof" in changed else {"proof": self.proof}), **changed}

    def apply(self, **changed: Any) -> TestResponse:
        return self.post("/underwriting/accounts", self.application(**changed))

    def letters(self) -> list[Written]:
        return letters_of(self.kit)

    def link(self) -> str:
        """Return the token of the newest mail's link."""
        token: str = self.letters()[-1].values["link"].rpartition("#")[2]
        return token

    def activate(self, token: str | None = None) -> TestResponse:
        return self.post("/underwriting/activations", {"token": token or self.link()})

    def log_in(self, **changed: Any) -> TestResponse:
        right = {"unit_code": UNIT1, "national_id": self.person.national_id, "password": PASSWORD}
        return self.post("/sessions/underwriting", {**right, **changed})

    def forget(self, **changed: Any) -> TestResponse:
        right = {"unit_code": UNIT1, "national_id": self.person.national_id, "proof": self.proof}
        return self.post("/underwriting/forgotten", {**right, **changed})


def refusal(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["code"]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Ask for very little work, so that tests are quick."""
    return replace(settings, proof_of_work=4)


@pytest.fixture
def new_clerk(app: Flask, kit: Kit, world: World) -> Callable[..., Clerk]:
    """Make browsers in which a person of the world sits."""
    return lambda key="chen": Clerk(kit, client_of(app), world.person(key))


@pytest.fixture
def clerk(new_clerk: Callable[..., Clerk]) -> Clerk:
    return new_clerk()


@pytest.fixture
def member(clerk: Clerk) -> Clerk:
    """Let the clerk have an active account, and be logged out."""
    assert clerk.apply().status_code == 202
    assert clerk.activate().status_code == 204
    return clerk


@pytest.fixture
def inside(member: Clerk) -> Clerk:
    """Let the clerk be logged in."""
    assert member.log_in().status_code == 201
    return member
