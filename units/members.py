"""The list of a unit's managers and clerks: rows made, sealed, opened and ended."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from authsvc.core.errors import Invalid
from authsvc.core.i18n import N_
from authsvc.core.keys import Place, new_id
from authsvc.core.kit import Kit
from authsvc.core.throttle import Limit
from authsvc.identity import people
from authsvc.identity.numbers import mask_name, mask_number
from authsvc.identity.registry import Registry
from units.contact import Contact, opened, sealed
from units.models import UnitMember
from units.numbers import same_name

# An ID and a name are compared with the register: nobody is to guess names with it.
COMPARISONS: Final = Limit(scope="unit-member", tries=60, pause=timedelta(minutes=1), forgets=timedelta(hours=1))
ANOTHER_PERSON: Final = N_("ID and name do not belong together. Please check both.")


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


def require_own_name(kit: Kit, registration_id: str, national_id: str, name: str) -> None:
    """Raise `Invalid` unless ID and name are one person's: a mistyped ID would let a stranger in.

    Raise `Throttled` for a unit that asks too often.
    """
    kit.throttle.spend(COMPARISONS, kit.keys.index("unit-registration", registration_id))
    person = kit.port(Registry).find_by_id(national_id)  # type: ignore[type-abstract]
    if person is None or not same_name(person.name, name):
        raise Invalid({"name": [ANOTHER_PERSON]})


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
