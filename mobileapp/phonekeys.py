"""What a phone computes with its two keys: proofs, signatures and one-time codes. No network, no clock."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jws
from joserfc.jwk import ECKey

CURVE = "P-256"
ALGORITHM = "ES256"
OTP_INFO = b"authsvc-otp-v1"
OTP_TAG_INFO = b"authsvc-otp-tag-v1"
OTP_SECRET_BYTES = 32
LOW_31_BITS = 0x7FFF_FFFF

PROOF_TYPE = "dpop+jwt"
DECISION_TYPE = "authsvc-decision+jwt"
MOVE_TYPE = "authsvc-move+jwt"
KEY_TYPE = "authsvc-key+jwt"


def b64url(raw: bytes) -> str:
    """Return base64url text without padding (RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def public_jwk(key: ECKey) -> dict[str, str]:
    """Return the public half as `{kty, crv, x, y}` and nothing else."""
    return {name: str(key.as_dict(private=False)[name]) for name in ("kty", "crv", "x", "y")}


def signed(key: ECKey, *, header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    """Return a compact JWS by ES256 over the claims as JSON (RFC 7515)."""
    payload = json.dumps(claims, separators=(",", ":"), ensure_ascii=False).encode()
    return jws.serialize_compact({"alg": ALGORITHM, **header}, payload, key, algorithms=[ALGORITHM])


def proof(  # the six things that RFC 9449 section 4.2 puts into a proof
    key: ECKey,
    *,
    method: str,
    url: str,
    at: datetime,
    access_token: str | None = None,
    nonce: str | None = None,
) -> str:
    """Return a DPoP proof for one request; `url` without query and fragment (RFC 9449 section 4.2)."""
    claims: dict[str, Any] = {
        "jti": secrets.token_urlsafe(16),
        "htm": method,
        "htu": url,
        "iat": int(at.timestamp()),
    }
    if access_token is not None:
        claims["ath"] = b64url(hashlib.sha256(access_token.encode()).digest())
    if nonce is not None:
        claims["nonce"] = nonce
    return signed(key, header={"typ": PROOF_TYPE, "jwk": public_jwk(key)}, claims=claims)


def otp_secret(own: ECKey, *, other: Mapping[str, str], device_id: str, page_tag: str | None = None) -> bytes:
    """Return the 32 bytes that phone and service agree on without sending them (ECDH, HKDF, RFC 5869).

    With the two characters of a login page: those whose codes work beside that page only (HKDF-Expand, one HMAC).
    """
    theirs = ECKey.import_key({name: other[name] for name in ("kty", "crv", "x", "y")}).public_key
    if own.private_key is None:
        raise ValueError("the phone's own half must be the private key")
    shared = own.private_key.exchange(ec.ECDH(), theirs)
    info = OTP_INFO + device_id.encode("ascii")
    secret = HKDF(algorithm=hashes.SHA256(), length=OTP_SECRET_BYTES, salt=None, info=info).derive(shared)
    return hmac.digest(secret, OTP_TAG_INFO + page_tag.encode("ascii") + b"\x01", "sha256") if page_tag else secret


def totp(secret: bytes, *, at: datetime, digits: int = 8, period: int = 30) -> str:
    """Return the code of the step that `at` (aware) falls in, by HMAC-SHA-256 (RFC 6238 section 4.2)."""
    if at.tzinfo is None:
        raise ValueError("a code belongs to an instant: give an aware datetime")
    step = int(at.timestamp()) // period
    mac = hmac.digest(secret, step.to_bytes(8, "big"), "sha256")
    offset = mac[-1] & 0xF  # dynamic truncation, RFC 4226 section 5.3
    number = int.from_bytes(mac[offset : offset + 4], "big") & LOW_31_BITS
    return str(number % 10**digits).zfill(digits)


@dataclass(frozen=True, kw_only=True)
class PhoneKeys:
    """The two key pairs that are made on the phone: one to sign with, one to agree on the OTP secret."""

    device: ECKey
    otp: ECKey

    @classmethod
    def generate(cls) -> Self:
        """Return two fresh P-256 key pairs."""
        return cls(device=ECKey.generate_key(CURVE), otp=ECKey.generate_key(CURVE))

    @classmethod
    def restore(cls, saved: Mapping[str, Any]) -> Self:
        """Return the keys that `saved()` wrote."""
        return cls(device=ECKey.import_key(saved["device"]), otp=ECKey.import_key(saved["otp"]))

    def saved(self) -> dict[str, Any]:
        """Return both key pairs as private JWKs, for a file that only the owner can read."""
        return {"device": self.device.as_dict(private=True), "otp": self.otp.as_dict(private=True)}
