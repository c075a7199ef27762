"""What a member of staff does for a person: with a reason, in the deed's own transaction, told to the person."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from authsvc.core import audit
from authsvc.core.errors import Forbidden, Invalid, NotFound
from authsvc.core.i18n import N_
from authsvc.core.keys import new_id
from authsvc.core.kit import Kit
from authsvc.identity.models import Person
from authsvc.identity.notices import send_notice
from authsvc.identity.people import contact
from counter.models import CounterAct, Staff, StaffView
from counter.staff import name_of

LOOKED: Final = "looked"
REGISTERED: Final = "registered"
DEVICE_CODE: Final = "device_code"
SUSPENDED: Final = "suspended"
RESTORED: Final = "restored"
UNBOUND: Final = "unbound"
LOST: Final = "lost"
SHORTEST_REASON: Final = 4
LONGEST_REASON: Final = 200
# IDs and residence numbers of both forms, card, business and telephone numbers: eight digits in a row or more.
A_NUMBER: Final = re.compile(r"[A-Za-z][A-Da-d]?[ -]?\d{7,9}|\d(?:[ -]?\d){7,}")
OPEN_FOR: Final = timedelta(minutes=15)
OPENS: Final = (LOOKED, REGISTERED)
RECENT: Final = 10
# What a person is told by mail; a look is found in their own history only.
TOLD: Final = {
    DEVICE_CODE: N_("A device code for binding a phone was made for you at a counter."),
    SUSPENDED: N_("Your online services were suspended at a counter: all logins ended and all phones were unbound."),
    RESTORED: N_("Your online services were restored at a counter. Please bind your phones anew."),
    UNBOUND: N_("A phone of yours was unbound at a counter."),
    LOST: N_("A phone of yours was reported lost at a counter and cut off at once."),
}


class OwnRecord(Forbidden):
    """A member of staff asked for their own record."""

    code, detail = "own_record", N_("This is your own record. Please ask a colleague to do this for you.")


class LookFirst(NotFound):
    """The record was not opened with a reason in this session, or too long ago; or there is none: never told which."""

    code, detail = "look_first", N_("Please find this person first, and say why.")


@dataclass(frozen=True, kw_only=True)
class ShownAct:
    """One act at the counter as colleagues see it later."""

    act: str
    at: datetime
    staff: str
    office: str
    reason: str


def require_reason(reason: str) -> str:
    """Return a reason without blanks around it; raise `Invalid` when it is too short, too long or names a number."""
    words = reason.strip()
    if not SHORTEST_REASON <= len(words) <= LONGEST_REASON:
        raise Invalid({"reason": [N_("Please give the reason in 4 to 200 characters.")]})
    if A_NUMBER.search(words):
        raise Invalid({"reason": [N_("Please leave ID, card and telephone numbers out of the reason.")]})
    return words


def require_other(kit: Kit, staff: StaffView, national_id_index: bytes) -> None:
    """Raise `OwnRecord`, which is also audited, when the record is that of the member of staff."""
    if national_id_index == staff.national_id_index:
        audit.record_refusal(kit, "counter.act", outcome=OwnRecord.code, object=staff.id)
        raise OwnRecord


def record(session: Session, kit: Kit, staff: StaffView, person: Person, *, act: str, reason: str) -> None:
    """Write an act with its reason, audit it with who did it, and tell the person; `reason` was checked."""
    now = kit.clock.now()
    row = CounterAct(
        id=new_id(), staff_id=staff.id, person_id=person.id, act=act, at=now, request_id=kit.caller.request_id
    )
    row.reason = kit.keys.place(CounterAct.__tablename__, row.id).seal("reason", reason)
    session.add(row)
    audit.record(session, kit, "counter.act", actor=person.id, object=row.id, staff=staff.id, act=act)
    if act in TOLD:
        send_notice(session, kit, person, what=TOLD[act], to=contact(kit, person).addresses, at=now)


def require_open(session: Session, kit: Kit, staff: StaffView, person_id: str) -> Person:
    """Return a person whose record this session of staff opened with a reason a short while ago.

    Raise `LookFirst`, or `OwnRecord`.
    """
    since = max(staff.opened_at, kit.clock.now() - OPEN_FOR)
    looked = select(CounterAct.id).where(
        CounterAct.staff_id == staff.id,
        CounterAct.person_id == person_id,
        CounterAct.act.in_(OPENS),
        CounterAct.at >= since,
    )
    if session.scalar(looked.limit(1)) is None:
        raise LookFirst
    return session.get_one(Person, person_id)


def recent_acts(session: Session, kit: Kit, person_id: str) -> Sequence[ShownAct]:
    """Return the last acts for a person, the newest first."""
    joined = select(CounterAct, Staff).join(Staff, Staff.id == CounterAct.staff_id)
    rows = session.execute(
        joined.where(CounterAct.person_id == person_id).order_by(CounterAct.at.desc(), CounterAct.id).limit(RECENT)
    )
    return [
        ShownAct(
            act=row.act,
            at=row.at,
            staff=name_of(kit, staff),
            office=staff.office,
            reason=kit.keys.place(CounterAct.__tablename__, row.id).open("reason", row.reason),
        )
        for row, staff in rows
    ]
