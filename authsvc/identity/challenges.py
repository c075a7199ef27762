"""Fresh nonces for cards, and the proof that answers one."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select, update

from authsvc.core import audit
from authsvc.core.db import claim
from authsvc.core.errors import Problem, Refused
from authsvc.core.i18n import N_
from authsvc.core.keys import new_id, new_token
from authsvc.core.kit import Kit
from authsvc.identity.cards import CardNotRecognised, CardProof, VerifiedCard, signed_bytes, verify_card
from authsvc.identity.models import CardChallenge
from authsvc.identity.profiles import CardTrust
from authsvc.identity.revocation import Revocations

LIFE: Final = timedelta(seconds=120)
PURPOSES: Final = (
    "register",
    "confirm",
    "resend",
    "cancel",
    "reset",
    "login",
    "residence",
    "staff",
    "counter",
    "unit",
    "manager",
)


class ChallengeRefused(Refused):
    """The challenge is used, too old, for something else, or of another browser."""

    code = "challenge_refused"
    detail = N_("This took too long, or was done already. Please read the card again.")


def issue(kit: Kit, *, purpose: str, browser: str) -> CardChallenge:
    """Make a nonce that one card may sign within 120 s, for this purpose, in this browser."""
    challenge = CardChallenge(
        id=new_id(),
        nonce=new_token(32),
        purpose=purpose,
        browser_digest=kit.keys.mac("browser", browser),
        expires_at=kit.clock.now() + LIFE,
    )
    with kit.begin() as session:
        session.add(challenge)
    return challenge


def redeem(kit: Kit, proof: CardProof, *, purpose: str, browser: str | None, kinds: Sequence[str]) -> VerifiedCard:
    """Use a challenge up and return the card that signed it; raise the refusal that fits, which is also audited."""
    try:
        card = _redeem(kit, proof, purpose=purpose, browser=browser, kinds=kinds)
    except Problem as refusal:
        audit.record_refusal(kit, f"card.{purpose}", outcome=refusal.code)
        raise
    return card


def _redeem(kit: Kit, proof: CardProof, *, purpose: str, browser: str | None, kinds: Sequence[str]) -> VerifiedCard:
    at = kit.clock.now()
    nonce = _use_up(kit, proof.challenge_id, purpose=purpose, browser=browser, at=at)
    expected = signed_bytes(
        origin=kit.settings.public_origin, purpose=purpose, challenge_id=proof.challenge_id, nonce=nonce
    )
    card = verify_card(proof, expected=expected, trust=kit.port(CardTrust), at=at)
    if card.kind not in kinds:
        raise CardNotRecognised
    kit.port(Revocations).require_not_revoked(card, at=at)  # type: ignore[type-abstract]
    return card


def _use_up(kit: Kit, challenge_id: str, *, purpose: str, browser: str | None, at: datetime) -> str:
    """Return the nonce of a challenge that nobody used before; raise `ChallengeRefused`."""
    unused = update(CardChallenge).where(
        CardChallenge.id == challenge_id,
        CardChallenge.purpose == purpose,
        CardChallenge.browser_digest == kit.keys.mac("browser", browser or ""),
        CardChallenge.used_at.is_(None),
        CardChallenge.expires_at > at,
    )
    with kit.begin() as session:
        if not claim(session, unused.values(used_at=at)):
            raise ChallengeRefused
        return session.scalars(select(CardChallenge.nonce).where(CardChallenge.id == challenge_id)).one()


def purge(kit: Kit) -> None:
    """Forget challenges that can no longer be used."""
    with kit.begin() as session:
        session.execute(delete(CardChallenge).where(CardChallenge.expires_at < kit.clock.now() - LIFE))
