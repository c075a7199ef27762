"""Which e-mail addresses and telephone numbers we take. Pure.

E-mail: ASCII, at most 254 characters, one @, a domain with a dot; otherwise what a browser's own e-mail field takes
(HTML Living Standard, "valid e-mail address"). Neither blanks nor line breaks can be in it, nor the beginning of an
encoded word (`=?`, RFC 2047), which mail programs decode into another address: so it is safe in a header.
"""

import re
from typing import Final

LONGEST_EMAIL: Final = 254
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
EMAIL: Final = rf"(?!.*=\?)[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_LABEL}(?:\.{_LABEL})+"
MOBILE: Final = r"09[0-9]{8}"
PHONE: Final = r"0[0-9]{1,3}-[0-9]{5,8}(?:#[0-9]{1,6})?"
HOUSEHOLD_NUMBER: Final = r"[A-Z][0-9]{7}"


def is_email(text: str) -> bool:
    """Tell whether this is an address that we write to."""
    return len(text) <= LONGEST_EMAIL and re.fullmatch(EMAIL, text) is not None


def is_mobile(text: str) -> bool:
    """Tell whether this is a Taiwanese mobile number: 09 and 8 digits."""
    return re.fullmatch(MOBILE, text) is not None


def is_phone(text: str) -> bool:
    """Tell whether this is a telephone number: area code, dash, number, and an extension after # if there is one."""
    return re.fullmatch(PHONE, text) is not None


def is_household_number(text: str) -> bool:
    """Tell whether this is a household number: 1 capital letter and 7 digits."""
    return re.fullmatch(HOUSEHOLD_NUMBER, text) is not None
