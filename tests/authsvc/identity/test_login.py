from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update
from werkzeug.test import TestResponse

from authsvc.core.kit import Kit
from authsvc.identity import login
from authsvc.identity.login import CardNotRegistered, PasswordWrong
from authsvc.identity.models import Person
from authsvc.identity.standing import OnlineServicesSuspended
from mocks.card.cards import Deck
from mocks.people import World
from tests.browser import PASSWORD, Browser
from tests.clocks import MovableClock
from tests.people import make_card_holder
from tests.simulators import acts


@pytest.fixture
def wang(kit: Kit, deck: Deck, world: World) -> str:
    return make_card_holder(kit, deck, world.person("wang"))


def log_in(browser: Browser, *, password: str = PASSWORD, card: str = "wang-nhi", **more: Any) -> TestResponse:
    proof = browser.prove(card, "login")
    return browser.post("/sessions/card", {"card_proof": proof, "password": password, **more})


def code(answer: TestResponse) -> tuple[int, str, int | None]:
    body = answer.get_json()
    return answer.status_code, body["code"], body.get("reader_code")


def test_card_and_password_open_a_session(browser: Browser, kit: Kit, wang: str, clock: MovableClock) -> None:
    # when
    answer = log_in(browser)
    # then
    body = answer.get_json()
    assert answer.status_code == 201
    assert body["person"] == {"name": "王○明", "national_id": "A10****016"}
    assert (body["acr"], body["amr"]) == ("card", ["sc", "pwd"])
    assert body["auth_time"] == clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    assert browser.get("/sessions/current").get_json() == body
    assert acts(kit) == [("session.opened", "done")]
    assert wang not in answer.text


def test_the_responsible_person_comes_for_a_unit(browser: Browser, wang: str) -> None:
    body = log_in(browser, unit_code="110900011", appoint_managers=True).get_json()

    assert wang
    assert (body["unit_code"], body["appoint_managers"]) == ("110900011", True)


@pytest.mark.parametrize(
    "more",
    [
        {"unit_code": "110900011"},
        {"appoint_managers": True},
        {"unit_code": "12345678", "appoint_managers": True},
        {"unit_code": "110900011", "appoint_managers": "yes"},
        {"unit_code": "110900011", "appoint_managers": 1},
        {"amr": ["hwk"]},
        {"role": "admin"},
    ],
)
def test_what_does_not_belong_together_is_invalid(browser: Browser, wang: str, more: dict[str, Any]) -> None:
    assert wang
    assert log_in(browser, **more).status_code == 422


def test_a_wrong_password_is_9039_and_remembered(browser: Browser, kit: Kit, wang: str) -> None:
    assert wang
    assert code(log_in(browser, password="Wrong-one1")) == (401, "password_wrong", 9039)
    assert acts(kit) == [("login.card", "password_wrong")]
    assert browser.get("/sessions/current").status_code == 401


def test_a_card_without_an_account_is_9043(browser: Browser, kit: Kit) -> None:
    assert code(log_in(browser)) == (401, "card_not_registered", 9043)
    assert acts(kit) == [("login.card", "card_not_registered")]


def test_a_suspended_person_learns_it_only_with_the_password(
    browser: Browser, kit: Kit, deck: Deck, world: World
) -> None:
    make_card_holder(kit, deck, world.person("lin"), status="suspended")

    assert code(log_in(browser, card="lin-nhi", password="Wrong-one1")) == (401, "password_wrong", 9039)
    assert code(log_in(browser, card="lin-nhi")) == (403, "suspended", None)
    assert acts(kit)[-1] == ("login", "suspended")


def test_a_card_that_was_issued_anew_has_no_account_yet(browser: Browser, kit: Kit, deck: Deck, world: World) -> None:
    # given 周 who registered with a card of the same number and another key
    make_card_holder(kit, deck, world.person("chou"), card="chou-nhi-old")
    # then
    assert code(log_in(browser, card="chou-nhi")) == (401, "card_not_registered", 9043)


def test_five_wrong_passwords_make_the_right_one_wait(
    browser: Browser, wang: str, clock: MovableClock, new_browser: Callable[[], Browser]
) -> None:
    # given
    assert wang
    for _ in range(5):
        assert log_in(browser, password="Wrong-one1").status_code == 401
    # then, in another browser too
    answer = log_in(new_browser())
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "61")
    clock.forward(seconds=60)
    assert log_in(browser).status_code == 201


def test_a_success_gives_all_five_tries_back(browser: Browser, wang: str) -> None:
    assert wang
    for password in ["Wrong-one1"] * 4 + [PASSWORD] + ["Wrong-one1"] * 4:
        log_in(browser, password=password)
    assert log_in(browser).status_code == 201


def test_a_bad_card_costs_no_try_of_its_owner(browser: Browser, wang: str) -> None:
    assert wang
    for _ in range(6):
        assert log_in(browser, card="wang-nhi-forged").status_code == 401
    assert log_in(browser).status_code == 201


def test_the_password_alone_opens_nothing(browser: Browser, wang: str) -> None:
    assert wang
    assert browser.post("/sessions/card", {"password": PASSWORD}).status_code == 422
    proof = browser.prove("lin-nhi", "login")
    assert code(browser.post("/sessions/card", {"card_proof": proof, "password": PASSWORD}))[0] == 401


def test_each_refusal_of_a_login_has_its_number() -> None:
    kinds = (CardNotRegistered, PasswordWrong, OnlineServicesSuspended)

    assert [(kind.status, kind.reader_code) for kind in kinds] == [(401, 9043), (401, 9039), (403, None)]
    assert login.PASSWORD.closes_at == 100


def unpin(kit: Kit) -> None:
    with kit.begin() as session:
        session.execute(update(Person).values(card_key=None))


def test_the_first_card_of_somebody_registered_without_one_is_pinned(browser: Browser, kit: Kit, wang: str) -> None:
    # given: registered by their operator's word
    unpin(kit)
    # when
    answer = log_in(browser)
    # then
    with kit.read() as session:
        person = session.get_one(Person, wang)
    assert (answer.status_code, person.card_key is not None) == (201, True)
    assert acts(kit) == [("card.pinned", "done"), ("session.opened", "done")]


def test_a_wrong_password_pins_no_card(browser: Browser, kit: Kit, wang: str) -> None:
    # given
    unpin(kit)
    # when
    answer = log_in(browser, password="Kite-8tail")
    # then
    with kit.read() as session:
        person = session.get_one(Person, wang)
    assert (code(answer)[1], person.card_key) == ("password_wrong", None)


def test_of_two_first_cards_only_the_one_that_was_pinned_logs_in(browser: Browser, kit: Kit, wang: str) -> None:
    # given: another card of the person was pinned after this login had looked them up
    unpin(kit)
    with kit.read() as session:
        seen = session.get_one(Person, wang)
    with kit.begin() as session:
        session.execute(update(Person).values(card_key=b"another card"))
    # when
    with pytest.raises(CardNotRegistered), kit.begin() as session:
        login.pin_first_card(session, kit, seen, key=b"this card")
    # then
    assert code(log_in(browser))[1] == "card_not_registered"
