"""Our own key pairs for signing (ES256), derived from the root keys, so that nothing more has to be kept secret."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jws
from joserfc.jwk import ECKey

from authsvc.core.jose import PublicKey, b64url
from authsvc.core.keys import Keys

# The order of the curve P-256 (FIPS 186-5, SP 800-186 section 3.2.1.3).
ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
# 128 bits more than the order has, so that the remainder is not lopsided (FIPS 186-5, A.2.1).
MATERIAL_BYTES: Final = 48
PUBLISHED: Final = 2


@dataclass(frozen=True)
class SigningKey:
    """A key pair of ours; `kid` is the public half's thumbprint (RFC 7638)."""

    private: ec.EllipticCurvePrivateKey

    @cached_property
    def public(self) -> PublicKey:
        """Return the public half."""
        point = self.private.public_key().public_numbers()
        return PublicKey(b64url(point.x.to_bytes(32)), b64url(point.y.to_bytes(32)))

    @property
    def kid(self) -> str:
        """Return the id under which the public half is published."""
        return self.public.jkt

    @property
    def jwk(self) -> dict[str, str]:
        """Return the public half as it is published (RFC 7517)."""
        return self.public.jwk | {"use": "sig", "alg": "ES256", "kid": self.kid}

    def sign(self, claims: dict[str, Any], *, typ: str = "JWT") -> str:
        """Return the claims as a compact JWS of this type by this key."""
        header = {"alg": "ES256", "typ": typ, "kid": self.kid}
        payload = json.dumps(claims).encode()
        return jws.serialize_compact(header, payload, ECKey.import_key(self.private), algorithms=["ES256"])


def signing_keys(keys: Keys, purpose: str) -> tuple[SigningKey, ...]:
    """Return this purpose's key of the newest root, which signs, and that of the root before it, which is still shown.

    So a root key is added, the new public half is fetched by whoever checks, and the old one goes with the next.
    """
    newest = sorted(keys.roots, reverse=True)[:PUBLISHED]
    return tuple(SigningKey(_private(keys, purpose, root)) for root in newest)


def _private(keys: Keys, purpose: str, root: int) -> ec.EllipticCurvePrivateKey:
    material = keys.material(f"signing/{purpose}", root=root, size=MATERIAL_BYTES)
    return ec.derive_private_key(int.from_bytes(material) % (ORDER - 1) + 1, ec.SECP256R1())
