"""What a service is handed instead of globals."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from authsvc.core.clock import Clock
from authsvc.core.keys import Keys
from authsvc.core.throttle import Throttle
from authsvc.settings import Settings

Port = TypeVar("Port")


@dataclass(frozen=True)
class Caller:
    """Who is on the line: address and browser as the trusted hop told them, language, id of the request."""

    source: str = ""
    user_agent: str = ""
    language: str = "zh-Hant-TW"
    request_id: str = "-"


@dataclass(frozen=True)
class Kit:
    """Settings, database, clock, keys, ports to the outside, and the caller. Opening a transaction commits it."""

    settings: Settings
    engine: Engine
    clock: Clock
    keys: Keys
    ports: Mapping[type, object] = field(default_factory=dict)
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

    def on_behalf_of(self, caller: Caller) -> "Kit":
        """Return the same kit for one request."""
        return replace(self, caller=caller)
