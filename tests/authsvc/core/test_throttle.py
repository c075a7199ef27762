import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from authsvc.core.errors import Throttled
from authsvc.core.kit import Kit
from authsvc.core.throttle import LONGEST_RETRY_AFTER, Limit, Tally
from tests.clocks import MovableClock

FIVE = Limit(scope="test", tries=5, pause=timedelta(seconds=60))


def pause_after(kit: Kit, limit: Limit, subject: bytes = b"s") -> int:
    """Return the seconds that the next try would have to wait."""
    with pytest.raises(Throttled) as refusal:
        kit.throttle.spend(limit, subject)
    return int(refusal.value.members["retry_after"])


def stored(kit: Kit) -> dict[bytes, int]:
    with kit.read() as session:
        return {row.subject: row.tries for row in session.scalars(select(Tally))}


def test_five_tries_are_free_and_the_sixth_waits(ground: Kit) -> None:
    assert [ground.throttle.spend(FIVE, b"s") for _ in range(5)] == [1, 2, 3, 4, 5]
    assert pause_after(ground, FIVE) == 61
    assert stored(ground) == {b"s": 5}


def test_forty_at_once_get_exactly_five_tries(ground: Kit) -> None:
    let_in, start = [], threading.Barrier(40)

    def guess() -> None:
        start.wait()
        try:
            let_in.append(ground.throttle.spend(FIVE, b"s"))
        except Throttled:
            let_in.append(0)

    # when
    threads = [threading.Thread(target=guess) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # then
    assert sorted(let_in) == [0] * 35 + [1, 2, 3, 4, 5]
    assert stored(ground) == {b"s": 5}


def test_each_further_try_costs_a_pause_twice_as_long_up_to_the_longest(ground: Kit, clock: MovableClock) -> None:
    # given
    limit = Limit(scope="test", tries=1, pause=timedelta(seconds=60), longest=timedelta(seconds=200))
    pauses = []
    # when each try comes as soon as it may
    for _ in range(4):
        ground.throttle.spend(limit, b"s")
        pauses.append(pause_after(ground, limit) - 1)
        clock.forward(seconds=pauses[-1])
    # then
    assert pauses == [60, 120, 200, 200]


def test_a_try_is_let_in_at_the_second_the_pause_ends(ground: Kit, clock: MovableClock) -> None:
    for _ in range(5):
        ground.throttle.spend(FIVE, b"s")
    clock.forward(seconds=59)
    assert pause_after(ground, FIVE) == 2
    clock.forward(seconds=1)
    assert ground.throttle.spend(FIVE, b"s") == 6


def test_tries_during_a_pause_do_not_lengthen_it(ground: Kit, clock: MovableClock) -> None:
    for _ in range(5):
        ground.throttle.spend(FIVE, b"s")
    for _ in range(30):
        pause_after(ground, FIVE)
    clock.forward(seconds=60)
    assert ground.throttle.spend(FIVE, b"s") == 6


def test_the_hard_end_does_not_open_again_by_waiting(ground: Kit, clock: MovableClock) -> None:
    # given
    limit = Limit(scope="test", tries=2, pause=timedelta(seconds=1), longest=timedelta(seconds=1), closes_at=4)
    for _ in range(4):
        ground.throttle.spend(limit, b"s")
        clock.forward(seconds=1)
    # when
    clock.forward(days=3650)
    # then
    assert pause_after(ground, limit) == LONGEST_RETRY_AFTER


def test_a_success_opens_even_the_hard_end(ground: Kit, clock: MovableClock) -> None:
    # given
    limit = Limit(scope="test", tries=1, pause=timedelta(seconds=1), closes_at=2)
    ground.throttle.spend(limit, b"s")
    clock.forward(seconds=1)
    ground.throttle.spend(limit, b"s")
    pause_after(ground, limit)
    # when
    with ground.begin() as session:
        ground.throttle.forgive(session, limit, b"s")
    # then
    assert ground.throttle.spend(limit, b"s") == 1


def test_a_success_that_is_rolled_back_forgives_nothing(ground: Kit) -> None:
    for _ in range(5):
        ground.throttle.spend(FIVE, b"s")

    def fail() -> None:
        with ground.begin() as session:
            ground.throttle.forgive(session, FIVE, b"s")
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    pause_after(ground, FIVE)


def test_a_try_stays_counted_although_what_followed_failed(ground: Kit) -> None:
    with pytest.raises(LookupError):
        fail_after(ground.throttle.spend(FIVE, b"s"))
    assert stored(ground) == {b"s": 1}


def fail_after(_tries: int) -> None:
    raise LookupError


def test_a_window_forgets_that_long_after_its_first_try(ground: Kit, clock: MovableClock) -> None:
    # given two tries in a window of ten minutes
    limit = Limit(scope="test", tries=3, pause=timedelta(seconds=60), forgets=timedelta(minutes=10))
    ground.throttle.spend(limit, b"s")
    clock.forward(minutes=9, seconds=59)
    assert ground.throttle.spend(limit, b"s") == 2
    # when
    clock.forward(seconds=1)
    # then
    assert ground.throttle.spend(limit, b"s") == 1


def test_without_a_window_nothing_is_forgotten(ground: Kit, clock: MovableClock) -> None:
    ground.throttle.spend(FIVE, b"s")
    clock.forward(days=400)
    assert ground.throttle.spend(FIVE, b"s") == 2


def test_subjects_and_scopes_are_counted_apart_and_need_not_exist(ground: Kit) -> None:
    for _ in range(5):
        ground.throttle.spend(FIVE, b"nobody has this ID")
    pause_after(ground, FIVE, b"nobody has this ID")
    assert ground.throttle.spend(FIVE, b"another") == 1
    assert ground.throttle.spend(Limit(scope="other", tries=5), b"nobody has this ID") == 1


def test_a_restart_forgets_nothing(ground: Kit) -> None:
    for _ in range(5):
        ground.throttle.spend(FIVE, b"s")
    ground.engine.dispose()
    pause_after(ground.on_behalf_of(ground.caller), FIVE)
