"""What the registers know and how they compare: lookups, household matching, residence matching."""

import threading
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from typing import Any

from mocks.people import Household, Person, Unit, World

CHANGEABLE = frozenset({"name", "birth_date", "card_number", "card_valid", "unit_code", "household"})


class Records:
    """The registers' content; what is changed while it runs is forgotten at a restart."""

    def __init__(self, world: World) -> None:
        self.units = world.units
        self._lock = threading.Lock()
        self._left: set[str] = set()
        self._people = {person.national_id: person for person in world.people}
        self._by_card = {card.number: card.holder for card in world.cards() if card.kind == "nhi" and card.holder}
        self._by_certificate = {card.number: card.holder for card in world.cards() if card.kind == "citizen"}

    def people(self) -> list[Person]:
        """Return everybody."""
        return list(self._people.values())

    def find_person(self, national_id: str) -> Person | None:
        """Return the person with that ID (a residence number too), or None."""
        return self._people.get(national_id)

    def find_by_card(self, card_number: str) -> Person | None:
        """Return the person to whom a card number was ever given, or None."""
        return self._people.get(self._by_card.get(card_number, ""))

    def find_by_certificate(self, holder_number: str) -> Person | None:
        """Return the person to whom a certificate with that holder number was issued, or None."""
        return self._people.get(self._by_certificate.get(holder_number) or "")

    def unit_codes(self, business_number: str) -> list[str]:
        """Return the codes of the insured units with that business number."""
        left = business_number in self._left
        return [unit.code for unit in self.units if unit.business_number == business_number and not left]

    def find_unit(self, code: str) -> Unit | None:
        """Return the insured unit with that code, or None."""
        found = next((unit for unit in self.units if unit.code == code), None)
        return None if found is None or found.business_number in self._left else found

    def insured_in(self, code: str, national_ids: Sequence[str]) -> list[Person]:
        """Return those of these people who are insured in a unit."""
        asked = (self._people.get(national_id) for national_id in national_ids)
        return [person for person in asked if person is not None and person.unit_code == code]

    def insure(self, business_number: str, *, insured: bool) -> None:
        """Take the units with that business number into the insurance, or out of it."""
        with self._lock:
            (self._left.discard if insured else self._left.add)(business_number)

    def hand_over(self, business_number: str, responsible: str) -> None:
        """Give the units with that business number another responsible person (a national ID)."""
        with self._lock:
            self.units = tuple(
                replace(unit, responsible=responsible) if unit.business_number == business_number else unit
                for unit in self.units
            )

    def other_unit(self, business_number: str) -> tuple[str, list[str]]:
        """Return number and codes of a unit other than the one asked about: what a register that lies will answer."""
        other = next(unit.business_number for unit in self.units if unit.business_number != business_number)
        return other, self.unit_codes(other)

    def somebody_else(self, national_id: str) -> Person:
        """Return a person other than the one asked about: what a register that lies will answer with."""
        return next(person for person in self._people.values() if person.national_id != national_id)

    def change(self, national_id: str, changes: Mapping[str, Any]) -> Person:
        """Change what is known of a person (a new card number leaves the old one known) and return it."""
        with self._lock:
            person = replace(self._people[national_id], **changes)
            self._people[national_id] = person
            self._by_card[person.card_number] = national_id
        return person


def insured_facts(
    person: Person | None,
    *,
    card_number: str | None = None,
    national_id: str | None = None,
    holder_number: str | None = None,
) -> dict[str, Any]:
    """Return what the insured register says of a person; where there is nobody, only what was asked comes back.

    A card is valid while it is the person's present one and the person is insured.
    """
    echo = {} if holder_number is None else {"holder_number": holder_number}
    if person is None:
        nothing = dict.fromkeys(("card_valid", "name", "birth_date", "kind"))
        return {"found": False, "card_number": card_number, "national_id": national_id, **nothing, **echo}
    asked = card_number or person.card_number
    return {
        "found": True,
        "card_number": asked,
        "card_valid": person.card_valid and asked == person.card_number,
        "national_id": person.national_id,
        "name": person.name,
        "birth_date": person.birth_date,
        "kind": person.kind,
        **echo,
    }


def unit_facts(unit: Unit | None) -> dict[str, Any]:
    """Return what the register of units says of one; where there is none, that."""
    if unit is None:
        return {"found": False, "unit": None}
    facts = {key: value for key, value in asdict(unit).items() if key not in ("cards", "responsible")}
    return {"found": True, "unit": facts | {"responsible_id": unit.responsible}}


def same_household(person: Person | None, claimed: Household) -> bool:
    """Tell whether somebody lives in the claimed household, whatever the way of writing it."""
    if person is None or person.household is None:
        return False
    return _canonical(person.household) == _canonical(claimed)


def same_resident(person: Person | None, residence_number: str) -> bool:
    """Tell whether a residence certificate with that number, old or new form, belongs to a person."""
    if person is None or person.residence is None:
        return False
    return residence_number in {person.residence.number, person.residence.former_number}


def described(person: Person) -> dict[str, Any]:
    """Return a person for the control listener."""
    return {
        "key": person.key,
        "purpose": person.purpose,
        "national_id": person.national_id,
        "name": person.name,
        "birth_date": person.birth_date,
        "household": asdict(person.household) if person.household else None,
        "paper_household": asdict(person.paper_household) if person.paper_household else None,
        "residence": asdict(person.residence) if person.residence else None,
        "card_number": person.card_number,
        "card_valid": person.card_valid,
        "kind": person.kind,
        "mainland": person.mainland,
        "unit_code": person.unit_code,
    }


def _canonical(household: Household) -> tuple[str, ...]:
    written = [_plain(getattr(household, field.name)) for field in fields(household)]
    return (*written[:-1], written[-1].removesuffix("鄰").lstrip("0"))


def _plain(words: str) -> str:
    narrow = unicodedata.normalize("NFKC", words)
    return "".join(narrow.split()).upper().replace("台", "臺")
