"""A person's online services are suspended, which ends at once all that they have open, and restored.

A suspension is one transaction: it locks the person's row, for which everything that opens something for a person
holds or locks that row too (`standing.hold_active`). What was begun before is ended here, and what comes later is
refused. Restoring opens nothing: phones are bound anew.
"""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

import authsvc.identity.devices as devices
import authsvc.identity.sessions as sessions
from authsvc.core import audit, revocations
from authsvc.core.errors import Conflict
from authsvc.core.i18n import N_
from authsvc.core.kit import Kit
from authsvc.identity.models import ACTIVE, EmailChange, Person, WebSession
from authsvc.identity.standing import SUSPENDED
from authsvc.identity.ways import Ways


class AlreadySuspended(Conflict):
    """The services are suspended."""

    code, detail = "already_suspended", N_("The online services of this person are suspended already.")


class NotSuspended(Conflict):
    """The services are active."""

    code, detail = "not_suspended", N_("The online services of this person are not suspended.")


def suspend(session: Session, kit: Kit, *, person_id: str) -> Person:
    """Suspend a person's services and end all sessions, phones, codes, orders and links; raise `AlreadySuspended`."""
    person = _lock(session, person_id)
    if person.status == SUSPENDED:
        raise AlreadySuspended
    person.status = SUSPENDED
    session.flush()
    gone = devices.unbind_all(session, kit, person_id=person_id, why="suspended")
    ended = sessions.end_sessions(session, kit, WebSession.person_id == person_id)
    session.execute(delete(EmailChange).where(EmailChange.person_id == person_id))
    kit.port(Ways).on_suspended(session, kit, person)
    audit.record(session, kit, "services.suspended", actor=person_id, phones=len(gone), sessions=ended)
    revocations.note(kit, revocations.SUSPENDED, person_id)
    return person


def restore(session: Session, kit: Kit, *, person_id: str) -> Person:
    """Let a person use the services again; raise `NotSuspended`."""
    person = _lock(session, person_id)
    if person.status != SUSPENDED:
        raise NotSuspended
    person.status = ACTIVE
    session.flush()
    audit.record(session, kit, "services.resumed", actor=person_id)
    revocations.note(kit, revocations.RESUMED, person_id)
    return person


def _lock(session: Session, person_id: str) -> Person:
    mine = select(Person).where(Person.id == person_id).with_for_update(key_share=True)
    return session.scalars(mine.execution_options(populate_existing=True)).one()
