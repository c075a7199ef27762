"""Logging in with a natural person's certificate whose PIN the card itself has asked for."""

from dataclasses import replace
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from authsvc.core import audit
from authsvc.core.db import hold
from authsvc.core.i18n import N_
from authsvc.core.kit import Kit
from authsvc.identity import notices, people, sessions, standing
from authsvc.identity.cards import VerifiedCard
from authsvc.identity.login import CardNotRegistered
from authsvc.identity.models import Person, Proof
from authsvc.identity.numbers import normalise
from authsvc.identity.registry import Registry
from certlogin.models import HeldCertificate

REPLACED: Final = N_("Another certificate of yours was used to log in for the first time.")


def log_in(
    kit: Kit, card: VerifiedCard, *, unit_code: str | None = None, appoint_managers: bool = False
) -> sessions.OpenedSession:
    """Open a session for the holder of a certificate that is present; raise the refusal that fits.

    Whose it is, is asked of the registry the first time and when its key is another than before, and kept.
    """
    holder = kit.keys.index("certificate_holder", normalise(card.number))
    with kit.read() as session:
        held = session.get(HeldCertificate, (holder, card.key))
    person_id = held.person_id if held is not None else _ask_whose(kit, card, holder)
    proof = Proof(person_id=person_id, acr="certificate", amr=("sc",), at=kit.clock.now())
    proof = replace(proof, unit_code=unit_code, appoint_managers=appoint_managers)
    with audit.audited(kit, "login.certificate", actor=person_id), kit.begin() as session:
        standing.require_active(session, person_id)
        if held is None:
            _keep(session, kit, session.get_one(Person, person_id), holder, card)
        return sessions.open_session(session, kit, proof)


def _ask_whose(kit: Kit, card: VerifiedCard, holder: bytes) -> str:
    """Return the id of the registered holder, as the registry says; raise `CardNotRegistered` or `Unavailable`."""
    with audit.audited(kit, "login.certificate"):
        insured = kit.port(Registry).find_by_holder(card.number)  # type: ignore[type-abstract]
        with kit.read() as session:
            person = people.find_by_national_id(session, kit, normalise(insured.national_id)) if insured else None
            owner = session.scalar(_of(holder))
        if owner is not None and (person is None or person.id != owner):
            # A holder's number is one person's for life: whoever the registry names now, the owner is to know.
            audit.record_refusal(kit, "certificate.moved", outcome="refused", actor=owner)
            raise CardNotRegistered
        if person is None:
            raise CardNotRegistered
        return person.id


def _of(holder: bytes) -> Select[str]:
    return select(HeldCertificate.person_id).where(HeldCertificate.holder_index == holder).limit(1)


def _keep(session: Session, kit: Kit, person: Person, holder: bytes, card: VerifiedCard) -> None:
    """Keep whose certificate it is; another one of a known holder is told to the person."""
    hold(session, holder)  # two first logins at once are told apart
    if session.get(HeldCertificate, (holder, card.key), populate_existing=True) is not None:
        return  # another login with it was a moment faster
    owner = session.scalar(_of(holder))
    if owner not in (None, person.id):
        raise CardNotRegistered
    now = kit.clock.now()
    session.add(HeldCertificate(holder_index=holder, key=card.key, person_id=person.id, known_at=now))
    if owner is None:
        audit.record(session, kit, "certificate.known", actor=person.id)
        return
    audit.record(session, kit, "certificate.replaced", actor=person.id)
    to = people.contact(kit, person).addresses
    notices.send_notice(session, kit, person, what=REPLACED, to=to, at=now)
