"""What a connection is at a time, and what an operator sees of one request over it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from mocks.telco.records import UnknownValue

Kind = Literal["cellular", "wifi", "vpn"]
PORTS_PER_LINE = 512

CHANGEABLE: dict[str, frozenset[str]] = {
    "rat": frozenset({"5G_SA", "5G_NSA", "4G", "3G", "2G", "none"}),
    "roaming": frozenset({"none", "home_routed", "local_breakout"}),
    "tethered": frozenset({"no", "detected", "undetected"}),
    "kind": frozenset({"cellular", "wifi", "vpn"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """What a connection is at a time: over which line's SIM (None: over no mobile line) and with which address.

    `ports` is the first port of the block that the address translator gave to the line; `operator` whose network it is.
    """

    connection: str
    kind: Kind
    line: str | None
    operator: str | None
    address: str
    ports: int
    since: datetime
    until: datetime | None = None
    rat: str = "5G_SA"
    roaming: str = "none"
    tethered: str = "no"
    apn: str = "internet"

    def covers(self, address: str, port: int, at: datetime) -> bool:
        """Tell whether a flow of that address and port was this attachment's at a moment."""
        in_block = self.address == address and self.ports <= port < self.ports + PORTS_PER_LINE
        return in_block and self.since <= at and (self.until is None or at < self.until)

    @property
    def is_at_home(self) -> bool:
        """Tell whether the data leaves through the operator's own addresses."""
        return self.kind == "cellular" and self.roaming != "local_breakout" and self.rat != "none"


@dataclass(frozen=True, slots=True)
class Flow:
    """One request's outer side: its public address and port, and what the network noticed.

    `inserted`: the number that an operator's gateway put in; `claimed`: one that the client sent where no gateway
    stripped it (fixed-wireless lines), which no operator in good order looks at.
    """

    connection: str
    address: str
    port: int
    at: datetime
    tethered: bool = False
    inserted: str | None = None
    claimed: str | None = None


def require_possible(name: str, value: object, connections: Mapping[str, Attachment]) -> None:
    """Raise `UnknownValue` where a connection cannot have that value."""
    if name == "line":
        if value not in list(connections):
            raise UnknownValue("line is the number of a line")
    elif name == "apn":
        if not isinstance(value, str):
            raise UnknownValue("apn is a text")
    elif name not in CHANGEABLE:
        raise UnknownValue(f"{name} cannot be changed; line, apn, {', '.join(CHANGEABLE)} can")
    elif value not in list(CHANGEABLE[name]):
        raise UnknownValue(f"{name} is one of {', '.join(sorted(CHANGEABLE[name]))}")
