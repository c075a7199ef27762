"""A unit's clerks (承辦人): whom its managers listed, each with their own health card or certificate."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import units.acts as acts
import units.deciding as deciding
import units.members as members
from authsvc.core import audit
from authsvc.core.errors import Conflict
from authsvc.core.i18n import N_
from authsvc.core.kit import Kit
from authsvc.core.localtime import local
from authsvc.identity import acting as rules
from authsvc.identity.numbers import mask_name, mask_number
from authsvc.identity.people import national_id_index
from units.contact import Contact
from units.members import NewMember
from units.models import CLERK, UnitGrant, UnitMember, UnitRole

MOST_CLERKS: Final = 1_000
ACTION: Final = "unit.clerk"
ADDED: Final = N_("You are a clerk of this unit now. What you may do for it comes with the roles that you are given.")
ENDED: Final = N_("You are no longer a clerk of this unit: its functions are closed to you.")


class ClerkAlready(Conflict):
    """Somebody with this ID is a clerk of the unit."""

    code, detail = "clerk_already", N_("This person is a clerk of the unit already. Give them a role in the list.")


class TooManyClerks(Conflict):
    """The unit has as many clerks as it may."""

    code, detail = "too_many_clerks", N_("There are 1,000 clerks, which is the most. Please delete one first.")


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A clerk as typed by a manager."""

    national_id: str
    name: str
    email: str
    credential: str
    phone: str | None = None
    mobile: str | None = None


@dataclass(frozen=True, kw_only=True)
class Held:
    """A role that a clerk has; `over` when its last day has passed. `granted_by` is masked."""

    id: str
    role_id: str
    role: str
    functions: Sequence[str]
    until: date | None
    over: bool
    granted_at: datetime
    granted_by: str


@dataclass(frozen=True, kw_only=True)
class Clerk:
    """A clerk as the unit's managers see them; the ID is masked."""

    id: str
    national_id: str
    name: str
    phone: str | None
    mobile: str | None
    email: str
    credential: str
    added_at: datetime
    grants: Sequence[Held]


def list_clerks(kit: Kit, *, view: Any, unit_code: str) -> Sequence[Clerk]:
    """Return the unit's clerks by name, each with what was granted; raise what `acting.require` raises."""
    acting = rules.require(kit, view, deciding.GRANTS, unit_code)
    with kit.read() as session:
        return clerks_of(session, kit, acting.registration_id)


def clerks_of(session: Session, kit: Kit, registration_id: str) -> Sequence[Clerk]:
    """Return the clerks of a registered unit by name."""
    live = members.live(registration_id, CLERK)
    held = _held(session, kit, select(UnitMember.id).where(*live))
    rows = session.scalars(select(UnitMember).where(*live)).all()
    return sorted((_shown(kit, row, held.get(row.id, [])) for row in rows), key=lambda clerk: (clerk.name, clerk.id))


def show_clerk(kit: Kit, *, view: Any, unit_code: str, clerk_id: str) -> Clerk:
    """Return one clerk with what was granted; raise `NotFound` and what `acting.require` raises."""
    acting = rules.require(kit, view, deciding.GRANTS, unit_code)
    with kit.read() as session:
        row = deciding.require_clerk(session, acting, clerk_id)
        return _shown(
            kit, row, _held(session, kit, select(UnitMember.id).where(UnitMember.id == row.id)).get(row.id, [])
        )


def add_clerk(kit: Kit, *, view: Any, unit_code: str, listed: Listed) -> str:
    """Put somebody on the unit's list, who is told by mail, and return the clerk's id.

    Raise `ClerkAlready`, `TooManyClerks`, `OwnPowers`, `Throttled`, and what `acting.require` raises.
    """
    index = national_id_index(kit, listed.national_id)
    address = kit.keys.index("unit-mail", listed.email.lower())
    unit = deciding.spend_mail(kit, view, unit_code, deciding.GRANTS, address)
    members.require_own_name(kit, unit.registration_id, listed.national_id, listed.name)
    with deciding.deed(kit, view, deciding.GRANTS, unit_code, action=ACTION) as (session, acting):
        deciding.require_other(session, acting, index)
        there = select(func.count()).select_from(UnitMember).where(*members.live(acting.registration_id, CLERK))
        if (session.scalar(there) or 0) >= MOST_CLERKS:
            raise TooManyClerks
        row = members.new_row(kit, acting.registration_id, CLERK, _as_member(listed))
        session.add(row)
        try:
            session.flush()
        except IntegrityError as fault:
            raise ClerkAlready from fault
        acts.note(session, kit, acting, "clerk_added", about=mask_name(listed.name))
        audit.record(session, kit, ACTION, actor=acting.actor, object=row.id, act="clerk_added")
        deciding.tell(session, kit, acting, row, ADDED)
    return row.id


def end_clerk(kit: Kit, *, view: Any, unit_code: str, clerk_id: str) -> None:
    """Take a clerk off the list: their grants end, and their next call is refused; they are told.

    Raise `NotFound` and what `acting.require` raises.
    """
    with deciding.deed(kit, view, deciding.GRANTS, unit_code, action=ACTION) as (session, acting):
        row, now = deciding.require_clerk(session, acting, clerk_id), kit.clock.now()
        given = update(UnitGrant).where(UnitGrant.member_id == row.id, UnitGrant.ended_at.is_(None))
        session.execute(given.values(ended_at=now))
        row.ended_at = now
        name = kit.keys.place(UnitMember.__tablename__, row.id).open("name", row.name)
        acts.note(session, kit, acting, "clerk_ended", about=mask_name(name))
        audit.record(session, kit, ACTION, actor=acting.actor, object=row.id, act="clerk_ended")
        deciding.tell(session, kit, acting, row, ENDED)


def _as_member(listed: Listed) -> NewMember:
    contact = Contact(phone=listed.phone, mobile=listed.mobile, email=listed.email)
    return NewMember(national_id=listed.national_id, name=listed.name, contact=contact, credential=listed.credential)


def _held(session: Session, kit: Kit, member_ids: Any) -> dict[str, list[Held]]:
    """Return what each of these members was given and nobody took."""
    today = local(kit.clock.now()).date()
    joined = select(UnitGrant, UnitRole).join(UnitRole, UnitRole.id == UnitGrant.role_id)
    live = (UnitGrant.member_id.in_(member_ids), UnitGrant.ended_at.is_(None), UnitRole.ended_at.is_(None))
    found: dict[str, list[Held]] = {}
    for grant, role in session.execute(joined.where(*live).order_by(UnitRole.name)):
        place = kit.keys.place(UnitGrant.__tablename__, grant.id)
        one = Held(
            id=grant.id,
            role_id=role.id,
            role=role.name,
            functions=role.functions,
            until=grant.until,
            over=grant.until is not None and grant.until < today,
            granted_at=grant.granted_at,
            granted_by=place.open("granted_by", grant.granted_by),
        )
        found.setdefault(grant.member_id, []).append(one)
    return found


def _shown(kit: Kit, row: UnitMember, grants: Sequence[Held]) -> Clerk:
    place = kit.keys.place(UnitMember.__tablename__, row.id)
    return Clerk(
        id=row.id,
        national_id=mask_number(place.open("national_id", row.national_id)),
        name=place.open("name", row.name),
        phone=place.open_or_none("phone", row.phone),
        mobile=place.open_or_none("mobile", row.mobile),
        email=place.open("email", row.email),
        credential=row.credential,
        added_at=row.added_at,
        grants=grants,
    )
