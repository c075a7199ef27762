import pytest

from authsvc.identity.numbers import is_national_id, mask_name, mask_number, normalise
from mocks.people import World


def test_every_number_of_the_simulated_world_is_right(world: World) -> None:
    assert [person.key for person in world.people if not is_national_id(person.national_id)] == []


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("A109000016", "citizen"),
        ("F209000022", "citizen"),
        ("A909000316", "residence, new form"),
        ("H890900353", "residence, new form"),
        ("FC09000326", "residence, old form"),
        ("BD09000333", "residence, old form"),
    ],
)
def test_each_form_has_one_right_check_digit(number: str, kind: str) -> None:
    assert kind
    assert [digit for digit in range(10) if is_national_id(f"{number[:-1]}{digit}")] == [int(number[-1])]


@pytest.mark.parametrize(
    "number",
    [
        "",
        "A10900001",
        "A1090000166",
        "a109000016",
        "Ａ109000016",
        "A309000016",
        "AE09000016",
        "1109000016",
        "A10900001６",
        "A109000016\n",
        " A109000016",
        "A1-9000016",
    ],
)
def test_another_form_is_no_number(number: str) -> None:
    assert not is_national_id(number)


def test_two_digits_swapped_are_found() -> None:
    assert not is_national_id("A190000016")


@pytest.mark.parametrize("typed", ["a109000016", " A109000016 ", "Ａ１０９０００016", "\tA109000016\n"])
def test_a_typed_number_has_one_form_that_is_indexed(typed: str) -> None:
    assert normalise(typed) == "A109000016"


def test_a_number_is_shown_without_its_middle() -> None:
    assert mask_number("A123456789") == "A12****789"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("王小明", "王○明"),
        ("王明", "王○"),
        ("王", "王○"),
        ("歐陽測試", "歐○○試"),
        ("SMITH SAMPLE", "SMITH ○○○○○○"),
        ("NGUYEN THI TEST", "NGUYEN ○○○ ○○○○"),
    ],
)
def test_a_name_is_shown_without_its_middle(name: str, shown: str) -> None:
    assert mask_name(name) == shown
