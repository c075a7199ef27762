"""`make bench-operators`: what four healthy operators notice of a fifth that is down, slow or mad, over real HTTP.

The simulator is a process of its own. Attempts arrive at an even pace, whether or not the ones before are answered,
and share the 64 threads that one process of the service has. Only the ratios mean something on another machine.
"""

import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from itertools import cycle
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import httpx2

from authsvc.core.clock import SystemClock
from authsvc.core.keys import Keys, new_token
from authsvc.settings import DEMO_ROOT_KEYS, read_root_keys
from devicebind.operators import Operator, load_operators
from devicebind.party import Attempt, client_keys
from devicebind.telco import HttpTelco
from devtools.ports import HOST, Ports
from devtools.processes import Family
from mocks.people import World, load_world
from tests.devicebind.telco.lines import REDIRECT

THREADS: Final = 64  # of one process of the service (docs/operations.md)
EACH_SECOND: Final = 3.0  # attempts at each operator
SECONDS: Final = 15.0
ROUNDS: Final = 3
LATENCY: Final = [0.02, 0.05]  # seconds, of every call of every operator
SICK: Final = "chunghwa"
PEOPLE: Final = {
    SICK: ("wang", "0900000101"),
    "taiwan-mobile": ("lin", "0900000102"),
    "fareastone": ("chen", "0900000103"),
    "taiwan-star": ("huang", "0900000104"),
    "asia-pacific": ("wu", "0900000105"),
}
# The phone still gets its code from the sick operator: otherwise we would not be asked at all.
OURS: Final = ("token", "number-verification", "kyc-match", "kyc-tenure", "subscription-status", "sim-swap")
STATES: Final[Mapping[str, tuple[Mapping[str, Any], ...]]] = {
    "healthy": (),
    "down": ({"kind": "down"},),
    "slow, 4 s a call": ({"kind": "slow", "seconds": 4.0},),
    "slow, 0.8 s a call": ({"kind": "slow", "seconds": 0.8},),
    "answers that drip": ({"kind": "slow_body", "seconds": 20.0},),
    "mad": tuple({"kind": kind, "rate": 0.3} for kind in ("garbage", "truncated", "wrong_type", "cut", "503_html")),
}


@dataclass
class Seen:
    """What came of the attempts at the four, or at the sick one: seconds, verdicts, and how many were yes."""

    seconds: list[float] = field(default_factory=list)
    yes: int = 0

    def add(self, judged: tuple[float, bool]) -> None:
        """Count one: how long it took, and whether the verdict was a yes."""
        self.seconds.append(judged[0])
        self.yes += judged[1]

    def percentile(self, share: float) -> float:
        """Return the seconds that this share of the attempts stayed below."""
        return statistics.quantiles(self.seconds, n=1000, method="inclusive")[round(share * 1000) - 1]


@dataclass(frozen=True)
class Rig:
    """The simulator's address, its people, and each line's data path."""

    base: str
    keys: Keys
    paths: Mapping[str, httpx2.Client]
    world: World

    def make_sick(self, faults: tuple[Mapping[str, Any], ...]) -> None:
        """Let the sick operator be as told, and nothing else."""
        for endpoint in OURS:
            self._put({"target": f"{SICK}/{endpoint}", "kind": "none"})
            for fault in faults:
                self._put({"target": f"{SICK}/{endpoint}", **fault})

    def _put(self, fault: Mapping[str, Any]) -> None:
        httpx2.put(f"{self.base}/control/faults", json=dict(fault), trust_env=False).raise_for_status()

    def fetched(self, port: HttpTelco, operator_id: str) -> tuple[Operator, Attempt]:
        """Return an attempt with the code that a phone brings back over its line."""
        who, number = PEOPLE[operator_id]
        asked = {"state": new_token(), "nonce": new_token(), "verifier": new_token(48)}
        operator = port.find_operator(number)
        assert operator is not None
        answer = self.paths[operator_id].get(port.authorization_url(operator, asked | {"redirect_uri": REDIRECT}))
        told = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
        return operator, Attempt(
            number=number,
            national_id=self.world.person(who).national_id,
            code=told["code"],
            verifier=asked["verifier"],
            nonce=asked["nonce"],
            redirect_uri=REDIRECT,
        )


@contextmanager
def a_rig() -> Iterator[Rig]:
    """Start the simulator with five operators of one pace, and open the lines' data paths."""
    with tempfile.TemporaryDirectory() as folder, Family(Path(folder)) as family:
        file = Path(folder) / "operators.json"
        file.write_text(json.dumps([{"id": each, "latency": LATENCY, "busy_every": 0} for each in PEOPLE]))
        place = Ports.free().telco
        base = f"http://{HOST}:{place}"
        options = ["--port", str(place), "--first-port", "0", "--operators-file", str(file)]
        family.start("telco", [sys.executable, "-m", "mocks.telco", *options], os.environ).wait_until_healthy(base)
        keys = Keys(read_root_keys(DEMO_ROOT_KEYS))
        known = [key.jwk for each in load_operators().by_id.values() for key in client_keys(keys, each)]
        client = {"client_id": "authsvc", "redirect_uris": [REDIRECT], "jwks": {"keys": known}}
        httpx2.put(f"{base}/control/clients", json=client, trust_env=False).raise_for_status()
        lines = {each["number"]: each["connection"] for each in httpx2.get(f"{base}/control/lines").json()}
        paths = {each: httpx2.Client(proxy=lines[number], timeout=30.0) for each, (_, number) in PEOPLE.items()}
        yield Rig(base, keys, paths, load_world())


def measure(rig: Rig, state: str, healthy: Seen, sick: Seen) -> None:
    """Send attempts to all five at an even pace for a while; each waits for one of the shared threads."""
    rig.make_sick(())
    port = HttpTelco(rig.base, load_operators(), keys=rig.keys, clock=SystemClock(), sim_hours=168)
    for operator_id in PEOPLE:  # connections, endpoints and keys are there before the clock runs
        port.confirm(*rig.fetched(port, operator_id))
    rig.make_sick(STATES[state])
    with ThreadPoolExecutor(THREADS) as service, ThreadPoolExecutor(THREADS) as phones:
        begun = time.monotonic()
        gone = [phones.submit(_phone, rig, port, service, each) for each in _paced(begun)]
        pending = [(operator_id, each.result()) for operator_id, each in zip(cycle(PEOPLE), gone, strict=False)]
        for operator_id, judged in pending:
            (sick if operator_id == SICK else healthy).add(judged.result())
    port.close()


def _paced(begun: float) -> Iterator[str]:
    """Give the operators in turn, each as often a second as told, whether or not those before are done."""
    for number, operator_id in enumerate(cycle(PEOPLE)):
        due = begun + number / (EACH_SECOND * len(PEOPLE))
        if due > begun + SECONDS:
            return
        time.sleep(max(0.0, due - time.monotonic()))
        yield operator_id


def _phone(rig: Rig, port: HttpTelco, service: ThreadPoolExecutor, operator_id: str) -> "Future[tuple[float, bool]]":
    """Bring a code back and hand it in; what is measured runs from here, the wait for a thread included."""
    operator, attempt = rig.fetched(port, operator_id)
    handed_in = time.monotonic()

    def judge() -> tuple[float, bool]:
        verdict = port.confirm(operator, attempt)
        return time.monotonic() - handed_in, verdict.reason is None

    return service.submit(judge)


def main() -> None:
    """Measure every state in turn, as often as told, and print the table."""
    healthy, sick = {each: Seen() for each in STATES}, {each: Seen() for each in STATES}
    with a_rig() as rig:
        for number in range(ROUNDS):
            for state in STATES:
                print(f"round {number + 1}: {state}", file=sys.stderr, flush=True)
                measure(rig, state, healthy[state], sick[state])
    packages = ", ".join(f"{each} {version(each)}" for each in ("httpx2", "purgatory"))
    print(f"Python {platform.python_version()}, {packages}, {os.cpu_count()} processors, {platform.machine()}\n")
    print("| the fifth | attempts at the four | yes | median | 99 % | the fifth: attempts | yes | 99 % |")
    print("|---|---|---|---|---|---|---|---|")
    base = healthy["healthy"]
    for state in STATES:
        print(_row(state, healthy[state], sick[state], base))


def _row(state: str, four: Seen, fifth: Seen, base: Seen) -> str:
    def told(share: float) -> str:
        seconds = four.percentile(share)
        return f"{seconds * 1000:.0f} ms (x {seconds / base.percentile(share):.2f})"

    own = f"{len(fifth.seconds)} | {fifth.yes} | {fifth.percentile(0.99):.1f} s"
    return f"| {state} | {len(four.seconds)} | {four.yes} | {told(0.5)} | {told(0.99)} | {own} |"


if __name__ == "__main__":
    main()
