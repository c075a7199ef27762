"""Many at the same moment, by threads on PostgreSQL: one activates, one account waits, one solution counts."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from authsvc.core.kit import Kit
from tests.conftest import empty
from tests.turns import rounds
from tests.underwriting.conftest import Clerk
from underwriting.models import UnderwritingAccount

ROUNDS = rounds(2, full=20, variable="AUTHSVC_UNDERWRITING_ROUNDS")
AT_ONCE = 8


@pytest.fixture
def database_url(migrated_postgres: str) -> Iterator[str]:
    yield migrated_postgres
    empty(migrated_postgres)


def at_once(work: Callable[[int], int], number: int = AT_ONCE) -> list[int]:
    barrier = threading.Barrier(number)

    def begin(which: int) -> int:
        barrier.wait()
        return work(which)

    with ThreadPoolExecutor(number) as pool:
        return sorted(pool.map(begin, range(number)))


def test_a_link_that_is_used_many_times_at_once_activates_once(new_clerk: Callable[..., Clerk]) -> None:
    for key in ("chen", "lin", "huang")[:ROUNDS]:
        clerk = new_clerk(key)
        clerk.apply()
        token = clerk.link()
        others = [new_clerk(key) for _ in range(AT_ONCE)]

        def press(which: int, others: list[Clerk] = others, token: str = token) -> int:
            return others[which].activate(token).status_code

        answers = at_once(press)

        assert answers == [204] + [410] * (AT_ONCE - 1)


def test_many_applications_at_once_leave_one_that_waits(new_clerk: Callable[..., Clerk], kit: Kit) -> None:
    clerks = [new_clerk() for _ in range(4)]
    bodies = [clerk.application() for clerk in clerks]

    answers = at_once(lambda which: clerks[which].post("/underwriting/accounts", bodies[which]).status_code, 4)

    assert answers == [202] * 4
    with kit.read() as session:
        assert session.scalar(select(func.count()).select_from(UnderwritingAccount)) == 1
    assert clerks[0].activate(clerks[0].link()).status_code == 204


def test_one_solution_used_many_times_at_once_counts_once(new_clerk: Callable[..., Clerk]) -> None:
    clerks = [new_clerk() for _ in range(AT_ONCE)]
    body = clerks[0].application()

    answers = at_once(lambda which: clerks[which].post("/underwriting/accounts", body).status_code)

    assert answers == [202] + [403] * (AT_ONCE - 1)
