"""The look of device codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devicebind import codes

ORIGIN = "http://localhost:8000"


def test_a_code_has_eight_symbols_of_a_clear_alphabet() -> None:
    assert set(codes.ALPHABET).isdisjoint("ILOU")
    assert len(set(codes.ALPHABET)) == 32
    assert all(set(codes.new_code()) <= set(codes.ALPHABET) for _ in range(100))


def test_codes_use_every_symbol_at_every_place_and_do_not_repeat() -> None:
    made = [codes.new_code() for _ in range(5000)]
    assert len(set(made)) == len(made)
    assert all({code[place] for code in made} == set(codes.ALPHABET) for place in range(codes.LENGTH))


def test_a_code_is_shown_in_two_groups() -> None:
    assert codes.show("K7M29QXD") == "K7M2-9QXD"


@pytest.mark.parametrize(
    "typed",
    ["K7M2-9Q01", "k7m29q01", " K7M2 9Q01 ", "K7M2–9QOl", "k7m2−9qoi", "Ｋ７Ｍ２９Ｑ０１"],
)
def test_a_code_is_read_however_it_was_typed(typed: str) -> None:
    assert codes.normalise(typed) == "K7M29Q01"


@pytest.mark.parametrize("typed", ["", "K7M29Q0", "K7M29Q011", "K7M29QU1", "K7M29Q0!", "K7M29Q0二"])
def test_what_is_no_code_is_not_read_as_one(typed: str) -> None:
    assert codes.normalise(typed) is None


@given(st.text(max_size=40))
def test_reading_any_text_gives_a_code_or_nothing(typed: str) -> None:
    code = codes.normalise(typed)
    assert code is None or codes.normalise(codes.show(code)) == code


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
