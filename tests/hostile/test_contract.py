"""The API keeps to its own document, whoever asks and whatever is asked (Schemathesis, the same cases each time)."""

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.generation import GenerationMode

from authsvc.cli import openapi_text
from tests.conftest import ORIGIN, client_of
from tests.hostile.endpoints import Endpoint
from tests.hostile.visitors import Visitors

EXAMPLES = 10
# Said once for all calls by the document's default answer: a body that cannot be read, an id of no shape, a wrong host.
EVERYWHERE = frozenset({400, 404, 413, 415})


@pytest.fixture
def contract(app: Flask) -> Any:
    """Load the document as a client reads it."""
    document = json.loads(openapi_text(app))
    loaded = schemathesis.openapi.from_dict(document)
    loaded.app = app
    loaded.config.update(base_url=ORIGIN)
    # A field may be so long that the whole body is.
    loaded.config.checks.negative_data_rejection.expected_statuses.append("413")
    return loaded


def door_of(call: Endpoint, visitor: str) -> str:
    """Return the way in which this visitor comes to this call's door."""
    if visitor == "phone":
        return next((door for door in call.doors if door in ("app", "new_key", "fresh_key")), "anyone")
    return "session" if visitor == "browser" else "anyone"


def undocumented(operation: Any, status: int) -> bool:
    return str(status) not in operation.definition.raw["responses"] and status not in EVERYWHERE


def judge(visitors: Visitors, call: Endpoint, visitor: str) -> Callable[[Any], None]:
    """Return the test of one case: the call is made, and its answer held against the document."""
    excluded = [schemathesis.checks.CHECKS.get_one(name) for name in ("positive_data_acceptance", "ignored_auth")]

    def test(case: Any) -> None:
        client = client_of(visitors.app)
        sent = case.as_transport_kwargs(base_url=ORIGIN)
        path = unquote(urlsplit(sent["path"]).path)
        headers = visitors.credentials(door_of(call, visitor), call.method, path, client)
        sent["headers"] = {**sent["headers"], **headers}
        answer = client.open(**sent)
        case.validate_response(answer, excluded_checks=excluded)
        assert not undocumented(case.operation, answer.status_code), f"{call.name}: {answer.status_code} {answer.text}"

    return test


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("visitor", ["stranger", "browser", "phone"])
def test_every_answer_is_one_that_the_document_tells(
    visitors: Visitors, calls: list[Endpoint], contract: Any, visitor: str, mode: GenerationMode
) -> None:
    by_name = {(call.method, call.path_with("{}")): call for call in calls}
    for result in contract.get_all_operations():
        operation = result.ok()
        path = re.sub(r"{[^}]+}", "{}", operation.path)
        cases = settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        if mode is GenerationMode.NEGATIVE and not (operation.body or operation.query):
            continue  # there is nothing in it that could be wrong
        test = judge(visitors, by_name[operation.method.upper(), path], visitor)
        cases(given(case=operation.as_strategy(mode))(test))()
