"""Eight symbols that people type and compare: Crockford's base 32, in which nothing is misread. Pure."""

import re
import unicodedata
from typing import Final

# No I, L, O or U; 8 symbols carry 40 bits.
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 8
BITS: Final = 5
READ_AS: Final = str.maketrans("OIL", "011")
IGNORED: Final = re.compile(r"[\s\u2010-\u2015\u2212-]")


def symbols(digest: bytes) -> str:
    """Return the first 40 bits of a digest as eight symbols."""
    number = int.from_bytes(digest[: LENGTH * BITS // 8])
    return "".join(ALPHABET[number >> BITS * place & 31] for place in reversed(range(LENGTH)))


def show(code: str) -> str:
    """Return a code as it is shown: XXXX-XXXX."""
    return f"{code[:4]}-{code[4:]}"


def normalise(typed: str) -> str | None:
    """Return the code that somebody typed, without case, dash or space, O as 0, I and L as 1; None when it is none."""
    code = IGNORED.sub("", unicodedata.normalize("NFKC", typed)).upper().translate(READ_AS)
    return code if len(code) == LENGTH and all(symbol in ALPHABET for symbol in code) else None
