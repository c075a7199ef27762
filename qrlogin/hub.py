"""One look for all: the process that holds the streams hears of changes once and tells whoever waits."""

import logging
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final, Self

import psycopg
from sqlalchemy import Connection, select, text, update
from sqlalchemy.orm import Session

from authsvc.core.clock import ticks
from authsvc.core.db import OUT_OF_REACH
from authsvc.core.errors import NotFound
from authsvc.core.kit import Kit
from qrlogin.lookout import Following, Lookout
from qrlogin.models import QrOrder
from qrlogin.news import CHANNEL
from qrlogin.orders import LIVE, RENEW_LEASE_AFTER, Facts, OrderView, facts_of, require_own, view

ROUND_SECONDS: Final = 1.0
RENEW_AFTER: Final = RENEW_LEASE_AFTER - timedelta(seconds=1.5)  # a round comes each second, and takes its time
AT_ONCE: Final = 500
COLUMNS: Final = [getattr(QrOrder, name) for name in Facts._fields]
BROKEN: Final = (psycopg.Error, *OUT_OF_REACH)
log = logging.getLogger(__name__)


class Follower:
    """One stream that waits: what it knows of its order, and a bell."""

    __slots__ = ("_bell", "_hub", "facts", "is_here", "order_id", "seen_at")

    def __init__(self, hub: "Hub", order: QrOrder) -> None:
        """Know what the row of its browser's order said a moment ago."""
        self._hub, self.order_id = hub, order.id
        self._bell = threading.Lock()  # the smallest thing that one can wait for: free while there is news
        self._bell.acquire()
        self.facts: Facts | None = facts_of(order)
        self.seen_at = order.browser_seen_at  # as the row says, when the browser was there
        self.is_here = False  # it waits for news; while it writes to a browser that does not read it is not

    def __enter__(self) -> Self:
        self._hub.add(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._hub.remove(self)

    @property
    def ended(self) -> bool:
        """Tell whether the process is about to end."""
        return self._hub.ended

    def look(self) -> OrderView:
        """Return the order as the hub knows it, without the database; raise `NotFound` when it is gone.

        No frame is drawn for which the row does not say that somebody looks: a phone would be refused with it.
        """
        if self.facts is None:
            raise NotFound
        kit = self._hub.kit
        return view(kit, self.facts, at=kit.clock.now(), drawn_until=self.seen_at + RENEW_LEASE_AFTER)

    def is_due(self, at: datetime) -> bool:
        """Tell whether it waits and its lease is to be renewed."""
        live = self.facts is not None and self.facts.state in LIVE
        return live and self.is_here and at - self.seen_at >= RENEW_AFTER

    def renewed(self, at: datetime) -> None:
        """Note that the row says so; whoever had no lease may draw again."""
        late, self.seen_at = at - self.seen_at > RENEW_LEASE_AFTER, at
        if late:
            self.ring()

    def hear(self, facts: Facts | None) -> None:
        """Take what the row says, and ring when it is something new."""
        if facts != self.facts:
            self.facts = facts
            self.ring()

    def pause(self, seconds: float) -> None:
        """Wait for the bell, at most so long."""
        self.is_here = True
        self._bell.acquire(timeout=seconds)
        self.is_here = False

    def ring(self) -> None:
        """End the pause, or the next one where there is none now."""
        with suppress(RuntimeError):  # it was rung already
            self._bell.release()


class Hub(Lookout):
    """Followers by their order's id; threads that begin with the first of them hear of changes and renew the leases.

    On PostgreSQL one connection listens, and each order that is named is read again, many at once; on SQLite all are
    read each second. A follower holds no connection and no transaction.
    """

    def __init__(self, kit: Kit) -> None:
        """Begin nothing yet: a server may still part into processes."""
        self.kit = kit
        self.ended = False
        self._followers: dict[str, tuple[Follower, ...]] = {}
        self._threads: dict[str, threading.Thread] = {}
        self._new: set[str] = set()  # read before they were followed: what changed in between is looked for once
        self._lock = threading.Lock()
        self._listens = kit.engine.dialect.name == "postgresql"

    def follow(self, kit: Kit, *, order_id: str, browser: str | None) -> Following:
        """Follow this browser's order; raise `NotFound` for any other."""
        self._begin()
        with self._connect() as connection, Session(connection, expire_on_commit=False) as session:
            return Follower(self, require_own(session, kit, order_id, browser))

    def close(self) -> None:
        """End all streams: each tells its browser to come back."""
        self.ended = True
        for one in self._waiting():
            one.ring()

    def join(self, seconds: float) -> None:
        """Wait until a closed hub's threads have ended, at most so long for each."""
        for thread in self._threads.values():
            thread.join(seconds)

    def _begin(self) -> None:
        with self._lock:
            for work in (self._keep, self._listen) if self._listens else (self._keep,):
                thread = self._threads.get(work.__name__)
                if not self.ended and (thread is None or not thread.is_alive()):
                    self._threads[work.__name__] = threading.Thread(target=self._run, args=(work,), daemon=True)
                    self._threads[work.__name__].start()

    def _run(self, work: Callable[[Connection], None]) -> None:
        """Work over a connection of its own; one that breaks is opened again."""
        while not self.ended:
            try:
                with self._connect() as connection:
                    work(connection)
            except BROKEN as fault:
                log.warning("%s: %s", work.__name__, type(fault).__name__)
                threading.Event().wait(ROUND_SECONDS)

    def _connect(self) -> Connection:
        """Return a connection on which a statement is one message, and which is nobody's in between."""
        if self._listens:
            return self.kit.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        return self.kit.engine.execution_options(reading=True).connect()

    def add(self, one: Follower) -> None:
        """Let it hear of its order; older ones of the same order look whether they give way."""
        with self._lock:
            older = self._followers.get(one.order_id, ())
            self._followers[one.order_id] = (*older, one)
            self._new.add(one.order_id)
        for each in older:
            each.ring()

    def remove(self, one: Follower) -> None:
        """Forget it."""
        with self._lock:
            others = tuple(each for each in self._followers.get(one.order_id, ()) if each is not one)
            if others:
                self._followers[one.order_id] = others
            else:
                self._followers.pop(one.order_id, None)

    def _waiting(self) -> list[Follower]:
        with self._lock:
            return [one for several in self._followers.values() for one in several]

    def _keep(self, connection: Connection) -> None:
        """Each second renew the leases of who waits, and look where that says that something changed."""
        while not self.ended:
            begun = ticks()
            new, self._new = self._new, set()
            changed = self._renew(connection) | (new if self._listens else set(self._followers))
            self._look(connection, changed)
            threading.Event().wait(max(0.0, ROUND_SECONDS - (ticks() - begun)))

    def _renew(self, connection: Connection) -> set[str]:
        """Renew the leases that are due, in few statements, and return whose order no longer waits."""
        at = self.kit.clock.now()
        due = {one.order_id: one for one in self._waiting() if one.is_due(at)}
        left = set(due)
        for ids in in_parts(due):
            # An order that somebody decides in this moment is passed over: who never waits cannot lock others out.
            free = select(QrOrder.id).where(QrOrder.id.in_(ids), QrOrder.state.in_(LIVE))
            which = QrOrder.id.in_(free.with_for_update(skip_locked=True))
            renewing = update(QrOrder).where(which).values(browser_seen_at=at).returning(QrOrder.id)
            renewed = connection.scalars(renewing).all()
            connection.commit()
            for order_id in renewed:
                due[order_id].renewed(at)
            left.difference_update(renewed)
        return left

    def _listen(self, connection: Connection) -> None:
        """Hear of changes; what changed while nobody listened is looked for first."""
        line: Any = connection.connection.driver_connection
        connection.detach()  # none gets it from the pool that still listens
        connection.execute(text(f"LISTEN {CHANNEL}"))
        self._look(connection, set(self._followers))
        while not self.ended:
            self._look(connection, {word.payload for word in line.notifies(timeout=ROUND_SECONDS, stop_after=1)})

    def _look(self, connection: Connection, changed: Collection[str]) -> None:
        """Read these orders, where somebody waits for them, and ring where one is not as it was."""
        for ids in in_parts([each for each in changed if each in self._followers]):
            found = {row[0]: Facts(*row) for row in connection.execute(select(*COLUMNS).where(QrOrder.id.in_(ids)))}
            for order_id in ids:
                for one in self._followers.get(order_id, ()):
                    one.hear(found.get(order_id))
            connection.commit()


def in_parts(ids: Iterable[str]) -> Iterator[list[str]]:
    """Yield ids in parts that one statement takes."""
    rest = iter(ids)
    while part := list(islice(rest, AT_ONCE)):
        yield part
