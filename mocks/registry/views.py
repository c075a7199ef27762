"""The registers' calls, and their control listener."""

import re
from dataclasses import asdict, fields
from typing import Any

from flask import Blueprint, current_app

from mocks.people import Household, Person
from mocks.registry.records import (
    CHANGEABLE,
    Records,
    described,
    insured_facts,
    same_household,
    same_resident,
    unit_facts,
)
from mocks.web import Problem, json_body, suffer, text

views = Blueprint("registry", __name__)
MOST_ASKED = 500
QUESTIONS = ("card_number", "national_id", "holder_number")


@views.post("/v1/insured/lookup")
def look_up_insured() -> dict[str, Any]:
    """Tell what is known of the holder of a card or of a certificate, or of a person."""
    body = json_body()
    nonce, asked = text(body, "nonce"), {name: body[name] for name in QUESTIONS if body.get(name) is not None}
    if len(asked) != 1:
        raise Problem(422, "one_of_three", f"Give one of {', '.join(QUESTIONS)}.")
    struck = suffer("insured")
    person = _found(body, *asked)
    if "lie" in struck:
        facts = insured_facts(records().somebody_else(person.national_id if person else ""))
    else:
        facts = insured_facts(person, **asked)
    return _spoilt({"nonce": nonce, **facts}, struck, missing="card_valid")


@views.post("/v1/units/lookup")
def look_up_units() -> dict[str, Any]:
    """Tell under which codes a business number is insured."""
    body = json_body()
    nonce, number = text(body, "nonce"), text(body, "business_number")
    struck = suffer("units")
    codes = records().unit_codes(number)
    if "lie" in struck:
        number, codes = records().other_unit(number)
    return _spoilt({"nonce": nonce, "business_number": number, "unit_codes": codes}, struck, missing="unit_codes")


@views.post("/v1/units/find")
def find_unit() -> dict[str, Any]:
    """Tell what is known of the insured unit with a code."""
    body = json_body()
    nonce, code = text(body, "nonce"), text(body, "unit_code")
    struck = suffer("units")
    found = records().find_unit(code)
    if "lie" in struck:
        found = next(unit for unit in records().units if unit.code != code)
    return _spoilt({"nonce": nonce, "unit_code": code, **unit_facts(found)}, struck, missing="found")


@views.post("/v1/units/insured")
def list_insured() -> dict[str, Any]:
    """Tell which of up to 500 people are insured in a unit."""
    body = json_body()
    nonce, code, asked = text(body, "nonce"), text(body, "unit_code"), body.get("national_ids")
    if not isinstance(asked, list) or len(asked) > MOST_ASKED or not all(isinstance(each, str) for each in asked):
        raise Problem(422, "invalid_field", "Up to 500 IDs.", errors={"national_ids": ["up to 500 texts"]})
    struck = suffer("unit_people")
    people = records().insured_in(code, asked) if records().find_unit(code) else []
    if "lie" in struck:
        people = [*people, records().somebody_else(asked[0] if asked else "")]
    listed = [insured_facts(person, national_id=person.national_id) for person in people]
    return _spoilt({"nonce": nonce, "unit_code": code, "people": listed}, struck, missing="people")


@views.post("/v1/household/match")
def match_household() -> dict[str, Any]:
    """Tell whether a person lives in a household."""
    body = json_body()
    national_id, claimed = text(body, "national_id"), _household(body.get("household"))
    match = same_household(records().find_person(national_id), claimed)
    return _matched(body, target="household", match=match)


@views.post("/v1/residence/match")
def match_residence() -> dict[str, Any]:
    """Tell whether a residence certificate belongs to an insured person."""
    body = json_body()
    person = records().find_person(text(body, "national_id"))
    match = same_resident(person, text(body, "residence_number"))
    return _matched(body, target="residence", match=match)


@views.get("/control/people")
def list_people() -> list[dict[str, Any]]:
    """List everybody."""
    return [described(person) for person in records().people()]


@views.get("/control/units")
def list_units() -> list[dict[str, Any]]:
    """List the insured units, without their cards."""
    return [{key: value for key, value in asdict(unit).items() if key != "cards"} for unit in records().units]


@views.patch("/control/units/<business_number>")
def change_unit(business_number: str) -> dict[str, Any]:
    """Take a unit out of the insurance, or into it again; or give it another responsible person."""
    asked = json_body()
    insured, responsible = asked.get("insured", True), asked.get("responsible")
    if not isinstance(insured, bool):
        raise Problem(422, "invalid_field", "insured is true or false.", errors={"insured": ["true or false"]})
    records().insure(business_number, insured=insured)
    if responsible is not None:
        records().hand_over(business_number, text(asked, "responsible"))
    return {"business_number": business_number, "unit_codes": records().unit_codes(business_number)}


@views.patch("/control/people/<national_id>")
def change_person(national_id: str) -> dict[str, Any]:
    """Change what the registers know of a person."""
    changes = json_body()
    if records().find_person(national_id) is None:
        raise Problem(404, "unknown_person", "There is nobody with that ID.")
    if unknown := set(changes) - CHANGEABLE:
        raise Problem(422, "unknown_field", f"Cannot be changed: {', '.join(sorted(unknown))}.")
    if changes.get("household") is not None:
        changes["household"] = _household(changes["household"])
    return described(records().change(national_id, changes))


def records() -> Records:
    """Return the running simulator's registers."""
    found = current_app.extensions["records"]
    assert isinstance(found, Records)  # noqa: S101  tells the type checker what `create_app` put there
    return found


def _found(body: dict[str, Any], by: str) -> Person | None:
    number = text(body, by)
    if by != "card_number":
        return records().find_person(number) if by == "national_id" else records().find_by_certificate(number)
    if not re.fullmatch(r"[0-9]{12}", number):
        raise Problem(422, "invalid_field", "A card number has 12 digits.", errors={"card_number": ["12 digits"]})
    return records().find_by_card(number)


def _household(claimed: object) -> Household:
    if not isinstance(claimed, dict):
        raise Problem(422, "invalid_field", "household must be an object.", errors={"household": ["an object"]})
    return Household(**{field.name: text(claimed, field.name) for field in fields(Household)})


def _matched(body: dict[str, Any], *, target: str, match: bool) -> dict[str, Any]:
    nonce, national_id = text(body, "nonce"), text(body, "national_id")
    struck = suffer(target)
    if "lie" in struck:
        national_id, match = records().somebody_else(national_id).national_id, True
    return _spoilt({"nonce": nonce, "national_id": national_id, "match": match}, struck, missing="match")


def _spoilt(answer: dict[str, Any], struck: frozenset[str], *, missing: str) -> dict[str, Any]:
    if "wrong_nonce" in struck:
        answer["nonce"] = f"not-{answer['nonce']}"
    if "missing_field" in struck:
        del answer[missing]
    return answer
