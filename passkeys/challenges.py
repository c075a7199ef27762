"""Challenges of the service: random, for one ceremony, in one browser, used up before anything is looked at."""

import secrets
from datetime import timedelta
from typing import Final

from sqlalchemy import delete
from sqlalchemy.orm import Session

from authsvc.core.keys import new_id
from authsvc.core.kit import Kit
from authsvc.identity.ceremonies import CHALLENGE_BYTES
from authsvc.identity.models import Person
from passkeys.models import PasskeyChallenge
from passkeys.refusals import PasskeyChallengeRefused

LIFE: Final = timedelta(minutes=5)


def issue(session: Session, kit: Kit, *, browser: str, person_id: str | None = None) -> PasskeyChallenge:
    """Make a challenge for this browser: for a login, or for this person who adds a passkey."""
    made = PasskeyChallenge(
        id=new_id(),
        challenge=secrets.token_bytes(CHALLENGE_BYTES),
        browser_digest=kit.keys.mac("browser", browser),
        person_id=person_id,
        expires_at=kit.clock.now() + LIFE,
    )
    session.add(made)
    return made


def use_up(kit: Kit, challenge_id: str, *, browser: str | None, person_id: str | None = None) -> bytes:
    """Return a challenge that nobody used before, and nobody can use again; raise `PasskeyChallengeRefused`."""
    mine = PasskeyChallenge.person_id
    unused = delete(PasskeyChallenge).where(
        PasskeyChallenge.id == challenge_id,
        PasskeyChallenge.browser_digest == kit.keys.mac("browser", browser or ""),
        mine.is_(None) if person_id is None else mine == person_id,
        PasskeyChallenge.expires_at > kit.clock.now(),
    )
    with kit.begin() as session:
        found: bytes | None = session.scalar(unused.returning(PasskeyChallenge.challenge))
    if found is None:
        raise PasskeyChallengeRefused
    return found


def void_for(session: Session, kit: Kit, person: Person) -> None:
    """Void what waits for a person to add a passkey: they allow nothing new, or are suspended."""
    del kit
    session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.person_id == person.id))


def purge(kit: Kit) -> None:
    """Forget challenges that were not answered."""
    with kit.begin() as session:
        session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.expires_at <= kit.clock.now()))
