"""The mails about a unit: to its own address, and to all its managers when their number changes."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from authsvc.core import outbox
from authsvc.core.i18n import N_
from authsvc.core.kit import Kit
from authsvc.core.localtime import moment_text
from units.models import CLERK, MANAGER, UnitMember, UnitRegistration

REGISTERED: Final = N_("Your unit is registered. Next: log in with “I come to name managers” and name one.")
CHANGED: Final = N_("The registration data of your unit were changed.")
TAKEN_OVER: Final = N_(
    "The unit has another responsible person, who registered it anew. The managers and clerks named before have no"
    " access any more; the new responsible person names their own."
)
WITHDRAWN: Final = N_("The registration of your unit was withdrawn. Its managers and clerks have no access any more.")


def send_registered(session: Session, kit: Kit, row: UnitRegistration) -> None:
    """Tell the unit that it is registered."""
    tell(session, kit, row, what=REGISTERED, to=[address_of(kit, row)])


def send_changed(session: Session, kit: Kit, row: UnitRegistration) -> None:
    """Tell the unit, and all its managers, that its data were changed."""
    tell(session, kit, row, what=CHANGED, to=[address_of(kit, row), *addresses_of_managers(session, kit, row.id)])


def send_taken_over(session: Session, kit: Kit, row: UnitRegistration) -> None:
    """Tell the unit's former address, its managers and its clerks that they act for it no longer."""
    to = [address_of(kit, row), *addresses_of_members(session, kit, row.id, MANAGER, CLERK)]
    tell(session, kit, row, what=TAKEN_OVER, to=to)


def send_withdrawn(session: Session, kit: Kit, row: UnitRegistration) -> None:
    """Tell the unit, and all its managers, that the registration is withdrawn."""
    tell(session, kit, row, what=WITHDRAWN, to=[address_of(kit, row), *addresses_of_managers(session, kit, row.id)])


def tell(
    session: Session, kit: Kit, row: UnitRegistration, *, what: str, to: Iterable[str], about: str = "", by: str = ""
) -> None:
    """Write one mail to each address: `what` is a marked text, `about` whom it concerns, `by` who did it (masked)."""
    outbox.post(
        session,
        kit,
        to=to,
        template="units/mail/notice",
        language=row.language,
        what=what,
        unit_code=row.unit_code,
        unit_name=row.name,
        about=about,
        by=by,
        at=moment_text(kit.clock.now(), row.language),
        link=f"{kit.settings.public_origin}/units",
    )


def address_of(kit: Kit, row: UnitRegistration) -> str:
    """Return a unit's own address."""
    return kit.keys.place(UnitRegistration.__tablename__, row.id).open("email", row.email)


def addresses_of_managers(session: Session, kit: Kit, registration_id: str) -> list[str]:
    """Return the addresses of a unit's managers, as they are now."""
    return addresses_of_members(session, kit, registration_id, MANAGER)


def addresses_of_members(session: Session, kit: Kit, registration_id: str, *parts: str) -> list[str]:
    """Return the addresses of a unit's members of these parts, as they are now."""
    mine = (UnitMember.registration_id == registration_id, UnitMember.part.in_(parts), UnitMember.ended_at.is_(None))
    rows = session.scalars(select(UnitMember).where(*mine)).all()
    return [kit.keys.place(UnitMember.__tablename__, row.id).open("email", row.email) for row in rows]
