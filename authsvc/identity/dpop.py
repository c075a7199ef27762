"""Proof of possession of a phone's key on every call (RFC 9449), with nonces for phones whose clock is wrong."""

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from sqlalchemy import delete

from authsvc.core.db import upsert
from authsvc.core.errors import Refused
from authsvc.core.i18n import N_
from authsvc.core.jose import NotAuthentic, PublicKey, b64url, peek_header, read_public_key, verify
from authsvc.core.kit import Kit
from authsvc.core.web import Credentials
from authsvc.identity.models import UsedProof

TYP: Final = "dpop+jwt"
MAX_AGE: Final = timedelta(seconds=60)
MAX_AHEAD: Final = timedelta(seconds=5)
NONCE_LIFE: Final = timedelta(minutes=5)
MAX_JTI: Final = 128
DEFAULT_PORTS: Final = {"http": 80, "https": 443}
NONCE: Final = re.compile(r"[0-9a-f]{1,9}\.[A-Za-z0-9_-]{22}")  # 9 digits reach beyond the year 4000


class ProofRefused(Refused):
    """The DPoP proof is missing, malformed, for another call, used before, or not by the right key."""

    code, detail = "invalid_dpop_proof", N_("The phone's proof was not accepted.")

    def headers(self) -> dict[str, str]:
        """Name the error as RFC 9449 section 7.1 does."""
        return {"WWW-Authenticate": 'DPoP error="invalid_dpop_proof", algs="ES256"'}


class NonceRequired(Refused):
    """The proof's time cannot be believed: the phone must use the nonce in the answer."""

    code, detail = "use_dpop_nonce", N_("The phone's clock is off. Please try again.")

    def __init__(self, nonce: str) -> None:
        super().__init__()
        self._nonce = nonce

    def headers(self) -> dict[str, str]:
        """Hand out the nonce (RFC 9449 section 8)."""
        return {"DPoP-Nonce": self._nonce, "WWW-Authenticate": 'DPoP error="use_dpop_nonce", algs="ES256"'}


@dataclass(frozen=True)
class Nonce:
    """A nonce of ours and when it ends."""

    nonce: str
    expires_at: datetime


def offer_nonce(kit: Kit) -> Nonce:
    """Return a fresh nonce, for a phone that needs one before it has a key (it attests the key over it)."""
    now = kit.clock.now().replace(microsecond=0)
    return Nonce(make_nonce(kit, at=now), now + NONCE_LIFE)


def make_nonce(kit: Kit, *, at: datetime) -> str:
    """Return a nonce that is good for five minutes: its second in hex, and a digest of it."""
    second = f"{int(at.timestamp()):x}"
    return f"{second}.{b64url(kit.keys.mac('dpop-nonce', second)[:16])}"


def is_live_nonce(kit: Kit, nonce: str, *, at: datetime) -> bool:
    """Tell whether we made this nonce within the last five minutes."""
    if not NONCE.fullmatch(nonce):
        return False
    made = datetime.fromtimestamp(int(nonce.partition(".")[0], 16), UTC)
    genuine = hmac.compare_digest(nonce, make_nonce(kit, at=made))
    return genuine and made <= at < made + NONCE_LIFE


def require_proof(
    kit: Kit,
    shown: Credentials,
    *,
    access_token: str | None = None,
    expected_jkt: str | None = None,
    fresh: bool = False,
) -> PublicKey:
    """Return the key that made this call's one proof; raise `ProofRefused` or `NonceRequired`.

    `fresh` demands a nonce of ours. The proof is used up: the same one is refused afterwards, on every process.
    """
    now = kit.clock.now()
    try:
        key, claims = _read(shown.proofs)
        _check_call(claims, kit.settings.public_origin, shown, access_token)
    except NotAuthentic as fault:
        raise ProofRefused from fault
    if expected_jkt is not None and key.jkt != expected_jkt:
        raise ProofRefused
    use_once(kit, claims, key=key, until=believable_until(kit, claims, at=now, fresh=fresh))
    return key


def _read(proofs: Sequence[str]) -> tuple[PublicKey, dict[str, Any]]:
    if len(proofs) != 1:
        raise NotAuthentic("not exactly one proof")
    key = read_public_key(peek_header(proofs[0]).get("jwk"))
    return key, verify(proofs[0], typ=TYP, key=key)


def _check_call(claims: dict[str, Any], origin: str, shown: Credentials, access_token: str | None) -> None:
    """Check that the proof is for this method, address and token; raise `NotAuthentic`."""
    htu = claims.get("htu")
    if claims.get("htm") != shown.method or not isinstance(htu, str):
        raise NotAuthentic("for another call")
    if isinstance(claims.get("iat"), bool) or not isinstance(claims.get("iat"), int | float):
        raise NotAuthentic("without its time")  # required by section 4.2, even where a nonce decides
    if _normalised(htu) != (*_normalised(origin)[:-1], shown.path):
        raise NotAuthentic("for another address")
    if access_token is not None:
        ath = claims.get("ath")
        if not isinstance(ath, str) or ath != b64url(sha256(access_token.encode()).digest()):
            raise NotAuthentic("for another token")


def _normalised(address: str) -> tuple[str, str | None, str | None, int | None, str]:
    """Return what of an address counts, query and fragment not, as RFC 9449 section 4.3 wants addresses compared.

    Capitals in scheme and host, the default port and needless percent signs make no difference (RFC 3986 section 6.2).
    """
    try:
        parts = urlsplit(address)
        port = parts.port or DEFAULT_PORTS.get(parts.scheme)
    except ValueError as fault:
        raise NotAuthentic("not an address") from fault
    return parts.scheme, parts.username, parts.hostname, port, unquote(parts.path)


def believable_until(kit: Kit, claims: dict[str, Any], *, at: datetime, fresh: bool = False) -> datetime:
    """Return until when these claims could be shown again; raise `NonceRequired` when their time is not believed.

    A live nonce of ours decides by itself, because phones' clocks are wrong; without one `iat` must be near.
    """
    nonce, iat = claims.get("nonce"), claims.get("iat")
    if isinstance(nonce, str) and is_live_nonce(kit, nonce, at=at):
        return at + NONCE_LIFE
    if fresh or nonce is not None or isinstance(iat, bool) or not isinstance(iat, int):
        raise NonceRequired(make_nonce(kit, at=at))
    # Compared, not subtracted: Python does that exactly for a number of any size, where subtracting overflows.
    if not (at - MAX_AGE).timestamp() <= iat <= (at + MAX_AHEAD).timestamp():
        raise NonceRequired(make_nonce(kit, at=at))
    return at + MAX_AGE + MAX_AHEAD


def use_once(kit: Kit, claims: dict[str, Any], *, key: PublicKey, until: datetime) -> None:
    """Use up a token's `jti`; raise `ProofRefused` when it has none or was used before."""
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= MAX_JTI or not jti.isascii():
        raise ProofRefused
    with kit.begin() as session:
        unseen = upsert(session, UsedProof.__table__).on_conflict_do_nothing().returning(UsedProof.digest)  # type: ignore[arg-type]
        # Asked for the row, because PostgreSQL's driver does not always count an INSERT.
        if session.scalar(unseen.values(digest=kit.keys.mac("jti", f"{key.jkt} {jti}"), expires_at=until)) is None:
            raise ProofRefused


def purge(kit: Kit) -> None:
    """Forget proofs that could not be believed any more."""
    with kit.begin() as session:
        session.execute(delete(UsedProof).where(UsedProof.expires_at < kit.clock.now()))
