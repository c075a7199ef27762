"""A schedule of faults: what goes wrong, where, how often and for how long."""

import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

EVERYWHERE = "*"
NONE = "none"
GENERAL = frozenset({"slow", "down", "500", "garbage"})
DEFAULT_DELAY = 5.0


class UnknownFault(ValueError):
    """Somebody asked for a fault that this simulator does not have; the message says what it has."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong at one target.

    `rate` is the share of calls that suffer it (0 to 1). `seconds` is the delay where the kind is `slow`, and
    otherwise how long the fault lasts (none: until it is cleared).
    """

    target: str
    kind: str
    rate: float = 1.0
    seconds: float | None = None


class Faults:
    """Holds the faults that are set and rolls the dice for each call; the same seed gives the same rolls."""

    def __init__(
        self,
        kinds: Mapping[str, frozenset[str]],
        *,
        seed: int = 1,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._kinds = {**kinds, EVERYWHERE: frozenset().union(*kinds.values())}
        self._dice = random.Random(seed)  # noqa: S311  faults must be repeatable, not secret
        self._monotonic = monotonic
        self._set: dict[tuple[str, str], tuple[Fault, float | None]] = {}
        self._lock = threading.Lock()

    def put(self, fault: Fault) -> None:
        """Set a fault, replacing the one of that target and kind; rate 0 or kind `none` takes it away.

        Raises `UnknownFault`.
        """
        if fault.target not in self._kinds:
            raise UnknownFault(f"unknown target; there are: {', '.join(sorted(self._kinds))}")
        if fault.kind not in self._kinds[fault.target] | {NONE}:
            raise UnknownFault(f"unknown kind; there are: {', '.join(sorted(self._kinds[fault.target]))}")
        with self._lock:
            if fault.kind == NONE:
                self._set = {key: kept for key, kept in self._set.items() if key[0] != fault.target}
            elif not fault.rate:
                self._set.pop((fault.target, fault.kind), None)
            else:
                self._set[fault.target, fault.kind] = (fault, self._end(fault))

    def clear(self) -> None:
        """Take every fault away."""
        with self._lock:
            self._set.clear()

    def listed(self) -> list[dict[str, Any]]:
        """Return the faults that are in force, as plain dictionaries."""
        with self._lock:
            return [asdict(fault) for fault in self._in_force()]

    def strike(self, target: str) -> dict[str, Fault]:
        """Roll the dice for one call of a target and return the faults that hit it, by kind."""
        with self._lock:
            due = (fault for fault in self._in_force() if fault.target in {target, EVERYWHERE})
            return {fault.kind: fault for fault in due if self._dice.random() < fault.rate}

    def _end(self, fault: Fault) -> float | None:
        if fault.kind == "slow" or not fault.seconds:
            return None
        return self._monotonic() + fault.seconds

    def _in_force(self) -> list[Fault]:
        now = self._monotonic()
        return [fault for fault, end in self._set.values() if end is None or now < end]


def delay_of(fault: Fault) -> float:
    """Return how many seconds a `slow` fault makes a call wait."""
    return DEFAULT_DELAY if fault.seconds is None else fault.seconds
