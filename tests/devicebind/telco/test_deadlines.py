"""Waits that add up or that nobody ends: each request has one deadline, and a worker that hangs is a fault."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import wait as all_of

import httpx2
import pytest

from devicebind.lines import Reason
from devicebind.telcowire import REST_SECONDS, THRESHOLD, WORKERS, Deadline, NoAnswer, Wire, result_of
from tests.devicebind.telco.bench import EXCHANGE, Bench
from tests.devicebind.telco.test_resilience import sleeping, waited


class Hanging(httpx2.BaseTransport):
    """Answers nobody before it is let go: to whoever waits, headers that drip look like this."""

    def __init__(self) -> None:
        self.asked = 0
        self.go = threading.Event()

    def handle_request(self, _request: httpx2.Request) -> httpx2.Response:
        self.asked += 1
        self.go.wait(10)
        return httpx2.Response(200, json={})


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    made = Hanging()
    yield made
    made.go.set()


def abandoned(wire: Wire, calls: int) -> None:
    """Let so many calls hang until nobody waits for them any more."""
    deadline = Deadline.within(0.2)
    begun = [wire.begin("GET", "/x", deadline) for _ in range(calls)]
    for call in begun:
        with pytest.raises(NoAnswer):
            result_of(call, deadline)


def test_who_waits_behind_another_fetch_of_the_keys_waits_no_longer_than_its_own_deadline(bench: Bench) -> None:
    operator, attempt = bench.attempt("lin", "0900000102")
    bench.liar.lies = {"/jwks": sleeping(1.5)}
    with ThreadPoolExecutor(1) as crowd:
        first = crowd.submit(bench.port.confirm, operator, attempt)
        time.sleep(0.3)
        _operator, other = bench.attempt("lin", "0900000102")
        bench.port.seconds = 0.3

        assert waited(lambda: bench.port.confirm(operator, other)) < 0.8
        assert first.result().reason is None
    bench.port.seconds = 5.0
    assert bench.reason("lin", "0900000102") is None


def test_the_lookup_and_the_endpoints_share_one_deadline(bench: Bench) -> None:
    bench.port.seconds = 0.5
    bench.liar.lies = {"/lookup": sleeping(0.3), "/openid-configuration": sleeping(0.4)}
    deadline = bench.port.deadline()
    operator = bench.port.find_operator("0900000102", deadline)
    assert operator is not None

    with pytest.raises(NoAnswer):
        bench.port.authorization_url(operator, EXCHANGE, deadline)


def test_abandoned_calls_open_the_breaker(hanging: Hanging) -> None:
    wire = Wire("one", "http://127.0.0.1:1", transport=hanging)
    abandoned(wire, THRESHOLD)

    with pytest.raises(NoAnswer, match="left alone"):
        wire.call("GET", "/x", Deadline.within(REST_SECONDS / 2))
    assert hanging.asked == THRESHOLD


def test_an_abandoned_call_that_ends_well_later_does_not_close_the_breaker(hanging: Hanging) -> None:
    wire = Wire("one", "http://127.0.0.1:1", transport=hanging)
    deadline = Deadline.within(0.2)
    begun = [wire.begin("GET", "/x", deadline) for _ in range(THRESHOLD)]
    time.sleep(0.3)
    hanging.go.set()
    all_of(begun)

    with pytest.raises(NoAnswer, match="left alone"):
        wire.call("GET", "/x", Deadline.within(1))


def test_where_every_worker_hangs_a_call_is_refused_at_once(hanging: Hanging) -> None:
    wire = Wire("one", "http://127.0.0.1:1", transport=hanging)
    abandoned(wire, WORKERS)

    begun = time.monotonic()
    with pytest.raises(NoAnswer, match="hangs"):
        wire.call("GET", "/x", Deadline.within(5))
    assert time.monotonic() - begun < 0.5


def test_the_reason_of_a_hanging_operator_is_that_it_is_not_there(bench: Bench) -> None:
    operator, attempt = bench.attempt("lin", "0900000102")
    bench.port.seconds = 0.2
    bench.liar.lies = {"/taiwan-mobile/token": sleeping(1.0)}

    assert bench.port.confirm(operator, attempt).reason is Reason.TELCO_UNAVAILABLE
