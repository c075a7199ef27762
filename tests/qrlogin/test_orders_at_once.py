"""Orders that begin at the same moment: at most three of a person live, and one of a browser."""

import itertools
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import func, select

from authsvc.core.kit import Kit
from qrlogin.beginning import LIVE_PER_PERSON, begin, renew
from qrlogin.models import QrOrder
from tests.clocks import MovableClock
from tests.factories import make_person

THREADS, ORDERS = 8, 24
UNKNOWN = ("A109000016", date(1980, 5, 20))


def all_at_once(act: Callable[[int], object], times: int = ORDERS) -> None:
    """Call `act` with each number in eight threads that start from one barrier."""
    barrier, numbers = threading.Barrier(THREADS), itertools.count()

    def work(_: int) -> None:
        barrier.wait()
        while (number := next(numbers)) < times:
            act(number)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, range(THREADS)))


def waiting(kit: Kit) -> Counter[bytes]:
    """Return how many orders wait in each browser."""
    count = select(QrOrder.browser_digest, func.count()).where(QrOrder.state == "waiting")
    with kit.read() as session:
        return Counter({row[0]: row[1] for row in session.execute(count.group_by(QrOrder.browser_digest))})


def whom(kit: Kit, who: str) -> tuple[str, date]:
    person = make_person(kit)
    return (person.national_id, person.birth_date) if who == "known" else UNKNOWN


@pytest.mark.parametrize("who", ["known", "unknown"])
def test_of_orders_begun_at_once_three_of_a_person_live(kit: Kit, who: str) -> None:
    national_id, born = whom(kit, who)

    all_at_once(lambda number: begin(kit, national_id=national_id, birth_date=born, browser=f"browser {number}"))

    assert waiting(kit).total() == LIVE_PER_PERSON


@pytest.mark.parametrize("who", ["known", "unknown"])
def test_of_orders_begun_at_once_in_one_browser_one_lives(kit: Kit, who: str) -> None:
    national_id, born = whom(kit, who)

    all_at_once(lambda _: begin(kit, national_id=national_id, birth_date=born, browser="one"))

    assert waiting(kit).total() == 1


def test_of_orders_for_many_people_begun_at_once_in_one_browser_one_lives(kit: Kit) -> None:
    all_at_once(
        lambda number: begin(kit, national_id=f"A1090000{number:02}", birth_date=date(1980, 1, 1), browser="one")
    )

    assert waiting(kit).total() == 1


def test_browsers_that_change_people_at_once_neither_crowd_nor_wait_for_each_other(kit: Kit) -> None:
    def one(number: int) -> None:
        whose = f"A10900000{number % 2}"
        begin(kit, national_id=whose, birth_date=date(1980, 1, 1), browser=f"browser {number // 2 % 3}")

    all_at_once(one, times=48)

    assert waiting(kit).total() <= 3
    assert set(waiting(kit).values()) == {1}


def test_orders_that_follow_others_at_once_leave_three(kit: Kit, clock: MovableClock) -> None:
    person = make_person(kit)
    who = {"national_id": person.national_id, "birth_date": person.birth_date}
    old = []
    for number in range(THREADS):
        old.append(begin(kit, **who, browser=f"browser {number}"))  # type: ignore[arg-type]
        clock.forward(seconds=180)

    all_at_once(lambda number: renew(kit, order_id=old[number].id, browser=f"browser {number}"), times=THREADS)

    with kit.read() as session:
        live = (QrOrder.state == "waiting", QrOrder.expires_at > kit.clock.now())
        assert session.scalar(select(func.count()).select_from(QrOrder).where(*live)) == LIVE_PER_PERSON


def test_the_order_that_follows_is_one_however_often_it_is_asked_for_at_once(kit: Kit, clock: MovableClock) -> None:
    person = make_person(kit)
    old = begin(kit, national_id=person.national_id, birth_date=person.birth_date, browser="one")
    clock.forward(seconds=180)
    followers: list[str] = []

    all_at_once(lambda _: followers.append(renew(kit, order_id=old.id, browser="one").id), times=THREADS)

    assert len(followers) == THREADS
    assert len(set(followers)) == waiting(kit).total() == 1
