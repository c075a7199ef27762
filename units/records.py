"""A unit as those who help see it: its registration, who belongs to it, what was done; its result sent again."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

import units.acts as acts
import units.clerks as clerks
import units.letters as letters
import units.members as members
from authsvc.core import audit
from authsvc.core.errors import NotFound
from authsvc.core.kit import Kit
from authsvc.core.throttle import Limit
from authsvc.identity.numbers import mask_email, mask_name, mask_number
from authsvc.identity.records import Belonging, MemberRecord, UnitDeed, UnitRecord, UnitRecords
from units.models import CLERK, MANAGER, UnitMember, UnitRegistration

RESPONSIBLE: Final = "responsible"
# As for a person's mails: nobody fills a mailbox through us; a day of quiet starts the count anew.
MAILS: Final = Limit(scope="unit-result-mail", tries=20, pause=timedelta(seconds=60), forgets=timedelta(days=1))


def find(session: Session, kit: Kit, number: str) -> Sequence[UnitRecord]:
    """Return what registered under a unit code or business number, present registrations before those withdrawn."""
    which = or_(UnitRegistration.unit_code == number, UnitRegistration.business_number == number)
    rows = session.scalars(select(UnitRegistration).where(which).order_by(UnitRegistration.registered_at.desc()))
    return [_record(session, kit, row) for row in sorted(rows, key=lambda row: row.ended_at is not None)]


def of_person(session: Session, kit: Kit, person_index: bytes) -> Sequence[Belonging]:
    """Return the registered units that have this person as manager, clerk or responsible person."""
    listed = select(UnitMember, UnitRegistration).join(UnitRegistration)
    mine = (UnitMember.person_index == person_index, UnitMember.ended_at.is_(None), UnitRegistration.ended_at.is_(None))
    found = [
        _belonging(unit, members.shown(kit, row), row.added_at)
        for row, unit in session.execute(listed.where(*mine).order_by(UnitRegistration.unit_code))
    ]
    own = (UnitRegistration.responsible_index == person_index, UnitRegistration.ended_at.is_(None))
    return found + [_responsible(kit, unit) for unit in session.scalars(select(UnitRegistration).where(*own))]


def _belonging(unit: UnitRegistration, member: members.Member, since: datetime) -> Belonging:
    return Belonging(
        unit_code=unit.unit_code,
        unit_name=unit.name,
        part=member.part,
        name=member.masked_name,
        national_id=member.national_id,
        since=since,
    )


def _responsible(kit: Kit, unit: UnitRegistration) -> Belonging:
    place = kit.keys.place(UnitRegistration.__tablename__, unit.id)
    return Belonging(
        unit_code=unit.unit_code,
        unit_name=unit.name,
        part=RESPONSIBLE,
        name="○",  # the register has it, we do not
        national_id=mask_number(place.open("responsible_id", unit.responsible_id)),
        since=unit.registered_at,
    )


def _record(session: Session, kit: Kit, row: UnitRegistration) -> UnitRecord:
    place = kit.keys.place(UnitRegistration.__tablename__, row.id)
    indexes = select(UnitMember.person_index).where(UnitMember.registration_id == row.id, UnitMember.ended_at.is_(None))
    return UnitRecord(
        unit_code=row.unit_code,
        name=row.name,
        business_number=row.business_number,
        responsible_id=mask_number(place.open("responsible_id", row.responsible_id)),
        email=mask_email(place.open("email", row.email)),
        via=row.via,
        registered_at=row.registered_at,
        changed_at=row.changed_at,
        ended_at=row.ended_at,
        members=tuple(_members(session, kit, row.id)),
        deeds=[
            UnitDeed(at=done.at, text=done.text, by=done.by, about=done.about)
            for done in acts.list_acts(session, kit, row.id)
        ],
        people=frozenset(session.scalars(indexes)) | {row.responsible_index},
    )


def _members(session: Session, kit: Kit, registration_id: str) -> Iterator[MemberRecord]:
    roles = {
        clerk.id: tuple(held.role for held in clerk.grants if not held.over)
        for clerk in clerks.clerks_of(session, kit, registration_id)
    }
    for part in (MANAGER, CLERK):
        for row in members.list_rows(session, registration_id, part):
            shown = members.shown(kit, row)
            yield MemberRecord(
                name=mask_name(shown.name),
                national_id=shown.national_id,
                part=part,
                credential=shown.credential,
                since=shown.added_at,
                roles=roles.get(row.id, ()),
            )


def spend(kit: Kit, unit_code: str) -> None:
    """Count a mail to a unit; raise `Throttled`."""
    kit.throttle.spend(MAILS, unit_code.encode())


def resend(session: Session, kit: Kit, unit_code: str) -> None:
    """Mail the result of a unit's registration to the unit's own address again; raise `NotFound`."""
    live = (UnitRegistration.unit_code == unit_code, UnitRegistration.ended_at.is_(None))
    row = session.scalar(select(UnitRegistration).where(*live))
    if row is None:
        raise NotFound
    letters.send_registered(session, kit, row)
    audit.record(session, kit, "unit.result_resent", object=row.id)


RECORDS: Final = UnitRecords(find=find, of_person=of_person, spend=spend, resend=resend)
