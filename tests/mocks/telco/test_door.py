"""What every API has in common: correlator, methods, media types, strictness, tokens, and errors in one form."""

import hashlib
import json
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from mocks.people import load_world
from mocks.telco.apis.errors import CATALOGUE
from mocks.telco.apis.views import OPERATIONS
from mocks.telco.app import create_app
from mocks.telco.operators import FIVE, Operator, Operators
from tests.mocks.telco.stage import PROFILES, Stage, described_at, profile

VERIFY, VERIFY_SCOPE = "/number-verification/v2/verify", "number-verification:verify"
STATUS, STATUS_SCOPE = (
    "/subscription-status/v0.1/retrive-subscription-status",
    "subscription-status:retrive-subscription-status",
)
EVERY = [(operator, operation) for operator in PROFILES for operation in OPERATIONS if operation.api in operator.apis]
five = pytest.mark.parametrize("operator", PROFILES, ids=lambda each: each.id)
everywhere = pytest.mark.parametrize(
    ("operator", "path"),
    [(operator, f"/{each.api}/{each.version}{each.path}") for operator, each in EVERY],
    ids=[f"{operator.id}-{each.api}{each.path.replace('/', '-')}" for operator, each in EVERY],
)


def ready(stage: Stage, operator: Operator, path: str) -> dict[str, Any]:
    """Return what a good request of that operation needs: method, token and body."""
    described = described_at(operator, path)
    line = stage.line(operator)
    bodies: dict[str, Any] = {
        "/verify": {"phoneNumber": line.msisdn},
        "/match": {"idDocument": line.holder},
        "/check-tenure": {"tenureDate": "2001-01-01"},
    }
    body = {"json": bodies.get(described.path, {})} if described.method == "POST" else {}
    return {"method": described.method, "token": stage.token(operator, *described.scopes), **body}


@everywhere
def test_a_good_request_is_answered(stage: Stage, operator: Operator, path: str) -> None:
    assert stage.ask(operator, path, **ready(stage, operator, path)).status == 200


@everywhere
def test_a_good_correlator_comes_back_even_with_a_refusal(stage: Stage, operator: Operator, path: str) -> None:
    for good in ("b4333c46-49c0-4f62-80d7-f0ef930f1c46", "a" * 256, "<{a/b.c;d:e_f-9}>"):
        request = {**ready(stage, operator, path), "headers": {"x-correlator": good}}
        for how in (request, {**request, "token": None}):
            assert stage.send(operator, path, **how).headers["x-correlator"] == good


@everywhere
def test_a_bad_correlator_is_refused_and_does_not_come_back(stage: Stage, operator: Operator, path: str) -> None:
    for bad in ("a" * 257, "a b", "a,b", "a+b", 'a"b'):
        response = stage.send(operator, path, **ready(stage, operator, path), headers={"x-correlator": bad})
        assert (response.status_code, response.json()["code"]) == (400, "INVALID_ARGUMENT")
        assert "x-correlator" not in response.headers


def test_a_correlator_with_a_newline_at_its_end_is_refused(stage: Stage) -> None:
    """A client library strips it, so the server is given it directly."""
    for bad in ("fine\n", "f\xfcr"):
        environ = {"HTTP_X_CORRELATOR": bad}
        response = stage.app.test_client().post(f"/chunghwa{VERIFY}", json={}, environ_overrides=environ)

        assert (response.status_code, response.get_json()["code"]) == (400, "INVALID_ARGUMENT")
        assert "x-correlator" not in response.headers


@everywhere
def test_no_correlator_is_fine_and_none_comes_back(stage: Stage, operator: Operator, path: str) -> None:
    response = stage.send(operator, path, **ready(stage, operator, path))

    assert response.status_code == 200
    assert "x-correlator" not in response.headers


@everywhere
def test_a_wrong_method_is_refused_with_the_right_one_named(stage: Stage, operator: Operator, path: str) -> None:
    right = described_at(operator, path).method
    for wrong in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} - {right}:
        response = stage.send(operator, path, token=None, method=wrong)
        assert (response.status_code, response.json()["code"]) == (405, "METHOD_NOT_ALLOWED")
        assert response.headers["Allow"] == right


@everywhere
def test_a_body_of_another_type_is_refused(stage: Stage, operator: Operator, path: str) -> None:
    request = ready(stage, operator, path)
    if (body := request.pop("json", None)) is None:
        assert request["method"] == "GET"  # takes no body, so there is nothing to refuse
        return
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/problem+json"):
        request["token"] = stage.token(operator, *described_at(operator, path).scopes)
        response = stage.send(operator, path, **request, content=json.dumps(body), headers={"Content-Type": kind})
        assert (response.status_code, response.json()["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")


@everywhere
def test_a_client_that_takes_no_json_is_told_so(stage: Stage, operator: Operator, path: str) -> None:
    for accept, status in (("text/html", 406), ("application/json;q=0", 406), ("*/*", 200), ("application/*", 200)):
        response = stage.send(operator, path, **ready(stage, operator, path), headers={"Accept": accept})
        assert response.status_code == status, accept
    assert response.headers["content-type"] == "application/json"


@five
def test_malformed_bodies_are_refused(stage: Stage, operator: Operator) -> None:
    deep = b"[" * 50_000
    nested = [b'{"maxAge": ' + b"[" * depth + b"]" * depth + b"}" for depth in (200, 400, 900)]
    plain = (b"{", b'{"maxAge": 1, "maxAge": 2}', b'{"new": NaN}', b"\xff\xfe", b"[]", b"null", b'{"maxAge": 1e999}')
    for broken in (*plain, deep, *nested):
        response = stage.send(
            operator,
            "/sim-swap/v2/check",
            token=stage.token(operator, "sim-swap"),
            content=broken,
            headers={"Content-Type": "application/json"},
        )
        assert (response.status_code, response.json()["code"]) == (400, "INVALID_ARGUMENT"), broken[:20]


@five
def test_unknown_fields_are_refused_by_strict_operators_and_passed_over_by_others(
    stage: Stage, operator: Operator
) -> None:
    stage.line(operator)
    token = stage.token(operator, STATUS_SCOPE)
    answer = stage.ask(operator, STATUS, token=token, json={"somethingNew": 1})

    assert answer.status == (400 if operator.strict_bodies else 200)


@five
def test_a_single_use_token_is_good_for_one_call_whatever_became_of_it(stage: Stage, operator: Operator) -> None:
    own = {"phoneNumber": stage.line(operator).msisdn}
    token = stage.token(operator, VERIFY_SCOPE)
    first = stage.ask(operator, VERIFY, token=token, json={})
    second = stage.ask(operator, VERIFY, token=token, json=own)

    assert first.status == 400
    assert second.status == (401 if operator.single_use_tokens else 200)


def test_a_token_is_worth_nothing_at_another_operator(stage: Stage) -> None:
    token = stage.token(profile("taiwan-mobile"), VERIFY_SCOPE)
    answer = stage.ask(profile("taiwan-star"), VERIFY, token=token, json={"phoneNumber": "+886900000102"})

    assert (answer.status, answer.code) == (401, "UNAUTHENTICATED")


@five
def test_what_an_operator_does_not_have_is_not_found_in_the_same_form(stage: Stage, operator: Operator) -> None:
    for path in ("/number-verification/v1/verify", "/number-verification/v2/verify/", "/kyc-match/v9/match"):
        response = stage.send(operator, path, token=None, json={})
        assert (response.status_code, response.json()["code"]) == (404, "NOT_FOUND")
    nobody = replace(operator, id="nobody")
    assert stage.send(nobody, VERIFY, token=None, json={}).json()["code"] == "NOT_FOUND"


def test_no_header_or_field_of_a_client_claims_a_number(stage: Stage) -> None:
    operator = profile("asia-pacific")  # the one whose gateway inserts headers
    stage.line(operator)
    claims = {"X-MSISDN": "+886900000101", "x-msisdn": "0900000101", "X-Up-Subno": "0900000101"}
    for claimed, said in (("+886900000101", False), ("+886900000105", True)):
        token = stage.token(operator, VERIFY_SCOPE)
        response = stage.send(operator, VERIFY, token=token, json={"phoneNumber": claimed}, headers=claims)
        assert response.json() == {"devicePhoneNumberVerified": said}


def test_a_busy_operator_says_so_in_the_same_form() -> None:
    """The profile as it is, busyness included: only the waiting is switched off."""
    app = create_app(load_world(), operators=Operators(FIVE), pace=0.0)
    with httpx2.Client(transport=httpx2.WSGITransport(app=app), base_url="http://127.0.0.1") as client:
        told = [client.post(f"/taiwan-star{VERIFY}", json={}, headers={"x-correlator": "c"}) for _ in range(5)]

    assert [each.status_code for each in told] == [401, 401, 401, 401, 429]
    described_at(profile("taiwan-star"), "/sim-swap/v2/check").check_response(429, told[-1].json())
    assert int(told[-1].headers["Retry-After"]) >= 1
    assert {each.headers["x-correlator"] for each in told} == {"c"}


def test_every_code_of_the_catalogue_has_a_status_and_words() -> None:
    assert {status for status, _ in CATALOGUE.values()} >= {400, 401, 403, 404, 405, 406, 415, 422, 429, 500, 503}
    assert [code for code, (_, words) in CATALOGUE.items() if not words.endswith(".")] == []


def test_hashes_of_numbers_are_easily_found_and_so_are_no_secret() -> None:
    """About 10^8 numbers can be tried in a minute: a hash of a number is personal data as the number is."""
    wanted = hashlib.sha256(b"+886900000101").hexdigest()
    tried = (f"+8869000{tail:05d}" for tail in range(200))

    assert next(each for each in tried if hashlib.sha256(each.encode()).hexdigest() == wanted) == "+886900000101"
