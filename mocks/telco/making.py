"""Makes the operators' world from the people of `mocks.people`, the special lines of `lines.json` and a seed.

The same seed and moment give the same world. Every number, SIM and party is made up.
"""

import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from mocks import people
from mocks.telco.operators import Operators
from mocks.telco.records import Line, Party, Sim, World

ATTRIBUTES = (
    *("name", "givenName", "familyName", "middleNames", "familyNameAtBirth", "address", "streetName", "streetNumber"),
    *("postalCode", "region", "locality", "country", "birthdate", "email", "gender", "nationality"),
)
_SPECIAL = Path(__file__).with_name("lines.json")
_PLAIN = ("plan", "state", "role", "signed_by", "mvno", "data", "contract_known", "kept", "consent", "purpose")
_PATH = ("ported_from", "rat", "roaming", "data_over", "apn", "note", "note_zh")
_AGO = {"activated_hours_ago": "activated_at", "ported_hours_ago": "ported_at", "recycled_hours_ago": "recycled_at"}
_OLDEST_DAYS, _NEWEST_DAYS = 4000, 500
_TAIWAN = "466"


def make_world(named: people.World, operators: Operators, *, seed: int, at: datetime) -> World:
    """Return parties and lines: those of the people, then the special ones; ages count back from `at`."""
    parties = {party.id: party for party in _parties(named)}
    lines = [_ordinary(record, operators, seed=seed, at=at) for record in named.lines()]
    rows = json.loads(_SPECIAL.read_text(encoding="utf-8"))
    present = {line.number for line in lines}
    lines += [
        _special(row, named, operators, seed=seed, at=at)
        for row in rows
        if row["number"] not in present and operators.knows(row["operator"])
    ]
    return World(operators=operators, parties=parties, lines={line.number: line for line in lines})


def _parties(named: people.World) -> Iterator[Party]:
    for person in named.people:
        residence = person.residence
        numbers = {person.national_id, *({residence.number, residence.former_number} if residence else ())}
        yield Party(
            id=person.national_id,
            kind="person",
            name=person.name,
            birth_date=person.birth_date,
            documents=frozenset(number for number in numbers if number),
        )
    for unit in named.units:
        number = unit.business_number
        yield Party(
            id=number, kind="company", name=unit.name, documents=frozenset({number}), representative=unit.responsible
        )


def _ordinary(record: people.LineRecord, operators: Operators, *, seed: int, at: datetime) -> Line:
    basics = {"operator": record.operator, "brand": record.operator, "holder": record.holder, "user": record.user}
    more = {"plan": record.plan, "state": record.state}
    return _line(record.number, {**basics, **more}, operators, seed=seed, at=at)


def _special(row: dict[str, Any], named: people.World, operators: Operators, *, seed: int, at: datetime) -> Line:
    holder = row.get("document") or _document_of(named, row["holder"])
    known = {name: row[name] for name in (*_PLAIN, *_PATH) if name in row}
    moments = {name: at - timedelta(hours=row[ago]) for ago, name in _AGO.items() if ago in row}
    basics = {
        "operator": row["operator"],
        "brand": row.get("brand", row["operator"]),
        "holder": holder,
        "user": _document_of(named, row.get("user", row["holder"])),
    }
    line = _line(row["number"], {**basics, **known, **moments}, operators, seed=seed, at=at)
    return line.with_sim(at - timedelta(hours=row["sim_changed_hours_ago"])) if "sim_changed_hours_ago" in row else line


def _line(number: str, given: dict[str, Any], operators: Operators, *, seed: int, at: datetime) -> Line:
    dice = random.Random(f"{seed} {number}")  # noqa: S311  a made-up world must be repeatable, not secret
    age = timedelta(days=dice.randint(_NEWEST_DAYS, _OLDEST_DAYS), minutes=dice.randrange(1440))
    activated = given.pop("activated_at", at - age)
    operator = operators.serving(given["operator"])
    vague = operator.vague if operator else 0.0
    tail = f"{dice.randrange(10**8):08d}"
    sim = Sim(
        iccid=f"89886{tail}{number[-5:]}0",
        imsi=f"{_TAIWAN}99{tail}{number[-2:]}",
        esim=dice.random() < 0.3,
        since=activated,
    )
    return Line(
        number=number,
        activated_at=activated,
        sims=(sim,),
        not_kept=frozenset(each for each in ATTRIBUTES if dice.random() < vague),
        **given,
    )


def _document_of(named: people.World, key: str) -> str:
    kind, _, code = key.partition(":")
    if kind == "unit":
        return next(unit.business_number for unit in named.units if unit.code == code)
    return named.person(key).national_id
