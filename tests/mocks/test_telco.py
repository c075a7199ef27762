from collections.abc import Iterator

import httpx2
import pytest

from mocks.people import World
from mocks.telco.app import create_app
from tests.mocks.conftest import client_of


@pytest.fixture
def telco(world: World) -> Iterator[httpx2.Client]:
    with client_of(create_app(world)) as client:
        yield client


def test_the_gateway_is_alive_and_lists_its_lines(telco: httpx2.Client) -> None:
    assert telco.get("/healthz").json() == {"status": "ok"}

    for line in telco.get("/control/lines").json():
        assert {"number", "holder", "plan", "state", "operator", "connection"} <= set(line)


def test_a_line_can_be_suspended_while_it_runs(telco: httpx2.Client) -> None:
    assert telco.patch("/control/lines/0900000101", json={"state": "suspended"}).json()["state"] == "suspended"
    assert telco.patch("/control/lines/0900000101", json={"state": "lost"}).status_code == 422
    assert telco.patch("/control/lines/0900000101", json={"number": "1"}).status_code == 422
    assert telco.patch("/control/lines/0999999999", json={"state": "active"}).status_code == 404
