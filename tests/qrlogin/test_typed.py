"""The code that is typed where somebody cannot scan."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from authsvc.core.kit import Kit
from mobileapp.client import Phone
from mobileapp.phonewire import Problem
from tests.clocks import MovableClock
from tests.factories import make_bound_phone, make_person
from tests.qrlogin.conftest import Page

Ask = Callable[..., Page]


@pytest.fixture
def stranger(app: Flask, kit: Kit, clock: MovableClock) -> Iterator[Phone]:
    with make_bound_phone(app, clock, make_person(kit, 2)) as stranger:
        yield stranger


def type_in(phone: Phone, code: str) -> dict[str, object]:
    return phone.call("POST", "/qr-logins/scans", {"code": code})


def refusal_of(phone: Phone, code: str) -> str:
    with pytest.raises(Problem) as problem:
        type_in(phone, code)
    return str(problem.value.code)


def test_the_typed_code_leads_to_the_same_question_and_session(ask: Ask, phone: Phone) -> None:
    page = ask()

    scan = type_in(phone, page.order["typed_code"].lower().replace("-", " "))
    phone.approve(scan, page.order["match_code"])

    assert page.collect().status_code == 201


def test_a_code_works_in_its_minute_and_the_next_and_not_after(ask: Ask, phone: Phone, clock: MovableClock) -> None:
    page = ask()
    first = page.order["typed_code"]
    clock.forward(seconds=60)
    second = page.look()["typed_code"]
    clock.forward(seconds=60)
    page.look()

    assert first != second
    assert refusal_of(phone, first) == "typed_code_unknown"
    assert type_in(phone, second)["id"] == page.order["id"]


def test_a_code_dies_with_its_page(ask: Ask, phone: Phone, clock: MovableClock) -> None:
    page = ask()
    clock.forward(seconds=20)

    assert refusal_of(phone, page.order["typed_code"]) == "typed_code_unknown"


def test_a_code_is_of_no_use_on_another_persons_phone(ask: Ask, phone: Phone, stranger: Phone) -> None:
    page = ask()

    assert refusal_of(stranger, page.order["typed_code"]) == "typed_code_unknown"
    assert type_in(phone, page.order["typed_code"])["id"] == page.order["id"]


def test_guesses_are_counted_on_the_phone_before_they_are_compared(ask: Ask, phone: Phone, clock: MovableClock) -> None:
    page = ask()
    refused = [refusal_of(phone, "0000-0000") for _ in range(5)]

    assert refused == ["typed_code_unknown"] * 5
    assert refusal_of(phone, page.order["typed_code"]) == "too_many_tries"
    clock.forward(seconds=61)
    assert type_in(phone, page.look()["typed_code"])["id"] == page.order["id"]


@pytest.mark.parametrize("body", [{}, {"text": "x", "code": "K7M29QXD"}])
def test_it_is_either_scanned_or_typed(phone: Phone, body: dict[str, str]) -> None:
    with pytest.raises(Problem) as problem:
        phone.call("POST", "/qr-logins/scans", body)

    assert problem.value.status == 422
