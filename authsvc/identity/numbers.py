"""National and residence numbers: shape, check digit, how they are shown. Pure.

Letter values and weights: the household registration's rule for the national ID (戶政, 國民身分證統一編號檢查碼);
residence certificates follow it in the form of 2021 (letter + 8 or 9 + 8 digits) and, with a second letter that
counts by the last digit of its value, in the form before.
"""

import re
import unicodedata
from typing import Final

LETTERS: Final = dict(zip("ABCDEFGHJKLMNPQRSTUVXYWZIO", range(10, 36), strict=True))
FORM: Final = re.compile(r"[A-Z][1289A-D][0-9]{8}")
WEIGHTS: Final = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)
CARD_NUMBER: Final = re.compile(r"[0-9]{12}")


def normalise(text: str) -> str:
    """Return a typed number in the one form that is indexed: NFKC, capitals, no blanks around."""
    return unicodedata.normalize("NFKC", text).strip().upper()


def is_national_id(number: str) -> bool:
    """Tell whether a normalised number is a national ID or residence certificate number with a right check digit."""
    if not FORM.fullmatch(number):
        return False
    first = LETTERS[number[0]]
    second = int(number[1]) if number[1].isdigit() else LETTERS[number[1]] % 10
    digits = (first // 10, first % 10, second, *map(int, number[2:]))
    return sum(weight * digit for weight, digit in zip(WEIGHTS, digits, strict=True)) % 10 == 0


def mask_number(number: str) -> str:
    """Return a number with its middle hidden: A12****789."""
    return f"{number[:3]}****{number[-3:]}"


def mask_name(name: str) -> str:
    """Return a name with its middle hidden: 王○明; of two characters the second is hidden, of words all but one."""
    words = name.split()
    if len(words) > 1:
        return " ".join([words[0], *("○" * len(word) for word in words[1:])])
    middle = "○" * max(1, len(name) - 2)
    return name[0] + middle + (name[-1] if len(name) > 2 else "")  # noqa: PLR2004 - first, middle, last


def mask_email(address: str) -> str:
    """Return an address with all but its first character and its domain hidden: w****@example.org."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}****@{domain}"
