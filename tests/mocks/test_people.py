import re
from pathlib import Path

from mocks.numbers import id_check_digit, is_business_number, is_citizen_id, is_resident_id
from mocks.people import World, load_world


def test_the_check_digit_of_published_examples_is_right() -> None:
    assert is_citizen_id("A123456789")
    assert id_check_digit("A12345678") == "9"
    assert is_resident_id("A800000014")  # the National Immigration Agency's specimen of the new form
    assert not is_citizen_id("A123456788")
    assert not is_resident_id("A123456789")


def test_every_person_has_a_number_with_a_right_check_digit(world: World) -> None:
    for person in world.people:
        is_right = is_citizen_id if person.kind == "citizen" else is_resident_id
        assert is_right(person.national_id), person.key
        if person.residence:
            assert is_resident_id(person.residence.number), person.key


def test_both_forms_of_residence_numbers_are_among_the_people(world: World) -> None:
    residents = [person.national_id for person in world.people if person.kind == "resident"]

    assert any(number[1].isdigit() for number in residents)
    assert any(number[1].isalpha() for number in residents)


def test_business_numbers_follow_the_rule_of_2023(world: World) -> None:
    assert is_business_number("04595257")
    assert is_business_number("10458575")  # seventh digit 7
    assert not is_business_number("04595258")
    assert all(is_business_number(unit.business_number) for unit in world.units)


def test_card_household_and_telephone_numbers_have_their_form(world: World) -> None:
    for person in world.people:
        assert re.fullmatch(r"[0-9]{12}", person.card_number), person.key
        assert person.household is None or re.fullmatch(r"[A-Z][0-9]{7}", person.household.number), person.key
        assert (person.household is None) == (person.residence is not None), person.key
        assert all(re.fullmatch(r"09[0-9]{8}", line.number) for line in person.lines), person.key


def test_nothing_is_given_to_two_people(world: World) -> None:
    for numbers in (
        [person.national_id for person in world.people],
        [person.card_number for person in world.people],
        [card.id for card in world.cards()],
        [line.number for line in world.lines()],
    ):
        assert len(numbers) == len(set(numbers))


def test_pins_are_on_the_cards_that_need_one(world: World) -> None:
    for card in world.cards():
        needs_pin = card.kind in {"citizen", "unit"}
        assert (card.pin is not None) == needs_pin, card.id
        assert card.pin is None or re.fullmatch(r"[0-9]{6,8}", card.pin)


def test_every_kind_of_line_is_there(world: World) -> None:
    lines = world.lines()

    assert {line.plan for line in lines} == {"monthly", "prepaid", "company", "family", "child", "mvno"}
    assert {line.state for line in lines} == {"active", "suspended", "arrears"}
    assert len({line.operator for line in lines if (line.plan, line.state) == ("monthly", "active")}) == 6
    assert any(line.holder != line.user and line.plan == "monthly" for line in lines)


def test_the_crowd_is_the_same_in_every_simulator_and_in_order() -> None:
    crowd = load_world(extra=30).people[-30:]

    assert crowd == load_world(extra=40).people[-40:-10]
    assert all(is_citizen_id(person.national_id) for person in crowd)


def test_everybody_stands_in_the_readme(world: World) -> None:
    readme = (Path(__file__).parents[2] / "mocks" / "README.md").read_text(encoding="utf-8")

    assert all(f"`{person.key}` | {person.name} | {person.national_id}" in readme for person in world.people)
    assert all(f"`{card.id}`" in readme for card in world.cards())
