"""Calls that are held open: streams and long polls. A process holds some of its threads free for everybody else."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Turn:
    """Whether a call may be held; `is_newest` turns false when another call about the same subject has come."""

    granted: bool
    is_newest: Callable[[], bool]


class Held:
    """The calls that this process holds: at most `most` at once, and one per subject (an older one gives way)."""

    def __init__(self, most: int) -> None:
        self._free = threading.Semaphore(most)
        self._newest: dict[str, object] = {}

    @contextmanager
    def turn(self, subject: str) -> Iterator[Turn]:
        """Let a call about a subject be held while the block runs, if there is room; never waits."""
        granted, mark = self._free.acquire(blocking=False), object()
        self._newest[subject] = mark
        try:
            yield Turn(granted, lambda: self._newest.get(subject) is mark)
        finally:
            if self._newest.get(subject) is mark:
                self._newest.pop(subject, None)
            if granted:
                self._free.release()
