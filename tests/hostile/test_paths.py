"""Ids, queries and methods that mean nothing: 404, 405, 422 on the API, a page that says so for people."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from authsvc.core.kit import Kit
from tests.factories import log_in, make_person
from tests.hostile.endpoints import Endpoint
from tests.hostile.visitors import Visitors, fault_of

IDS = (
    *("abc", "%00", "a%00b", "%ff", "%ed%a0%80", "..", "%2e%2e%2f", "a%2Fb", "%0d%0aX-Evil:1", "'", '"', "%25s", "*"),
    *("1%20OR%201=1", "%F0%9F%98%80", "0", "-1", "9" * 400, "x" * 64, "x" * 65, "x" * 4000, "{{7*7}}", "<script>"),
)
QUERIES = (
    "-1",
    "26",
    "x",
    "1.5",
    "",
    "1e1",
    "９",
    "9" * 5000,
    "9223372036854775808",
    "%00",
    "%ff",
    "true",
    "null",
    "0x1",
)


def test_an_id_of_nothing_is_404(visitors: Visitors, calls: list[Endpoint]) -> None:
    faults = []
    for call in calls:
        for value in IDS if call.has_id and not call.form else ():  # without its file, such a call has a wrong body
            path = call.path_with(value)
            answer = visitors.call(call, path=path, json=call.good_body())
            # A path that the proof does not name is refused by the proof; some ids make another path of it.
            fault = fault_of(answer, (404, 401, 405, 308))
            if fault:
                faults.append(f"{call.name} {value[:30]}: {fault}")
    assert faults == []


def test_a_wait_that_is_no_number_is_422(visitors: Visitors, calls: list[Endpoint]) -> None:
    faults = [
        f"{call.name} {name}={value[:30]}: {fault}"
        for call in calls
        for name in call.queries
        for value in QUERIES
        if name == "wait" and (fault := fault_of(visitors.call(call, path=f"{call.path}?{name}={value}"), (422,)))
    ]
    assert faults == []


def understood(call: Endpoint) -> tuple[int, ...]:
    """Return what a call answers to a query; of a unit in which the visitor is nothing nothing is told."""
    return (200, 422, 404) if "<unit_code>" in call.rule else (200, 422)


def test_any_other_query_is_understood_or_422(visitors: Visitors, calls: list[Endpoint]) -> None:
    faults = [
        f"{call.name} {name}={value[:30]}: {answer.status_code}"
        for call in calls
        for name in call.queries
        for value in QUERIES
        if name != "wait"
        and (answer := visitors.call(call, path=f"{call.path}?{name}={value}")).status_code not in understood(call)
    ]
    assert faults == []


def test_an_unknown_query_is_let_pass_and_changes_nothing(visitors: Visitors, calls: list[Endpoint]) -> None:
    for call in calls:
        for query in (
            "lang=%00",
            "lang=%ff",
            "lang=../..",
            "x=%ed%a0%80",
            "&&&",
            "=",
            "a" * 4000,
            "lang=" + "x" * 4000,
        ):
            answer = visitors.call(call, path=f"{call.path}?{query}", json=call.good_body())
            assert answer.status_code < 500, (call.name, query)


def test_a_method_that_a_call_does_not_take_is_405(visitors: Visitors, calls: list[Endpoint]) -> None:
    taken: dict[str, set[str]] = {}
    for call in calls:
        taken.setdefault(call.path, set()).add(call.method)
    client = visitors.app.test_client()
    for path, methods in taken.items():
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"} - methods:
            answer = client.open(path, method=method, base_url=visitors.kit.settings.public_origin)
            fault = fault_of(answer, (404, 405))
            assert fault is None, (method, path, fault)
            if answer.status_code == 405:
                assert methods <= {name.strip() for name in answer.headers["Allow"].split(",")}


def test_an_unknown_address_of_the_api_is_a_problem(client: FlaskClient) -> None:
    for path in ("/api/v1/nothing", "/api/v1/", "/api/", "/api/v2/me", "/api/v1/me/", "/api/v1/%00", "/api/v1/me%00"):
        assert fault_of(client.get(path), (404,)) is None, path


@pytest.mark.parametrize("logged_in", [False, True])
def test_pages_for_people_never_break(app: Flask, client: FlaskClient, kit: Kit, *, logged_in: bool) -> None:
    if logged_in:
        log_in(client, kit, make_person(kit))
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and "/api/" not in rule.rule]
    broken = []
    for rule in rules:
        path = rule.rule
        for name in rule.arguments:
            path = path.replace(f"<path:{name}>", f"<{name}>")
        for value in IDS:
            filled = path
            for name in rule.arguments:
                filled = filled.replace(f"<{name}>", value)
            for query in ("", "?lang=%00&next=%0d%0a&again=%ff"):
                with client.get(filled + query) as answer:
                    if answer.status_code >= 500:
                        broken.append(f"{filled}{query}: {answer.status_code}")
            if not rule.arguments:
                break
    assert broken == []
