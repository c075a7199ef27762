import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import httpx2
import pytest
from flask import Flask, request

from authsvc.core.errors import Unavailable
from authsvc.core.remote import Remote
from authsvc.identity.registry import HttpRegistry
from authsvc.identity.registryanswers import Household
from mocks.people import World
from mocks.registry.app import create_app
from tests.served import served
from tests.simulators import Transports, clear_faults, put_fault

WANG, WANG_CARD = "A109000016", "900000011037"
HOME = Household(number="A0900001", county="臺北市", district="大安區", village="龍門里", neighbourhood="2")


@pytest.fixture
def parties(world: World) -> Transports:
    return {"registry": httpx2.WSGITransport(create_app(world))}


@pytest.fixture
def registry(parties: Transports) -> HttpRegistry:
    return HttpRegistry(Remote("registry", "http://registry", transport=parties["registry"]))


CALLS: dict[str, tuple[str, Callable[[HttpRegistry], Any]]] = {
    "by card": ("insured", lambda registry: registry.find_by_card(WANG_CARD)),
    "by id": ("insured", lambda registry: registry.find_by_id(WANG)),
    "household": ("household", lambda registry: registry.household_matches(WANG, HOME)),
    "residence": ("residence", lambda registry: registry.residence_matches("A909000316", "A909000316")),
}


def test_the_holder_of_a_card_is_found(registry: HttpRegistry) -> None:
    insured = registry.find_by_card(WANG_CARD)

    assert insured is not None
    assert insured == registry.find_by_id(WANG)
    assert (insured.name, insured.birth_date, insured.kind) == ("王測明", date(1980, 5, 20), "citizen")
    assert insured.card_valid


def test_nobody_is_found_where_nobody_is(registry: HttpRegistry) -> None:
    assert registry.find_by_card("999999999999") is None
    assert registry.find_by_id("A123456789") is None


def test_a_card_of_somebody_no_longer_insured_is_not_valid(registry: HttpRegistry) -> None:
    insured = registry.find_by_id("N109000124")

    assert insured is not None
    assert not insured.card_valid


def test_household_and_residence_are_matched(registry: HttpRegistry) -> None:
    assert registry.household_matches(WANG, HOME)
    assert not registry.household_matches("F209000022", HOME)
    assert registry.residence_matches("A909000316", "A909000316")
    assert not registry.residence_matches(WANG, "A909000316")


@pytest.mark.parametrize("kind", ["500", "garbage", "lie", "wrong_nonce"])
@pytest.mark.parametrize("call", CALLS)
def test_an_answer_that_is_broken_or_about_somebody_else_is_none(
    registry: HttpRegistry, parties: Transports, call: str, kind: str
) -> None:
    target, ask = CALLS[call]
    put_fault(parties, "registry", target, kind)
    with pytest.raises(Unavailable):
        ask(registry)
    clear_faults(parties, "registry")
    assert ask(registry)


@pytest.mark.parametrize("call", ["household", "residence"])
def test_a_match_that_is_missing_is_no_match_and_no_refusal(
    registry: HttpRegistry, parties: Transports, call: str
) -> None:
    target, ask = CALLS[call]
    put_fault(parties, "registry", target, "missing_field")
    with pytest.raises(Unavailable):
        ask(registry)


def test_a_card_whose_validity_is_missing_is_no_answer(registry: HttpRegistry, parties: Transports) -> None:
    put_fault(parties, "registry", "insured", "missing_field")

    with pytest.raises(Unavailable):
        registry.find_by_card(WANG_CARD)


def test_a_slow_registry_is_given_up(world: World) -> None:
    with served(create_app(world)) as url:
        httpx2.put(f"{url}/control/faults", json={"target": "insured", "kind": "slow", "seconds": 5})
        remote = Remote("registry", url)
        before = time.monotonic()
        with pytest.raises(Unavailable):
            HttpRegistry(remote).find_by_id(WANG)
        remote.close()
    assert time.monotonic() - before < 5


FACTS = {
    "found": True,
    "card_number": WANG_CARD,
    "card_valid": True,
    "national_id": WANG,
    "name": "王測明",
    "birth_date": "1980-05-20",
    "kind": "citizen",
}


@pytest.fixture
def answer() -> dict[str, Any]:
    """Give what the bare registry answers, besides the nonce; a test spoils it."""
    return dict(FACTS)


@pytest.fixture
def bare(answer: dict[str, Any]) -> Iterator[HttpRegistry]:
    app = Flask("registry")

    @app.post("/v1/insured/lookup")
    @app.post("/v1/household/match", endpoint="household")
    def lookup() -> dict[str, Any]:
        return {"nonce": request.get_json()["nonce"]} | answer

    remote = Remote("registry", "http://registry", transport=httpx2.WSGITransport(app))
    yield HttpRegistry(remote)
    remote.close()


@pytest.mark.parametrize(
    "change",
    [
        {"found": None},
        {"found": "true"},
        {"found": 1},
        {"name": None},
        {"name": ""},
        {"name": ["王"]},
        {"kind": "alien"},
        {"kind": None},
        {"national_id": 109000016},
        {"birth_date": None},
        {"birth_date": 19800520},
        {"birth_date": "1980-02-30"},
        {"birth_date": ""},
        {"card_number": "900000011038"},
        {"card_number": None},
    ],
)
def test_each_fact_is_of_its_kind_or_the_answer_is_none(
    bare: HttpRegistry, answer: dict[str, Any], change: dict[str, Any]
) -> None:
    assert bare.find_by_card(WANG_CARD) is not None
    answer.update(change)
    with pytest.raises(Unavailable):
        bare.find_by_card(WANG_CARD)


@pytest.mark.parametrize("valid", ["true", 1, None, [], "yes"])
def test_only_true_is_true(bare: HttpRegistry, answer: dict[str, Any], valid: Any) -> None:
    answer.update(card_valid=valid, match=valid)
    with pytest.raises(Unavailable):
        bare.find_by_card(WANG_CARD)
    with pytest.raises(Unavailable):
        bare.household_matches(WANG, HOME)
