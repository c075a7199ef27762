"""The line to one operator: within a deadline, answers of a limited size, no redirects, a breaker of its own.

Every operator has its own connections, workers and breaker, so that one which is down, slow or mad changes nothing
for the others.
"""

import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from sys import exc_info
from typing import Any, Final

import httpx2
from purgatory import SyncCircuitBreakerFactory
from purgatory.domain.model import OpenedState

from authsvc.core import strictjson
from authsvc.core.clock import ticks
from authsvc.core.keys import new_token
from authsvc.core.remote import trusted_issuers
from devicebind.lines import OK, Answer

CALL_SECONDS: Final = 3.0
SHORTEST: Final = 0.01
LONGEST_ANSWER: Final = 64 * 1024
WORKERS: Final = 16
THRESHOLD: Final = 5
REST_SECONDS: Final = 10
CORRELATOR: Final = "x-correlator"
TOO_MANY: Final = 429
BROKEN: Final = 500
REFUSED: Final = 400
LONGEST_RETRY_AFTER: Final = 3600


class NoAnswer(Exception):
    """The party gave no answer that can be believed; `retry_after` (seconds) where it said when to come back."""

    def __init__(self, why: str, *, retry_after: int | None = None, may_repeat: bool = False) -> None:
        super().__init__(why)
        self.retry_after = retry_after
        self.may_repeat = may_repeat


class Busy(NoAnswer):
    """The party is there and wants to be asked later; its breaker does not count that."""


@dataclass(frozen=True)
class Deadline:
    """The moment by which everything must be over, on the clock that only goes up."""

    ends: float

    @classmethod
    def within(cls, seconds: float) -> "Deadline":
        """Return the deadline so many seconds from now."""
        return cls(ticks() + seconds)

    @property
    def left(self) -> float:
        """Return the seconds that are left, 0 when it has passed."""
        return max(0.0, self.ends - ticks())


@dataclass(eq=False)
class Running:
    """A call that holds a worker; `counted` where its caller left at the deadline and the breaker knows."""

    breaker: AbstractContextManager[Any]
    deadline: Deadline
    counted: bool = False

    def count(self, fault: BaseException | None) -> None:
        """Tell the breaker how the call ended, once; an end that nobody waited for is a fault."""
        if not self.counted:
            ended = NoAnswer("abandoned") if fault is None and self.deadline.left <= 0 else fault
            self.breaker.__exit__(type(ended) if ended else None, ended, None)
        self.counted = True


class Wire:
    """One party at a base address; each answer is a JSON object, or `NoAnswer` is raised."""

    def __init__(self, name: str, base_url: str, *, transport: httpx2.BaseTransport | None = None) -> None:
        self._name = name
        self._client = httpx2.Client(
            base_url=base_url, transport=transport, follow_redirects=False, trust_env=False, verify=trusted_issuers()
        )
        self._breakers = SyncCircuitBreakerFactory(default_threshold=THRESHOLD, default_ttl=REST_SECONDS)
        self._lock = threading.Lock()
        self._running: set[Running] = set()
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix=f"telco-{name}")

    def begin(self, method: str, url: str, deadline: Deadline, **more: Any) -> "Future[Answer]":
        """Start one call and return what will be its answer; whoever waits does so with `result_of`."""
        if self._is_stuck():
            refused: Future[Answer] = Future()
            refused.set_exception(NoAnswer(f"{self._name}: every worker hangs"))
            return refused
        return self._workers.submit(self._call, method, url, deadline, more)

    def call(self, method: str, url: str, deadline: Deadline, **more: Any) -> Answer:
        """Make one call and wait for it, never beyond the deadline; raise `NoAnswer`."""
        return result_of(self.begin(method, url, deadline, **more), deadline)

    def call_twice(self, method: str, url: str, deadline: Deadline, **more: Any) -> Answer:
        """Make a call that may be repeated, at most once more; raise `NoAnswer`."""
        try:
            return self.call(method, url, deadline, **more)
        except NoAnswer as fault:
            if not fault.may_repeat or fault.retry_after is not None or deadline.left <= 0:
                raise
            return self.call(method, url, deadline, **more)

    def close(self) -> None:
        """Give connections and workers back."""
        self._workers.shutdown(wait=False, cancel_futures=True)
        self._client.close()

    def _call(self, method: str, url: str, deadline: Deadline, more: Mapping[str, Any]) -> Answer:
        if deadline.left <= 0:
            raise NoAnswer(f"{self._name}: no time left")
        try:
            with self._guarded(deadline):
                return self._once(method, url, deadline, **more)
        except OpenedState as fault:
            raise NoAnswer(f"{self._name} is left alone for a while") from fault
        except (httpx2.HTTPError, httpx2.InvalidURL) as fault:
            raise NoAnswer(f"{self._name}: {type(fault).__name__}", may_repeat=True) from fault

    @contextmanager
    def _guarded(self, deadline: Deadline) -> Iterator[None]:
        """Count faults; the breaker's own bookkeeping is not made for several threads at once."""
        with self._lock:
            breaker = self._breakers.get_breaker(self._name, exclude=[Busy])
            running = Running(breaker.__enter__(), deadline)
            self._running.add(running)
        try:
            yield
        finally:
            with self._lock:
                self._running.discard(running)
                running.count(exc_info()[1])

    def _is_stuck(self) -> bool:
        """Count abandoned calls as faults, and return whether they hold all workers: headers that drip have no end."""
        with self._lock:
            abandoned = [each for each in self._running if each.deadline.left <= 0]
            for each in abandoned:
                each.count(None)
            return len(abandoned) >= WORKERS

    def _once(self, method: str, url: str, deadline: Deadline, *, correlated: bool = False, **more: Any) -> Answer:
        seconds = min(CALL_SECONDS, max(deadline.left, SHORTEST))
        correlator, headers = new_token(16), {**more.pop("headers", {}), "Accept": "application/json"}
        request = self._client.build_request(
            method, url, headers={**headers, CORRELATOR: correlator}, timeout=seconds, **more
        )
        ends, content = ticks() + seconds, bytearray()
        with closing(self._client.send(request, stream=True)) as answer:
            for part in answer.iter_bytes():
                content += part
                if len(content) > LONGEST_ANSWER or ticks() > ends:
                    raise httpx2.ReadTimeout("too long or too slow", request=request)
        told = answer.headers.get(CORRELATOR)
        if told != correlator and (correlated or told):
            raise NoAnswer(f"{self._name}: the answer to another question", may_repeat=True)
        return read_answer(self._name, answer, bytes(content))


def result_of(pending: "Future[Answer]", deadline: Deadline) -> Answer:
    """Wait for a call that was begun, never beyond the deadline; raise `NoAnswer`."""
    try:
        return pending.result(timeout=deadline.left)
    except TooLate as fault:
        pending.cancel()
        raise NoAnswer("the time is over") from fault


def read_answer(name: str, answer: httpx2.Response, content: bytes) -> Answer:
    """Return a success or a refusal that is a JSON object; raise `NoAnswer` for whatever else came."""
    status = answer.status_code
    if status == TOO_MANY or status >= BROKEN:
        kind = Busy if status == TOO_MANY else NoAnswer
        raise kind(f"{name}: {status}", retry_after=_retry_after(answer), may_repeat=True)
    if status != OK and status < REFUSED:
        raise NoAnswer(f"{name}: {status}")
    if answer.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise NoAnswer(f"{name}: not JSON")
    try:
        body = strictjson.loads(content.decode("utf-8"))
    except ValueError as fault:
        raise NoAnswer(f"{name}: unreadable JSON") from fault
    if not isinstance(body, dict):
        raise NoAnswer(f"{name}: not an object")
    return Answer(status=status, body=body)


def _retry_after(answer: httpx2.Response) -> int | None:
    told = answer.headers.get("retry-after", "")
    return min(int(told), LONGEST_RETRY_AFTER) if told.isascii() and told.isdigit() and len(told) < 9 else None  # noqa: PLR2004
