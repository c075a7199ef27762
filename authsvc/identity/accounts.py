"""Accounts: opened once a person, by whatever ceremony proved who they are."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import authsvc.identity.people as people
from authsvc.core.errors import Conflict
from authsvc.core.i18n import N_
from authsvc.core.keys import new_id
from authsvc.core.kit import Kit
from authsvc.identity.models import ACTIVE, Person
from authsvc.identity.ways import Ways


class AlreadyRegistered(Conflict):
    """The person has an account."""

    code = "already_registered"
    detail = N_("You are registered already. Please log in; if you forgot the password, set a new one with your card.")


@dataclass(frozen=True, kw_only=True)
class Opening:
    """All that an account begins with; `via` says which ceremony: card, counter, telco or batch.

    `card_key` is None where the card was not read: its first login pins it.
    """

    kind: str
    national_id: str
    name: str
    birth_date: date
    card_number: str
    card_key: bytes | None
    contact: people.Contact
    password_hash: str
    terms_version: str
    language: str
    via: str


def open_account(session: Session, kit: Kit, opening: Opening, *, at: datetime) -> Person:
    """Create a person, every field sealed, in the place of an application of theirs; raise `AlreadyRegistered`.

    A backup address is not the person's yet: it counts when its owner has confirmed it.
    """
    person = Person(id=new_id(), kind=opening.kind, status=ACTIVE, language=opening.language)
    facts = {
        "national_id": opening.national_id,
        "name": opening.name,
        "birth_date": opening.birth_date.isoformat(),
        **vars(replace(opening.contact, backup_email=None)),
    }
    for column, plain in facts.items():
        setattr(person, column, people.place_of(kit, person).seal_or_none(column, plain))
    person.national_id_index = people.national_id_index(kit, opening.national_id)
    person.card_number_index = kit.keys.index("card_number", opening.card_number)
    person.card_key, person.password_hash = opening.card_key, opening.password_hash
    person.terms_version = opening.terms_version
    person.registered_at, person.registered_via = at, opening.via
    session.add(person)
    try:
        session.flush()
    except IntegrityError as fault:
        raise AlreadyRegistered from fault
    kit.port(Ways).on_opened(session, kit, person, opening.contact)
    return person
