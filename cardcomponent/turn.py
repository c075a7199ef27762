"""One at a time at the readers, and nobody waits for ever."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from cardcomponent.refusals import ReaderBusy, ReaderUnavailable

Outcome = TypeVar("Outcome")


class Turn:
    """Runs card work in one thread of its own: callers never meet at a card, and a PKCS#11 session keeps its thread."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="card")

    def take(self, work: Callable[[], Outcome]) -> Outcome:
        """Return what the work returns; raise `ReaderUnavailable` where it began and did not end in time.

        Raises `ReaderBusy` where its turn did not come, which then never comes: no PIN is tried for who gave up.
        """
        waiting = self._thread.submit(work)
        try:
            return waiting.result(self._seconds)
        except TimeoutError:
            raise (ReaderBusy if waiting.cancel() else ReaderUnavailable) from None
