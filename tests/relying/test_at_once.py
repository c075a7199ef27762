"""Twenty bring the same token at the same moment, by threads on PostgreSQL."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from authsvc.core.kit import Kit
from tests.conftest import empty
from tests.relying.conftest import Desk
from tests.simulators import acts
from tests.turns import rounds

ROUNDS = rounds(3, full=20, variable="AUTHSVC_RELYING_ROUNDS")
AT_ONCE = 20


@pytest.fixture
def database_url(migrated_postgres: str) -> Iterator[str]:
    yield migrated_postgres
    empty(migrated_postgres)


def test_of_twenty_that_bring_a_token_at_once_one_is_told(desk: Desk, kit: Kit) -> None:
    for done in range(1, ROUNDS + 1):
        token, barrier = desk.token(), threading.Barrier(AT_ONCE)

        def bring(_number: int, token: str = token, barrier: threading.Barrier = barrier) -> int:
            barrier.wait()
            return desk.redeem(token).status_code

        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = sorted(pool.map(bring, range(AT_ONCE)))

        assert answers == [200] + [409] * (AT_ONCE - 1)
        assert acts(kit).count(("launch.redeemed", "done")) == done
