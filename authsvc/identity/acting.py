"""Acting for a unit: what somebody is in it, and which of its functions that opens. Asked at every call, never kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

import authsvc.identity.functions as functions
from authsvc.core.errors import Forbidden, NotFound
from authsvc.core.i18n import N_
from authsvc.core.kit import Kit
from authsvc.identity.functions import Offer
from authsvc.identity.ways import Function, Membership, Ways


class NotGranted(Forbidden):
    """Somebody of this unit asks for a function that nobody granted them, or no longer."""

    code = "not_granted"
    detail = N_("This function was not granted to you, or no longer. Please ask a manager of your unit.")


@dataclass(frozen=True, kw_only=True)
class Acting:
    """Somebody who acts for a unit through one of its functions.

    `person_id` is None where the unit's own certificate, or an account of a unit, opened the session; `actor` is
    never None and is whoever the audit names. `membership` is the strongest one that opens the function.
    """

    view: Any
    membership: Membership
    function_id: str
    actor: str
    person_id: str | None

    @property
    def unit_code(self) -> str:
        """Return the code of the unit that is acted for."""
        return self.membership.unit_code

    @property
    def registration_id(self) -> str:
        """Return the id of the unit's registration."""
        return self.membership.registration_id

    @property
    def is_manager(self) -> bool:
        """Tell whether they see what all of the unit did, not only their own."""
        return self.membership.part in ("owner", "manager")


def memberships(kit: Kit, view: Any) -> list[Membership]:
    """Return what whoever asks is, in every unit where they are something, by unit code."""
    with kit.read() as session:
        return of(session, kit, view, at=kit.clock.now())


def of(session: Session, kit: Kit, view: Any, *, at: datetime) -> list[Membership]:
    """Return the same inside a transaction, so that what is decided there rests on what is true there."""
    found = [each for asked in kit.port(Ways).memberships.values() for each in asked(session, kit, view, at)]
    return sorted(found, key=lambda each: (each.unit_code, each.part))


def offers(kit: Kit, view: Any, unit_code: str) -> list[Offer]:
    """Return what is there for whoever asks in a unit, in the menu's order; raise `NotFound` where they are nothing."""
    mine = _in_unit(memberships(kit, view), unit_code)
    now, listed = kit.clock.now(), kit.port(Ways).functions.values()
    there = [(each, opening) for each in listed if (opening := _best(mine, each, view)) is not None]
    return [_offer(kit, each, view, opening, now) for each, opening in sorted(there, key=lambda one: one[0].order)]


def require(kit: Kit, view: Any, function_id: str, unit_code: str) -> Acting:
    """Return whoever asks as one who acts for a unit; raise `NotFound`, `NotGranted` or `StepUpRequired`.

    `NotFound` is all that is told to those who are nothing in the unit, whether or not there is one.
    """
    with kit.read() as session:
        return require_still(session, kit, view, function_id, unit_code)


def require_still(session: Session, kit: Kit, view: Any, function_id: str, unit_code: str) -> Acting:
    """Return the same inside the transaction of the deed: whoever was removed a moment ago does nothing more."""
    function = kit.port(Ways).functions.get(function_id)
    now = kit.clock.now()
    mine = _in_unit(of(session, kit, view, at=now), unit_code)
    if function is None or function.audience == "anyone":
        raise NotFound
    opening = _best(mine, function, view)
    if opening is None:
        raise NotGranted
    functions.require_open(_offer(kit, function, view, opening, now))
    person_id: str | None = getattr(view, "person_id", None)
    actor: str = person_id or getattr(view, "unit_id", None) or getattr(view, "account_id", None) or view.id
    return Acting(view=view, membership=opening, function_id=function_id, actor=actor, person_id=person_id)


def opens(membership: Membership, function: Function) -> bool:
    """Tell whether being this in a unit opens one of its functions."""
    if function.audience == "granted":
        as_manager = function.managers_too and membership.part == "manager"
        return as_manager or membership.everything or function.id in membership.functions
    return function.audience == membership.part


def _in_unit(mine: Sequence[Membership], unit_code: str) -> list[Membership]:
    here = [each for each in mine if each.unit_code == unit_code]
    if not here:
        raise NotFound
    return here


def _best(mine: Sequence[Membership], function: Function, view: Any) -> Membership | None:
    """Return a membership that opens the function; one whose credential was used goes before the others."""
    opening = [each for each in mine if opens(each, function)]
    return min(opening, key=lambda each: not _by_credential(each, view), default=None)


def _by_credential(membership: Membership, view: Any) -> bool:
    return membership.ways is None or view.acr in membership.ways


def _offer(kit: Kit, function: Function, view: Any, membership: Membership, now: datetime) -> Offer:
    ways = functions.ways_in(kit, function, view)
    return Offer(
        id=function.id,
        title=function.title,
        href=function.href.format(unit_code=membership.unit_code),
        open=_by_credential(membership, view) and functions.is_open(function, view, now),
        ways=[way for way in ways if membership.ways is None or way in membership.ways],
    )
