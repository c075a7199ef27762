"""What an operator does for a unit that calls: look up how it stands, end its logins, have its result sent again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import counter.acts as acts
import counter.looks as looks
from authsvc.core.audit import audited
from authsvc.core.errors import Conflict
from authsvc.core.i18n import N_
from authsvc.core.kit import Kit
from authsvc.identity import opened, sessions
from authsvc.identity.models import WebSession
from authsvc.identity.records import UnitRecord, UnitRecords
from authsvc.identity.units import Unit, UnitSession
from authsvc.identity.ways import Ways
from counter.looks import NothingKnown
from counter.models import CounterAct, Operator, StaffView


class SeveralUnits(Conflict):
    """Several units have this business number; `unit_codes` are theirs."""

    code, detail = "several_units", N_("Several units have this business number. Please type the unit code.")


@dataclass(frozen=True, kw_only=True)
class ShownUnit:
    """A unit's record, how many logins it has open, and what colleagues did about it."""

    unit: UnitRecord
    logins: int
    acts: Sequence[acts.ShownAct]


def look_unit(kit: Kit, *, by: Operator, number: str, reason: str) -> str:
    """Look a unit up by unit code or business number and return its code; also a look that finds none is kept.

    Raise `NothingKnown`, `SeveralUnits`, `OwnRecord` where it is a unit of the member of staff, `RoleMissing`,
    `Invalid` or `Throttled`.
    """
    words = looks.begin(kit, by, reason)
    with kit.read() as session:
        found = {each.unit_code: each for each in reversed(_records(session, kit, number))}
    if not found:
        acts.record_miss(kit, by, outcome=NothingKnown.code, reason=words, subject=looks.unit_index(kit, number))
        raise NothingKnown
    if len(found) > 1:
        acts.record_miss(kit, by, outcome=SeveralUnits.code, reason=words, subject=looks.unit_index(kit, number))
        raise SeveralUnits(unit_codes=sorted(found))
    [unit] = found.values()
    looks.require_other(kit, by, *unit.people)
    with audited(kit, "counter.look", object=by.id), kit.begin() as session:
        subject = looks.unit_index(kit, unit.unit_code)
        looks.note(session, kit, by, act=acts.EXAMINED, reason=words, subject=subject)
    return unit.unit_code


def show_unit(kit: Kit, *, by: Operator, unit_code: str) -> ShownUnit:
    """Return the record of a unit that was looked up; raise `LookFirst`, `RoleMissing` or `NothingKnown`."""
    with kit.read() as session:
        subject = _require_look(session, kit, by, unit_code)
        unit = _require(session, kit, unit_code)
        live = (
            select(UnitSession.id).where(*_by_certificate(kit, unit)),
            select(WebSession.id).where(*_came(kit, unit)),
        )
        logins = sum(len(session.scalars(each).all()) for each in live)
        return ShownUnit(unit=unit, logins=logins, acts=acts.acts_where(session, kit, CounterAct.subject == subject))


def end_sessions(kit: Kit, *, by: Operator, unit_code: str, reason: str) -> int:
    """End the logins by the unit's certificate, and those that came to name its managers; return how many.

    Raise `LookFirst`, `RoleMissing`, `NothingKnown` or `Invalid`.
    """
    words = acts.require_reason(reason)
    with audited(kit, "counter.sessions", object=by.id), kit.begin() as session:
        subject = _require_look(session, kit, by, unit_code)
        unit = _require(session, kit, unit_code)
        ended = opened.end(session, kit, UnitSession, *_by_certificate(kit, unit))
        ended += sessions.end_sessions(session, kit, *_came(kit, unit))
        looks.note(session, kit, by, act=acts.SESSIONS_ENDED, reason=words, subject=subject)
    return ended


def resend(kit: Kit, *, by: Operator, unit_code: str, reason: str) -> None:
    """Have the result of the unit's registration sent again to the unit's own address.

    Raise `LookFirst`, `RoleMissing`, `NothingKnown` where it is not registered (any more), `Throttled` or `Invalid`.
    """
    words = acts.require_reason(reason)
    with audited(kit, "counter.resend", object=by.id):
        with kit.read() as session:
            subject = _require_look(session, kit, by, unit_code)
            port = _port_of(session, kit, unit_code)
        port.spend(kit, unit_code)
        with kit.begin() as session:
            port.resend(session, kit, unit_code)
            looks.note(session, kit, by, act=acts.MAIL_RESENT, reason=words, subject=subject)


def _require_look(session: Session, kit: Kit, by: Operator, unit_code: str) -> bytes:
    subject = looks.unit_index(kit, unit_code)
    return looks.require_look(session, kit, by, subject=subject) if isinstance(by, StaffView) else subject


def _records(session: Session, kit: Kit, number: str) -> list[UnitRecord]:
    """Return what there is under a number, the newest registration of a unit first."""
    return [unit for each in kit.port(Ways).unit_records.values() for unit in each.find(session, kit, number)]


def _require(session: Session, kit: Kit, unit_code: str) -> UnitRecord:
    found = _records(session, kit, unit_code)
    if not found:
        raise NothingKnown
    return found[0]


def _port_of(session: Session, kit: Kit, unit_code: str) -> UnitRecords:
    for each in kit.port(Ways).unit_records.values():
        if any(unit.ended_at is None for unit in each.find(session, kit, unit_code)):
            return each
    raise NothingKnown


def _by_certificate(kit: Kit, unit: UnitRecord) -> tuple[Any, ...]:
    """Match the live logins by the unit's own certificate."""
    own = select(Unit.id).where(Unit.business_number == unit.business_number)
    return (UnitSession.unit_id.in_(own), *opened.live(kit, UnitSession, kit.clock.now()))


def _came(kit: Kit, unit: UnitRecord) -> tuple[Any, ...]:
    """Match the live logins of those who came to name the unit's managers."""
    mine = (WebSession.unit_code == unit.unit_code, WebSession.appoint_managers.is_(True))
    return (*mine, *opened.live(kit, WebSession, kit.clock.now()))
