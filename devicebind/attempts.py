"""The row of a verification: sealed, moved on by conditional updates only, forgotten soon after it is over."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select, update

from authsvc.core import audit
from authsvc.core.db import claim
from authsvc.core.errors import Problem
from authsvc.core.jose import PublicKey
from authsvc.core.keys import Place, new_id
from authsvc.core.kit import Kit
from authsvc.core.throttle import Limit, Tally
from authsvc.identity import people
from authsvc.identity.devices import DeviceFacts
from authsvc.identity.models import Person
from authsvc.identity.tries import TYPED_ID, spend_source
from devicebind.binding import NewPhone
from devicebind.models import CLAIMED, PROVEN, REFUSED, WAITING, PhoneVerification
from devicebind.refusals import VerificationOver

LIFE: Final = timedelta(minutes=5)
KEPT: Final = timedelta(hours=1)
PER_KEY: Final = Limit(scope="verification-key", tries=10, pause=timedelta(seconds=60), forgets=timedelta(hours=1))
PER_NUMBER: Final = Limit(
    scope="verification-number", tries=10, pause=timedelta(seconds=60), forgets=timedelta(hours=1)
)
BEGAN, ANSWERED = "phone_verification.began", "phone_verification.answered"


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What a person types: the number, the ID, and the last four digits of the health card's number."""

    mobile: str
    national_id: str
    card_last4: str


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """What ties the operator's answer to our question."""

    state: str
    nonce: str
    verifier: str


def spend_tries(kit: Kit, *, key: PublicKey, what: Claim) -> None:
    """Count a try of the source, the phone's key, the number and the typed ID; raise `Throttled`."""
    spend_source(kit)
    kit.throttle.spend(PER_KEY, key.jkt.encode())
    kit.throttle.spend(PER_NUMBER, kit.keys.index("mobile", what.mobile))
    kit.throttle.spend(TYPED_ID, people.national_id_index(kit, what.national_id))


def state_digest(kit: Kit, state: str) -> bytes:
    """Return the keyed digest of a state, which is all that we keep of it."""
    return kit.keys.mac("phone-verification-state", state)


def place_of(kit: Kit, row: PhoneVerification) -> Place:
    """Return the sealer of a verification's row."""
    return kit.keys.place(PhoneVerification.__tablename__, row.id)


def begin(
    kit: Kit, *, what: Claim, exchange: Exchange, phone: NewPhone, operator: str, consent_version: str
) -> PhoneVerification:
    """Store a verification that waits for its answer."""
    now = kit.clock.now()
    row = PhoneVerification(id=new_id(), state=WAITING, operator=operator, consent_version=consent_version)
    row.made_at, row.expires_at = now, now + LIFE
    row.device, row.otp_key, row.jkt = asdict(phone.facts), phone.otp_key.jwk, phone.key.jkt
    row.held = phone.held  # judged now: the nonce that it was attested over is good for five minutes only
    row.state_digest = state_digest(kit, exchange.state)
    for column, plain in (vars(what) | {"nonce": exchange.nonce, "verifier": exchange.verifier}).items():
        setattr(row, column, place_of(kit, row).seal(column, plain))
    with kit.begin() as session:
        session.add(row)
        audit.record(session, kit, BEGAN, object=row.id, operator=operator, consent=consent_version)
    return row


def opened(kit: Kit, row: PhoneVerification) -> Claim:
    """Return what the person typed."""
    place = place_of(kit, row)
    return Claim(**{name: place.open(name, getattr(row, name)) for name in ("mobile", "national_id", "card_last4")})


def phone_of(row: PhoneVerification, key: PublicKey) -> NewPhone:
    """Return the phone that began, with the key that it proved again."""
    otp_key = PublicKey(row.otp_key["x"], row.otp_key["y"])
    return NewPhone(key=key, facts=DeviceFacts(**row.device), otp_key=otp_key, held=row.held)


def take(kit: Kit, row: PhoneVerification) -> None:
    """Use the one answer up; raise `VerificationOver` where another call was quicker or the time is over."""
    waiting = update(PhoneVerification).where(
        PhoneVerification.id == row.id,
        PhoneVerification.state == WAITING,
        PhoneVerification.expires_at > kit.clock.now(),
    )
    with kit.begin() as session:
        if not claim(session, waiting.values(state=CLAIMED)):
            raise VerificationOver


def prove(kit: Kit, row: PhoneVerification) -> None:
    """Remember that operator and registry said yes."""
    taken = update(PhoneVerification).where(PhoneVerification.id == row.id, PhoneVerification.state == CLAIMED)
    with kit.begin() as session:
        if not claim(session, taken.values(state=PROVEN)):
            raise VerificationOver


def end(kit: Kit, row: PhoneVerification, refusal: Problem) -> None:
    """End a verification with its refusal, which the person whose ID was typed finds in their history."""
    index = people.national_id_index(kit, opened(kit, row).national_id)
    taken = update(PhoneVerification).where(PhoneVerification.id == row.id, PhoneVerification.state == CLAIMED)
    with kit.begin() as session:
        session.execute(taken.values(state=REFUSED, outcome=refusal.code))
        actor = session.scalar(select(Person.id).where(Person.national_id_index == index))
        audit.record(session, kit, ANSWERED, actor=actor, object=row.id, outcome=refusal.code, operator=row.operator)


def is_open(row: PhoneVerification, *, at: datetime) -> bool:
    """Tell whether a verification can still be answered."""
    return row.state in (WAITING, PROVEN) and row.expires_at > at


def purge(kit: Kit) -> None:
    """Forget verifications that are over for an hour, and the tries that were counted on keys and numbers."""
    now = kit.clock.now()
    with kit.begin() as session:
        session.execute(delete(PhoneVerification).where(PhoneVerification.expires_at < now - KEPT))
        for limit in (PER_KEY, PER_NUMBER):
            old = (Tally.scope == limit.scope, Tally.since_at < now - KEPT, Tally.open_at < now)
            session.execute(delete(Tally).where(*old))
