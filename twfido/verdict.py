"""What an answer of TW FidO's is worth: its certificate, its signature and the registry decide, not its word."""

import logging
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import twfido.codes as codes
from authsvc.core.errors import Invalid
from authsvc.core.jose import b64url
from authsvc.core.kit import Kit
from authsvc.identity import people
from authsvc.identity.cards import (
    CardExpired,
    CardNotRecognised,
    CardProof,
    CardRevoked,
    CardSignatureWrong,
    VerifiedCard,
    verify_card,
)
from authsvc.identity.models import ACTIVE
from authsvc.identity.numbers import normalise
from authsvc.identity.profiles import MobileTrust
from authsvc.identity.registry import Registry
from authsvc.identity.revocation import Revocations
from twfido.models import TwfidoLogin
from twfido.party import Answer, Result
from twfido.wire import NotBelieved, hashed_id, signed_data, unbase64

APPROVED: Final = "approved"
KIND: Final = "citizen"
log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """To which state an answer leads, and why; `person_id` is who proved themselves."""

    state: str
    reason: str | None = None
    person_id: str | None = None


def judge(kit: Kit, login: TwfidoLogin, answer: Answer, *, at: datetime) -> Verdict:
    """Return the one verdict on an answer; raise `Unavailable` where registry or issuer cannot be asked."""
    if answer.result is None:
        number = answer.number or codes.UNREADABLE
        meaning = codes.meaning_of(number)
        return Verdict(state=meaning.state, reason=None if meaning is codes.PENDING else number)
    try:
        return _judge_result(kit, login, answer.result, at=at)
    except CardExpired:
        return _failed("certificate_expired")
    except CardRevoked:
        return _failed("certificate_revoked")
    except CardNotRecognised:
        return _failed("certificate_unknown")
    except (NotBelieved, CardSignatureWrong, Invalid) as fault:
        log.warning("TW FidO's result is not believed: %s", fault)
        return _failed("not_believed")


def _judge_result(kit: Kit, login: TwfidoLogin, result: Result, *, at: datetime) -> Verdict:
    place = kit.keys.place(TwfidoLogin.__tablename__, login.id)
    national_id = place.open("national_id", login.national_id)
    if result.hashed_id != hashed_id(national_id):
        raise NotBelieved("the result is somebody else's")
    card = _verified(kit, login, result, at=at)
    insured = kit.port(Registry).find_by_holder(card.number)  # type: ignore[type-abstract]
    if insured is None:
        raise CardNotRecognised
    if normalise(insured.national_id) != national_id:
        raise NotBelieved("somebody else has signed")
    return _account(kit, national_id, date.fromisoformat(place.open("birth_date", login.birth_date)))


def _verified(kit: Kit, login: TwfidoLogin, result: Result, *, at: datetime) -> VerifiedCard:
    """Return the certificate's holder, who signed our data just now; raise the refusal that fits."""
    expected = signed_data(origin=kit.settings.public_origin, transaction_id=login.transaction_id, nonce=login.nonce)
    proof = CardProof(
        challenge_id=login.transaction_id,
        certificate=b64url(unbase64(result.certificate)),
        signature=b64url(unbase64(result.signature)),
    )
    card = verify_card(proof, expected=expected, trust=kit.port(MobileTrust), at=at)
    if card.kind != KIND:
        raise CardNotRecognised
    kit.port(Revocations).require_not_revoked(card, at=at)  # type: ignore[type-abstract]
    return card


def _account(kit: Kit, national_id: str, born: date) -> Verdict:
    """Return whose account it is. The person is proved by now, so that they may be told that they have none."""
    with kit.read() as session:
        person = people.find_by_national_id(session, kit, national_id)
    if person is None or people.birth_date(kit, person) != born:
        return _failed("not_registered")
    if person.status != ACTIVE:
        return Verdict(state=codes.FAILED, reason="suspended", person_id=person.id)
    return Verdict(state=APPROVED, person_id=person.id)


def _failed(reason: str) -> Verdict:
    return Verdict(state=codes.FAILED, reason=reason)
