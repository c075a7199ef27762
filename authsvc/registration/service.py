"""The card ceremony: apply, confirm with the link and the card, have the link sent again, cancel.

An application is a row that exists only while it waits. Confirming and cancelling delete it, and the deletion is the
claim: of two at once one finds the row and the other does not. What was done stays in the audit.
"""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import authsvc.registration.applications as applications
import authsvc.registration.notices as notices
from authsvc.core import audit
from authsvc.core.audit import audited
from authsvc.core.db import claim, upsert
from authsvc.core.keys import new_id, new_token
from authsvc.core.kit import Kit
from authsvc.identity import challenges, people
from authsvc.identity.accounts import AlreadyRegistered, open_account
from authsvc.identity.cards import CardProof, VerifiedCard
from authsvc.identity.evidence import Evidence, require_holder
from authsvc.identity.guessable import guessable
from authsvc.identity.models import Person
from authsvc.identity.notices import send_completed
from authsvc.identity.passwords import Passwords, require_good_password
from authsvc.identity.terms import require_current_terms
from authsvc.registration.models import Registration
from authsvc.registration.refusals import (
    LinkExpired,
    LinkRefused,
    NoPendingRegistration,
    RegistrationPending,
)

LINK_LIFE: Final = timedelta(days=5)
APPLICATION_LIFE: Final = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Applied:
    """An application that waits; the link in the mail is good until `expires_at`."""

    id: str
    expires_at: datetime
    status: str = "pending"


def apply(
    kit: Kit, *, evidence: Evidence, password: str, contact: people.Contact, terms_version: str, browser: str | None
) -> Applied:
    """Store an application and mail its link; raise the refusal that fits."""
    require_current_terms(terms_version)
    holder = require_holder(kit, evidence, purpose="register", browser=browser)
    with audited(kit, "registration.apply"):
        known = guessable(holder.insured.national_id, holder.insured.birth_date, contact.mobile)
        require_good_password(password, known=known)
        kit.throttle.spend(notices.MAILS, holder.index)
        now = kit.clock.now()
        row = applications.new_row(kit, holder, contact, at=now)
        row.password_hash = kit.port(Passwords).hash(password)
        row.terms_version, row.terms_at = terms_version, now
        token = _new_link(kit, row, at=now)
        with kit.begin() as session:
            _store(session, row, at=now)
            _mail_link(session, kit, row, token)
            audit.record(session, kit, "registration.applied", object=row.id, terms=terms_version)
    return Applied(id=row.id, expires_at=row.link_expires_at)


def _new_link(kit: Kit, row: Registration, *, at: datetime) -> str:
    """Give an application a new link; only the token's digest is kept."""
    token = new_token()
    row.token_digest = applications.digest(kit, token)
    row.link_expires_at = at + LINK_LIFE
    return token


def _store(session: Session, row: Registration, *, at: datetime) -> None:
    # A card that was issued anew cannot confirm what the old one applied for: its own application takes that place.
    superseded = or_(outlived(at), Registration.card_number_index != row.card_number_index)
    session.execute(delete(Registration).where(Registration.national_id_index == row.national_id_index, superseded))
    session.add(row)
    try:
        session.flush()
    except IntegrityError as fault:
        raise RegistrationPending from fault
    # After the insert, which waits for a confirmation that is under way.
    if session.scalar(select(Person.id).where(Person.national_id_index == row.national_id_index)) is not None:
        raise AlreadyRegistered


def link_to(kit: Kit, token: str) -> str:
    """Return the address of the page that confirms; what follows the # is never sent to a server."""
    return f"{kit.settings.public_origin}/registration/confirm#{token}"


def _mail_link(session: Session, kit: Kit, row: Registration, token: str) -> None:
    facts = applications.opened(kit, row)
    notices.send_link(
        session,
        kit,
        to=facts.contact.email,
        template=applications.template_of(row),
        link=link_to(kit, token),
        expires_at=row.link_expires_at,
        language=row.language,
        name=facts.masked_name,
    )


def confirm(
    kit: Kit,
    *,
    token: str,
    card_proof: CardProof,
    browser: str | None,
    password: str | None = None,
    terms_version: str | None = None,
) -> None:
    """Turn an application into an account by its link and its card; raise the refusal that fits."""
    card = challenges.redeem(kit, card_proof, purpose="confirm", browser=browser, kinds=("nhi",))
    now = kit.clock.now()
    with audited(kit, "registration.confirm"):
        row = _require_linked(kit, token, card, at=now)
        account = applications.complete(kit, row, password=password, terms_version=terms_version, at=now)
        unused = delete(Registration).where(
            Registration.id == row.id,
            Registration.token_digest == row.token_digest,
            Registration.link_expires_at > now,
        )
        with kit.begin() as session:
            if not claim(session, unused):
                raise LinkRefused
            person = open_account(session, kit, applications.opening(kit, row, account, card=card), at=now)
            audit.record(session, kit, "registration.confirmed", actor=person.id, object=row.id, **account.agreed)
            send_completed(session, kit, person)


def _require_linked(kit: Kit, token: str, card: VerifiedCard, *, at: datetime) -> Registration:
    with kit.read() as session:
        linked = select(Registration).where(Registration.token_digest == applications.digest(kit, token))
        row = session.scalar(linked)
    if row is None or row.card_number_index != applications.card_index(kit, card):
        raise LinkRefused
    if row.card_key not in (None, card.key):
        raise LinkRefused
    if row.link_expires_at <= at:
        raise LinkExpired
    return row


def resend(kit: Kit, *, card_proof: CardProof, browser: str | None, email: str | None = None) -> Applied:
    """Mail a new link, which kills the old one, to the address of the application or to a corrected one."""
    card = challenges.redeem(kit, card_proof, purpose="resend", browser=browser, kinds=("nhi",))
    with audited(kit, "registration.resend"):
        now = kit.clock.now()
        row = _require_pending(kit, card, only=revivable(now))
        kit.throttle.spend(notices.MAILS, row.national_id_index)
        if email is not None:
            row.email = applications.place(kit, row).seal("email", email)
        with kit.begin() as session:
            mail_again(session, kit, row, at=now)
            audit.record(session, kit, "registration.resent", object=row.id, corrected=email is not None)
    return Applied(id=row.id, expires_at=row.link_expires_at)


def mail_again(session: Session, kit: Kit, row: Registration, *, at: datetime) -> None:
    """Mail a new link, which kills the old one, for a row that no session holds; raise `NoPendingRegistration`."""
    previous = row.token_digest
    token = _new_link(kit, row, at=at)
    mine = update(Registration).where(Registration.id == row.id, Registration.token_digest == previous)
    new: dict[str, Any] = {name: getattr(row, name) for name in ("token_digest", "link_expires_at", "email")}
    if not claim(session, mine.values(new)):
        raise NoPendingRegistration
    _mail_link(session, kit, row, token)


def cancel(kit: Kit, *, card_proof: CardProof, browser: str | None) -> None:
    """Delete the application of this card with all its data; raise `NoPendingRegistration`."""
    card = challenges.redeem(kit, card_proof, purpose="cancel", browser=browser, kinds=("nhi",))
    with audited(kit, "registration.cancel"):
        row = _require_pending(kit, card, only=~outlived(kit.clock.now()))
        with kit.begin() as session:
            if not claim(session, delete(Registration).where(Registration.id == row.id)):
                raise NoPendingRegistration
            audit.record(session, kit, "registration.cancelled", object=row.id)


def _require_pending(kit: Kit, card: VerifiedCard, *, only: ColumnElement[bool]) -> Registration:
    """Return this card's application where it is one of these; raise `NoPendingRegistration`."""
    mine = select(Registration).where(Registration.card_number_index == applications.card_index(kit, card))
    with kit.read() as session:
        row = session.scalar(mine.where(only))
    if row is None:
        raise NoPendingRegistration
    return row


def revivable(at: datetime) -> ColumnElement[bool]:
    """Match applications that a new link may still be sent for."""
    return Registration.created_at > at - APPLICATION_LIFE


def outlived(at: datetime) -> ColumnElement[bool]:
    """Match applications whose 30 days are over and whose last link is dead."""
    return and_(Registration.created_at <= at - APPLICATION_LIFE, Registration.link_expires_at <= at)


def supersede(session: Session, kit: Kit, person: Person, _contact: people.Contact) -> None:
    """Erase the application of a person whose account was opened another way, and let none be made meanwhile.

    An application at the same moment waits for the place that is taken here until this transaction is over, and is
    then told that the person is registered.
    """
    place = upsert(session, Registration.__table__).values(_taken(kit, person))  # type: ignore[arg-type]
    session.execute(place.on_conflict_do_nothing())
    session.execute(delete(Registration).where(Registration.national_id_index == person.national_id_index))


def _taken(kit: Kit, person: Person) -> dict[str, Any]:
    """Return the columns of a row that says nothing and is gone before anybody can see it."""
    now = kit.clock.now()
    empty = dict.fromkeys(("national_id", "name", "birth_date", "card_number", "email", "mobile"), b"")
    indexes = {"national_id_index": person.national_id_index, "card_number_index": b"", "token_digest": os.urandom(32)}
    moments = {"link_expires_at": now, "created_at": now}
    return {"id": new_id(), "kind": person.kind, "language": person.language, **empty, **indexes, **moments}


def purge(kit: Kit) -> None:
    """Erase the applications that nobody confirmed in time."""
    with kit.begin() as session:
        session.execute(delete(Registration).where(outlived(kit.clock.now())))
