"""Accounts of a unit's clerks: applied for, activated, the password set anew, deleted.

Nothing here tells who is insured where, who has which card, or who has an account: what is asked for is always taken,
and the mail says the rest to whoever has the address.
"""

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

import underwriting.letters as letters
import underwriting.proofs as proofs
from authsvc.core import audit
from authsvc.core.db import claim, hold
from authsvc.core.errors import Gone
from authsvc.core.i18n import N_
from authsvc.core.keys import new_id
from authsvc.core.kit import Kit
from authsvc.core.throttle import Limit
from authsvc.identity import opened, people
from authsvc.identity.notices import send_notice
from authsvc.identity.passwords import Passwords, require_good_password
from authsvc.identity.registry import Registry
from authsvc.identity.registryanswers import Insured
from authsvc.identity.tries import spend_source
from underwriting.models import (
    ACTIVATE,
    ACTIVE,
    RESET,
    WAITING,
    UnderwritingAccount,
    UnderwritingLink,
    UnderwritingSession,
)

ACTIVATION_LIFE: Final = timedelta(hours=24)
RESET_LIFE: Final = timedelta(hours=1)
# Whoever guesses a card number, or fills a mailbox, has these tries for a unit and an ID; they are forgotten in a day.
ASKED: Final = Limit(scope="underwriting-ask", tries=5, pause=timedelta(minutes=1), forgets=timedelta(days=1))
LOGIN: Final = Limit(scope="underwriting", tries=5, pause=timedelta(seconds=60), closes_at=100)
ACTIVATED_HERE: Final = N_(
    "An account of the underwriting service was opened for a unit with your ID and card number. Was it not you? Then "
    "please call the help line."
)


class LinkRefused(Gone):
    """The link is unknown, used, replaced by a newer one, or too old: never told which."""

    code = "underwriting_link_refused"
    detail = N_(
        "This link does not work: it was used, replaced by a newer one, or is too old. Please ask for a new one."
    )


def login_index(kit: Kit, unit_code: str, national_id: str) -> bytes:
    """Return the blind index of a unit code and an ID as they were typed; neither need exist."""
    return kit.keys.index("underwriting_login", f"{unit_code}|{national_id}")


def register(
    kit: Kit, *, unit_code: str, national_id: str, card_number: str, password: str, email: str, proof: str
) -> None:
    """Take an application. A mail goes out if the registry says that this card is this clerk's, and valid, and they are
    insured in this unit; the answer is the same if not. Raise `BotCheckFailed`, `Throttled`, `Invalid`, `Unavailable`.
    """  # noqa: D205 - the first sentence is the promise
    index = login_index(kit, unit_code, national_id)
    with audit.audited(kit, "underwriting.asked"):
        proofs.require(kit, proof)
        spend_source(kit)
        kit.throttle.spend(ASKED, index)
        require_good_password(password, known=(national_id[1:], card_number, unit_code))
        registry = kit.port(Registry)  # type: ignore[type-abstract]
        unit = registry.find_unit(unit_code)
        insured = registry.insured_in_unit(unit_code, [national_id]).get(national_id)
        hashed = kit.port(Passwords).hash(password)
    fits = insured is not None and insured.card_number == card_number and insured.card_valid
    with kit.begin() as session:
        hold(session, index)
        account = _live(session, index)
        if unit is not None and insured is not None and fits:
            applied = _row(kit, insured, index, unit_code=unit_code, unit_name=unit.name, email=email, hashed=hashed)
            _take(session, kit, account, applied)
        audit.record(session, kit, "underwriting.asked", outcome="done" if fits else "not_confirmed")


def _live(session: Session, index: bytes) -> UnderwritingAccount | None:
    mine = (UnderwritingAccount.login_index == index, UnderwritingAccount.ended_at.is_(None))
    return session.scalar(select(UnderwritingAccount).where(*mine))


def _row(kit: Kit, insured: Insured, index: bytes, *, hashed: str, email: str, **unit: str) -> UnderwritingAccount:
    row_id = new_id()
    place = kit.keys.place(UnderwritingAccount.__tablename__, row_id)
    return UnderwritingAccount(
        id=row_id,
        login_index=index,
        person_index=people.national_id_index(kit, insured.national_id),
        **unit,
        national_id=place.seal("national_id", insured.national_id),
        name=place.seal("name", insured.name),
        email=place.seal("email", email),
        password_hash=hashed,
        language=kit.caller.language,
        state=WAITING,
        registered_at=kit.clock.now(),
    )


def _take(session: Session, kit: Kit, present: UnderwritingAccount | None, applied: UnderwritingAccount) -> None:
    """Keep an application in the place of one that waits; an account that is active stays, and its owner is told."""
    if present is not None and present.state == ACTIVE:
        what = N_("Somebody applied for an account for this unit in your name. You have one already; nothing changed.")
        letters.send_notice(session, kit, present, what=what)
        return
    if present is not None:
        _erase(session, UnderwritingAccount.id == present.id)
    session.add(applied)
    session.flush()
    letters.send_link(session, kit, applied, purpose=ACTIVATE, until=kit.clock.now() + ACTIVATION_LIFE)


def activate(kit: Kit, *, token: str) -> None:
    """Open an account by its mail's link, once; raise `LinkRefused`."""
    now = kit.clock.now()
    with audit.audited(kit, "underwriting.activated"), kit.begin() as session:
        account = _claim_link(session, kit, token, ACTIVATE)
        account.state, account.activated_at = ACTIVE, now
        person = people.find_by_national_id(session, kit, _national_id(kit, account))
        if person is not None:  # whoever knew ID and card number is perhaps not their owner
            to = people.contact(kit, person).addresses
            send_notice(session, kit, person, what=ACTIVATED_HERE, to=to, at=now)
        actor = None if person is None else person.id
        audit.record(session, kit, "underwriting.activated", actor=actor, object=account.id)


def forget(kit: Kit, *, unit_code: str, national_id: str, proof: str) -> None:
    """Mail a link for a new password if there is such an account; the answer is the same if not.

    Raise `BotCheckFailed` or `Throttled`.
    """
    index = login_index(kit, unit_code, national_id)
    with audit.audited(kit, "underwriting.forgotten"):
        proofs.require(kit, proof)
        spend_source(kit)
        kit.throttle.spend(ASKED, index)
    with kit.begin() as session:
        hold(session, index)
        account = _live(session, index)
        found = account is not None and account.state == ACTIVE
        if account is not None and found:
            letters.send_link(session, kit, account, purpose=RESET, until=kit.clock.now() + RESET_LIFE)
        audit.record(session, kit, "underwriting.forgotten", outcome="done" if found else "not_confirmed")


def reset(kit: Kit, *, token: str, password: str) -> None:
    """Set a new password by the mail's link, once; all sessions end. Raise `LinkRefused` or `Invalid`."""
    with audit.audited(kit, "underwriting.reset"):
        require_good_password(password, known=())
        hashed = kit.port(Passwords).hash(password)
        with kit.begin() as session:
            account = _claim_link(session, kit, token, RESET)
            require_good_password(password, known=(_national_id(kit, account)[1:], account.unit_code))
            account.password_hash = hashed
            kit.throttle.forgive(session, LOGIN, account.login_index)
            opened.end(session, kit, UnderwritingSession, UnderwritingSession.account_id == account.id)
            letters.send_notice(session, kit, account, what=N_("Your password was set anew."))
            audit.record(session, kit, "underwriting.reset", object=account.id)


def _claim_link(session: Session, kit: Kit, token: str, purpose: str) -> UnderwritingAccount:
    mine = (UnderwritingLink.digest == letters.digest(kit, token), UnderwritingLink.purpose == purpose)
    link = session.scalar(select(UnderwritingLink).where(*mine))
    unused = delete(UnderwritingLink).where(*mine, UnderwritingLink.expires_at > kit.clock.now())
    if link is None or not claim(session, unused):
        raise LinkRefused
    account = session.get(UnderwritingAccount, link.account_id, with_for_update=True, populate_existing=True)
    if account is None or account.ended_at is not None:
        raise LinkRefused
    return account


def _national_id(kit: Kit, account: UnderwritingAccount) -> str:
    return kit.keys.place(UnderwritingAccount.__tablename__, account.id).open("national_id", account.national_id)


def _erase(session: Session, *which: Any) -> None:
    gone = select(UnderwritingAccount.id).where(*which)
    plain = {"synchronize_session": False}
    session.execute(delete(UnderwritingLink).where(UnderwritingLink.account_id.in_(gone)), execution_options=plain)
    session.execute(delete(UnderwritingAccount).where(*which), execution_options=plain)


def purge(kit: Kit) -> None:
    """Erase links that are over, applications whose link is, and deleted accounts whose sessions were erased."""
    now = kit.clock.now()
    used = exists().where(UnderwritingSession.account_id == UnderwritingAccount.id)
    linked = exists().where(UnderwritingLink.account_id == UnderwritingAccount.id)
    with kit.begin() as session:
        session.execute(delete(UnderwritingLink).where(UnderwritingLink.expires_at <= now))
        _erase(session, UnderwritingAccount.state == WAITING, ~linked)
        _erase(session, UnderwritingAccount.ended_at.is_not(None), ~used)
