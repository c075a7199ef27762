"""Logging in with the card and the registration password."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from sqlalchemy import update
from sqlalchemy.orm import Session

import authsvc.identity.challenges as challenges
import authsvc.identity.people as people
import authsvc.identity.sessions as sessions
import authsvc.identity.standing as standing
from authsvc.core import audit
from authsvc.core.db import claim
from authsvc.core.errors import Refused
from authsvc.core.i18n import N_
from authsvc.core.kit import Kit
from authsvc.core.throttle import Limit
from authsvc.identity.cards import CardProof, VerifiedCard
from authsvc.identity.models import ACTIVE, Person, Proof
from authsvc.identity.passwords import Passwords
from authsvc.identity.standing import OnlineServicesSuspended

PASSWORD: Final = Limit(scope="password", tries=5, pause=timedelta(seconds=60), closes_at=100)


class CardNotRegistered(Refused):
    """There is no account for this card (the card itself is genuine)."""

    code, reader_code = "card_not_registered", 9043
    detail = N_("There is no account for this card yet. Please register it first.")


class PasswordWrong(Refused):
    """The registration password is not the one that was set."""

    code, reader_code = "password_wrong", 9039
    detail = N_("The password is not right. Please check it and try again.")


def log_in_by_card(
    kit: Kit,
    *,
    card_proof: CardProof,
    password: str,
    browser: str | None,
    unit_code: str | None = None,
    appoint_managers: bool = False,
) -> sessions.OpenedSession:
    """Open a session for a present card and the right password; raise the refusal that fits."""
    card = challenges.redeem(kit, card_proof, purpose="login", browser=browser, kinds=("nhi",))
    person, proof = _check(kit, card, password)
    proof = replace(proof, unit_code=unit_code, appoint_managers=appoint_managers)
    with audit.audited(kit, "login.card", actor=person.id), kit.begin() as session:
        _finish(session, kit, person, card)
        return sessions.open_session(session, kit, proof)


def prove_by_card(kit: Kit, card: VerifiedCard, *, password: str) -> Proof:
    """Return the proof of a person whose health card was read and whose password is right, and open no session.

    Raise what `log_in_by_card` raises.
    """
    person, proof = _check(kit, card, password)
    with audit.audited(kit, "login.card", actor=person.id), kit.begin() as session:
        _finish(session, kit, person, card)
    return proof


def _check(kit: Kit, card: VerifiedCard, password: str) -> tuple[Person, Proof]:
    with kit.read() as session:
        person = people.find_by_card(session, kit, card.number)
    if person is None or person.card_key not in (None, card.key):
        audit.record_refusal(kit, "login.card", outcome=CardNotRegistered.code)
        raise CardNotRegistered
    kit.throttle.spend(PASSWORD, person.national_id_index)
    _require_password(kit, person, password)
    return person, Proof(person_id=person.id, acr="card", amr=("sc", "pwd"), at=kit.clock.now())


def _finish(session: Session, kit: Kit, person: Person, card: VerifiedCard) -> None:
    standing.require_active(session, person.id)  # first: a suspension locks in the same order
    _require_unchanged(session, person, key=card.key)
    kit.throttle.forgive(session, PASSWORD, person.national_id_index)
    pin_first_card(session, kit, person, key=card.key)


def _require_unchanged(session: Session, person: Person, *, key: bytes) -> None:
    """Refuse a card or a password that another took the place of while the password was checked."""
    now = session.get_one(Person, person.id)
    if now.card_key not in (None, key):
        raise CardNotRegistered
    if now.password_hash != person.password_hash:
        raise PasswordWrong


def pin_first_card(session: Session, kit: Kit, person: Person, *, key: bytes) -> None:
    """Pin the first card of somebody who was registered without one; raise `CardNotRegistered` where another won."""
    if person.card_key is not None:
        return
    unpinned = update(Person).where(Person.id == person.id, Person.card_key.is_(None))
    if not claim(session, unpinned.values(card_key=key)):
        raise CardNotRegistered
    audit.record(session, kit, "card.pinned", actor=person.id)


def _require_password(kit: Kit, person: Person, password: str) -> None:
    if not kit.port(Passwords).verify(person.password_hash, password):
        audit.record_refusal(kit, "login.card", outcome=PasswordWrong.code, actor=person.id)
        raise PasswordWrong
    require_active(kit, person)


def require_active(kit: Kit, person: Person) -> None:
    """Raise `OnlineServicesSuspended` unless the person's online services are active."""
    if person.status != ACTIVE:
        audit.record_refusal(kit, "login", outcome=OnlineServicesSuspended.code, actor=person.id)
        raise OnlineServicesSuspended
