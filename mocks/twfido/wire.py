"""What providers and relying parties send each other, as the published interface writes it (version 2.9)."""

import json
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

IV_BYTES = 12
ZERO_IV = bytes(IV_BYTES)  # the interface's own sample; whoever sends a random one is understood too


def checksum(key: bytes, *fields: str) -> str:
    """Return the sealed digest of some fields in hex: IV, ciphertext and tag of AES-256-GCM."""
    return (ZERO_IV + AESGCM(key).encrypt(ZERO_IV, digest_of(*fields).encode(), None)).hex()


def checksum_holds(key: bytes, given: str, *fields: str) -> bool:
    """Tell whether a checksum was made with this key over these fields."""
    try:
        sealed = bytes.fromhex(given)
        opened = AESGCM(key).decrypt(sealed[:IV_BYTES], sealed[IV_BYTES:], None)
    except (ValueError, InvalidTag):
        return False
    return opened == digest_of(*fields).encode()


def digest_of(*fields: str) -> str:
    """Return the SHA-256 of fields written one after the other, in small hex digits."""
    return sha256("".join(fields).encode()).hexdigest()


def write_ticket(content: Mapping[str, Any]) -> str:
    """Return a ticket: its content, and a digest by which a misread one is noticed."""
    first = b64url(json.dumps(content, ensure_ascii=False).encode())
    return f"{first}.{b64url(sha256(first.encode()).digest())}"


def read_ticket(ticket: str) -> dict[str, Any] | None:
    """Return a ticket's content, or None where the text is no whole ticket."""
    first, _, second = ticket.strip().partition(".")
    if not second or second != b64url(sha256(first.encode()).digest()):
        return None
    try:
        content = json.loads(unb64url(first))
    except ValueError:
        return None
    return content if isinstance(content, dict) else None


def b64url(content: bytes) -> str:
    """Return base64url without padding."""
    return urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def unb64url(text: str) -> bytes:
    """Return what base64url says; raise `ValueError`."""
    return urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))


def unbase64(text: str) -> bytes | None:
    """Return what plain base64 says, or None."""
    try:
        return b64decode(text, validate=True)
    except (NotBase64, ValueError):
        return None
