"""An e-mail address counts when the link that was sent to it is confirmed; until then no notice goes there.

This holds for the main address and for the backup one. Whoever asks proved themselves with the card; the link proves
the mailbox.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

import authsvc.registration.notices as notices
from authsvc.core import audit
from authsvc.core.audit import audited
from authsvc.core.db import claim
from authsvc.core.i18n import N_
from authsvc.core.keys import Place, new_token
from authsvc.core.kit import Kit
from authsvc.identity import people
from authsvc.identity.models import ACTIVE, EmailChange, Person
from authsvc.identity.notices import send_notice
from authsvc.identity.standing import OnlineServicesSuspended
from authsvc.registration.refusals import LinkExpired, LinkRefused

LINK_LIFE: Final = timedelta(days=5)
BACKUP: Final = "backup_email"
ASKED: Final = {
    "email": N_("Another e-mail address was entered for your account. It counts when its owner has confirmed it."),
    BACKUP: N_("A backup e-mail address was entered for your account. It counts when its owner has confirmed it."),
}
CHANGED: Final = {
    "email": N_("The e-mail address of your account was changed."),
    BACKUP: N_("The backup e-mail address of your account was changed."),
}


def waiting(session: Session, kit: Kit, person: Person) -> Mapping[str, str]:
    """Return the addresses whose link is good and not confirmed yet, by field."""
    live = (EmailChange.person_id == person.id, EmailChange.expires_at > kit.clock.now())
    rows = session.scalars(select(EmailChange).where(*live))
    return {row.field: _place(kit, row.person_id).open(row.field, row.email) for row in rows}


def forget(session: Session, person: Person, fields: Collection[str]) -> None:
    """Let no address wait any longer for these fields."""
    session.execute(delete(EmailChange).where(EmailChange.person_id == person.id, EmailChange.field.in_(fields)))


def ask(session: Session, kit: Kit, person: Person, *, field: str, email: str) -> None:
    """Send the link to a new address, which nothing else may wait for, and tell the present ones."""
    now = kit.clock.now()
    _send_link(session, kit, person, field=field, email=email, at=now)
    send_notice(session, kit, person, what=ASKED[field], to=people.contact(kit, person).addresses, at=now)
    audit.record(session, kit, "email.change_asked", actor=person.id, field=field)


def begin(session: Session, kit: Kit, person: Person, contact: people.Contact) -> None:
    """Send the link to the backup address that an account begins with; it does not count yet."""
    if contact.backup_email and contact.backup_email != contact.email:
        _send_link(session, kit, person, field=BACKUP, email=contact.backup_email, at=kit.clock.now())


def _send_link(session: Session, kit: Kit, person: Person, *, field: str, email: str, at: datetime) -> None:
    token = new_token()
    session.add(
        EmailChange(
            person_id=person.id,
            field=field,
            email=_place(kit, person.id).seal(field, email),
            token_digest=_digest(kit, token),
            expires_at=at + LINK_LIFE,
        )
    )
    notices.send_link(
        session,
        kit,
        to=email,
        template=f"registration/mail/{field}",
        link=f"{kit.settings.public_origin}/registration/email#{token}",
        expires_at=at + LINK_LIFE,
        language=person.language,
        name=people.masked(kit, person)["name"],
    )


def confirm(kit: Kit, *, token: str) -> None:
    """Let a new address count in the place of the one before; the old and the new one are told.

    The link alone is enough: the address was asked for with the card, and the link proves the mailbox.
    Raises `LinkRefused`, `LinkExpired`, and `OnlineServicesSuspended`, which leaves the link good for later.
    """
    now, digest = kit.clock.now(), _digest(kit, token)
    unused = delete(EmailChange).where(EmailChange.token_digest == digest, EmailChange.expires_at > now)
    with audited(kit, "email.confirm"), kit.begin() as session:
        change = session.scalar(select(EmailChange).where(EmailChange.token_digest == digest))
        if change is None:
            raise LinkRefused
        if change.expires_at <= now:
            raise LinkExpired
        # Locked first, as a suspension does, which deletes the change.
        person = session.get_one(Person, change.person_id, with_for_update={"key_share": True})
        if not claim(session, unused):
            raise LinkRefused
        if person.status != ACTIVE:
            raise OnlineServicesSuspended
        email = _place(kit, person.id).open(change.field, change.email)
        _move_to(session, kit, person, change.field, email, at=now)


def _move_to(session: Session, kit: Kit, person: Person, field: str, email: str, *, at: datetime) -> None:
    told = [*people.contact(kit, person).addresses, email]
    setattr(person, field, people.place_of(kit, person).seal(field, email))
    send_notice(session, kit, person, what=CHANGED[field], to=told, at=at)
    audit.record(session, kit, "email.changed", actor=person.id, field=field)


def _place(kit: Kit, person_id: str) -> Place:
    return kit.keys.place(EmailChange.__tablename__, person_id)


def _digest(kit: Kit, token: str) -> bytes:
    return kit.keys.mac("email-token", token)


def purge(kit: Kit) -> None:
    """Forget new addresses that nobody confirmed in time."""
    with kit.begin() as session:
        session.execute(delete(EmailChange).where(EmailChange.expires_at <= kit.clock.now() - LINK_LIFE))
