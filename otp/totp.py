"""The arithmetic of the one-time code: RFC 6238 with HMAC-SHA-256 over a secret that both sides derive. Pure."""

import base64
import hmac
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

import pyotp
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

PERIOD: Final = 30
VALID_FOR: Final = 180
AHEAD: Final = 1  # steps that a phone's clock may be fast
SECRET_BYTES: Final = 32
INFO: Final = b"authsvc-otp-v1"
TAG_INFO: Final = b"authsvc-otp-tag-v1"


def agree(*, own: ec.EllipticCurvePrivateKey, other: ec.EllipticCurvePublicKey, device_id: str) -> bytes:
    """Return the 32-byte secret of a device: HKDF-SHA-256 of the ECDH result (RFC 5869, empty salt)."""
    shared = own.exchange(ec.ECDH(), other)
    info = INFO + device_id.encode("ascii")
    return HKDF(algorithm=SHA256(), length=SECRET_BYTES, salt=None, info=info).derive(shared)


def tagged(secret: bytes, tag: str) -> bytes:
    """Return the secret whose codes work only beside the page that shows these characters (RFC 5869 section 2.3).

    HKDF-Expand alone, for the secret is uniformly random already (section 3.3); it is one HMAC over
    "authsvc-otp-tag-v1", the characters in capitals and 0x01, so a phone can do it with a key it cannot take out.
    """
    info = TAG_INFO + tag.upper().encode("ascii")
    return HKDFExpand(algorithm=SHA256(), length=SECRET_BYTES, info=info).derive(secret)


def step_at(moment: datetime) -> int:
    """Return the number of the 30-second step that an aware moment lies in (RFC 6238 section 4.2)."""
    if moment.tzinfo is None:
        raise ValueError("a naive time is wrong for an hour every autumn")
    return int(moment.timestamp()) // PERIOD


def code_for(secret: bytes, step: int, *, digits: int, digest: Callable[..., Any] = sha256) -> str:
    """Return the code of a step (RFC 4226 section 5.3 with SHA-256; the RFCs' vectors also name other digests)."""
    generator = pyotp.HOTP(s=base64.b32encode(secret).decode(), digits=digits, digest=digest)
    return str(generator.at(count=step))


def matching_step(secret: bytes, code: str, *, at: datetime, digits: int) -> int | None:
    """Return the step whose code this is, if it may still be used at that moment; every candidate is computed.

    A code lives 180 s from the start of its step: its last moment is 179.999 s after it. One step ahead is taken from
    phones whose clock is fast, so the step's code is good from 30 s before it begins.
    """
    now = step_at(at)
    found = None
    for step in range(now - VALID_FOR // PERIOD + 1, now + AHEAD + 1):
        if hmac.compare_digest(code_for(secret, step, digits=digits).encode(), code.encode()):
            found = step
    return found
