"""The rotating text of a QR login, and the code to type in its place: bound to the order and to their time. Pure."""

import hmac
import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from authsvc.core import crockford

EVERY_SECONDS: Final = 3
OLDEST_SECONDS: Final = 10
MAC_DIGITS: Final = 32
TYPED_EVERY_SECONDS: Final = 60
SHAPE: Final = re.compile(r"(?P<start>[A-Za-z0-9_-]{22})\.(?P<t>0|[1-9][0-9]{0,3})\.(?P<mac>[0-9a-f]{32})")


@dataclass(frozen=True)
class Frame:
    """What a phone read: which order, drawn in which second since its start, and the digest that vouches for it."""

    start_token: str
    t: int
    mac: str


def second_of(created_at: datetime, at: datetime) -> int:
    """Return the whole seconds since the order began."""
    return int((at - created_at).total_seconds())


def shown_second(created_at: datetime, at: datetime) -> int:
    """Return the second of the frame that is on the screen at a moment (a new one every 3 s)."""
    now = second_of(created_at, at)
    return now - now % EVERY_SECONDS


def digest(secret: bytes, message: str) -> bytes:
    """Return HMAC-SHA-256 of an ASCII message (RFC 2104), of which frames and typed codes are made."""
    return hmac.digest(secret, message.encode("ascii"), sha256)


def mac(secret: bytes, start_token: str, t: int) -> str:
    """Return the first 32 hex digits of HMAC-SHA-256(secret, start_token + "." + t)."""
    return digest(secret, f"{start_token}.{t}").hex()[:MAC_DIGITS]


def typed_code(secret: bytes, start_token: str, minute: int) -> str:
    """Return the code to type in a minute: 40 bits of HMAC-SHA-256(secret, start_token + ".typed." + minute)."""
    return crockford.symbols(digest(secret, f"{start_token}.typed.{minute}"))


def minute_of(created_at: datetime, at: datetime) -> int:
    """Return the whole minutes since the order began; each has a typed code of its own."""
    return second_of(created_at, at) // TYPED_EVERY_SECONDS


def is_typed(code: str, *, secret: bytes, start_token: str, minute: int) -> bool:
    """Tell whether a code is of this minute or the one before, so that nobody types against the change."""
    good = [typed_code(secret, start_token, each) for each in (minute, minute - 1) if each >= 0]
    return any(hmac.compare_digest(code.encode(), one.encode()) for one in good)


def text(*, origin: str, secret: bytes, start_token: str, t: int) -> str:
    """Return the text of a frame: a link that opens the app, with everything in its fragment."""
    return f"{origin}/app/q#{start_token}.{t}.{mac(secret, start_token, t)}"


def read(scanned: str, *, origin: str) -> Frame | None:
    """Read a scanned text; answer None when it is not a frame of this origin."""
    prefix = f"{origin}/app/q#"
    match = SHAPE.fullmatch(scanned.removeprefix(prefix)) if scanned.startswith(prefix) else None
    return Frame(match["start"], int(match["t"]), match["mac"]) if match else None


def is_genuine(frame: Frame, *, secret: bytes) -> bool:
    """Tell whether this order's secret made the frame."""
    return hmac.compare_digest(frame.mac, mac(secret, frame.start_token, frame.t))
