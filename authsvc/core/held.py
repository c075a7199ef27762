"""Calls that are held open: streams and long polls. A process holds some of its threads free for everybody else."""

import threading
from types import TracebackType
from typing import Self


class Turn:
    """A call that may be held while a block runs, if there was room. Small: there are thousands in a push process."""

    __slots__ = ("_held", "_subject", "granted")

    def __init__(self, held: "Held", subject: str) -> None:
        """Take no place yet."""
        self._held, self._subject, self.granted = held, subject, False

    def __enter__(self) -> Self:
        self.granted = self._held.free.acquire(blocking=False)
        self._held.newest[self._subject] = self
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        if self.is_newest():
            self._held.newest.pop(self._subject, None)
        if self.granted:
            self._held.free.release()

    def is_newest(self) -> bool:
        """Tell whether no other call about the same subject has come since."""
        return self._held.newest.get(self._subject) is self


class Held:
    """The calls that this process holds: at most `most` at once, and one per subject (an older one gives way)."""

    def __init__(self, most: int) -> None:
        self.free = threading.Semaphore(most)
        self.newest: dict[str, Turn] = {}

    def turn(self, subject: str) -> Turn:
        """Return a turn for a call about a subject; entering it never waits."""
        return Turn(self, subject)
