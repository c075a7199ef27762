from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from authsvc.core import errors
from authsvc.core.clock import SystemClock
from authsvc.core.db import open_engine
from authsvc.core.errors import Problem, every_refusal
from authsvc.core.kit import Kit
from authsvc.core.web import door, flat
from authsvc.identity.epochs import Gate
from authsvc.settings import Settings
from tests.conftest import client_of, migrate
from wsgi import build

EN = {"Accept-Language": "en"}
MEMBERS = {"type", "title", "status", "detail", "code"}


class Teapot(Problem):
    """Raised by the tests' own view."""

    status, code, detail = 409, "teapot", "I am a teapot."
    reader_code = 9057


@pytest.fixture(scope="module")
def bare(migrated_sqlite: Path) -> Iterator[Flask]:
    """Build the service on a database that nobody reaches any more, with views that fail."""
    app = build(Settings(database_url="postgresql://nobody@127.0.0.1:1/none", flood_limit=0), clock=SystemClock())
    kit: Kit = app.extensions["kit"]
    seen = open_engine(f"sqlite:///{migrated_sqlite}")
    kit.port(Gate).require_open(replace(kit, engine=seen))  # the database was there when the process began
    seen.dispose()
    raised: dict[str, Exception] = {
        "teapot": Teapot(retry_after=7, ways=["card"]),
        "throttled": errors.Throttled(61),
        "soon": errors.Throttled(-3),
        "unavailable": errors.Unavailable(),
        "invalid": errors.Invalid({"birth_date": ["Not a valid date."]}),
        "step": errors.StepUpRequired(["card"]),
        "bug": ZeroDivisionError("secret /srv/file.py"),
    }

    @app.get("/api/v1/raise/<name>", endpoint="raise")
    @app.get("/raise/<name>", endpoint="raise_page")
    def fail(name: str) -> NoReturn:
        raise raised[name]

    yield app
    app.extensions["kit"].engine.dispose()


@pytest.fixture
def visitor(bare: Flask) -> FlaskClient:
    return client_of(bare)


def refusal(client: FlaskClient, path: str, status: int, method: str = "GET", **more: Any) -> dict[str, Any]:
    """Ask, and return the problem that comes with this status."""
    answer = client.open(path, method=method, headers=EN, **more)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    body = answer.get_json()
    assert set(body) >= MEMBERS
    assert body["status"] == status
    assert body["type"] == f"http://localhost:8000/problems#{body['code']}"
    return dict(body)


def test_a_refusal_is_told_as_problem_json_with_all_its_members(visitor: FlaskClient) -> None:
    assert refusal(visitor, "/api/v1/raise/teapot", 409) == {
        "type": "http://localhost:8000/problems#teapot",
        "title": "Teapot",
        "status": 409,
        "detail": "I am a teapot.",
        "code": "teapot",
        "reader_code": 9057,
        "retry_after": 7,
        "ways": ["card"],
    }


@pytest.mark.parametrize(
    ("name", "status", "after"), [("throttled", 429, 61), ("soon", 429, 1), ("unavailable", 503, 5)]
)
def test_who_may_come_again_is_told_when(visitor: FlaskClient, name: str, status: int, after: int) -> None:
    answer = visitor.get(f"/api/v1/raise/{name}")

    assert (answer.status_code, answer.headers["Retry-After"]) == (status, str(after))
    assert answer.get_json()["retry_after"] == after


def test_a_wrong_field_is_named(visitor: FlaskClient) -> None:
    assert refusal(visitor, "/api/v1/raise/invalid", 422)["errors"] == {"birth_date": ["Not a valid date."]}


def test_a_weak_way_in_is_told_the_stronger_ones(visitor: FlaskClient) -> None:
    body = refusal(visitor, "/api/v1/raise/step", 403)

    assert (body["code"], body["ways"]) == ("step_up_required", ["card"])


def test_a_fault_of_ours_tells_nothing(visitor: FlaskClient) -> None:
    body = refusal(visitor, "/api/v1/raise/bug", 500)

    assert set(body) == MEMBERS
    assert "secret" not in str(body)


def test_an_unknown_address_and_a_wrong_method_are_problems_too(visitor: FlaskClient) -> None:
    assert refusal(visitor, "/api/v1/nothing", 404)["code"] == "not_found"
    assert refusal(visitor, "/api/v1/sessions/card", 405)["code"] == "method_not_allowed"
    assert set(visitor.get("/api/v1/sessions/card").headers["Allow"].split(", ")) == {"OPTIONS", "POST"}


def test_a_person_gets_a_page_instead(visitor: FlaskClient) -> None:
    answer = visitor.get("/raise/teapot", headers=EN)

    assert (answer.status_code, answer.mimetype) == (409, "text/html")
    assert "I am a teapot." in answer.text
    assert visitor.get("/nothing").mimetype == "text/html"
    assert visitor.get("/nothing", headers={"Accept": "application/json"}).content_type == "application/problem+json"


def test_a_database_out_of_reach_is_503_and_the_process_lives(visitor: FlaskClient) -> None:
    visitor.set_cookie("authsvc", "x" * 43, domain="localhost")

    assert refusal(visitor, "/api/v1/sessions/current", 503)["code"] == "unavailable"
    assert visitor.get("/readyz").status_code == 503
    assert visitor.get("/login").status_code == 503
    assert visitor.get("/healthz").status_code == 200


def test_a_pool_that_is_used_up_is_503(tmp_path: Path) -> None:
    # given a single connection, which somebody holds
    app = build(Settings(database_url=migrate(f"sqlite:///{tmp_path}/a.db"), db_pool=1), clock=SystemClock())
    kit: Kit = app.extensions["kit"]
    client = client_of(app)
    client.set_cookie("authsvc", "x" * 43, domain="localhost")
    # then
    with kit.engine.connect():
        assert client.get("/api/v1/sessions/current").status_code == 503
    assert client.get("/api/v1/sessions/current").status_code == 401
    kit.engine.dispose()


def test_a_statement_that_fails_rolls_the_act_back_and_is_503(kit: Kit, client: FlaskClient) -> None:
    # given a challenge table that cannot be written
    with kit.begin() as session:
        session.execute(text("ALTER TABLE card_challenge RENAME TO away"))
    # when
    answer = client.post("/api/v1/card-challenges", json={"purpose": "login"})
    # then
    with kit.begin() as session:
        session.execute(text("ALTER TABLE away RENAME TO card_challenge"))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


def test_a_schemas_messages_become_one_flat_list(bare: Flask) -> None:
    with bare.test_request_context(headers=EN):
        assert flat("one") == ["one"]
        assert flat(["one", "two"]) == ["one", "two"]
        assert flat({"a": ["one"], "b": {"c": ["two"]}}) == ["one", "two"]


def test_a_body_of_the_wrong_form_names_every_field(client: FlaskClient) -> None:
    answer = client.post("/api/v1/sessions/card", json={"card_proof": {"challenge_id": ""}, "x": 1}, headers=EN)

    assert answer.status_code == 422
    assert set(answer.get_json()["errors"]) == {"card_proof", "password", "x"}
    assert answer.get_json()["errors"]["x"] == ["Unknown field."]


def test_a_door_remembers_who_may_enter() -> None:
    def view() -> str:
        return "in"

    assert door("session", "app")(view).doors == ("session", "app")  # type: ignore[attr-defined]


def test_each_kind_of_refusal_has_its_status() -> None:
    kinds = {kind.__name__: (kind.status, kind.code) for kind in every_refusal()}

    assert kinds["Malformed"] == (400, "malformed")
    assert kinds["Forbidden"] == (403, "forbidden")
    assert kinds["NotFound"] == (404, "not_found")
    assert kinds["Conflict"] == (409, "conflict")
    assert kinds["Gone"] == (410, "expired")
    assert kinds["TooLarge"] == (413, "too_large")
    assert kinds["WrongType"] == (415, "wrong_type")
