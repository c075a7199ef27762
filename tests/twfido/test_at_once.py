"""Many who look and many who collect at the same moment, by threads on PostgreSQL."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from authsvc.core.kit import Kit
from tests.browser import Browser
from tests.conftest import ORIGIN, client_of, empty
from tests.simulators import acts
from tests.turns import rounds
from tests.twfido.conftest import DUE, Login

ROUNDS = rounds(5, full=20, variable="AUTHSVC_TWFIDO_ROUNDS")
AT_ONCE = 4


@pytest.fixture
def database_url(migrated_postgres: str) -> Iterator[str]:
    yield migrated_postgres
    empty(migrated_postgres)


def at_once(work: Callable[[int], int]) -> list[int]:
    """Let each of several threads do its work from the same moment on."""
    barrier = threading.Barrier(AT_ONCE)

    def begin(number: int) -> int:
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sorted(pool.map(begin, range(AT_ONCE)))


def one_round(login: Login, app: Flask) -> list[int]:
    """Look and collect from several threads of one browser; return how collecting was answered."""
    login.begin()
    cookie = login.browser.client.get_cookie("authsvc")
    assert cookie is not None
    same = [client_of(app) for _ in range(AT_ONCE)]
    for client in same:
        client.set_cookie("authsvc", cookie.value)
    path, body = f"/api/v1/twfido-logins/{login.begun['id']}", {"login_id": login.begun["id"]}
    login.approve()
    login.clock.forward(seconds=DUE)

    def collect(number: int) -> int:
        return same[number].post("/api/v1/sessions/twfido", json=body, headers={"Origin": ORIGIN}).status_code

    assert at_once(lambda number: same[number].get(path).status_code) == [200] * AT_ONCE
    assert len(login.transaction.asked) == 1
    return at_once(collect)


def test_one_asks_and_one_collects(login: Login, app: Flask, kit: Kit, account: str) -> None:
    for done in range(1, ROUNDS + 1):
        login.browser = Browser(client_of(app), login.browser.deck, login.browser.world, ORIGIN)

        assert one_round(login, app).count(201) == 1
        assert [action for action, _outcome in acts(kit)].count("session.opened") == done
    assert account
