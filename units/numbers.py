"""Numbers of units: shape and check digit. Pure.

Business number (統一編號): Fiscal Information Agency, Ministry of Finance (營利事業統一編號檢查碼邏輯修正說明).
Since April 2023 the weighted sum is divisible by 5; before it was by 10, so that every older number still passes. The
rule of the check letter of labour-insurance numbers is not published: only its form is checked here.
"""

import re
import unicodedata
from typing import Final

BUSINESS_NUMBER: Final = re.compile(r"[0-9]{8}")
LABOUR_NUMBER: Final = re.compile(r"[0-9]{8}[A-Z]")
WEIGHTS: Final = (1, 2, 1, 2, 1, 2, 4, 1)
DIVISOR: Final = 5
SEVENTH: Final = 6  # a 7 there makes 28, whose digits' sum 10 counts as 1 or as 0


def is_business_number(number: str) -> bool:
    """Tell whether eight digits are a business number by the rule in force."""
    if not BUSINESS_NUMBER.fullmatch(number):
        return False
    products = (int(digit) * weight for digit, weight in zip(number, WEIGHTS, strict=True))
    total = sum(product // 10 + product % 10 for product in products)
    return total % DIVISOR == 0 or (number[SEVENTH] == "7" and (total + 1) % DIVISOR == 0)


def is_labour_number(number: str) -> bool:
    """Tell whether this has the form of a labour-insurance number: 8 digits and a check letter."""
    return bool(LABOUR_NUMBER.fullmatch(number))


def same_name(one: str, other: str) -> bool:
    """Tell whether two names are the same, whatever the width of their letters, blanks, and 台 for 臺."""
    return _plain(one) == _plain(other)


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split()).upper().replace("台", "臺")
