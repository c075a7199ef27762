"""What a device code looks like: eight symbols to type, and an address with a longer secret for the QR code. Pure."""

import re
import secrets
import unicodedata
from typing import Final

# Crockford's base 32: no I, L, O or U, so 8 symbols carry 40 bits and nothing is misread.
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 8
READ_AS: Final = str.maketrans("OIL", "011")
IGNORED: Final = re.compile(r"[\s\u2010-\u2015\u2212-]")
SECRET_BYTES: Final = 32
SECRET: Final = re.compile(r"[A-Za-z0-9_-]{22,64}")
PATH: Final = "/app/b#"


def new_code() -> str:
    """Return a fresh code of 40 random bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def new_secret() -> str:
    """Return a fresh secret for the QR code: 256 random bits, 43 characters."""
    return secrets.token_urlsafe(SECRET_BYTES)


def show(code: str) -> str:
    """Return a code as it is shown: XXXX-XXXX."""
    return f"{code[:4]}-{code[4:]}"


def normalise(typed: str) -> str | None:
    """Return the code that somebody typed, without case, dash or space, O as 0, I and L as 1; None when it is none."""
    code = IGNORED.sub("", unicodedata.normalize("NFKC", typed)).upper().translate(READ_AS)
    return code if len(code) == LENGTH and all(symbol in ALPHABET for symbol in code) else None


def picture_text(origin: str, secret: str) -> str:
    """Return what the QR code says; the secret is in the fragment, so that no server log sees it."""
    return f"{origin}{PATH}{secret}"


def find_secret(text: str, *, origin: str) -> str | None:
    """Return the secret in a scanned text of this origin; None when it is something else."""
    prefix = picture_text(origin, "")
    secret = text.removeprefix(prefix)
    return secret if text.startswith(prefix) and SECRET.fullmatch(secret) else None
