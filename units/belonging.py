"""What somebody is in which units: owner by the unit's own credential, manager or clerk by the unit's list."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from authsvc.core.kit import Kit
from authsvc.core.localtime import local
from authsvc.identity.models import Person, SessionView
from authsvc.identity.units import UnitView
from authsvc.identity.ways import Membership
from units.models import CERTIFICATE, HEALTH_CARD, MANAGER, UnitGrant, UnitMember, UnitRegistration, UnitRole

OWNER: Final = "owner"
# What a member is known by decides how they come in; the phone carries the trust of the health card that bound it.
WAYS: Final[Mapping[str, tuple[str, ...]]] = {
    HEALTH_CARD: ("card", "qr", "otp", "passkey"),
    CERTIFICATE: ("certificate", "twfido"),
}


def memberships(session: Session, _kit: Kit, view: Any, at: datetime) -> Sequence[Membership]:
    """Return what a session makes its owner in the registered units; nothing of those who left, or withdrew."""
    if isinstance(view, UnitView):
        return _of_certificate(session, view)
    if not isinstance(view, SessionView):
        return []
    person = session.get_one(Person, view.person_id)
    return [
        *_of_responsible(session, view, person.national_id_index),
        *_of_member(session, person.national_id_index, local(at).date()),
    ]


def lives(session: Session, registration_id: str) -> bool:
    """Tell whether a registration is not withdrawn; who withdraws it meanwhile waits for this transaction."""
    there = select(UnitRegistration.id).where(UnitRegistration.id == registration_id)
    found = session.scalar(there.where(UnitRegistration.ended_at.is_(None)).with_for_update(read=True))
    return found is not None


def _of_certificate(session: Session, view: UnitView) -> list[Membership]:
    mine = UnitRegistration.business_number == view.unit["business_number"]
    return _owned(session, view, mine)


def _of_responsible(session: Session, view: SessionView, person_index: bytes) -> list[Membership]:
    return _owned(session, view, UnitRegistration.responsible_index == person_index)


def _owned(session: Session, view: UnitView | SessionView, mine: Any) -> list[Membership]:
    """Return the unit that a session with the tick came for, where it is theirs."""
    if not view.appoint_managers or view.unit_code is None:
        return []
    live = (UnitRegistration.unit_code == view.unit_code, UnitRegistration.ended_at.is_(None))
    found = session.scalar(select(UnitRegistration).where(mine, *live))
    return [] if found is None else [_membership(found, OWNER)]


def _of_member(session: Session, person_index: bytes, today: date) -> list[Membership]:
    listed = session.execute(
        select(UnitMember, UnitRegistration)
        .join(UnitRegistration, UnitRegistration.id == UnitMember.registration_id)
        .where(
            UnitMember.person_index == person_index,
            UnitMember.ended_at.is_(None),
            UnitRegistration.ended_at.is_(None),
        )
    ).all()
    granted = _granted(session, [member.id for member, _unit in listed], today) if listed else {}
    return [
        _membership(
            unit,
            member.part,
            functions=granted.get(member.id, frozenset()),
            everything=member.part == MANAGER and member.everything,
            ways=WAYS[member.credential],
            member_id=member.id,
        )
        for member, unit in listed
    ]


def _granted(session: Session, member_ids: Sequence[str], today: date) -> dict[str, frozenset[str]]:
    """Return the functions that each member was granted and still has on this day."""
    rows = session.execute(
        select(UnitGrant.member_id, UnitRole.functions)
        .join(UnitRole, UnitRole.id == UnitGrant.role_id)
        .where(
            UnitGrant.member_id.in_(member_ids),
            UnitGrant.ended_at.is_(None),
            UnitRole.ended_at.is_(None),
            or_(UnitGrant.until.is_(None), UnitGrant.until >= today),
        )
    ).all()
    found: dict[str, frozenset[str]] = {}
    for member_id, functions in rows:
        found[member_id] = found.get(member_id, frozenset()) | frozenset(functions)
    return found


def _membership(unit: UnitRegistration, part: str, **more: Any) -> Membership:
    return Membership(registration_id=unit.id, unit_code=unit.unit_code, unit_name=unit.name, part=part, **more)
