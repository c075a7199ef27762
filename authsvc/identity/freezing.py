"""A person allows no new phones until their card is used: said on a phone after "not me", lifted after a card login."""

from datetime import timedelta
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

import authsvc.core.revocations as revocations
import authsvc.identity.notices as notices
import authsvc.identity.people as people
import authsvc.identity.sessions as sessions
from authsvc.core import audit
from authsvc.core.db import claim
from authsvc.core.errors import Forbidden
from authsvc.core.i18n import N_
from authsvc.core.kit import Kit
from authsvc.identity.models import AppView, Person, SessionView
from authsvc.identity.ways import Ways

CARD_WITHIN: Final = timedelta(minutes=5)
FROZEN: Final = N_(
    "New phones were stopped from being bound. With your card you allow them again, on the page “Security”."
)
UNFROZEN: Final = N_("New phones may be bound again.")


class BindingsFrozen(Forbidden):
    """The person allows no new phones; only a login with their card lifts that."""

    code = "bindings_frozen"
    detail = N_("New phones are stopped for this person. Please log in with the card and allow them again.")


def freeze(kit: Kit, app: AppView) -> None:
    """Allow this phone's owner no new phones, void what waits to bind one, and tell them once."""
    _set(kit, app.person_id, frozen=True)


def lift(kit: Kit, view: SessionView) -> None:
    """Allow new phones again after a fresh login by card, and tell the person; raise `StepUpRequired`."""
    sessions.require_recent_card(kit, view, within=CARD_WITHIN)
    _set(kit, view.person_id, frozen=False)


def _set(kit: Kit, person_id: str, *, frozen: bool) -> None:
    now, is_frozen = kit.clock.now(), Person.bindings_frozen_at.is_not(None)
    other = update(Person).where(Person.id == person_id, ~is_frozen if frozen else is_frozen)
    with kit.begin() as session:
        if not claim(session, other.values(bindings_frozen_at=now if frozen else None)):
            return
        person = session.get_one(Person, person_id)
        if frozen:
            kit.port(Ways).on_frozen(session, kit, person)
        audit.record(session, kit, "bindings.frozen" if frozen else "bindings.unfrozen", actor=person_id)
        to = people.contact(kit, person).addresses
        notices.send_notice(session, kit, person, what=FROZEN if frozen else UNFROZEN, to=to, at=now)
        revocations.note(kit, revocations.FROZEN if frozen else revocations.UNFROZEN, person_id)


def require_unfrozen(session: Session, person_id: str) -> None:
    """Raise `BindingsFrozen` where the person allows no new phones; call it with their row locked."""
    if session.scalar(select(Person.bindings_frozen_at).where(Person.id == person_id)) is not None:
        raise BindingsFrozen
