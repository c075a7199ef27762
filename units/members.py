"""The list of a unit's managers and clerks: rows made, sealed, opened and ended."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from authsvc.core.keys import Place, new_id
from authsvc.core.kit import Kit
from authsvc.identity import people
from authsvc.identity.numbers import mask_name, mask_number
from units.contact import Contact, opened, sealed
from units.models import UnitMember


@dataclass(frozen=True, kw_only=True)
class Member:
    """A manager or clerk as the unit's own people see them; the ID is masked."""

    id: str
    part: str
    name: str
    national_id: str
    contact: Contact
    credential: str
    certificate_serial: str | None
    everything: bool
    added_at: datetime

    @property
    def masked_name(self) -> str:
        """Return the name as it stands in mails and in the unit's log."""
        return mask_name(self.name)


@dataclass(frozen=True, kw_only=True)
class NewMember:
    """What is entered about somebody who is to belong to a unit."""

    national_id: str
    name: str
    contact: Contact
    credential: str
    certificate_serial: str | None = None
    everything: bool = False


def place_of(kit: Kit, member_id: str) -> Place:
    """Return the sealer of a member's row."""
    return kit.keys.place(UnitMember.__tablename__, member_id)


def new_row(kit: Kit, registration_id: str, part: str, new: NewMember) -> UnitMember:
    """Return a row for the list; the caller adds it."""
    member_id = new_id()
    place = place_of(kit, member_id)
    return UnitMember(
        id=member_id,
        registration_id=registration_id,
        part=part,
        national_id=place.seal("national_id", new.national_id),
        person_index=people.national_id_index(kit, new.national_id),
        name=place.seal("name", new.name),
        credential=new.credential,
        certificate_serial=place.seal_or_none("certificate_serial", new.certificate_serial),
        everything=new.everything,
        added_at=kit.clock.now(),
        **sealed(place, new.contact),
    )


def live(registration_id: str, part: str) -> tuple[Any, ...]:
    """Return what matches a unit's present members of one part."""
    return (
        UnitMember.registration_id == registration_id,
        UnitMember.part == part,
        UnitMember.ended_at.is_(None),
    )


def list_rows(session: Session, registration_id: str, part: str) -> list[UnitMember]:
    """Return a unit's present members of one part, in the order in which they were added."""
    mine = select(UnitMember).where(*live(registration_id, part))
    return list(session.scalars(mine.order_by(UnitMember.added_at, UnitMember.id)))


def shown(kit: Kit, row: UnitMember) -> Member:
    """Return a member as their unit sees them."""
    place = place_of(kit, row.id)
    return Member(
        id=row.id,
        part=row.part,
        name=place.open("name", row.name),
        national_id=mask_number(place.open("national_id", row.national_id)),
        contact=opened(place, row),
        credential=row.credential,
        certificate_serial=place.open_or_none("certificate_serial", row.certificate_serial),
        everything=row.everything,
        added_at=row.added_at,
    )


def unended(registration_id: str, part: str, member_id: str) -> Any:
    """Return the update that ends one member; who runs it with `claim` is the one who ended them."""
    return update(UnitMember).where(UnitMember.id == member_id, *live(registration_id, part))
