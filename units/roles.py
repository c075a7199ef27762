"""A unit's roles (角色): named sets of functions that can be granted, made by its managers."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import units.acts as acts
import units.deciding as deciding
from authsvc.core import audit
from authsvc.core.errors import Conflict, Invalid, NotFound
from authsvc.core.i18n import N_
from authsvc.core.keys import new_id
from authsvc.core.kit import Kit
from authsvc.identity import acting as rules
from authsvc.identity.acting import Acting
from authsvc.identity.ways import Function, Ways
from units.models import UnitGrant, UnitMember, UnitRole

MOST_ROLES: Final = 100
ACTION: Final = "unit.role"
CHANGED: Final = N_("A role of yours in this unit now has other functions.")
ENDED: Final = N_("A role of yours in this unit was deleted: what only it opened is closed to you.")


class RoleNamedAlready(Conflict):
    """The unit has a role of this name."""

    code, detail = "role_named_already", N_("There is a role of this name already. Please choose another name.")


class TooManyRoles(Conflict):
    """The unit has as many roles as it may."""

    code, detail = "too_many_roles", N_("There are 100 roles, which is the most. Please delete one first.")


@dataclass(frozen=True, kw_only=True)
class Role:
    """A role; `functions` are ids, `clerks` is how many have it."""

    id: str
    name: str
    functions: Sequence[str]
    made_at: datetime
    clerks: int


def grantable(kit: Kit) -> Sequence[Function]:
    """Return the functions that a role can hold, in the menu's order: never those that are for managers alone."""
    listed = kit.port(Ways).functions.values()
    return sorted((each for each in listed if each.audience == "granted"), key=lambda each: each.order)


def list_roles(kit: Kit, *, view: Any, unit_code: str) -> Sequence[Role]:
    """Return the unit's roles by name; raise `NotFound`, `NotGranted` or `StepUpRequired`."""
    acting = rules.require(kit, view, deciding.ROLES, unit_code)
    with kit.read() as session:
        return roles_of(session, acting.registration_id)


def roles_of(session: Session, registration_id: str) -> Sequence[Role]:
    """Return the roles of a registered unit by name."""
    mine = select(UnitRole).where(UnitRole.registration_id == registration_id, UnitRole.ended_at.is_(None))
    held = select(UnitGrant.role_id, func.count()).where(UnitGrant.ended_at.is_(None)).group_by(UnitGrant.role_id)
    rows = session.scalars(mine.order_by(UnitRole.name)).all()
    counted = session.execute(held.where(UnitGrant.role_id.in_([row.id for row in rows]))).all()
    clerks = {each[0]: each[1] for each in counted}
    return [
        Role(id=row.id, name=row.name, functions=row.functions, made_at=row.made_at, clerks=clerks.get(row.id, 0))
        for row in rows
    ]


def make_role(kit: Kit, *, view: Any, unit_code: str, name: str, functions: Sequence[str]) -> Role:
    """Make a role out of functions that can be granted.

    Raise `RoleNamedAlready`, `TooManyRoles`, `Invalid`, and what `acting.require` raises.
    """
    with deciding.deed(kit, view, deciding.ROLES, unit_code, action=ACTION) as (session, acting):
        chosen = _require_grantable(kit, functions)
        live = (UnitRole.registration_id == acting.registration_id, UnitRole.ended_at.is_(None))
        if (session.scalar(select(func.count()).select_from(UnitRole).where(*live)) or 0) >= MOST_ROLES:
            raise TooManyRoles
        row = UnitRole(id=new_id(), registration_id=acting.registration_id, name=_plain(name), functions=chosen)
        row.made_at = kit.clock.now()
        session.add(row)
        _require_own_name(session)
        _note(session, kit, acting, "role_made", row)
    return Role(id=row.id, name=row.name, functions=row.functions, made_at=row.made_at, clerks=0)


def change_role(kit: Kit, *, view: Any, unit_code: str, role_id: str, name: str, functions: Sequence[str]) -> None:
    """Give a role another name or other functions; its clerks have them from their next call on, and are told.

    Raise `OwnPowers` where whoever changes it would gain by it, else what `make_role` raises.
    """
    deciding.spend_mail(kit, view, unit_code, deciding.ROLES, role_id.encode())
    with deciding.deed(kit, view, deciding.ROLES, unit_code, action=ACTION) as (session, acting):
        chosen, row = _require_grantable(kit, functions), require_role(session, acting, role_id)
        holders, others = _holders(session, row), chosen != row.functions
        if set(chosen) - set(row.functions):
            for holder in holders:
                deciding.require_other(session, acting, holder.person_index)
        row.name, row.functions = _plain(name), chosen
        _require_own_name(session)
        _note(session, kit, acting, "role_changed", row)
        deciding.tell_each(session, kit, acting, holders if others else (), CHANGED, role=row.name)


def end_role(kit: Kit, *, view: Any, unit_code: str, role_id: str) -> None:
    """Delete a role: its grants end with it, and its clerks are told; raise what `acting.require` raises."""
    deciding.spend_mail(kit, view, unit_code, deciding.ROLES, role_id.encode())
    with deciding.deed(kit, view, deciding.ROLES, unit_code, action=ACTION) as (session, acting):
        row, now = require_role(session, acting, role_id), kit.clock.now()
        deciding.tell_each(session, kit, acting, _holders(session, row), ENDED, role=row.name)
        given = update(UnitGrant).where(UnitGrant.role_id == row.id, UnitGrant.ended_at.is_(None))
        session.execute(given.values(ended_at=now))
        row.ended_at = now
        _note(session, kit, acting, "role_ended", row)


def require_role(session: Session, acting: Acting, role_id: str) -> UnitRole:
    """Return a role of the unit that is acted for; raise `NotFound` for what is not, or no longer."""
    mine = (UnitRole.id == role_id, UnitRole.registration_id == acting.registration_id, UnitRole.ended_at.is_(None))
    found = session.scalar(select(UnitRole).where(*mine))
    if found is None:
        raise NotFound
    return found


def _holders(session: Session, role: UnitRole) -> Sequence[UnitMember]:
    given = select(UnitGrant.member_id).where(UnitGrant.role_id == role.id, UnitGrant.ended_at.is_(None))
    return session.scalars(select(UnitMember).where(UnitMember.id.in_(given), UnitMember.ended_at.is_(None))).all()


def _require_grantable(kit: Kit, functions: Sequence[str]) -> list[str]:
    """Return the chosen functions, each once, in the menu's order; raise `Invalid` for what nobody can be granted."""
    chosen = [each.id for each in grantable(kit) if each.id in functions]
    if not chosen or set(functions) - set(chosen):
        raise Invalid({"functions": [N_("Please choose at least one function, all of them from the list.")]})
    return chosen


def _require_own_name(session: Session) -> None:
    """Write what waits; raise `RoleNamedAlready` where the unit has another role of this name."""
    try:
        session.flush()
    except IntegrityError as fault:
        raise RoleNamedAlready from fault


def _note(session: Session, kit: Kit, acting: Acting, act: str, role: UnitRole) -> None:
    acts.note(session, kit, acting, act, about=role.name)
    audit.record(session, kit, ACTION, actor=acting.actor, object=role.id, act=act, functions=len(role.functions))


def _plain(name: str) -> str:
    """Return a name as it is compared: one width of letters, single blanks."""
    return " ".join(unicodedata.normalize("NFKC", name).split())
