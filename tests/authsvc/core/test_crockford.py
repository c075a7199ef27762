"""Codes that people type and compare."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authsvc.core import crockford


def test_forty_bits_become_eight_symbols() -> None:
    assert crockford.symbols(bytes(5)) == "00000000"
    assert crockford.symbols(bytes([255] * 8)) == "ZZZZZZZZ"
    assert crockford.symbols(bytes([0, 0, 0, 0, 33])) == "00000011"


def test_a_code_is_shown_in_two_groups() -> None:
    assert crockford.show("K7M29QXD") == "K7M2-9QXD"


@pytest.mark.parametrize(
    "typed",
    ["K7M2-9Q01", "k7m29q01", " K7M2 9Q01 ", "K7M2–9QOl", "k7m2−9qoi", "Ｋ７Ｍ２９Ｑ０１"],
)
def test_a_code_is_read_however_it_was_typed(typed: str) -> None:
    assert crockford.normalise(typed) == "K7M29Q01"


@pytest.mark.parametrize("typed", ["", "K7M29Q0", "K7M29Q011", "K7M29QU1", "K7M29Q0!", "K7M29Q0二"])
def test_what_is_no_code_is_not_read_as_one(typed: str) -> None:
    assert crockford.normalise(typed) is None


@given(st.text(max_size=40))
def test_reading_any_text_gives_a_code_or_nothing(typed: str) -> None:
    code = crockford.normalise(typed)
    assert code is None or crockford.normalise(crockford.show(code)) == code
