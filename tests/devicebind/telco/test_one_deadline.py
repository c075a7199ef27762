"""Each request has one deadline, handed on to every call that it makes: counted on a clock, not waited for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import httpx2
import pytest

from devicebind.operators import load_operators
from devicebind.telco import SECONDS, HttpTelco, Telco
from devicebind.telcowire import Deadline
from mobileapp.byoperator import answer_over
from mobileapp.phonewire import Problem
from tests.devicebind.telco.lines import NEW, TELCO, Verifier

ROUNDING = 0.05  # s: what is left is never asked of a call as less than a hundredth


@dataclass
class Counter:
    """A clock on which calls take what they are told to take; nobody waits."""

    seconds: float = 0.0
    deadlines: int = 0
    lock: Lock = field(default_factory=Lock)

    def pass_(self, seconds: float) -> None:
        with self.lock:
            self.seconds += seconds


@dataclass(frozen=True)
class Counted(Deadline):
    """A deadline on that clock."""

    counter: Counter

    @property
    def left(self) -> float:
        return max(0.0, self.ends - self.counter.seconds)


class CountedTelco(HttpTelco):
    """The port itself, whose deadlines are counted."""

    counter: Counter

    def deadline(self) -> Deadline:
        self.counter.deadlines += 1
        return Counted(self.counter.seconds + self.seconds, self.counter)


@dataclass
class Paced(httpx2.BaseTransport):
    """Lets calls take their time on the counter: an answer that comes after a call's own limit never came."""

    way: httpx2.BaseTransport
    counter: Counter
    takes: Mapping[str, float] = field(default_factory=dict)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        takes = next((takes for path, takes in self.takes.items() if request.url.path.endswith(path)), 0.0)
        limit = float(request.extensions["timeout"]["read"])
        self.counter.pass_(min(takes, limit))
        if takes > limit:
            raise httpx2.ReadTimeout("not within the limit", request=request)
        return self.way.handle_request(request)


@dataclass(frozen=True)
class Timed:
    """A verification whose every call is timed."""

    verifier: Verifier
    counter: Counter
    way: Paced

    def begin(self) -> Any:
        phone, claim = self.verifier.phone(), self.verifier.claim("lin")
        return phone, claim, phone.begin_verification(claim)


@pytest.fixture
def timed(verifier: Verifier) -> Iterator[Timed]:
    counter = Counter()
    way = Paced(httpx2.WSGITransport(verifier.telco), counter)
    port = CountedTelco(
        TELCO, load_operators(), keys=verifier.kit.keys, clock=verifier.clock, sim_hours=168, transport=way
    )
    port.counter = counter
    verifier.kit.ports[Telco] = port
    yield Timed(verifier, counter, way)
    port.close()


@pytest.mark.parametrize(
    "takes",
    [
        {"/lookup": 60.0},
        {"/openid-configuration": 60.0},
        {"/lookup": 2.9, "/openid-configuration": 2.9},
        {"/lookup": 1.0, "/openid-configuration": 60.0},
        {"/lookup": 60.0, "/openid-configuration": 60.0},
    ],
    ids=str,
)
def test_the_beginning_has_one_deadline_over_lookup_and_endpoints(timed: Timed, takes: Mapping[str, float]) -> None:
    timed.way.takes = takes

    with pytest.raises(Problem) as refused:
        timed.begin()

    assert refused.value.code == "telco_unavailable"
    assert timed.counter.deadlines == 1
    assert SECONDS - ROUNDING <= timed.counter.seconds <= SECONDS + ROUNDING


def test_calls_that_together_stay_within_the_deadline_are_waited_for(timed: Timed) -> None:
    timed.way.takes = {"/lookup": 2.4, "/openid-configuration": 2.4}

    timed.begin()

    assert timed.counter.deadlines == 1
    assert timed.counter.seconds == pytest.approx(4.8)


@pytest.mark.parametrize(
    "takes",
    [
        {"/token": 2.9, "/jwks": 2.9},
        {"/token": 2.0, "/jwks": 2.0, "/verify": 2.0},
        {"/token": 1.0, "/verify": 1.0, "/jwks": 60.0},
    ],
    ids=str,
)
def test_the_answer_has_one_deadline_over_code_keys_and_possession(timed: Timed, takes: Mapping[str, float]) -> None:
    phone, claim, begun = timed.begin()
    answer = answer_over(timed.verifier.over(claim["mobile"]), begun["authorization_url"])
    timed.way.takes, timed.counter.seconds, timed.counter.deadlines = takes, 0.0, 0

    with pytest.raises(Problem) as refused:
        phone.finish_verification(begun["id"], answer, NEW)

    assert refused.value.code == "telco_unavailable"
    assert timed.counter.deadlines == 1
    assert SECONDS - ROUNDING <= timed.counter.seconds <= SECONDS + ROUNDING
