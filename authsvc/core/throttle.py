"""The ledger of tries: a try is counted and committed before the secret is compared."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Engine, Index, Integer, String, and_, case, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from authsvc.core.clock import Clock
from authsvc.core.db import Base, upsert
from authsvc.core.errors import Throttled, TriesClosed

# A clock that was wrong for a while must not leave a pause behind where there is none.
ALWAYS: Final = datetime(1970, 1, 1, tzinfo=UTC)
NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)
OWED: Final = -1  # `Tally.told`: a success ended the pause before its owner was told of it
LONGEST_RETRY_AFTER: Final = 86_400


class Tally(Base):
    """How often somebody tried something since the last success; `told` says how far its owner was told of a pause."""

    __tablename__ = "tally"
    __table_args__ = (Index("ix_tally_scope_told_open_at", "scope", "told", "open_at"),)  # whom to tell of a pause

    scope: Mapped[str] = mapped_column(String(32), primary_key=True)
    subject: Mapped[bytes] = mapped_column(primary_key=True)
    tries: Mapped[int] = mapped_column(Integer)
    since_at: Mapped[datetime]
    open_at: Mapped[datetime]
    told: Mapped[int] = mapped_column(Integer, default=0, server_default="0")


@dataclass(frozen=True, kw_only=True)
class Limit:
    """`tries` are free; then each costs a pause that doubles up to `longest`; at `closes_at` in a row it is over.

    With `forgets`, counting starts anew that long after the first try (for sources, which no success clears).
    """

    scope: str
    tries: int
    pause: timedelta = timedelta(seconds=60)
    longest: timedelta = timedelta(hours=1)
    closes_at: int | None = None
    forgets: timedelta | None = None

    def open_at(self, tries: int, *, at: datetime) -> datetime:
        """Return from when on the next try is let in, after `tries` tries."""
        if tries < self.tries:
            return at
        if self.closes_at is not None and tries >= self.closes_at:
            return NEVER
        doubled: timedelta = self.pause * 2 ** min(tries - self.tries, 20)
        return at + min(doubled, self.longest)


@dataclass(frozen=True)
class Throttle:
    """Spends tries, each in a short transaction of its own."""

    engine: Engine
    clock: Clock

    def spend(self, limit: Limit, subject: bytes) -> int:
        """Count one try of `subject` and return which it is; raise `Throttled` when it comes too early."""
        now = self.clock.now()
        with Session(self.engine) as session, session.begin():
            tries: int | None = session.scalar(_count(session, limit, subject, now))
            if tries is not None:
                opens = limit.open_at(tries, at=now)
                if opens > now:
                    session.execute(update(Tally).where(*_of(limit, subject)).values(open_at=opens))
                return tries
            opens_at = session.scalar(select(Tally.open_at).where(*_of(limit, subject))) or now
        if opens_at >= NEVER:
            raise TriesClosed(LONGEST_RETRY_AFTER)
        raise Throttled(min(int((opens_at - now).total_seconds()) + 1, LONGEST_RETRY_AFTER))

    def opens_at(self, session: Session, limit: Limit, subject: bytes) -> datetime:
        """Return from when on the next try of `subject` is let in (`NEVER` where it is closed); counts nothing."""
        return session.scalar(select(Tally.open_at).where(*_of(limit, subject))) or ALWAYS

    def forgive(self, session: Session, limit: Limit, subject: bytes) -> None:
        """Start anew after a success, in the success's own transaction; a pause that nobody was told of stays owed."""
        told = case((and_(Tally.told <= 0, Tally.open_at > ALWAYS), OWED), (Tally.told == OWED, OWED), else_=0)
        cleared = update(Tally).where(*_of(limit, subject)).values(tries=0, open_at=ALWAYS, told=told)
        session.execute(cleared, execution_options={"synchronize_session": False})


def _of(limit: Limit, subject: bytes) -> tuple[ColumnElement[bool], ...]:
    return (Tally.scope == limit.scope, Tally.subject == subject)


def _count(session: Session, limit: Limit, subject: bytes, now: datetime) -> Any:
    """Return the statement that counts unless a pause runs; it answers the number of the try, or no row."""
    stale = now - limit.forgets if limit.forgets else ALWAYS
    first = {"scope": limit.scope, "subject": subject, "tries": 1, "since_at": now, "open_at": ALWAYS}
    over = Tally.since_at <= stale
    again = {"tries": case((over, 1), else_=Tally.tries + 1), "since_at": case((over, now), else_=Tally.since_at)}
    insert = upsert(session, Tally.__table__).values(**first)  # type: ignore[arg-type]
    return insert.on_conflict_do_update(
        index_elements=["scope", "subject"], set_=again, where=Tally.open_at <= now
    ).returning(Tally.tries)
