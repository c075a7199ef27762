"""The one place that reads time."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """Tells the moment, always aware and in UTC."""

    def now(self) -> datetime:
        """Return the present moment."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait; only streams and workers do."""
        ...


def ticks() -> float:
    """Return seconds that only ever go up, for measuring how long something takes."""
    return time.monotonic()


@dataclass(frozen=True)
class SystemClock:
    """The machine's clock, moved by the seconds in `offset_file` where a test bench gives one."""

    offset_file: Path | None = field(default=None)

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        moment = datetime.now(UTC)
        if self.offset_file is not None and self.offset_file.exists():
            moment += timedelta(seconds=float(self.offset_file.read_text(encoding="ascii").strip() or 0))
        return moment

    def sleep(self, seconds: float) -> None:
        """Wait that many seconds of real time."""
        time.sleep(seconds)
