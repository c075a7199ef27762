"""Looks of an operator: who calls is not there, so nothing is shown without a reason, and every look is kept."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

import counter.acts as acts
from authsvc.core import audit
from authsvc.core.audit import audited
from authsvc.core.errors import NotFound
from authsvc.core.i18n import N_
from authsvc.core.kit import Kit
from authsvc.identity.models import Person
from authsvc.identity.notices import send_notice
from authsvc.identity.people import contact
from counter.models import OPERATOR, Console, CounterAct, Operator, StaffView
from counter.service import LOOKS

UNIT_INDEX: Final = "unit_code"


class NothingKnown(NotFound):
    """Nobody is registered, applies or is something in a unit with this ID; or no unit registered with this number."""

    code, detail = "nothing_known", N_("Nothing is known under this number. Please check it with the person who asks.")


def begin(kit: Kit, by: Operator, reason: str) -> str:
    """Return the checked reason of a look, which is counted before anything is looked for.

    Raise `RoleMissing`, `Invalid` or `Throttled`.
    """
    if isinstance(by, StaffView):
        acts.require_role(kit, by, OPERATOR)
    with audited(kit, "counter.look", object=by.id):
        words = acts.require_reason(reason)
        kit.throttle.spend(LOOKS, by.id.encode())
    return words


def require_other(kit: Kit, by: Operator, *indexes: bytes) -> None:
    """Raise `OwnRecord` where the member of staff is one of those whom the record is about."""
    if isinstance(by, StaffView):
        for index in indexes:
            acts.require_other(kit, by, index)


def unit_index(kit: Kit, unit_code: str) -> bytes:
    """Return the blind index under which looks at a unit are found."""
    return kit.keys.index(UNIT_INDEX, unit_code)


def require_look(session: Session, kit: Kit, staff: StaffView, *, look_id: str = "", subject: bytes = b"") -> bytes:
    """Return whom or what this session of staff looked up a short while ago, by the look's id or by what it was about.

    Raise `RoleMissing` or `LookFirst`.
    """
    acts.require_role(kit, staff, OPERATOR)
    which = CounterAct.id == look_id if look_id else CounterAct.subject == subject
    looked = select(CounterAct.subject).where(
        which,
        CounterAct.session_id == staff.session_id,
        CounterAct.act == acts.EXAMINED,
        CounterAct.at >= kit.clock.now() - acts.OPEN_FOR,
    )
    found = session.scalar(looked.limit(1))
    if found is None:
        raise acts.LookFirst
    return found


def note(
    session: Session, kit: Kit, by: Operator, *, act: str, reason: str, subject: bytes, person: Person | None = None
) -> str:
    """Write an operator's act in its own transaction, audit it, tell the person, and return the act's id.

    Raise `LoginRequired` where the member of staff, or their session, was ended meanwhile.
    """
    if isinstance(by, StaffView):
        acts.hold_staff(session, by)
    person_id = None if person is None else person.id
    act_id = acts.keep(session, kit, by, act=act, reason=reason, person_id=person_id, subject=subject)
    if isinstance(by, Console):
        audit.record(session, kit, "operator.act", actor=by.id, object=act_id, act=act)
    if isinstance(by, StaffView) or person_id is not None:  # in the person's own history, whoever it was
        audit.record(session, kit, "counter.act", actor=person_id, object=act_id, staff=by.id, act=act)
    if person is not None and act in acts.TOLD:
        addresses = contact(kit, person).addresses
        send_notice(session, kit, person, what=acts.TOLD[act], to=addresses, at=kit.clock.now())
    return act_id
