"""The check that no program registers by the thousand: the browser works for a second. Nothing is stored, nobody asked.

ALTCHA's second protocol: the browser looks for the counter whose PBKDF2 key begins with what the challenge names. We
know it, because we drew it, and signed the challenge; so a solution costs us one HMAC. The times are ours and not the
library's, which would look at a clock of its own.
"""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import altcha
from sqlalchemy.orm import Session

from authsvc.core.db import upsert
from authsvc.core.errors import Forbidden
from authsvc.core.i18n import N_
from authsvc.core.kit import Kit
from authsvc.identity.models import UsedProof

LIFE: Final = timedelta(minutes=10)
ALGORITHM: Final = "PBKDF2/SHA-256"
ROUNDS: Final = 1000  # of PBKDF2, for each counter that is tried


class BotCheckFailed(Forbidden):
    """No solution, one of another challenge, one that is too old, or one that was used before: never told which."""

    code = "bot_check_failed"
    detail = N_("The check that no program is writing did not succeed. Please open the page again and try once more.")


def new_challenge(kit: Kit) -> dict[str, Any]:
    """Return a challenge that takes between half of and all the tries that the settings name."""
    tries = kit.settings.proof_of_work
    until = kit.clock.now() + LIFE
    made = altcha.create_challenge(
        ALGORITHM,
        ROUNDS,
        counter=tries - secrets.randbelow(tries // 2 + 1),
        data={"until": int(until.timestamp()), "tries": tries},
        hmac_secret=_key(kit, "challenge"),
        hmac_key_secret=_key(kit, "solution"),
    )
    told: dict[str, Any] = made.to_dict()
    return told


def require(kit: Kit, solution: str) -> None:
    """Use up a solution of ours; raise `BotCheckFailed`."""
    result = altcha.verify_solution(
        solution, _key(kit, "challenge"), hmac_key_secret=_key(kit, "solution"), hmac_algorithm="SHA-256"
    )
    if not result.verified:
        raise BotCheckFailed
    challenge = altcha.Payload.from_base64(solution).challenge  # signed by us: it is what we made
    until = datetime.fromtimestamp((challenge.parameters.data or {})["until"], UTC)
    if until <= kit.clock.now():
        raise BotCheckFailed
    with kit.begin() as session:
        if not _unseen(session, kit, challenge.signature or "", until):
            raise BotCheckFailed


def _unseen(session: Session, kit: Kit, signature: str, until: datetime) -> bool:
    row = {"digest": kit.keys.mac("proof-of-work/used", signature.lower()), "expires_at": until}
    first = upsert(session, UsedProof.__table__).on_conflict_do_nothing()  # type: ignore[arg-type]
    return session.execute(first.returning(UsedProof.digest).values(**row)).first() is not None


def _key(kit: Kit, what: str) -> bytes:
    return kit.keys.mac("proof-of-work", what)
