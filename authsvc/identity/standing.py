"""Whether a person's online services are active, asked in a way that a suspension cannot overtake."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from authsvc.core.errors import Forbidden
from authsvc.core.i18n import N_
from authsvc.identity.models import ACTIVE, Person

SUSPENDED: Final = "suspended"


class OnlineServicesSuspended(Forbidden):
    """The person's online services are suspended."""

    code = "suspended"
    detail = N_("Online services for this card are suspended. Please come to a counter.")


def hold_active(session: Session, person_id: str | None) -> bool:
    """Tell whether a person's services are active; if so they stay it until this transaction ends.

    Call it before anything else of the person is locked. Several may hold at once; a suspension waits for all of
    them and ends what they began, and whoever comes after it is told no.
    """
    held = select(Person).where(Person.id == (person_id or "")).with_for_update(read=True)
    # What was read before the wait may be out of date.
    person = session.scalar(held.execution_options(populate_existing=True))
    return person is not None and person.status == ACTIVE


def require_active(session: Session, person_id: str) -> None:
    """Hold a person's services active until this transaction ends; raise `OnlineServicesSuspended`."""
    if not hold_active(session, person_id):
        raise OnlineServicesSuspended
