"""The number by which a person knows their own approval again. Pure."""

from hashlib import sha256

from authsvc.core import crockford


def receipt_of(jws: str) -> str:
    """Return 40 bits of the SHA-256 of a signed approval, as phone, page and history show them: XXXX-XXXX."""
    return crockford.show(crockford.symbols(sha256(jws.encode()).digest()))
