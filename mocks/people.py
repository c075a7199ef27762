"""The synthetic people, companies, cards and telephone lines that every simulator agrees on.

The data is in `people.json`; every name and number in it is made up.
"""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

from mocks.numbers import id_check_digit

CardKind = Literal["nhi", "citizen", "unit", "arc"]
PersonKind = Literal["citizen", "resident"]

_DATA = Path(__file__).with_name("people.json")
_CROWD_STARTS = date(1950, 1, 1)
CROWD_UNIT = "110900011"  # where they are all insured


@dataclass(frozen=True, slots=True)
class Household:
    """A household: its number and its registered address."""

    number: str
    county: str
    district: str
    village: str
    neighbourhood: str


@dataclass(frozen=True, slots=True)
class Residence:
    """A residence certificate: its number, and the old-form number it replaced."""

    number: str
    former_number: str | None = None


@dataclass(frozen=True, slots=True)
class CardRecord:
    """A card as issued: whose it is, what stands in its certificate and how it starts out."""

    id: str
    kind: CardKind
    name: str
    number: str
    holder: str | None
    pin: str | None = None
    state: str = "active"
    algorithm: Literal["ec", "rsa"] = "ec"


@dataclass(frozen=True, slots=True)
class LineRecord:
    """A mobile line: who holds the contract (`holder`) and who carries the telephone (`user`)."""

    number: str
    operator: str
    plan: str
    state: str
    holder: str
    user: str


@dataclass(frozen=True, slots=True)
class Person:
    """A person as the registers know them; `paper_household` is what their outdated paper says."""

    key: str
    name: str
    purpose: str
    national_id: str
    birth_date: str
    kind: PersonKind
    card_number: str
    card_valid: bool = True
    mainland: bool = False
    unit_code: str | None = None
    household: Household | None = None
    paper_household: Household | None = None
    residence: Residence | None = None
    cards: tuple[CardRecord, ...] = ()
    lines: tuple[LineRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class Unit:
    """An insured unit (a company or a clinic) and its unit certificates."""

    code: str
    name: str
    business_number: str
    responsible: str
    labour_number: str | None = None
    cards: tuple[CardRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class World:
    """Everybody and everything that the simulators start with."""

    people: tuple[Person, ...]
    units: tuple[Unit, ...]

    def cards(self) -> tuple[CardRecord, ...]:
        """Return every card of every person and unit."""
        owners: list[Person | Unit] = [*self.people, *self.units]
        return tuple(card for owner in owners for card in owner.cards)

    def lines(self) -> tuple[LineRecord, ...]:
        """Return every telephone line."""
        return tuple(line for person in self.people for line in person.lines)

    def person(self, key: str) -> Person:
        """Return the person with that key; raise `StopIteration` where there is none."""
        return next(person for person in self.people if person.key == key)


def load_world(*, extra: int = 0) -> World:
    """Return the named people and units, and `extra` more people without any peculiarity.

    The extra ones are the same in every simulator: `extra-1`, `extra-2` and so on.
    """
    named = _named()
    crowd = tuple(_somebody(index) for index in range(1, extra + 1))
    return World(people=named.people + crowd, units=named.units)


@cache
def _named() -> World:
    data = json.loads(_DATA.read_text(encoding="utf-8"))
    return World(
        people=tuple(_person(row) for row in data["people"]),
        units=tuple(_unit(row) for row in data["units"]),
    )


def _person(row: dict[str, Any]) -> Person:
    plain = {key: value for key, value in row.items() if key not in _NESTED}
    household, paper, residence = (row.get(key) for key in _NESTED[:3])
    return Person(
        **plain,
        household=Household(**household) if household else None,
        paper_household=Household(**paper) if paper else None,
        residence=Residence(**residence) if residence else None,
        cards=tuple(_card(card, row) for card in row["cards"]),
        lines=tuple(LineRecord(**line, user=row["national_id"]) for line in row["lines"]),
    )


_NESTED = ("household", "paper_household", "residence", "cards", "lines")


def _card(card: dict[str, Any], person: dict[str, Any]) -> CardRecord:
    residence = person.get("residence") or {}
    numbers = {
        "nhi": person["card_number"],
        "citizen": person["national_id"],
        "arc": residence.get("number"),
    }
    number = card.get("number", numbers[card["kind"]])
    return CardRecord(**{**card, "number": number}, name=person["name"], holder=person["national_id"])


def _unit(row: dict[str, Any]) -> Unit:
    number, name = row["business_number"], row["name"]
    cards = tuple(CardRecord(**card, name=name, number=number, holder=None) for card in row["cards"])
    return Unit(**{**row, "cards": cards})


def _somebody(index: int) -> Person:
    stem = f"A{1 + index % 2}1{index:06d}"
    national_id, card_number = stem + id_check_digit(stem), f"9100{index:08d}"
    name = f"測眾{index}"
    line = LineRecord(f"0910{index:06d}", "chunghwa", "monthly", "active", national_id, national_id)
    return Person(
        key=f"extra-{index}",
        name=name,
        purpose="one of the crowd: everything in order",
        national_id=national_id,
        birth_date=(_CROWD_STARTS + timedelta(days=index % 18_000)).isoformat(),
        kind="citizen",
        card_number=card_number,
        unit_code=CROWD_UNIT,
        household=Household(f"A{index:07d}", "臺北市", "大安區", "龍門里", str(index % 20 + 1)),
        cards=(CardRecord(f"extra-{index}-nhi", "nhi", name, card_number, national_id),),
        lines=(line,),
    )
