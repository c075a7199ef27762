"""What every browser session is, whoever it belongs to: found by its cookie, idle or over, ended and erased."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import JSON, String, delete, func, update
from sqlalchemy.orm import Mapped, Session, mapped_column

import authsvc.identity.hours as hours
from authsvc.core import audit
from authsvc.core.agents import describe, is_other
from authsvc.core.db import claim
from authsvc.core.keys import new_id, new_token
from authsvc.core.kit import Kit

TOUCH_AFTER: Final = timedelta(seconds=5)


class Opened:
    """The columns of a browser session. It is found by the digest of its cookie.

    `place` is the address that it was opened from, sealed; `browser` is what the browser says of itself.
    """

    __tablename__: str

    token_digest: Mapped[bytes] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(String(32), unique=True)
    acr: Mapped[str] = mapped_column(String(32))
    amr: Mapped[list[str]] = mapped_column(JSON)
    auth_time: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    unit_code: Mapped[str | None] = mapped_column(String(9))
    appoint_managers: Mapped[bool]
    place: Mapped[bytes | None]
    browser: Mapped[str] = mapped_column(String(64))


Row = TypeVar("Row", bound=Opened)
Whose_co = TypeVar("Whose_co", covariant=True)


@dataclass(frozen=True)
class Entered(Generic[Whose_co]):
    """A session just opened: the cookie's new value, and what its owner may see of it."""

    token: str
    view: Whose_co


def new_row(kit: Kit, table: type[Row], proof: Any, **more: Any) -> tuple[str, Row]:
    """Return a new cookie and the row of its session, for what was proved; the caller adds it.

    Raise `OutsideServiceHours`, whichever way in it was.
    """
    hours.require_open(kit)
    token, session_id = new_token(), new_id()
    columns: dict[str, Any] = {
        "token_digest": kit.keys.mac("browser", token),
        "id": session_id,
        "acr": proof.acr,
        "amr": list(proof.amr),
        "auth_time": proof.at,
        "last_seen_at": proof.at,
        "ends_at": proof.at + kit.settings.session_absolute,
        "unit_code": proof.unit_code,
        "appoint_managers": proof.appoint_managers,
        "place": kit.keys.place(table.__tablename__, session_id).seal("place", kit.caller.source),
        "browser": describe(kit.caller.user_agent),
    }
    return token, table(**columns, **more)


def live(kit: Kit, table: type[Row], now: datetime) -> tuple[Any, ...]:
    """Return what matches the sessions that are neither ended, nor over, nor idle for too long."""
    return (
        table.ended_at.is_(None),
        table.ends_at > now,
        table.last_seen_at > now - kit.settings.session_idle,
    )


def touch(kit: Kit, row: Opened, now: datetime, *, owner: str) -> bool:
    """Note that a session was used; tell whether it is still live. Shown by another kind of browser, it ends."""
    if is_other(row.browser, describe(kit.caller.user_agent)):
        _end_elsewhere(kit, row, now, owner=owner)
        return False
    if now - row.last_seen_at < TOUCH_AFTER:
        return True
    table = type(row)
    mine = update(table).where(table.token_digest == row.token_digest, *live(kit, table, now))
    with kit.begin() as session:
        if not claim(session, mine.values(last_seen_at=now)):
            return False  # it was ended a moment ago
    row.last_seen_at = now
    return True


def _end_elsewhere(kit: Kit, row: Opened, now: datetime, *, owner: str) -> None:
    """End a session whose cookie has come to another kind of browser: it was copied. No browser becomes another one."""
    table = type(row)
    with kit.begin() as session:
        if end(session, kit, table, table.token_digest == row.token_digest, *live(kit, table, now)):
            audit.record(session, kit, "session.elsewhere", actor=owner, object=row.id)


def expiry(kit: Kit, row: Opened) -> datetime:
    """Return when the session is over if nobody uses it."""
    return min(row.last_seen_at + kit.settings.session_idle, row.ends_at)


def end(session: Session, kit: Kit, table: type[Opened], *which: Any) -> int:
    """End all sessions of a table that match and return how many."""
    unended = update(table).where(table.ended_at.is_(None), *which).values(ended_at=kit.clock.now())
    result = session.execute(unended, execution_options={"synchronize_session": False})
    return int(getattr(result, "rowcount", 0))


def purge(kit: Kit, table: type[Opened]) -> None:
    """Erase sessions that were over longer ago than they are kept, and with them the addresses they came from."""
    before = kit.clock.now() - kit.settings.sessions_kept
    with kit.begin() as session:
        session.execute(delete(table).where(func.coalesce(table.ended_at, table.ends_at) < before))
