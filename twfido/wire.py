"""What TW FidO and we send each other (interface for relying parties 2.9). Pure: keys, texts and a moment come in."""

import os
from base64 import b64decode
from binascii import Error as NotBase64
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from hmac import compare_digest
from re import compile as pattern
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from authsvc.core import strictjson
from authsvc.core.jose import b64url, b64url_decode

IV_BYTES: Final = 12
SIGN: Final = "SIGN"
MODES: Final = {"scan": "I-SCAN", "tap": "MWEB2APP"}
TICKET_ID: Final = pattern(r"[A-Za-z0-9_\-]{8,64}")
LONGEST_TICKET: Final = 2048  # a QR code (version 40, correction M) holds 2331 bytes


class NotBelieved(ValueError):
    """An answer is not what TW FidO would have answered to us; the text is for the log."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What we ask of TW FidO: whom, how, and over which data the phone is to sign."""

    transaction_id: str
    national_id: str
    mode: str
    hint: str
    data: bytes
    seconds: int


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """A ticket that is ours: what the phone reads, and the id by which its result is asked for."""

    id: str
    text: str


def checksum(key: bytes, *fields: str, iv: bytes | None = None) -> str:
    """Return hex of IV, ciphertext and tag: AES-256-GCM over the hex SHA-256 of the fields one after the other.

    The interface's sample has an IV of zeros. Under one key that gives away how two digests differ and lets others
    forge, so ours is random; it travels in front.
    """
    iv = os.urandom(IV_BYTES) if iv is None else iv
    return (iv + AESGCM(key).encrypt(iv, _digest(fields), None)).hex()


def checksum_holds(key: bytes, given: str, *fields: str) -> bool:
    """Tell whether whoever has our key made this checksum over these fields, whatever their IV."""
    try:
        sealed = bytes.fromhex(given)
        opened = AESGCM(key).decrypt(sealed[:IV_BYTES], sealed[IV_BYTES:], None)
    except (ValueError, InvalidTag):
        return False
    return compare_digest(opened, _digest(fields))


def hashed_id(national_id: str) -> str:
    """Return the hash by which TW FidO names a person: SHA-256 of the ID in hex. It hides nothing: IDs are few."""
    return sha256(national_id.encode()).hexdigest()


def signed_data(*, origin: str, transaction_id: str, nonce: str) -> bytes:
    """Return what the phone signs: our words, our origin, this transaction, our nonce (four lines in ASCII)."""
    return f"authsvc-twfido-v1\n{origin}\n{transaction_id}\n{nonce}".encode("ascii")


def read_ticket(text: str, *, expected: Asked, at: datetime) -> Ticket:
    """Return a ticket for exactly what was asked; raise `NotBelieved`. Its digest guards against misreading only."""
    content = _content(text)
    ours = {
        "transaction_id": expected.transaction_id,
        "hashed_id_num": hashed_id(expected.national_id),
        "op_code": SIGN,
        "op_mode": MODES[expected.mode],
    }
    for name, value in ours.items():
        if content.get(name) != value:
            raise NotBelieved(f"the ticket has another {name}")
    ticket_id, ends = content.get("sp_ticket_id"), content.get("expiration_time")
    if not isinstance(ticket_id, str) or not TICKET_ID.fullmatch(ticket_id):
        raise NotBelieved("the ticket has no id")
    if not isinstance(ends, int) or ends <= at.astimezone(UTC).timestamp() * 1000:
        raise NotBelieved("the ticket is over before it begins")
    return Ticket(id=ticket_id, text=text)


def app_link(app_url: str, *, ticket: str, back: str, value: str) -> str:
    """Return the link that opens the app on the same phone, and leads back afterwards with `value`."""
    way_back = {"rtn_url": b64url(back.encode()), "rtn_val": b64url(value.encode())}
    return f"{app_url}?{urlencode({'sp_ticket': ticket, **way_back})}"


def led_on(link: str, *, value: str) -> str:
    """Return a link to the app that leads back with another value."""
    address, _, query = link.partition("?")
    return f"{address}?{urlencode(dict(parse_qsl(query)) | {'rtn_val': b64url(value.encode())})}"


def unbase64(text: str) -> bytes:
    """Read plain base64, as results hold certificate and signature; raise `NotBelieved`."""
    try:
        return b64decode(text, validate=True)
    except (NotBase64, ValueError) as fault:
        raise NotBelieved("not base64") from fault


def _digest(fields: tuple[str, ...]) -> bytes:
    return sha256("".join(fields).encode()).hexdigest().encode()


def _content(text: str) -> dict[str, Any]:
    first, _, second = text.partition(".")
    if len(text) > LONGEST_TICKET or not text.isascii() or second != b64url(sha256(first.encode()).digest()):
        raise NotBelieved("the ticket's digest is not its own")
    try:
        content = strictjson.loads(b64url_decode(first).decode())
    except ValueError as fault:
        raise NotBelieved("the ticket cannot be read") from fault
    if not isinstance(content, dict):
        raise NotBelieved("the ticket holds something else")
    return content
