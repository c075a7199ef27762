"""Which addresses and numbers are taken."""

import pytest

from authsvc.identity.addresses import is_email, is_household_number, is_mobile, is_phone


@pytest.mark.parametrize("text", ["a@b.tw", "first.last+tag@mail.example.com.tw", "o'neil@x-y.org", "a" * 64 + "@b.tw"])
def test_ordinary_addresses_are_taken(text: str) -> None:
    assert is_email(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "a", "@b.tw", "a@", "a@b", "a@b@c.tw", "a b@c.tw", "a@b.tw\n", "a@b.tw\r\nBcc: x@y.tw", "a@-b.tw",
        "a@b..tw", "王@b.tw", "a@王.tw", "a@b.tw,c@d.tw", "<a@b.tw>", "a" * 65 + "@b.tw", "a@" + "b." * 130 + "tw",
        "a@[127.0.0.1]", "=?utf-8?q??=@x.tw", "=?utf-8?q?=0A?=@x.tw", "=?utf-8?q?other?=@x.tw",
    ],
)  # fmt: skip
def test_what_could_be_misread_in_a_mail_header_is_refused(text: str) -> None:
    assert not is_email(text)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("0912345678", True),
        ("091234567", False),
        ("09123456789", False),
        ("0812345678", False),
        ("０９１２３４５６７８", False),
    ],
)
def test_a_mobile_number_is_09_and_eight_digits(text: str, *, right: bool) -> None:
    assert is_mobile(text) is right


@pytest.mark.parametrize(
    ("text", "right"),
    [("02-21234567", True), ("037-123456", True), ("0826-12345#9", True), ("0221234567", False), ("2-1234567", False),
     ("02-21234567#", False)],
)  # fmt: skip
def test_a_telephone_number_has_its_area_code_and_a_dash(text: str, *, right: bool) -> None:
    assert is_phone(text) is right


@pytest.mark.parametrize(
    ("text", "right"), [("F1234567", True), ("f1234567", False), ("F123456", False), ("12345678", False)]
)
def test_a_household_number_is_a_letter_and_seven_digits(text: str, *, right: bool) -> None:
    assert is_household_number(text) is right
