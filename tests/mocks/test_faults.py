import httpx2
import pytest

from mocks.faults import Fault, Faults, UnknownFault
from mocks.web import Dropped


class Stopwatch:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def stopwatch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
def faults(stopwatch: Stopwatch) -> Faults:
    return Faults({"door": frozenset({"slow", "down"}), "window": frozenset({"lie"})}, monotonic=stopwatch)


def test_a_fault_strikes_its_own_target_only(faults: Faults) -> None:
    faults.put(Fault("door", "down"))

    assert set(faults.strike("door")) == {"down"}
    assert not faults.strike("window")


def test_a_rate_is_a_share_of_the_calls_and_repeatable() -> None:
    def strikes() -> list[bool]:
        faults = Faults({"door": frozenset({"down"})}, seed=7)
        faults.put(Fault("door", "down", rate=0.3))
        return [bool(faults.strike("door")) for _ in range(400)]

    assert strikes() == strikes()
    assert 80 < sum(strikes()) < 160


def test_a_fault_ends_after_its_seconds(faults: Faults, stopwatch: Stopwatch) -> None:
    faults.put(Fault("door", "down", seconds=10))
    stopwatch.seconds = 9.9
    assert faults.strike("door")

    stopwatch.seconds = 10
    assert not faults.strike("door")


def test_the_seconds_of_a_slow_fault_are_its_delay_and_do_not_end_it(faults: Faults, stopwatch: Stopwatch) -> None:
    faults.put(Fault("door", "slow", seconds=2))
    stopwatch.seconds = 100

    assert faults.strike("door")["slow"].seconds == 2


def test_a_star_stands_for_every_target_and_none_takes_away(faults: Faults) -> None:
    faults.put(Fault("*", "down"))
    assert faults.strike("window")

    faults.put(Fault("*", "none"))
    assert not faults.listed()


def test_a_target_or_kind_that_does_not_exist_is_told(faults: Faults) -> None:
    with pytest.raises(UnknownFault, match="door"):
        faults.put(Fault("roof", "down"))
    with pytest.raises(UnknownFault, match="lie"):
        faults.put(Fault("window", "down"))


def test_general_faults_spoil_a_call(registry: httpx2.Client) -> None:
    question = {"nonce": "n", "national_id": "A109000016"}

    def ask_with(kind: str) -> httpx2.Response:
        registry.delete("/control/faults")
        registry.put("/control/faults", json={"target": "insured", "kind": kind}).raise_for_status()
        return registry.post("/v1/insured/lookup", json=question)

    assert ask_with("500").status_code == 500
    with pytest.raises(ValueError, match="Unterminated"):
        ask_with("garbage").json()
    with pytest.raises(Dropped):
        ask_with("down")


def test_a_wrong_fault_is_refused_with_a_reason(registry: httpx2.Client) -> None:
    for wrong in ({"target": "insured", "kind": "flood"}, {"target": "insured", "kind": "slow", "rate": 2}):
        answer = registry.put("/control/faults", json=wrong)
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
