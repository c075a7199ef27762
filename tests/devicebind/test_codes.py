"""The look of device codes."""

import pytest

from authsvc.core.crockford import ALPHABET, LENGTH
from devicebind import codes

ORIGIN = "http://localhost:8000"


def test_a_code_has_eight_symbols_of_a_clear_alphabet() -> None:
    assert set(ALPHABET).isdisjoint("ILOU")
    assert len(set(ALPHABET)) == 32
    assert all(set(codes.new_code()) <= set(ALPHABET) for _ in range(100))


def test_codes_use_every_symbol_at_every_place_and_do_not_repeat() -> None:
    made = [codes.new_code() for _ in range(5000)]
    assert len(set(made)) == len(made)
    assert all({code[place] for code in made} == set(ALPHABET) for place in range(LENGTH))


def test_the_picture_holds_a_long_secret_and_nothing_else() -> None:
    # given
    secret = codes.new_secret()
    # when
    text = codes.picture_text(ORIGIN, secret)
    # then
    assert text == f"{ORIGIN}/app/b#{secret}"
    assert len(secret) >= 22
    assert codes.find_secret(text, origin=ORIGIN) == secret


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"{ORIGIN}/app/b#",
        f"{ORIGIN}/app/b#short",
        f"{ORIGIN}/app/q#{'a' * 43}",
        f"http://evil.example/app/b#{'a' * 43}",
        f"{ORIGIN}/app/b#{'a' * 43}\n",
        "a" * 43,
    ],
)
def test_another_text_holds_no_secret(text: str) -> None:
    assert codes.find_secret(text, origin=ORIGIN) is None
