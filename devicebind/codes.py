"""What a device code looks like: eight symbols to type, and an address with a longer secret for the QR code. Pure."""

import re
import secrets
from typing import Final

from authsvc.core.crockford import ALPHABET, LENGTH

SECRET_BYTES: Final = 32
SECRET: Final = re.compile(r"[A-Za-z0-9_-]{22,64}")
PATH: Final = "/app/b#"


def new_code() -> str:
    """Return a fresh code of 40 random bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def new_secret() -> str:
    """Return a fresh secret for the QR code: 256 random bits, 43 characters."""
    return secrets.token_urlsafe(SECRET_BYTES)


def picture_text(origin: str, secret: str) -> str:
    """Return what the QR code says; the secret is in the fragment, so that no server log sees it."""
    return f"{origin}{PATH}{secret}"


def find_secret(text: str, *, origin: str) -> str | None:
    """Return the secret in a scanned text of this origin; None when it is something else."""
    prefix = picture_text(origin, "")
    secret = text.removeprefix(prefix)
    return secret if text.startswith(prefix) and SECRET.fullmatch(secret) else None
