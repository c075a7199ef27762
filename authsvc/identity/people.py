"""People: found by blind index, shown masked, opened only where their data is needed."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from authsvc.core.keys import Place
from authsvc.core.kit import Kit
from authsvc.identity.models import Person
from authsvc.identity.numbers import mask_name, mask_number


@dataclass(frozen=True, kw_only=True)
class Contact:
    """How a person is reached."""

    email: str
    backup_email: str | None
    phone: str | None
    mobile: str

    @property
    def addresses(self) -> list[str]:
        """Return every mail address that counts: the person's, and the backup one once its owner confirmed it."""
        return [address for address in (self.email, self.backup_email) if address]


def national_id_index(kit: Kit, national_id: str) -> bytes:
    """Return the blind index of a normalised national ID; it need not exist."""
    return kit.keys.index("national_id", national_id)


def find_by_national_id(session: Session, kit: Kit, national_id: str) -> Person | None:
    """Return the person with this normalised ID."""
    return session.scalar(select(Person).where(Person.national_id_index == national_id_index(kit, national_id)))


def find_by_card(session: Session, kit: Kit, card_number: str) -> Person | None:
    """Return the person to whom this health card was pinned at registration."""
    return session.scalar(select(Person).where(Person.card_number_index == kit.keys.index("card_number", card_number)))


def place_of(kit: Kit, person: Person) -> Place:
    """Return the sealer of a person's row."""
    return kit.keys.place(Person.__tablename__, person.id)


def masked(kit: Kit, person: Person) -> dict[str, str]:
    """Return name and national ID as they may be shown: 王○明, A12****789."""
    place = place_of(kit, person)
    return {
        "name": mask_name(place.open("name", person.name)),
        "national_id": mask_number(place.open("national_id", person.national_id)),
    }


def birth_date(kit: Kit, person: Person) -> date:
    """Return the date of birth."""
    return date.fromisoformat(place_of(kit, person).open("birth_date", person.birth_date))


def contact(kit: Kit, person: Person) -> Contact:
    """Return how the person is reached."""
    place = place_of(kit, person)
    return Contact(
        email=place.open("email", person.email),
        backup_email=place.open_or_none("backup_email", person.backup_email),
        phone=place.open_or_none("phone", person.phone),
        mobile=place.open("mobile", person.mobile),
    )
