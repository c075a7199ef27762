"""What was done in a unit, by whom and about what: written with the deed, read by the unit's managers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

from authsvc.core.i18n import N_
from authsvc.core.keys import Place, new_id
from authsvc.core.kit import Kit
from authsvc.identity.acting import Acting
from authsvc.identity.models import Person
from authsvc.identity.people import masked
from authsvc.identity.units import UnitView
from units.models import UnitAct

PAGE: Final = 50
TEXTS: Final[Mapping[str, str]] = {
    "unit_registered": N_("The unit was registered."),
    "unit_changed": N_("The unit's data were changed."),
    "unit_withdrawn": N_("The unit's registration was withdrawn."),
    "manager_added": N_("A manager was added."),
    "manager_ended": N_("A manager was deleted."),
    "clerk_added": N_("A clerk was added."),
    "clerk_ended": N_("A clerk was deleted."),
    "role_made": N_("A role was made."),
    "role_changed": N_("A role was changed."),
    "role_ended": N_("A role was deleted."),
    "granted": N_("A role was given to a clerk."),
    "grant_ended": N_("A role was taken from a clerk."),
}


@dataclass(frozen=True, kw_only=True)
class Done:
    """One deed as the unit's managers see it: `by` is a masked name or the unit's own, `about` a name or a role."""

    id: str
    at: datetime
    act: str
    text: str
    by: str
    about: str


def note(session: Session, kit: Kit, acting: Acting, act: str, *, about: str) -> None:
    """Write a deed into its own transaction."""
    write(session, kit, acting.registration_id, act, by=name_of(session, kit, acting), about=about)


def write(session: Session, kit: Kit, registration_id: str, act: str, *, by: str, about: str) -> None:
    """Write a deed of somebody who is named, into its own transaction."""
    row_id = new_id()
    place = kit.keys.place(UnitAct.__tablename__, row_id)
    session.add(
        UnitAct(
            id=row_id,
            registration_id=registration_id,
            at=kit.clock.now(),
            act=act,
            by=place.seal("by", by),
            about=place.seal("about", about),
        )
    )


def name_of(session: Session, kit: Kit, acting: Acting) -> str:
    """Return how whoever acts is named to others: a person masked, a unit by its name."""
    if isinstance(acting.view, UnitView) or acting.person_id is None:
        return acting.membership.unit_name
    return masked(kit, session.get_one(Person, acting.person_id))["name"]


def list_acts(
    session: Session, kit: Kit, registration_id: str, *, before: str | None = None, limit: int = PAGE
) -> Sequence[Done]:
    """Return up to `limit` deeds of a unit, the newest first; `before` (an id) asks for those that follow that one."""
    mine = select(UnitAct).where(UnitAct.registration_id == registration_id)
    if before is not None:
        last = aliased(UnitAct)
        same = and_(UnitAct.at == last.at, UnitAct.id > last.id)
        mine = mine.join(last, and_(last.id == before, last.registration_id == registration_id))
        mine = mine.where(or_(UnitAct.at < last.at, same))
    rows = session.scalars(mine.order_by(UnitAct.at.desc(), UnitAct.id).limit(limit)).all()
    return [_shown(kit.keys.place(UnitAct.__tablename__, row.id), row) for row in rows]


def _shown(place: Place, row: UnitAct) -> Done:
    return Done(
        id=row.id,
        at=row.at,
        act=row.act,
        text=TEXTS[row.act],
        by=place.open("by", row.by),
        about=place.open("about", row.about),
    )
