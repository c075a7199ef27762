"""The lines that the gateway knows: whose they are, what plan they have and how they stand."""

import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from mocks.people import LineRecord, World

OPERATORS = frozenset({"chunghwa", "taiwan_mobile", "fareastone", "taiwan_star", "asia_pacific", "other"})
PLANS = frozenset({"monthly", "prepaid", "company", "family", "child", "mvno"})
STATES = frozenset({"active", "suspended", "arrears"})
CHANGEABLE = {"operator": OPERATORS, "plan": PLANS, "state": STATES}


class UnknownValue(ValueError):
    """A line cannot have that value; the message says which it can have."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line and the address of the HTTP proxy that stands for its data path (None: not built yet)."""

    record: LineRecord
    connection: str | None = None

    def described(self) -> dict[str, Any]:
        """Return the line for the control listener."""
        return {**asdict(self.record), "connection": self.connection}


class Lines:
    """All lines, by number; what is changed while it runs is forgotten at a restart."""

    def __init__(self, world: World) -> None:
        self._lock = threading.Lock()
        self._lines = {record.number: Line(record) for record in world.lines()}

    def all(self) -> list[Line]:
        """Return every line."""
        return list(self._lines.values())

    def find(self, number: str) -> Line | None:
        """Return the line of a number, or None."""
        return self._lines.get(number)

    def change(self, number: str, changes: Mapping[str, str]) -> Line:
        """Change a line's operator, plan, state or holder and return it; raise `UnknownValue`."""
        for field, value in changes.items():
            _require_known(field, value)
        with self._lock:
            line = self._lines[number]
            self._lines[number] = replace(line, record=replace(line.record, **changes))
        return self._lines[number]


def _require_known(field: str, value: str) -> None:
    if field == "holder":
        return
    if field not in CHANGEABLE:
        raise UnknownValue(f"{field} cannot be changed; holder, {', '.join(CHANGEABLE)} can")
    if value not in CHANGEABLE[field]:
        raise UnknownValue(f"{field} is one of {', '.join(sorted(CHANGEABLE[field]))}")
