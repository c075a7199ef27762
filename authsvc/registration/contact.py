"""How a person is reached: shown, changed, and a new e-mail address confirmed before it replaces the old one."""

from collections.abc import Mapping
from dataclasses import dataclass
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
from authsvc.identity import people, sessions
from authsvc.identity.models import ACTIVE, EmailChange, Person, SessionView
from authsvc.identity.notices import send_notice
from authsvc.identity.standing import OnlineServicesSuspended
from authsvc.registration.refusals import LinkExpired, LinkRefused

LINK_LIFE: Final = timedelta(days=5)


@dataclass(frozen=True, kw_only=True)
class ContactView:
    """A person's own contact data; `pending_email` waits for its confirmation."""

    name: str
    national_id: str
    email: str
    backup_email: str | None
    phone: str | None
    mobile: str
    pending_email: str | None


def show(kit: Kit, *, view: SessionView) -> ContactView:
    """Return the person's own contact data."""
    with kit.read() as session:
        return _show(session, kit, session.get_one(Person, view.person_id))


def _show(session: Session, kit: Kit, person: Person) -> ContactView:
    live = EmailChange.expires_at > kit.clock.now()
    change = session.scalar(select(EmailChange).where(EmailChange.person_id == person.id, live))
    return ContactView(
        **people.masked(kit, person),
        **vars(people.contact(kit, person)),
        pending_email=None if change is None else _place(kit, person.id).open("email", change.email),
    )


def change(kit: Kit, *, view: SessionView, changes: Mapping[str, str | None]) -> ContactView:
    """Change what is named; a new `email` only gets a link, and replaces the old one when that is confirmed.

    Raises `StepUpRequired`, `Throttled`.
    """
    with audited(kit, "contact.change", actor=view.person_id):
        sessions.require_recent_card(kit, view, within=kit.settings.session_absolute)
        with kit.read() as session:
            person = session.get_one(Person, view.person_id)
        new = _really_new(kit, person, changes)
        if new.get("email") or new.get("backup_email"):
            kit.throttle.spend(notices.MAILS, person.national_id_index)
    with kit.begin() as session:
        person = session.get_one(Person, view.person_id, with_for_update={"key_share": True})
        if person.status != ACTIVE:
            raise OnlineServicesSuspended
        if "email" in changes:
            session.execute(delete(EmailChange).where(EmailChange.person_id == person.id))
        if email := new.pop("email", None):
            _ask_new_address(session, kit, person, email)
        if new:
            _replace(session, kit, person, new)
        return _show(session, kit, person)


def _really_new(kit: Kit, person: Person, changes: Mapping[str, str | None]) -> dict[str, str | None]:
    present = vars(people.contact(kit, person))
    return {column: plain for column, plain in changes.items() if plain != present[column]}


def _ask_new_address(session: Session, kit: Kit, person: Person, email: str) -> None:
    """Send the link to the new address and tell the present ones."""
    token, now = new_token(), kit.clock.now()
    place = _place(kit, person.id)
    session.add(
        EmailChange(
            person_id=person.id,
            email=place.seal("email", email),
            token_digest=_digest(kit, token),
            expires_at=now + LINK_LIFE,
        )
    )
    notices.send_link(
        session,
        kit,
        to=email,
        template="registration/mail/email",
        link=f"{kit.settings.public_origin}/registration/email#{token}",
        expires_at=now + LINK_LIFE,
        language=person.language,
        name=people.masked(kit, person)["name"],
    )
    told = N_("Another e-mail address was entered for your account. It counts when its owner has confirmed it.")
    _tell(session, kit, person, told, people.contact(kit, person).addresses, at=now)
    audit.record(session, kit, "email.change_asked", actor=person.id)


def _replace(session: Session, kit: Kit, person: Person, new: Mapping[str, str | None]) -> None:
    """Write new contact data and tell every address, those that were replaced included."""
    told = people.contact(kit, person).addresses
    for column, plain in new.items():
        setattr(person, column, people.place_of(kit, person).seal_or_none(column, plain))
    session.flush()
    told += people.contact(kit, person).addresses
    _tell(session, kit, person, N_("Your contact data were changed."), told, at=kit.clock.now())
    audit.record(session, kit, "contact.changed", actor=person.id, fields=" ".join(sorted(new)))


def confirm_email(kit: Kit, *, token: str) -> None:
    """Put the new address in the old one's place; the old and the new one are told.

    The link alone is enough: the change was asked for with the card, and the link proves the mailbox.
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
        email = _place(kit, person.id).open("email", change.email)
        _move_to(session, kit, person, email, at=now)


def _move_to(session: Session, kit: Kit, person: Person, email: str, *, at: datetime) -> None:
    told = [*people.contact(kit, person).addresses, email]
    person.email = people.place_of(kit, person).seal("email", email)
    _tell(session, kit, person, N_("The e-mail address of your account was changed."), told, at=at)
    audit.record(session, kit, "email.changed", actor=person.id)


def _tell(session: Session, kit: Kit, person: Person, what: str, told: list[str], *, at: datetime) -> None:
    send_notice(session, kit, person, what=what, to=told, at=at)


def _place(kit: Kit, person_id: str) -> Place:
    return kit.keys.place(EmailChange.__tablename__, person_id)


def _digest(kit: Kit, token: str) -> bytes:
    return kit.keys.mac("email-token", token)


def purge(kit: Kit) -> None:
    """Forget new addresses that nobody confirmed in time."""
    with kit.begin() as session:
        session.execute(delete(EmailChange).where(EmailChange.expires_at <= kit.clock.now() - LINK_LIFE))
