"""What those who help may do about a person's accounts: see how they stand, end their logins, send a link again."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

import underwriting.letters as letters
import underwriting.service as service
from authsvc.core import audit
from authsvc.core.db import hold
from authsvc.core.errors import NotFound
from authsvc.core.i18n import N_
from authsvc.core.kit import Kit
from authsvc.core.throttle import Limit
from authsvc.identity import opened
from authsvc.identity.numbers import mask_email, mask_number
from authsvc.identity.records import UnitAccount, UnitAccounts
from underwriting.models import ACTIVATE, WAITING, UnderwritingAccount, UnderwritingLink, UnderwritingSession

PART: Final = "account"
# As for an application's mails: nobody fills a mailbox through us; a day of quiet starts the count anew.
MAILS: Final = Limit(scope="underwriting-help-mail", tries=20, pause=timedelta(seconds=60), forgets=timedelta(days=1))


def of_person(session: Session, kit: Kit, person_index: bytes) -> Sequence[UnitAccount]:
    """Return a person's accounts, masked, by unit; those that were deleted are none."""
    mine = select(UnderwritingAccount).where(*_of(person_index)).order_by(UnderwritingAccount.unit_code)
    return [_record(session, kit, row) for row in session.scalars(mine)]


def _of(person_index: bytes) -> tuple[Any, ...]:
    return UnderwritingAccount.person_index == person_index, UnderwritingAccount.ended_at.is_(None)


def _record(session: Session, kit: Kit, row: UnderwritingAccount) -> UnitAccount:
    place = kit.keys.place(UnderwritingAccount.__tablename__, row.id)
    return UnitAccount(
        unit_code=row.unit_code,
        unit_name=row.unit_name,
        part=PART,
        name=letters.name_of(kit, row),
        national_id=mask_number(place.open("national_id", row.national_id)),
        since=row.activated_at or row.registered_at,
        state=row.state,
        email=mask_email(place.open("email", row.email)),
        link_expires_at=session.scalar(select(UnderwritingLink.expires_at).where(*_link(row.id))),
        logins=len(session.scalars(select(UnderwritingSession.id).where(*_live(kit, row.id))).all()),
    )


def _link(account_id: str) -> tuple[Any, ...]:
    return UnderwritingLink.account_id == account_id, UnderwritingLink.purpose == ACTIVATE


def _live(kit: Kit, account_id: str) -> tuple[Any, ...]:
    live = opened.live(kit, UnderwritingSession, kit.clock.now())
    return (UnderwritingSession.account_id == account_id, *live)


def end(session: Session, kit: Kit, person_index: bytes) -> int:
    """End the logins of all accounts of a person, tell each account whose logins ended, and return how many did."""
    total = 0
    for row in session.scalars(select(UnderwritingAccount).where(*_of(person_index))).all():
        ended = opened.end(session, kit, UnderwritingSession, *_live(kit, row.id))
        if ended:
            what = N_("The help desk ended all logins of your account. Please log in again where you need to.")
            letters.send_notice(session, kit, row, what=what)
            audit.record(session, kit, "underwriting.ended", object=row.id, by="help", sessions=ended)
        total += ended
    return total


def spend(kit: Kit, person_index: bytes) -> None:
    """Count a mail to this person's accounts; raise `Throttled`."""
    kit.throttle.spend(MAILS, person_index)


def resend(session: Session, kit: Kit, person_index: bytes, unit_code: str) -> None:
    """Mail a waiting account a new link, to the address that stands in it; the old one is dead. Raise `NotFound`."""
    waiting = (*_of(person_index), UnderwritingAccount.unit_code == unit_code, UnderwritingAccount.state == WAITING)
    index = session.scalar(select(UnderwritingAccount.login_index).where(*waiting))
    if index is None:
        raise NotFound
    hold(session, index)  # an application anew would take the account's place meanwhile
    row = session.scalar(select(UnderwritingAccount).where(*waiting))
    # Whoever activates it takes the link first, and so do we: who comes second finds none.
    if row is None or session.scalar(select(UnderwritingLink.digest).where(*_link(row.id)).with_for_update()) is None:
        raise NotFound
    letters.send_link(session, kit, row, purpose=ACTIVATE, until=kit.clock.now() + service.ACTIVATION_LIFE)
    audit.record(session, kit, "underwriting.resent", object=row.id, by="help")


ACCOUNTS: Final = UnitAccounts(of_person=of_person, end=end, spend=spend, resend=resend)
