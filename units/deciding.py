"""What deeds about a unit's roles, clerks and grants have in common: one at a time in a unit, by whoever may still."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

import units.acts as acts
import units.members as members
from authsvc.core import outbox
from authsvc.core.audit import audited
from authsvc.core.errors import Forbidden, NotFound
from authsvc.core.i18n import N_
from authsvc.core.kit import Kit
from authsvc.core.localtime import day_text, moment_text
from authsvc.core.throttle import Limit
from authsvc.identity import acting as rules
from authsvc.identity.acting import Acting
from authsvc.identity.models import Person
from authsvc.identity.numbers import mask_name
from units.models import CLERK, UnitMember, UnitRegistration

ROLES: Final = "roles"
GRANTS: Final = "grants"
# A manager types whom to write to: nobody fills a stranger's mailbox through us.
MAILS: Final = Limit(scope="unit-mail", tries=30, pause=timedelta(seconds=60), forgets=timedelta(days=1))


class OwnPowers(Forbidden):
    """A manager would decide what they themselves may do; that is for whoever holds the unit's own credential."""

    code = "own_powers"
    detail = N_(
        "You cannot give functions to yourself. Whoever logs in with the unit's own credential can give a manager all"
        " functions, or another manager can do this."
    )


@contextmanager
def deed(kit: Kit, view: Any, function_id: str, unit_code: str, *, action: str) -> Iterator[tuple[Session, Acting]]:
    """Open the transaction of a deed, in which whoever acts may do so until it ends; refusals are audited.

    Deeds of one unit come one after the other: what is counted or looked for in it stays true. Raise `NotFound`,
    `NotGranted` or `StepUpRequired`.
    """
    with audited(kit, action, actor=getattr(view, "person_id", None)), kit.begin() as session:
        acting = rules.require_still(session, kit, view, function_id, unit_code)
        _hold(session, acting)
        yield session, rules.require_still(session, kit, view, function_id, unit_code)


def _hold(session: Session, acting: Acting) -> None:
    """Lock the unit, and hold the entry of whoever acts, so that neither ends before the deed does."""
    unit = select(UnitRegistration.id).where(UnitRegistration.id == acting.registration_id)
    session.execute(unit.with_for_update(key_share=True))
    if acting.membership.member_id is not None:
        own = select(UnitMember.id).where(UnitMember.id == acting.membership.member_id)
        session.execute(own.with_for_update(read=True))


def require_clerk(session: Session, acting: Acting, clerk_id: str) -> UnitMember:
    """Return a clerk of the unit that is acted for; raise `NotFound` for who is not, or no longer."""
    live = members.live(acting.registration_id, CLERK)
    found = session.scalar(select(UnitMember).where(UnitMember.id == clerk_id, *live))
    if found is None:
        raise NotFound
    return found


def require_other(session: Session, acting: Acting, person_index: bytes) -> None:
    """Raise `OwnPowers` where the clerk is whoever acts."""
    if acting.person_id is not None and person_index == session.get_one(Person, acting.person_id).national_id_index:
        raise OwnPowers


def spend_mail(kit: Kit, view: Any, unit_code: str, function_id: str, subject: bytes) -> Acting:
    """Count a mail to somebody, before the deed that writes it; raise `Throttled`, or what `acting.require` raises."""
    acting = rules.require(kit, view, function_id, unit_code)
    kit.throttle.spend(MAILS, acting.registration_id.encode() + subject)
    return acting


def tell_each(
    session: Session, kit: Kit, acting: Acting, holders: Iterable[UnitMember], what: str, *, role: str
) -> None:
    """Write to several clerks, once to each address: a manager typed them, perhaps one for many."""
    first: dict[str, UnitMember] = {}
    for holder in holders:
        address = kit.keys.place(UnitMember.__tablename__, holder.id).open("email", holder.email)
        first.setdefault(address.lower(), holder)
    for holder in first.values():
        tell(session, kit, acting, holder, what, role=role)


def tell(
    session: Session,
    kit: Kit,
    acting: Acting,
    clerk: UnitMember,
    what: str,
    *,
    role: str = "",
    until: date | None = None,
) -> None:
    """Write to a clerk what they gained or lost, through whom; `what` is a marked text."""
    place = kit.keys.place(UnitMember.__tablename__, clerk.id)
    unit = session.get_one(UnitRegistration, acting.registration_id)
    outbox.post(
        session,
        kit,
        to=[place.open("email", clerk.email)],
        template="units/mail/powers",
        language=unit.language,
        name=mask_name(place.open("name", clerk.name)),
        what=what,
        unit=unit.name,
        role=role,
        until=day_text(until, unit.language) if until else "",
        by=acts.name_of(session, kit, acting),
        at=moment_text(kit.clock.now(), unit.language),
    )
