"""A phone's own authenticator in Python: attestation "none" and assertions (WebAuthn Level 3), each part spoilable."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from authsvc.core.jose import b64url, b64url_decode
from mobileapp.client import Phone
from tests.conftest import ORIGIN

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
FLAGS = PRESENT | VERIFIED
RP_ID = "localhost"


@dataclass
class SoftAuthenticator:
    """One credential; `flags`, `origin` and `rp_id` are what it claims, `count` what it counts (None: it does not)."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    count: int | None = 0
    flags: int = FLAGS
    origin: str = ORIGIN
    rp_id: str = RP_ID
    framed_by: str | None = None

    def cose_key(self) -> bytes:
        """Return the public key as COSE (RFC 9053 section 7.1.1, ES256)."""
        numbers = self.key.public_key().public_numbers()
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)})

    def data(self, more: bytes = b"", *, flags: int = 0) -> bytes:
        """Return authenticator data; each call counts as a use."""
        if self.count is not None:
            self.count += 1
        counted = (self.count or 0).to_bytes(4)
        return sha256(self.rp_id.encode()).digest() + bytes([self.flags | flags]) + counted + more

    def client_data(self, kind: str, challenge: bytes) -> bytes:
        """Return what the browser says of the call."""
        claims = {"type": kind, "challenge": b64url(challenge), "origin": self.origin, "crossOrigin": False}
        framed = {"crossOrigin": True, "topOrigin": self.framed_by} if self.framed_by else {}
        return json.dumps(claims | framed).encode()

    def _credential(self, **response: Any) -> dict[str, Any]:
        name = b64url(self.credential_id)
        return {"id": name, "rawId": name, "type": "public-key", "response": response}

    def register(self, options: Mapping[str, Any], **spoilt: bytes) -> dict[str, Any]:
        """Answer creation options; `cose_key` or `challenge` may be something else than they should be."""
        challenge = spoilt.get("challenge", b64url_decode(options["challenge"]))
        named = bytes(16) + len(self.credential_id).to_bytes(2) + self.credential_id
        attested = self.data(named + spoilt.get("cose_key", self.cose_key()), flags=ATTESTED)
        statement = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": attested})
        return self._credential(
            clientDataJSON=b64url(self.client_data("webauthn.create", challenge)),
            attestationObject=b64url(statement),
            transports=["internal"],
        )

    def sign(self, challenge: bytes, *, kind: str = "webauthn.get") -> dict[str, Any]:
        """Answer a challenge."""
        data, client_data = self.data(), self.client_data(kind, challenge)
        signature = self.key.sign(data + sha256(client_data).digest(), ec.ECDSA(hashes.SHA256()))
        return self._credential(
            clientDataJSON=b64url(client_data), authenticatorData=b64url(data), signature=b64url(signature)
        )

    def assertion(self, jws: str) -> dict[str, Any]:
        """Return the assertion over a decision: its challenge is the SHA-256 of the compact JWS."""
        return self.sign(sha256(jws.encode("ascii")).digest())


def add_authenticator(phone: Phone, authenticator: SoftAuthenticator | None = None) -> SoftAuthenticator:
    """Register an authenticator for a phone just bound, and return it."""
    own = authenticator or SoftAuthenticator()
    offered = phone.call("POST", "/me/device/authenticators/offers")
    phone.call("POST", "/me/device/authenticators", {"credential": own.register(offered["publicKey"])})
    return own
