"""A registration at the counter and an own application at the same moment, by threads on PostgreSQL."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select

from authsvc.identity.models import Person
from authsvc.registration.models import Registration
from tests.authsvc.registration.acts import code, form
from tests.browser import Browser
from tests.conftest import ORIGIN, client_of, empty
from tests.counter.desk import Desk

ROUNDS = range(20)


@pytest.fixture
def database_url(migrated_postgres: str) -> Iterator[str]:
    yield migrated_postgres
    empty(migrated_postgres)


@pytest.mark.parametrize("_number", ROUNDS)
def test_no_application_is_left_beside_an_account_that_the_counter_opened(desk: Desk, _number: int) -> None:
    person = Browser(client_of(desk.app), desk.browser.deck, desk.browser.world, ORIGIN)
    ways: list[tuple[Browser, str, dict[str, Any]]] = [
        (desk.browser, "/counter/registrations", desk.registration()),
        (person, "/registrations", form(person)),
    ]
    barrier = threading.Barrier(len(ways))

    def send(way: tuple[Browser, str, dict[str, Any]]) -> tuple[int, str]:
        browser, path, body = way
        barrier.wait()
        return code(browser.post(path, body))

    with ThreadPoolExecutor(len(ways)) as pool:
        counter, own = pool.map(send, ways)

    assert counter == (201, "")
    assert own in ((202, ""), (409, "already_registered"))
    with desk.kit.read() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == 1
        assert session.scalar(select(func.count()).select_from(Registration)) == 0
