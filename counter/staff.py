"""Members of staff: taken on, listed, and ended, which ends their sessions at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from authsvc.core import audit
from authsvc.core.db import claim
from authsvc.core.errors import Conflict, Invalid, NotFound
from authsvc.core.i18n import N_
from authsvc.core.keys import Place, new_id
from authsvc.core.kit import Kit
from authsvc.identity import people
from authsvc.identity.numbers import is_national_id, normalise
from counter.models import COUNTER, OPERATOR, Staff, StaffSession

ROLES = (COUNTER, OPERATOR)
LONGEST_OFFICE = 64


class AlreadyStaff(Conflict):
    """Somebody with this certificate is staff."""

    code, detail = "already_staff", N_("A member of staff with this certificate is there already.")


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A member of staff in the list of those who run the service."""

    id: str
    name: str
    office: str
    roles: Sequence[str]
    created_at: datetime
    ended_at: datetime | None


def add_staff(
    kit: Kit, *, name: str, national_id: str, holder_number: str, office: str, roles: Sequence[str] = (COUNTER,)
) -> str:
    """Take somebody on by the holder number of their natural-person certificate and return their id.

    The certificate's key is pinned at their first login. Raise `AlreadyStaff`, or `Invalid` for what cannot be.
    """
    _require_sound(name, normalise(national_id), office, roles)
    staff = Staff(id=new_id(), office=office, roles=sorted(set(roles)), created_at=kit.clock.now())
    staff.name = place_of(kit, staff.id).seal("name", name)
    staff.holder_index = holder_index(kit, normalise(holder_number))
    staff.national_id_index = people.national_id_index(kit, normalise(national_id))
    with kit.begin() as session:
        session.add(staff)
        try:
            session.flush()
        except IntegrityError as fault:
            raise AlreadyStaff from fault
        audit.record(session, kit, "staff.added", object=staff.id, roles=" ".join(staff.roles))
    return staff.id


def _require_sound(name: str, national_id: str, office: str, roles: Sequence[str]) -> None:
    sound = {
        "name": bool(name.strip()),
        "national_id": is_national_id(national_id),
        "office": 0 < len(office.strip()) <= LONGEST_OFFICE,
        "roles": bool(roles) and set(roles) <= set(ROLES),
    }
    if wrong := [field for field, right in sound.items() if not right]:
        raise Invalid({field: [N_("This cannot be so. Please check it.")] for field in wrong})


def list_staff(kit: Kit) -> Sequence[Listed]:
    """Return all members of staff, those who left too, in the order in which they came."""
    with kit.read() as session:
        rows = session.scalars(select(Staff).order_by(Staff.created_at, Staff.id)).all()
    return [
        Listed(
            id=row.id,
            name=name_of(kit, row),
            office=row.office,
            roles=row.roles,
            created_at=row.created_at,
            ended_at=row.ended_at,
        )
        for row in rows
    ]


def end_staff(kit: Kit, *, staff_id: str) -> int:
    """Let somebody be staff no longer: their sessions end at once; return how many, raise `NotFound`."""
    now = kit.clock.now()
    employed = update(Staff).where(Staff.id == staff_id, Staff.ended_at.is_(None))
    with kit.begin() as session:
        if not claim(session, employed.values(ended_at=now)):
            raise NotFound
        ended = end_sessions(session, kit, StaffSession.staff_id == staff_id)
        audit.record(session, kit, "staff.ended", object=staff_id, sessions=ended)
    return ended


def end_sessions(session: Session, kit: Kit, *which: object) -> int:
    """End all live sessions of staff that match and return how many."""
    live = update(StaffSession).where(StaffSession.ended_at.is_(None), *which)  # type: ignore[arg-type]
    result = session.execute(live.values(ended_at=kit.clock.now()), execution_options={"synchronize_session": False})
    return int(getattr(result, "rowcount", 0))


def name_of(kit: Kit, staff: Staff) -> str:
    """Return the name of a member of staff."""
    return place_of(kit, staff.id).open("name", staff.name)


def place_of(kit: Kit, staff_id: str) -> Place:
    """Return the sealer of a member of staff's row."""
    return kit.keys.place(Staff.__tablename__, staff_id)


def holder_index(kit: Kit, number: str) -> bytes:
    """Return the blind index of a natural-person certificate's holder number."""
    return kit.keys.index("holder_number", number)
