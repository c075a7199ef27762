"""Grants (使用者權限): a role given to a clerk, until a day or until it is taken; and who granted what when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

import units.acts as acts
import units.deciding as deciding
import units.roles as roles
from authsvc.core import audit
from authsvc.core.errors import Conflict, Invalid, NotFound
from authsvc.core.i18n import N_
from authsvc.core.keys import new_id
from authsvc.core.kit import Kit
from authsvc.core.localtime import local
from authsvc.identity import acting as rules
from authsvc.identity.numbers import mask_name
from units.models import UnitGrant, UnitMember, UnitRole

ACTION: Final = "unit.grant"
GIVEN: Final = N_("You were given a role in this unit.")
TAKEN: Final = N_("A role in this unit was taken from you: what only it opened is closed to you.")


class GrantedAlready(Conflict):
    """The clerk has this role."""

    code, detail = "granted_already", N_("The clerk has this role already. To change its last day, take it away first.")


@dataclass(frozen=True, kw_only=True)
class ActsPage:
    """Some deeds of a unit, the newest first; `next` is the `before` of the page that follows, None at the end."""

    acts: Sequence[acts.Done]
    next: str | None


def give(kit: Kit, *, view: Any, unit_code: str, clerk_id: str, role_id: str, until: date | None = None) -> str:
    """Give a clerk a role, through `until` (Taipei's calendar) or for good, and tell them; return the grant's id.

    Raise `NotFound`, `GrantedAlready`, `OwnPowers`, `Invalid` for a day that has passed, `Throttled`, and what
    `acting.require` raises.
    """
    deciding.spend_mail(kit, view, unit_code, deciding.GRANTS, clerk_id.encode())
    with deciding.deed(kit, view, deciding.GRANTS, unit_code, action=ACTION) as (session, acting):
        now = kit.clock.now()
        clerk, role = deciding.require_clerk(session, acting, clerk_id), roles.require_role(session, acting, role_id)
        deciding.require_other(session, acting, clerk.person_index)
        _require_to_come(until, today=local(now).date())
        passed = (UnitGrant.member_id == clerk.id, UnitGrant.role_id == role.id, UnitGrant.ended_at.is_(None))
        session.execute(update(UnitGrant).where(*passed, UnitGrant.until < local(now).date()).values(ended_at=now))
        row = UnitGrant(id=new_id(), member_id=clerk.id, role_id=role.id, until=until, granted_at=now)
        place = kit.keys.place(UnitGrant.__tablename__, row.id)
        row.granted_by = place.seal("granted_by", acts.name_of(session, kit, acting))
        session.add(row)
        try:
            session.flush()
        except IntegrityError as fault:
            raise GrantedAlready from fault
        _note(session, kit, acting, "granted", row, about=_about(kit, clerk, role))
        deciding.tell(session, kit, acting, clerk, GIVEN, role=role.name, until=until)
    return row.id


def _require_to_come(until: date | None, *, today: date) -> None:
    if until is not None and until < today:
        raise Invalid({"until": [N_("This day has passed. Please choose today or a later day.")]})


def take(kit: Kit, *, view: Any, unit_code: str, grant_id: str) -> None:
    """Take a role from a clerk, whose next call without it is refused, and tell them; raise `NotFound`."""
    with deciding.deed(kit, view, deciding.GRANTS, unit_code, action=ACTION) as (session, acting):
        joined = select(UnitGrant, UnitRole, UnitMember).where(
            UnitGrant.id == grant_id,
            UnitGrant.ended_at.is_(None),
            UnitRole.id == UnitGrant.role_id,
            UnitMember.id == UnitGrant.member_id,
            UnitMember.registration_id == acting.registration_id,
        )
        found = session.execute(joined).one_or_none()
        if found is None:
            raise NotFound
        row, role, clerk = found
        row.ended_at = kit.clock.now()
        _note(session, kit, acting, "grant_ended", row, about=_about(kit, clerk, role))
        deciding.tell(session, kit, acting, clerk, TAKEN, role=role.name)


def _about(kit: Kit, clerk: UnitMember, role: UnitRole) -> str:
    name = kit.keys.place(UnitMember.__tablename__, clerk.id).open("name", clerk.name)
    return f"{mask_name(name)} · {role.name}"


def _note(session: Any, kit: Kit, acting: rules.Acting, act: str, row: UnitGrant, *, about: str) -> None:
    acts.note(session, kit, acting, act, about=about)
    audit.record(session, kit, ACTION, actor=acting.actor, object=row.id, act=act)


def list_given(kit: Kit, *, view: Any, unit_code: str) -> Sequence[roles.Role]:
    """Return the roles that can be given, for whoever grants; raise what `acting.require` raises."""
    acting = rules.require(kit, view, deciding.GRANTS, unit_code)
    with kit.read() as session:
        return roles.roles_of(session, acting.registration_id)


def list_acts(kit: Kit, *, view: Any, unit_code: str, before: str | None = None) -> ActsPage:
    """Return a page of what was done in the unit, older than the act `before`; raise what `acting.require` raises."""
    acting = rules.require(kit, view, deciding.GRANTS, unit_code)
    with kit.read() as session:
        found = acts.list_acts(session, kit, acting.registration_id, before=before, limit=acts.PAGE + 1)
    shown = found[: acts.PAGE]
    return ActsPage(acts=shown, next=shown[-1].id if len(found) > len(shown) else None)
