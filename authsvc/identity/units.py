"""Insured units that come in by their own certificate. Such a session is the unit's: it opens nothing of a person's."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

import authsvc.identity.opened as opened
from authsvc.core import audit
from authsvc.core.db import Base, id_column
from authsvc.core.errors import NotFound
from authsvc.core.kit import Kit
from authsvc.identity.opened import Entered, Opened
from authsvc.identity.sessions import leave_browser


class Unit(Base):
    """A company, office or organisation (單位); its business number (統一編號, 8 digits) and name are public."""

    __tablename__ = "unit"

    id: Mapped[str] = id_column()
    business_number: Mapped[str] = mapped_column(String(8), unique=True)
    name: Mapped[str] = mapped_column(String(255))
    known_at: Mapped[datetime]


class UnitSession(Opened, Base):
    """A browser that a unit's certificate opened."""

    __tablename__ = "unit_session"

    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"), index=True)


@dataclass(frozen=True, kw_only=True)
class UnitProof:
    """What a unit's certificate showed: which unit, how (`acr`, `amr` per RFC 8176), when, and for which unit code."""

    unit_id: str
    acr: str
    amr: tuple[str, ...]
    at: datetime
    unit_code: str | None = None
    appoint_managers: bool = False


@dataclass(frozen=True, kw_only=True)
class UnitView:
    """A live session of a unit as whoever holds its certificate may see it; `unit` is name and business number."""

    id: str
    unit_id: str
    unit: dict[str, str]
    acr: str
    amr: list[str]
    auth_time: datetime
    expires_at: datetime
    unit_code: str | None
    appoint_managers: bool
    person: None = None


OpenedUnitSession = Entered[UnitView]


def open_session(session: Session, kit: Kit, proof: UnitProof) -> OpenedUnitSession:
    """Open a session for a unit, with a new cookie; the old one's ends, whoever's it was."""
    leave_browser(session, kit)
    unit = session.get_one(Unit, proof.unit_id)
    token, row = opened.new_row(kit, UnitSession, proof, unit_id=unit.id)
    session.add(row)
    audit.record(session, kit, "unit_session.opened", actor=unit.id, object=row.id, acr=proof.acr)
    return OpenedUnitSession(token, _view(kit, row, unit))


def find_session(kit: Kit, token: str) -> UnitView | None:
    """Return the live unit session of a browser and note that it was used; answer None when there is none."""
    now = kit.clock.now()
    with kit.read() as session:
        found = _find(session, kit, UnitSession.token_digest == kit.keys.mac("browser", token), now)
    if found is None or not opened.touch(kit, found[0], now, owner=found[1].id):
        return None
    return _view(kit, *found)


def find_live(session: Session, kit: Kit, session_id: str) -> UnitView | None:
    """Return a unit's session by its id where it is live, without a note that anybody used it."""
    found = _find(session, kit, UnitSession.id == session_id, kit.clock.now())
    return None if found is None else _view(kit, *found)


def _find(session: Session, kit: Kit, which: Any, now: datetime) -> Any:
    return session.execute(
        select(UnitSession, Unit)
        .join(Unit, Unit.id == UnitSession.unit_id)
        .where(which, *opened.live(kit, UnitSession, now))
    ).one_or_none()


def end_session(kit: Kit, *, view: UnitView) -> None:
    """End this session of the unit; raise `NotFound` when it is over already."""
    with kit.begin() as session:
        live = opened.live(kit, UnitSession, kit.clock.now())
        if not opened.end(session, kit, UnitSession, UnitSession.id == view.id, *live):
            raise NotFound
        audit.record(session, kit, "unit_session.ended", actor=view.unit_id, object=view.id)


def end_all_sessions(kit: Kit, *, view: UnitView) -> None:
    """End all sessions of the unit, this one too."""
    with kit.begin() as session:
        ended = opened.end(session, kit, UnitSession, UnitSession.unit_id == view.unit_id)
        audit.record(session, kit, "unit_session.ended", actor=view.unit_id, object=view.id, sessions=ended)


def leave(session: Session, kit: Kit, browser_digest: bytes) -> None:
    """End a unit's session in a browser in which somebody enters anew."""
    opened.end(session, kit, UnitSession, UnitSession.token_digest == browser_digest)


def purge(kit: Kit) -> None:
    """Erase the units' sessions that were over longer ago than they are kept."""
    opened.purge(kit, UnitSession)


def _view(kit: Kit, row: UnitSession, unit: Unit) -> UnitView:
    return UnitView(
        id=row.id,
        unit_id=unit.id,
        unit={"name": unit.name, "business_number": unit.business_number},
        acr=row.acr,
        amr=row.amr,
        auth_time=row.auth_time,
        expires_at=opened.expiry(kit, row),
        unit_code=row.unit_code,
        appoint_managers=row.appoint_managers,
    )
