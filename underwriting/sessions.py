"""Logging in with unit code, ID and password: the lowest step. It opens what names it, and nothing of a person's."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

import authsvc.identity.acting as acting
import underwriting.letters as letters
import underwriting.service as service
from authsvc.core import audit
from authsvc.core.db import claim
from authsvc.core.errors import Forbidden, NotFound, Refused
from authsvc.core.i18n import N_
from authsvc.core.kit import Kit
from authsvc.identity import opened, standing
from authsvc.identity.functions import Offer
from authsvc.identity.models import Person
from authsvc.identity.numbers import mask_number
from authsvc.identity.opened import Entered
from authsvc.identity.passwords import Passwords, require_good_password
from authsvc.identity.registry import Registry
from authsvc.identity.sessions import leave_browser
from authsvc.identity.tries import spend_source
from authsvc.identity.ways import Membership
from underwriting.models import ACTIVE, AccountProof, AccountView, UnderwritingAccount, UnderwritingSession

OpenedAccount = Entered[AccountView]


class UnderwritingRefused(Refused):
    """No such account, none that was activated, or another password: never told which."""

    code = "underwriting_refused"
    detail = N_("Unit code, ID and password do not fit together, or the account was not activated yet.")


class NoLongerInsured(Forbidden):
    """The password was right, and the registry says that the clerk is not insured in this unit any more."""

    code = "no_longer_insured"
    detail = N_("You are no longer insured in this unit, so this account opens nothing. Please ask your unit.")


def log_in(kit: Kit, *, unit_code: str, national_id: str, password: str) -> OpenedAccount:
    """Open a session of an account whose clerk is insured in its unit now.

    Raise `UnderwritingRefused`, `NoLongerInsured`, `Throttled`, `OnlineServicesSuspended` or `Unavailable`.
    """
    index = service.login_index(kit, unit_code, national_id)
    with audit.audited(kit, "underwriting.login"):
        spend_source(kit)
        kit.throttle.spend(service.LOGIN, index)
        with kit.read() as session:
            account = session.scalar(select(UnderwritingAccount).where(*_active(index)))
        # Whoever has no account here costs a hash as well.
        if not kit.port(Passwords).verify(account.password_hash if account else None, password) or account is None:
            raise UnderwritingRefused
        registry = kit.port(Registry)  # type: ignore[type-abstract]
        if national_id not in registry.insured_in_unit(unit_code, [national_id]):
            raise NoLongerInsured
        with kit.begin() as session:
            return _open(session, kit, account)


def _active(index: bytes) -> tuple[Any, ...]:
    return (
        UnderwritingAccount.login_index == index,
        UnderwritingAccount.ended_at.is_(None),
        UnderwritingAccount.state == ACTIVE,
    )


def _open(session: Session, kit: Kit, account: UnderwritingAccount) -> OpenedAccount:
    _require_not_suspended(session, account)
    # Locked: a password that another took the place of meanwhile opens nothing, and neither does a deleted account.
    same = (UnderwritingAccount.id == account.id, UnderwritingAccount.password_hash == account.password_hash)
    held = select(UnderwritingAccount.id).where(*same, *_active(account.login_index))
    if session.scalar(held.with_for_update()) is None:
        raise UnderwritingRefused
    leave_browser(session, kit)
    kit.throttle.forgive(session, service.LOGIN, account.login_index)
    proof = AccountProof(account_id=account.id, at=kit.clock.now(), unit_code=account.unit_code)
    token, row = opened.new_row(kit, UnderwritingSession, proof, account_id=account.id)
    session.add(row)
    audit.record(session, kit, "underwriting.login", actor=account.id, object=row.id)
    return OpenedAccount(token, _view(kit, row, account))


def _require_not_suspended(session: Session, account: UnderwritingAccount) -> None:
    """Keep out whoever is suspended as a person: a loss that was reported closes this door too."""
    person = session.scalar(select(Person).where(Person.national_id_index == account.person_index))
    if person is not None:
        standing.require_active(session, person.id)


def find_session(kit: Kit, token: str) -> AccountView | None:
    """Return the live session of a browser and note that it was used; answer None when there is none."""
    now = kit.clock.now()
    with kit.read() as session:
        found = _find(session, kit, UnderwritingSession.token_digest == kit.keys.mac("browser", token), now)
    if found is None or not opened.touch(kit, found[0], now, owner=found[1].id):
        return None
    return _view(kit, *found)


def find_live(session: Session, kit: Kit, session_id: str) -> AccountView | None:
    """Return a session by its id where it is live, without a note that anybody used it."""
    found = _find(session, kit, UnderwritingSession.id == session_id, kit.clock.now())
    return None if found is None else _view(kit, *found)


def _find(session: Session, kit: Kit, which: Any, now: datetime) -> Any:
    joined = select(UnderwritingSession, UnderwritingAccount).join(
        UnderwritingAccount, UnderwritingAccount.id == UnderwritingSession.account_id
    )
    live = opened.live(kit, UnderwritingSession, now)
    return session.execute(joined.where(which, *live, UnderwritingAccount.ended_at.is_(None))).one_or_none()


def memberships(session: Session, _kit: Kit, view: Any, _at: datetime) -> Sequence[Membership]:
    """Return what an account is in its unit: each function's own ways then say whether it opens.

    The unit need not have registered, so there is no registration to name.
    """
    if not isinstance(view, AccountView):
        return []
    account = session.get(UnderwritingAccount, view.account_id)
    if account is None or account.ended_at is not None:
        return []
    code, name = account.unit_code, account.unit_name
    return [Membership(registration_id="", unit_code=code, unit_name=name, part="account", everything=True)]


def open_functions(kit: Kit, *, view: AccountView) -> list[Offer]:
    """Return what an account opens in its unit, in the menu's order; what asks for more is left out."""
    return [offer for offer in acting.offers(kit, view, view.unit_code) if offer.open]


def change_password(kit: Kit, *, view: AccountView, current: str, new: str) -> None:
    """Change the password; all other sessions end. Raise `UnderwritingRefused`, `Throttled` or `Invalid`."""
    with audit.audited(kit, "underwriting.password", object=view.account_id):
        account = _require_password(kit, view, current)
        opening = kit.keys.place(UnderwritingAccount.__tablename__, account.id)
        known = (opening.open("national_id", account.national_id)[1:], account.unit_code)
        require_good_password(new, known=known, field_name="new")
        hashed = kit.port(Passwords).hash(new)
        mine = (UnderwritingAccount.id == account.id, UnderwritingAccount.password_hash == account.password_hash)
        with kit.begin() as session:
            if not claim(session, update(UnderwritingAccount).where(*mine).values(password_hash=hashed)):
                raise UnderwritingRefused
            others = (UnderwritingSession.account_id == account.id, UnderwritingSession.id != view.id)
            opened.end(session, kit, UnderwritingSession, *others)
            letters.send_notice(session, kit, account, what=N_("Your password was changed."))
            audit.record(session, kit, "underwriting.password", actor=account.id, object=view.id)


def _require_password(kit: Kit, view: AccountView, password: str) -> UnderwritingAccount:
    """Return the account of a session whose password is known; the same tries as at the login are spent."""
    with kit.read() as session:
        account = session.get_one(UnderwritingAccount, view.account_id)
    kit.throttle.spend(service.LOGIN, account.login_index)
    if not kit.port(Passwords).verify(account.password_hash, password):
        raise UnderwritingRefused
    with kit.begin() as session:
        kit.throttle.forgive(session, service.LOGIN, account.login_index)
    return account


def delete_account(kit: Kit, *, view: AccountView, password: str) -> None:
    """Delete the account: it and all its sessions end at once. Raise `UnderwritingRefused` or `Throttled`."""
    with audit.audited(kit, "underwriting.deleted", object=view.account_id):
        account = _require_password(kit, view, password)
        live = update(UnderwritingAccount).where(
            UnderwritingAccount.id == account.id, UnderwritingAccount.ended_at.is_(None)
        )
        with kit.begin() as session:
            if not claim(session, live.values(ended_at=kit.clock.now(), password_hash="")):
                raise NotFound
            opened.end(session, kit, UnderwritingSession, UnderwritingSession.account_id == account.id)
            letters.send_notice(session, kit, account, what=N_("Your account was deleted."))
            audit.record(session, kit, "underwriting.deleted", actor=account.id, object=view.id)


def log_out(kit: Kit, *, view: AccountView) -> None:
    """End this session; raise `NotFound` when it is over already."""
    live = opened.live(kit, UnderwritingSession, kit.clock.now())
    with kit.begin() as session:
        if not opened.end(session, kit, UnderwritingSession, UnderwritingSession.id == view.id, *live):
            raise NotFound
        audit.record(session, kit, "underwriting.left", actor=view.account_id, object=view.id)


def leave(session: Session, kit: Kit, browser_digest: bytes) -> None:
    """End an account's session in a browser in which somebody enters anew."""
    opened.end(session, kit, UnderwritingSession, UnderwritingSession.token_digest == browser_digest)


def end_for(session: Session, kit: Kit, person: Person) -> None:
    """End the sessions of all accounts of a person who was just suspended, or all of whose logins ended."""
    theirs = select(UnderwritingAccount.id).where(UnderwritingAccount.person_index == person.national_id_index)
    opened.end(session, kit, UnderwritingSession, UnderwritingSession.account_id.in_(theirs))


def forget_passwords(session: Session, _kit: Kit) -> None:
    """Let no password of an older database open anything: it may have been changed since, or its account deleted."""
    session.execute(update(UnderwritingAccount).values(password_hash=""))


def purge(kit: Kit) -> None:
    """Erase sessions that were over longer ago than they are kept."""
    opened.purge(kit, UnderwritingSession)


def _view(kit: Kit, row: UnderwritingSession, account: UnderwritingAccount) -> AccountView:
    opening = kit.keys.place(UnderwritingAccount.__tablename__, account.id)
    number = mask_number(opening.open("national_id", account.national_id))
    return AccountView(
        id=row.id,
        account_id=account.id,
        unit_code=account.unit_code,
        unit_name=account.unit_name,
        person={"name": letters.name_of(kit, account), "national_id": number},
        acr=row.acr,
        amr=row.amr,
        auth_time=row.auth_time,
        expires_at=opened.expiry(kit, row),
    )
