"""In which units somebody is something, and what each of them offers there."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from authsvc.core.errors import NotFound
from authsvc.core.kit import Kit
from authsvc.identity import acting
from authsvc.identity.functions import Offer


@dataclass(frozen=True, kw_only=True)
class MyUnit:
    """A unit and what whoever asks is in it."""

    unit_code: str
    name: str
    parts: Sequence[str]


def list_units(kit: Kit, view: Any) -> list[MyUnit]:
    """Return the units in which whoever asks is something, by unit code."""
    grouped = groupby(acting.memberships(kit, view), key=lambda each: (each.unit_code, each.unit_name))
    return [
        MyUnit(unit_code=code, name=name, parts=tuple(each.part for each in several))
        for (code, name), several in grouped
    ]


def require_unit(kit: Kit, view: Any, unit_code: str) -> MyUnit:
    """Return one of these units; raise `NotFound`."""
    found = next((each for each in list_units(kit, view) if each.unit_code == unit_code), None)
    if found is None:
        raise NotFound
    return found


def list_functions(kit: Kit, view: Any, unit_code: str) -> list[Offer]:
    """Return what a unit offers whoever asks; raise `NotFound` where they are nothing."""
    return acting.offers(kit, view, unit_code)
