"""How a person is reached: shown and changed; a new e-mail address counts once its owner has confirmed it."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

import authsvc.registration.mailboxes as mailboxes
import authsvc.registration.notices as notices
from authsvc.core import audit
from authsvc.core.audit import audited
from authsvc.core.i18n import N_
from authsvc.core.kit import Kit
from authsvc.identity import people, sessions
from authsvc.identity.models import ACTIVE, Person, SessionView
from authsvc.identity.notices import send_notice
from authsvc.identity.standing import OnlineServicesSuspended


@dataclass(frozen=True, kw_only=True)
class ContactView:
    """A person's own contact data; what is `pending_…` waits for its confirmation."""

    name: str
    national_id: str
    email: str
    backup_email: str | None
    phone: str | None
    mobile: str
    pending_email: str | None
    pending_backup_email: str | None


def show(kit: Kit, *, view: SessionView) -> ContactView:
    """Return the person's own contact data."""
    with kit.read() as session:
        return _show(session, kit, session.get_one(Person, view.person_id))


def _show(session: Session, kit: Kit, person: Person) -> ContactView:
    waiting = mailboxes.waiting(session, kit, person)
    return ContactView(
        **people.masked(kit, person),
        **vars(people.contact(kit, person)),
        pending_email=waiting.get("email"),
        pending_backup_email=waiting.get(mailboxes.BACKUP),
    )


def change(kit: Kit, *, view: SessionView, changes: Mapping[str, str | None]) -> ContactView:
    """Change what is named; a new e-mail address only gets a link, and counts when that is confirmed.

    Raises `StepUpRequired`, `Throttled`.
    """
    with audited(kit, "contact.change", actor=view.person_id):
        sessions.require_recent_card(kit, view, within=kit.settings.session_absolute)
        with kit.read() as session:
            person = session.get_one(Person, view.person_id)
        new = _really_new(kit, person, changes)
        asked = {field: str(new.pop(field)) for field in mailboxes.ASKED if new.get(field)}
        for _ in asked:
            kit.throttle.spend(notices.MAILS, person.national_id_index)
    with kit.begin() as session:
        person = session.get_one(Person, view.person_id, with_for_update={"key_share": True})
        if person.status != ACTIVE:
            raise OnlineServicesSuspended
        # Whatever is said of an address ends the wait of another: a new one, none, or the present one again.
        mailboxes.forget(session, person, mailboxes.ASKED.keys() & changes.keys())
        for field, email in asked.items():
            mailboxes.ask(session, kit, person, field=field, email=email)
        if new:
            _replace(session, kit, person, new)
        return _show(session, kit, person)


def _really_new(kit: Kit, person: Person, changes: Mapping[str, str | None]) -> dict[str, str | None]:
    present = vars(people.contact(kit, person))
    return {column: plain for column, plain in changes.items() if plain != present[column]}


def _replace(session: Session, kit: Kit, person: Person, new: Mapping[str, str | None]) -> None:
    """Write new contact data and tell every address, a backup one that was removed included."""
    told = people.contact(kit, person).addresses
    for column, plain in new.items():
        setattr(person, column, people.place_of(kit, person).seal_or_none(column, plain))
    session.flush()
    send_notice(session, kit, person, what=N_("Your contact data were changed."), to=told, at=kit.clock.now())
    audit.record(session, kit, "contact.changed", actor=person.id, fields=" ".join(sorted(new)))
