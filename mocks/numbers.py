"""Check digits of Taiwanese identification numbers.

Sources: Ministry of the Interior, numbering rules of the national identification number (國民身分證統一編號);
National Immigration Agency, unified ID number of foreigners (外來人口統一證號), new form since 2 January 2021;
Ministry of Finance, Fiscal Information Agency, check rule of the business number (營利事業統一編號檢查碼邏輯修正說明,
divisible by 5 instead of 10 since April 2023).
"""

import re

_LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"  # in the order of their values, which start at 10
_CITIZEN = re.compile(r"[A-Z][12][0-9]{8}")
_RESIDENT_NEW = re.compile(r"[A-Z][89][0-9]{8}")
_RESIDENT_OLD = re.compile(r"[A-Z][A-D][0-9]{8}")
_ID_WEIGHTS = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1)
_BUSINESS_WEIGHTS = (1, 2, 1, 2, 1, 2, 4, 1)


def letter_value(letter: str) -> int:
    """Return the two-digit value (10 to 35) of an identification number's letter."""
    return _LETTERS.index(letter) + 10


def id_check_digit(stem: str) -> str:
    """Return the check digit that completes the first nine characters of an ID or residence number.

    A second letter (old residence form) counts by the last digit of its value.
    """
    first = letter_value(stem[0])
    second = letter_value(stem[1]) % 10 if stem[1].isalpha() else int(stem[1])
    digits = (first // 10, first % 10, second, *(int(d) for d in stem[2:]))
    total = sum(digit * weight for digit, weight in zip(digits, _ID_WEIGHTS, strict=True))
    return str(-total % 10)


def is_citizen_id(number: str) -> bool:
    """Tell whether a number is a national ID with a right check digit."""
    return bool(_CITIZEN.fullmatch(number)) and id_check_digit(number[:9]) == number[9]


def is_resident_id(number: str) -> bool:
    """Tell whether a number is a residence number (new or old form) with a right check digit."""
    known = _RESIDENT_NEW.fullmatch(number) or _RESIDENT_OLD.fullmatch(number)
    return bool(known) and id_check_digit(number[:9]) == number[9]


def is_business_number(number: str) -> bool:
    """Tell whether eight digits are a business number (a seventh digit 7 may count as 1 or as 0)."""
    if not re.fullmatch(r"[0-9]{8}", number):
        return False
    products = (int(digit) * weight for digit, weight in zip(number, _BUSINESS_WEIGHTS, strict=True))
    total = sum(product // 10 + product % 10 for product in products)
    return total % 5 == 0 or (number[6] == "7" and (total + 1) % 5 == 0)
