"""What a member of staff does for a person: with a reason, in the deed's own transaction, told to the person."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from authsvc.core import audit
from authsvc.core.errors import Forbidden, Invalid, NotFound
from authsvc.core.i18n import N_
from authsvc.core.keys import new_id
from authsvc.core.kit import Kit
from authsvc.core.web import LoginRequired
from authsvc.identity.models import Person
from authsvc.identity.notices import send_notice
from authsvc.identity.people import contact
from counter.models import Console, CounterAct, Operator, Staff, StaffSession, StaffView
from counter.staff import name_of

LOOKED: Final = "looked"
MISSED: Final = "missed"  # a look that found nobody
REGISTERED: Final = "registered"
DEVICE_CODE: Final = "device_code"
SUSPENDED: Final = "suspended"
RESTORED: Final = "restored"
UNBOUND: Final = "unbound"
LOST: Final = "lost"
CARD_REPLACED: Final = "card_replaced"
EXAMINED: Final = "examined"  # by an operator, without the person being there
SESSION_ENDED: Final = "session_ended"
SESSIONS_ENDED: Final = "sessions_ended"
MAIL_RESENT: Final = "mail_resent"
SHORTEST_REASON: Final = 4
LONGEST_REASON: Final = 200
# IDs and residence numbers of both forms, card, business and telephone numbers: eight digits or more, however they are
# set apart.
LETTERED: Final = re.compile(r"[A-Za-z][A-Da-d]?[ -]?\d{7,9}")
EIGHT: Final = re.compile(r"\d{8,}")
SET_APART: Final = re.compile(r"(?<=\d)[\s./()\-\u2010-\u2015\u2212]+(?=\d)")
A_DATE: Final = re.compile(r"(?<!\d)(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?!\d)")
OPEN_FOR: Final = timedelta(minutes=15)
OPENS: Final = (LOOKED, REGISTERED)
RECENT: Final = 10
# What a person is told by mail; a look is found in their own history only.
TOLD: Final = {
    DEVICE_CODE: N_("A device code for binding a phone was made for you at a counter."),
    SUSPENDED: N_("Your online services were suspended at a counter: all logins ended and all phones were unbound."),
    RESTORED: N_("Your online services were restored at a counter. Please bind your phones anew."),
    UNBOUND: N_("A phone of yours was unbound at a counter."),
    CARD_REPLACED: N_(
        "Your new health card was read at a counter and now belongs to your account. The card before it no longer"
        " works, and all logins have ended."
    ),
    SESSION_ENDED: N_("The help desk ended a login of yours."),
    SESSIONS_ENDED: N_("The help desk ended all your logins. Please log in again where you need to."),
    LOST: N_("A phone of yours was reported lost at a counter and cut off at once."),
}


class OwnRecord(Forbidden):
    """A member of staff asked for their own record."""

    code, detail = "own_record", N_("This is your own record. Please ask a colleague to do this for you.")


class RoleMissing(Forbidden):
    """A member of staff asks for what another role is for."""

    code, detail = "role_missing", N_("This is not part of your work here. Please ask a colleague who may do it.")


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
    undated = A_DATE.sub("*", words)
    if LETTERED.search(undated) or EIGHT.search(SET_APART.sub("", undated)):
        raise Invalid({"reason": [N_("Please leave ID, card and telephone numbers out of the reason.")]})
    return words


def require_role(kit: Kit, staff: StaffView, role: str) -> StaffView:
    """Return a member of staff who has this role; raise `RoleMissing`, which is also audited."""
    if role not in staff.roles:
        audit.record_refusal(kit, "counter.act", outcome=RoleMissing.code, object=staff.id)
        raise RoleMissing
    return staff


def require_other(kit: Kit, staff: StaffView, national_id_index: bytes) -> None:
    """Raise `OwnRecord`, which is also audited, when the record is that of the member of staff."""
    if national_id_index == staff.national_id_index:
        audit.record_refusal(kit, "counter.act", outcome=OwnRecord.code, object=staff.id)
        raise OwnRecord


def record(session: Session, kit: Kit, staff: StaffView, person: Person, *, act: str, reason: str) -> None:
    """Write an act with its reason, audit it with who did it, and tell the person; `reason` was checked.

    Raise `LoginRequired` where the member of staff, or their session, was ended meanwhile.
    """
    hold_staff(session, staff)
    now = kit.clock.now()
    act_id = keep(session, kit, staff, person_id=person.id, act=act, reason=reason)
    audit.record(session, kit, "counter.act", actor=person.id, object=act_id, staff=staff.id, act=act)
    if act in TOLD:
        send_notice(session, kit, person, what=TOLD[act], to=contact(kit, person).addresses, at=now)


def record_miss(
    kit: Kit, by: Operator, *, outcome: str, reason: str, subject: bytes | None = None, act: str = MISSED
) -> None:
    """Keep the reason of a look that found nobody, and audit it."""
    with kit.begin() as session:
        act_id = keep(session, kit, by, act=act, reason=reason, subject=subject)
        named = {"actor": by.id} if isinstance(by, Console) else {"object": by.id}
        audit.record(session, kit, "counter.look", outcome=outcome, act=act_id, **named)


def keep(
    session: Session,
    kit: Kit,
    by: Operator,
    *,
    act: str,
    reason: str,
    person_id: str | None = None,
    subject: bytes | None = None,
) -> str:
    """Write the row of an act, its reason sealed, and return its id."""
    row = CounterAct(id=new_id(), person_id=person_id, subject=subject, act=act, at=kit.clock.now())
    if isinstance(by, Console):
        row.operator = by.id
    else:
        row.staff_id, row.session_id = by.id, by.session_id
    row.request_id = kit.caller.request_id
    row.reason = kit.keys.place(CounterAct.__tablename__, row.id).seal("reason", reason)
    session.add(row)
    return row.id


def hold_staff(session: Session, staff: StaffView) -> None:
    """Keep a member of staff and their session until this transaction ends; raise `LoginRequired` if one was ended."""
    # In the order in which ending staff locks them, so that it waits for the deed, or the deed is refused.
    employed = select(Staff.id).where(Staff.id == staff.id, Staff.ended_at.is_(None))
    live = select(StaffSession.id).where(StaffSession.id == staff.session_id, StaffSession.ended_at.is_(None))
    for held in (employed, live):
        if session.scalar(held.with_for_update(read=True)) is None:
            raise LoginRequired


def require_open(session: Session, kit: Kit, staff: StaffView, person_id: str) -> Person:
    """Return a person whose record this session of staff opened with a reason a short while ago.

    Raise `LookFirst`, or `OwnRecord`.
    """
    looked = select(CounterAct.id).where(
        CounterAct.session_id == staff.session_id,
        CounterAct.person_id == person_id,
        CounterAct.act.in_(OPENS),
        CounterAct.at >= kit.clock.now() - OPEN_FOR,
    )
    if session.scalar(looked.limit(1)) is None:
        raise LookFirst
    return session.get_one(Person, person_id)


def recent_acts(session: Session, kit: Kit, person_id: str) -> Sequence[ShownAct]:
    """Return the last acts for a person, the newest first."""
    return acts_where(session, kit, CounterAct.person_id == person_id)


def acts_where(session: Session, kit: Kit, which: ColumnElement[bool]) -> Sequence[ShownAct]:
    """Return the last acts that match, the newest first."""
    joined = select(CounterAct, Staff).outerjoin(Staff, Staff.id == CounterAct.staff_id)
    rows = session.execute(joined.where(which).order_by(CounterAct.at.desc(), CounterAct.id).limit(RECENT))
    return [
        ShownAct(
            act=row.act,
            at=row.at,
            staff=row.operator or "" if staff is None else name_of(kit, staff),
            office="" if staff is None else staff.office,
            reason=kit.keys.place(CounterAct.__tablename__, row.id).open("reason", row.reason),
        )
        for row, staff in rows
    ]
