"""The simulators' clock: the machine's, moved by a file so that a whole stack can travel in time together."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Clock:
    """Tells the time, shifted by the whole number of seconds in a file where one is given."""

    offset_file: Path | None = None

    def now(self) -> datetime:
        """Return the current moment, aware, in UTC; raise `ValueError` where the file holds no number."""
        return datetime.now(UTC) + timedelta(seconds=self._offset())

    def _offset(self) -> float:
        if self.offset_file is None or not self.offset_file.exists():
            return 0.0
        return float(self.offset_file.read_text(encoding="ascii").strip() or 0)


def stamp(moment: datetime) -> str:
    """Write a moment as ISO 8601 in UTC with `Z`, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
