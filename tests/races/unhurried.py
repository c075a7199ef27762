"""The service's verbs without the ledger of tries in front, so that many reach the claim behind it at once."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

from authsvc.core.errors import Problem
from authsvc.core.kit import Kit
from authsvc.core.throttle import Limit, Throttle

THREADS = 16
START_SECONDS = 10.0


class OpenLedger(Throttle):
    """Lets every try in."""

    def spend(self, limit: Limit, subject: bytes) -> int:
        del limit, subject
        return 1


@dataclass(frozen=True)
class UnhurriedKit(Kit):
    """A kit whose ledger lets every try in; all else is as it is."""

    @cached_property
    def throttle(self) -> Throttle:
        return OpenLedger(self.engine, self.clock)


def unhurried(kit: Kit) -> Kit:
    return UnhurriedKit(kit.settings, kit.engine, kit.clock, kit.keys, kit.ports)


def all_at_once(act: Callable[[], object]) -> Counter[str]:
    """Call `act` in 16 threads from a barrier, each with a connection of its own; count how it came out."""
    barrier = threading.Barrier(THREADS)

    def run(_number: int) -> str:
        barrier.wait(START_SECONDS)
        try:
            act()
        except Problem as refusal:
            return refusal.code
        return "done"

    with ThreadPoolExecutor(THREADS) as threads:
        return Counter(threads.map(run, range(THREADS)))
