"""What the registries answer, read: whoever is insured, and which units are. Pure; what cannot be is `Unavailable`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from authsvc.core.errors import Unavailable

UNIT_CODE: Final = re.compile(r"[0-9]{9}")
TEXTS: Final = ("card_number", "national_id", "name", "kind")
UNIT_TEXTS: Final = ("code", "name", "business_number", "responsible_id")


@dataclass(frozen=True, kw_only=True)
class Insured:
    """A person as the insurance registry knows them; `kind` is citizen or resident."""

    card_number: str
    card_valid: bool
    national_id: str
    name: str
    birth_date: date
    kind: str


@dataclass(frozen=True, kw_only=True)
class Household:
    """A registered address: household number, county, district, village, neighbourhood."""

    number: str
    county: str
    district: str
    village: str
    neighbourhood: str


@dataclass(frozen=True, kw_only=True)
class InsuredUnit:
    """An insured unit as the registry knows it: code (9 digits), business number (8), who is responsible for it.

    `labour_number` is its number at the labour insurance (8 digits and a letter), None where it has none.
    """

    code: str
    name: str
    business_number: str
    responsible_id: str
    labour_number: str | None


def insured(answer: Mapping[str, Any]) -> Insured | None:
    """Return the insured person of an answer that says `found`, None where it says that there is none."""
    if answer.get("found") is False:
        return None
    if answer.get("found") is not True:
        raise Unavailable
    return _read_person(answer)


def insured_among(answer: Mapping[str, Any], asked: Sequence[str]) -> Mapping[str, Insured]:
    """Return the people of an answer by their ID; one about somebody who was not asked about is no answer."""
    listed = answer.get("people")
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise Unavailable
    found = {person.national_id: person for person in map(_read_person, listed)}
    if not found.keys() <= set(asked):
        raise Unavailable
    return found


def unit(answer: Mapping[str, Any]) -> InsuredUnit | None:
    """Return the unit of an answer that says `found`, None where it says that there is none."""
    if answer.get("found") is False:
        return None
    told = answer.get("unit")
    if answer.get("found") is not True or not isinstance(told, dict) or told.get("code") != answer.get("unit_code"):
        raise Unavailable
    texts, labour = {name: told.get(name) for name in UNIT_TEXTS}, told.get("labour_number")
    if not all(isinstance(text, str) and text for text in texts.values()) or not isinstance(labour, str | None):
        raise Unavailable
    return InsuredUnit(labour_number=labour, **texts)  # type: ignore[arg-type]


def _read_person(told: Mapping[str, Any]) -> Insured:
    texts = {name: told.get(name) for name in TEXTS}
    if not all(isinstance(text, str) and text for text in texts.values()):
        raise Unavailable
    if texts["kind"] not in ("citizen", "resident") or not isinstance(told.get("card_valid"), bool):
        raise Unavailable
    try:
        born = date.fromisoformat(told["birth_date"])
    except (KeyError, TypeError, ValueError) as fault:
        raise Unavailable from fault
    return Insured(card_valid=told["card_valid"], birth_date=born, **texts)  # type: ignore[arg-type]
