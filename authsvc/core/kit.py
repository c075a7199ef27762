"""What a service is handed instead of globals."""

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from ipaddress import ip_address, ip_network
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from authsvc.core.clock import Clock
from authsvc.core.keys import Keys
from authsvc.core.throttle import Throttle
from authsvc.settings import Settings

Port = TypeVar("Port")
NETWORK_BITS = 64  # what one subscriber has of IPv6


def source_of(address: str) -> str:
    """Return what counts as one source: an IPv4 address, or the /64 network of an IPv6 address."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return address if found.version == 4 else str(ip_network((found, NETWORK_BITS), strict=False))  # noqa: PLR2004


@dataclass(frozen=True)
class Caller:
    """Who is on the line: address as the trusted hop told it, browser and its cookie, language, id of the request."""

    source: str = ""
    user_agent: str = ""
    browser: str | None = None
    language: str = "zh-Hant-TW"
    request_id: str = "-"


@dataclass(frozen=True)
class Kit:
    """Settings, database, clock, keys, ports to the outside, and the caller. Opening a transaction commits it."""

    settings: Settings
    engine: Engine
    clock: Clock
    keys: Keys
    ports: MutableMapping[type, object] = field(default_factory=dict)  # a feature adds its own when it is included
    caller: Caller = field(default_factory=Caller)

    @cached_property
    def throttle(self) -> Throttle:
        """Return the ledger of tries."""
        return Throttle(self.engine, self.clock)

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """Open a transaction that commits when the block is left and rolls back when it raises."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a session that only reads (on SQLite it does not queue with the writers)."""
        reading = self.engine.execution_options(reading=True)
        with Session(reading, expire_on_commit=False) as session:
            yield session

    def port(self, kind: type[Port]) -> Port:
        """Return the thing that stands at this port; raise `LookupError` when nothing was put there."""
        found = self.ports.get(kind)
        if not isinstance(found, kind):
            raise LookupError(f"nothing stands at the port {kind.__name__}")
        return found

    @property
    def source_index(self) -> bytes:
        """Return the blind index of where the caller comes from."""
        return self.keys.index("source", source_of(self.caller.source))

    def on_behalf_of(self, caller: Caller) -> "Kit":
        """Return the same kit for one request."""
        return replace(self, caller=caller)
