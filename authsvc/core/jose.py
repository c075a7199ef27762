"""ES256 and nothing else: public keys as JWK (RFC 7517), compact JWS (RFC 7515), thumbprints (RFC 7638)."""

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from authsvc.core import strictjson
from authsvc.core.errors import Invalid
from authsvc.core.i18n import N_

MAX_TOKEN: Final = 8 * 1024
COMPACT: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}")
COORDINATE: Final = re.compile(r"[A-Za-z0-9_-]{43}")


class NotAuthentic(Exception):
    """A token is malformed, of another type, or not signed by the expected key."""


@dataclass(frozen=True)
class PublicKey:
    """A P-256 public key; `jkt` is its RFC 7638 thumbprint (SHA-256, 43 characters)."""

    x: str
    y: str

    @property
    def jwk(self) -> dict[str, str]:
        """Return the four members that make the key."""
        return {"kty": "EC", "crv": "P-256", "x": self.x, "y": self.y}

    @property
    def jkt(self) -> str:
        """Return the thumbprint."""
        return ECKey.import_key(dict(self.jwk)).thumbprint()

    def as_cryptography(self) -> ec.EllipticCurvePublicKey:
        """Return the key for ECDH."""
        return ec.EllipticCurvePublicNumbers(
            int.from_bytes(b64url_decode(self.x)), int.from_bytes(b64url_decode(self.y)), ec.SECP256R1()
        ).public_key()


def b64url(data: bytes) -> str:
    """Encode without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def b64url_decode(text: str) -> bytes:
    """Decode canonical base64url without padding; raise `ValueError` for anything else."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as fault:
        raise ValueError("not base64url") from fault
    if b64url(data) != text:
        raise ValueError("not canonical base64url")
    return data


def read_public_key(jwk: Any) -> PublicKey:
    """Read a public JWK; other members are ignored, but a private one is refused. Raise `NotAuthentic`."""
    if not isinstance(jwk, dict) or "d" in jwk or jwk.get("kty") != "EC" or jwk.get("crv") != "P-256":
        raise NotAuthentic("not a public P-256 key")
    x, y = jwk.get("x"), jwk.get("y")
    if not isinstance(x, str) or not isinstance(y, str) or not COORDINATE.fullmatch(x) or not COORDINATE.fullmatch(y):
        raise NotAuthentic("coordinates are not 32 bytes")
    key = PublicKey(x, y)
    try:
        key.as_cryptography()
    except ValueError as fault:
        raise NotAuthentic("not a point of the curve") from fault
    return key


def require_public_key(jwk: Any, *, field: str) -> PublicKey:
    """Read a public JWK out of a body; raise `Invalid` on that field."""
    try:
        return read_public_key(jwk)
    except NotAuthentic as fault:
        raise Invalid({field: [N_("This is not a public P-256 key.")]}) from fault


def peek_header(token: str) -> dict[str, Any]:
    """Return a compact token's header, unverified; raise `NotAuthentic` when it is none."""
    if len(token) > MAX_TOKEN or not COMPACT.fullmatch(token):
        raise NotAuthentic("not a compact ES256 token")
    return _json_object(token.split(".", 1)[0])


def verify(token: str, *, typ: str, key: PublicKey) -> dict[str, Any]:
    """Return the claims of a compact ES256 token of type `typ` signed by `key`; raise `NotAuthentic`."""
    header = peek_header(token)
    if header.get("typ") != typ:
        raise NotAuthentic("another type of token")
    verify_signature(token, key=key)
    return _json_object(token.split(".")[1])


def verify_signature(token: str, *, key: PublicKey) -> bytes:
    """Return the payload of a compact ES256 token signed by `key`; raise `NotAuthentic`."""
    header = peek_header(token)
    if header.get("alg") != "ES256" or "crit" in header or "b64" in header:
        raise NotAuthentic("another algorithm, or a header we do not know")
    try:
        return jws.deserialize_compact(token, ECKey.import_key(dict(key.jwk)), algorithms=["ES256"]).payload
    except (JoseError, ValueError) as fault:
        raise NotAuthentic("not signed by this key") from fault


def _json_object(part: str) -> dict[str, Any]:
    try:
        value = strictjson.loads(b64url_decode(part).decode("utf-8"))
    except ValueError as fault:
        raise NotAuthentic("not JSON") from fault
    if not isinstance(value, dict):
        raise NotAuthentic("not an object")
    return value
