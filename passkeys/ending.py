"""How passkeys end: removed by their owner, or with what they rest on (the card, the services, the database)."""

from typing import Final

from sqlalchemy import ColumnElement, delete
from sqlalchemy.orm import Session

import authsvc.identity.notices as notices
import authsvc.identity.people as people
import authsvc.identity.sessions as sessions
import passkeys.challenges as challenges
from authsvc.core import audit
from authsvc.core.errors import NotFound
from authsvc.core.i18n import N_
from authsvc.core.kit import Kit
from authsvc.identity.models import Person, WebSession
from passkeys.models import Passkey, PasskeyChallenge

ACR: Final = "passkey"
REMOVED: Final = N_("A passkey was removed from your account; it no longer opens anything.")
REMOVED_WITH_CARD: Final = N_(
    "Your passkeys were removed, because another card now belongs to your account. With it you can add them anew."
)
REMOVED_WITH_RESET: Final = N_(
    "Your passkeys were removed, because your password was set anew. Log in with your card to add them again."
)


def remove(session: Session, kit: Kit, *, person_id: str, passkey_id: str, stays: str) -> None:
    """Remove one passkey and end the sessions that passkeys opened, but the one that asks; raise `NotFound`."""
    gone = _delete(session, kit, Passkey.id == passkey_id, Passkey.person_id == person_id, why="owner")
    if not gone:
        raise NotFound
    opened = (WebSession.person_id == person_id, WebSession.acr == ACR, WebSession.id != stays)
    sessions.end_sessions(session, kit, *opened)
    _tell(session, kit, session.get_one(Person, person_id), what=REMOVED)


def end_for_suspended(session: Session, kit: Kit, person: Person) -> None:
    """Remove all passkeys of a person just suspended, as their phones are unbound: restoring opens nothing."""
    challenges.void_for(session, kit, person)
    _delete(session, kit, Passkey.person_id == person.id, why="suspended")


def end_with_card(session: Session, kit: Kit, person: Person) -> None:
    """Remove all passkeys of a person who has another card: whoever has the old one has perhaps added them."""
    challenges.void_for(session, kit, person)
    if _delete(session, kit, Passkey.person_id == person.id, why="card_replaced"):
        sessions.end_sessions(session, kit, WebSession.person_id == person.id, WebSession.acr == ACR)
        _tell(session, kit, person, what=REMOVED_WITH_CARD)


def end_with_reset(session: Session, kit: Kit, person: Person) -> None:
    """Remove all passkeys of a person who set a forgotten password anew: somebody else has perhaps added them."""
    challenges.void_for(session, kit, person)
    if _delete(session, kit, Passkey.person_id == person.id, why="reset"):
        _tell(session, kit, person, what=REMOVED_WITH_RESET)


def end_restored(session: Session, kit: Kit) -> None:
    """Remove everybody's passkeys after a restore: an older database brings back those that were removed since."""
    session.execute(delete(PasskeyChallenge))
    _delete(session, kit, why="restored")


def _delete(session: Session, kit: Kit, *which: ColumnElement[bool], why: str) -> int:
    """Remove passkeys, write each into the audit, and return how many there were."""
    gone = session.execute(delete(Passkey).where(*which).returning(Passkey.id, Passkey.person_id)).all()
    for passkey_id, person_id in gone:
        audit.record(session, kit, "passkey.removed", actor=person_id, object=passkey_id, why=why)
    return len(gone)


def _tell(session: Session, kit: Kit, person: Person, *, what: str) -> None:
    to = people.contact(kit, person).addresses
    notices.send_notice(session, kit, person, what=what, to=to, at=kit.clock.now())
