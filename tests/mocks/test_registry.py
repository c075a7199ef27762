from dataclasses import asdict
from typing import Any

import httpx2
import pytest

from mocks.people import Household, World


def insured(registry: httpx2.Client, **by: str) -> dict[str, Any]:
    answer: dict[str, Any] = registry.post("/v1/insured/lookup", json={"nonce": "n", **by}).json()
    return answer


def household(registry: httpx2.Client, national_id: str, claimed: Household, **changes: str) -> dict[str, Any]:
    body = {"nonce": "n", "national_id": national_id, "household": {**asdict(claimed), **changes}}
    answer: dict[str, Any] = registry.post("/v1/household/match", json=body).json()
    return answer


def residence(registry: httpx2.Client, residence_number: str, national_id: str) -> bool:
    body = {"nonce": "n", "residence_number": residence_number, "national_id": national_id}
    match: bool = registry.post("/v1/residence/match", json=body).json()["match"]
    return match


def set_fault(registry: httpx2.Client, target: str, kind: str) -> None:
    registry.put("/control/faults", json={"target": target, "kind": kind}).raise_for_status()


def test_a_card_leads_to_its_holder(registry: httpx2.Client) -> None:
    assert insured(registry, card_number="900000011037") == {
        "nonce": "n",
        "found": True,
        "card_number": "900000011037",
        "card_valid": True,
        "national_id": "A109000016",
        "name": "王測明",
        "birth_date": "1980-05-20",
        "kind": "citizen",
    }
    assert insured(registry, national_id="A109000016")["card_number"] == "900000011037"


def test_an_unknown_card_is_not_found_and_tells_nothing(registry: httpx2.Client) -> None:
    answer = insured(registry, card_number="111122223333")

    assert answer["found"] is False
    assert [answer[key] for key in ("card_valid", "national_id", "name", "birth_date", "kind")] == [None] * 5


def test_a_replaced_card_and_one_of_somebody_not_insured_are_not_valid(registry: httpx2.Client, world: World) -> None:
    old = next(card for card in world.cards() if card.id == "chou-nhi-old")
    answer = insured(registry, card_number=old.number)

    assert (answer["found"], answer["card_valid"], answer["name"]) == (True, False, "周換卡")
    assert insured(registry, national_id=world.person("hsu").national_id)["card_valid"] is False


def test_a_household_matches_whatever_the_way_of_writing(registry: httpx2.Client, world: World) -> None:
    wang = world.person("wang")
    assert wang.household is not None

    def match(**changes: str) -> object:
        return household(registry, wang.national_id, wang.household or Household("", "", "", "", ""), **changes)[
            "match"
        ]

    assert match() is True
    assert match(county="台北市", number="ａ０９００００１", neighbourhood="０２鄰") is True
    assert match(village="龍 門里") is True
    assert match(district="信義區") is False
    assert match(number="A0900002") is False
    assert match(neighbourhood="3") is False


def test_an_old_paper_does_not_match_the_register(registry: httpx2.Client, world: World) -> None:
    hsieh = world.person("hsieh")
    assert hsieh.paper_household is not None

    assert household(registry, hsieh.national_id, hsieh.paper_household)["match"] is False


def test_a_residence_certificate_matches_its_holder_in_old_and_new_form(registry: httpx2.Client, world: World) -> None:
    tanaka, nguyen = world.person("tanaka"), world.person("nguyen")
    assert tanaka.residence is not None
    assert tanaka.residence.former_number is not None

    assert residence(registry, tanaka.residence.number, tanaka.national_id)
    assert residence(registry, tanaka.residence.former_number, tanaka.national_id)
    assert not residence(registry, nguyen.national_id, tanaka.national_id)


def test_a_lying_register_answers_about_somebody_else(registry: httpx2.Client, world: World) -> None:
    wang = world.person("wang")
    assert wang.household is not None
    set_fault(registry, "insured", "lie")
    set_fault(registry, "household", "lie")

    assert insured(registry, national_id=wang.national_id)["national_id"] != wang.national_id
    told = household(registry, wang.national_id, wang.household, district="信義區")
    assert told["match"] is True
    assert told["national_id"] != wang.national_id


def test_a_register_can_mistake_the_nonce_or_forget_a_field(registry: httpx2.Client) -> None:
    set_fault(registry, "insured", "wrong_nonce")
    set_fault(registry, "insured", "missing_field")
    answer = insured(registry, national_id="A109000016")

    assert answer["nonce"] != "n"
    assert "card_valid" not in answer


@pytest.mark.parametrize("body", [{"nonce": "n"}, {"nonce": "n", "card_number": "1"}, {"national_id": "A109000016"}])
def test_a_malformed_question_is_refused(registry: httpx2.Client, body: dict[str, str]) -> None:
    assert registry.post("/v1/insured/lookup", json=body).status_code == 422


def test_the_control_listener_tells_and_changes_what_is_known(registry: httpx2.Client) -> None:
    listed = {person["national_id"]: person for person in registry.get("/control/people").json()}
    assert {"household", "residence", "card_number", "kind", "unit_code"} <= set(listed["A109000016"])

    registry.patch("/control/people/A109000016", json={"card_number": "900000019999"}).raise_for_status()
    assert insured(registry, card_number="900000011037")["card_valid"] is False
    assert insured(registry, card_number="900000019999")["card_valid"] is True
    assert registry.patch("/control/people/A109000016", json={"kind": "resident"}).status_code == 422
    assert registry.patch("/control/people/nobody", json={}).status_code == 404
