"""A provider that lies, a stranger who knows an ID, another browser, an old answer: none of them gets in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from flask import Flask

from authsvc.core.kit import Kit
from authsvc.identity.cards import CardNotRecognised
from mocks.card.cards import CardState, Deck
from mocks.people import World
from tests.browser import Browser
from tests.conftest import ORIGIN, client_of
from tests.people import make_card_holder
from tests.simulators import Transports, acts, clear_faults, put_fault
from tests.twfido.conftest import Login
from twfido.party import Answer, TwFido
from twfido.wire import Asked, Ticket


@pytest.fixture(autouse=True)
def two_accounts(kit: Kit, deck: Deck, world: World) -> list[str]:
    """Let the one who is attacked have an account, and whoever the provider takes for them."""
    return [make_card_holder(kit, deck, world.person(key)) for key in ("wang", "lin")]


LIES = ("other_person", "other_signature", "other_certificate", "wrong_signature", "other_hash", "unsigned")


@pytest.mark.parametrize("lie", LIES)
def test_a_provider_that_lies_opens_nothing(login: Login, kit: Kit, transports: Transports, lie: str) -> None:
    login.begin()
    put_fault(transports, "twfido", "result", lie)

    assert login.told() == ("failed", "not_believed")
    clear_faults(transports, "twfido")
    assert login.enter().get_json()["code"] == "twfido_not_approved"
    assert acts(kit)[1:] == [("twfido.ended", "not_believed"), ("login.twfido", "twfido_not_approved")]


def test_a_result_whose_checksum_is_not_the_providers_opens_nothing(login: Login, transports: Transports) -> None:
    login.begin()
    login.approve()
    put_fault(transports, "twfido", "result", "wrong_checksum")

    assert login.told() == ("failed", "not_believed")


def test_a_signature_for_an_earlier_login_opens_nothing(login: Login, transports: Transports) -> None:
    login.begin()
    login.approve()
    assert login.told()[0] == "approved"
    assert login.enter().status_code == 201
    login.begin()
    put_fault(transports, "twfido", "result", "replay")

    assert login.told() == ("failed", "not_believed")


def test_somebody_elses_certificate_does_not_open_the_account_whose_id_was_typed(
    login: Login, kit: Kit, transports: Transports
) -> None:
    # The provider says that it was the one who was asked for, and the other one's signature is a good one.
    login.begin()
    put_fault(transports, "twfido", "result", "other_signature")

    assert login.told() == ("failed", "not_believed")
    assert not [action for action, _outcome in acts(kit) if action == "session.opened"]


@pytest.mark.parametrize(
    ("state", "number"),
    [
        (CardState.EXPIRED, "certificate_expired"),
        (CardState.NOT_YET_VALID, "certificate_expired"),
        (CardState.REVOKED, "certificate_revoked"),
        (CardState.FOREIGN_CA, "certificate_unknown"),
        (CardState.BAD_SIGNATURE, "not_believed"),
    ],
)
def test_a_certificate_that_is_not_in_order_opens_nothing(login: Login, state: CardState, number: str) -> None:
    login.begin()
    login.office.phones.deck.set_state("wang-mobile", state)
    login.approve()

    assert login.told() == ("failed", number)


def test_a_card_does_not_answer_for_a_phone_and_a_phone_not_for_a_card(login: Login, deck: Deck, app: Flask) -> None:
    """Each has issuers of its own: what TW FidO lets phones sign for others must open no door of a card."""
    login.begin()
    login.office.phones.deck, own = deck, login.office.phones.deck
    card = deck.find("wang-cert")
    assert card is not None
    signature = deck.sign_bytes("wang-cert", login.transaction.data, pin=card.record.pin)
    login.office.phones.deck = own
    login.approve()
    assert login.transaction.signed is not None
    login.transaction.signed = type(login.transaction.signed)(_der(deck, "wang-cert"), signature)
    assert login.told() == ("failed", "certificate_unknown")

    browser = Browser(client_of(app), deck, login.browser.world, ORIGIN)
    browser.deck = own
    answer = browser.post("/sessions/certificate", {"card_proof": browser.prove("wang-mobile", "login", pin="246810")})
    assert answer.get_json()["code"] == CardNotRecognised.code


def test_a_certificate_of_another_kind_opens_nothing_though_its_issuer_is_right(
    login: Login, kit: Kit, deck: Deck, world: World
) -> None:
    make_card_holder(kit, deck, world.person("tang"), card="tang-nhi")
    login.person = world.person("tang")
    login.begin()
    login.approve()

    assert login.told() == ("failed", "certificate_unknown")


def _der(deck: Deck, card_id: str) -> bytes:
    return deck.certificate(card_id).public_bytes(Encoding.DER)


@pytest.mark.parametrize("fault", ["lie", "wrong_nonce", "missing_field", "garbage"])
def test_a_registry_that_fails_or_lies_opens_nothing_and_is_asked_again(
    login: Login, transports: Transports, fault: str
) -> None:
    login.begin()
    login.approve()
    put_fault(transports, "registry", "insured", fault)
    assert login.told() == ("waiting", "no_answer")
    clear_faults(transports, "registry")

    assert login.told() == ("approved", None)


def test_an_issuer_that_cannot_say_whether_it_revoked_opens_nothing(login: Login, transports: Transports) -> None:
    login.begin()
    login.approve()
    put_fault(transports, "twfido", "ca", "500")

    assert login.told() == ("waiting", "no_answer")


def test_another_browser_gets_nothing_with_all_that_the_page_says(
    login: Login, new_browser: Callable[[], Browser]
) -> None:
    login.begin()
    login.approve()
    login.look()
    stranger = new_browser()

    assert login.look(browser=stranger).status_code == 404
    assert login.enter(stranger).status_code == 404
    assert stranger.call("DELETE", f"/twfido-logins/{login.begun['id']}").status_code == 404
    assert stranger.get(f"/twfido-logins/{login.begun['id']}/qr.svg").status_code == 404
    assert login.enter().status_code == 201


def test_an_approved_login_opens_one_session(login: Login) -> None:
    login.begin()
    login.approve()
    login.look()

    assert login.enter().status_code == 201
    assert login.enter().get_json()["code"] == "twfido_not_approved"


@pytest.mark.parametrize("who", ["nobody", "wrong birth date", "no phone", "suspended", "the person"])
def test_a_login_looks_the_same_whoever_has_the_id(login: Login, world: World, kit: Kit, deck: Deck, who: str) -> None:
    person = world.person({"nobody": "huang", "no phone": "wu"}.get(who, "wang"))
    if who == "suspended":
        person = world.person("hung")
        make_card_holder(kit, deck, person, status="suspended")
    typed = {"national_id": person.national_id, "birth_date": person.birth_date}
    if who == "wrong birth date":
        typed["birth_date"] = "1999-09-09"

    answer = login.browser.post("/twfido-logins", typed)

    body = answer.get_json()
    assert (answer.status_code, body["status"], body["number"]) == (201, "waiting", None)
    assert sorted(body) == SHAPE
    assert acts(kit) == [("twfido.begun", "done")]
    login.begun = body
    assert login.told(later=187) == ("expired", None)


SHAPE = sorted(
    ("id", "status", "text", "number", "mode", "qr_text", "app_link", "expires_at", "seconds_left", "poll_after")
)


@pytest.mark.parametrize("who", ["somebody without an account", "wrong birth date"])
def test_that_there_is_no_account_is_told_only_to_whoever_signed(login: Login, world: World, who: str) -> None:
    if who == "wrong birth date":
        login.begin(birth_date="1999-09-09")
    else:
        login.person = world.person("chen")
        login.begin()
    assert login.told() == ("waiting", None)
    login.approve()

    assert login.told() == ("failed", "not_registered")


def test_starts_with_one_id_are_counted_by_address_and_a_success_clears_them(login: Login, kit: Kit) -> None:
    typed = {"national_id": login.person.national_id, "birth_date": login.person.birth_date}
    answers = [login.browser.post("/twfido-logins", typed).status_code for _ in range(6)]
    assert answers == [201] * 5 + [429]
    elsewhere = login.browser.client.post(
        "/api/v1/twfido-logins", json=typed, environ_base={"REMOTE_ADDR": "192.0.2.9"}, headers={"Origin": ORIGIN}
    )
    assert elsewhere.status_code == 201
    login.clock.forward(seconds=61)
    login.begin()
    login.approve()
    login.look()
    assert login.enter().status_code == 201

    assert [login.browser.post("/twfido-logins", typed).status_code for _ in range(5)] == [201] * 5
    assert kit


def test_starts_take_nothing_from_the_tries_of_one_time_codes(login: Login) -> None:
    for _ in range(6):
        login.browser.post(
            "/twfido-logins", {"national_id": login.person.national_id, "birth_date": login.person.birth_date}
        )

    answer = login.browser.post(
        "/sessions/otp",
        {"national_id": login.person.national_id, "birth_date": login.person.birth_date, "otp": "00000000"},
    )

    assert answer.get_json()["code"] == "otp_refused"


@dataclass
class Slow:
    """The provider's port, at which something happens while it is asked."""

    party: TwFido
    meanwhile: Callable[[], object]

    def open(self, asked: Asked, *, at: datetime) -> Ticket:
        return self.party.open(asked, at=at)

    def ask(self, *, transaction_id: str, ticket_id: str) -> Answer:
        self.meanwhile()
        return self.party.ask(transaction_id=transaction_id, ticket_id=ticket_id)


def test_a_login_that_is_cancelled_while_the_provider_is_asked_stays_so(login: Login, kit: Kit) -> None:
    login.begin()
    login.approve()
    path = f"/twfido-logins/{login.begun['id']}"
    party = kit.port(TwFido)  # type: ignore[type-abstract]
    kit.ports[TwFido] = Slow(party, meanwhile=lambda: login.browser.call("DELETE", path))

    assert login.told() == ("expired", "cancelled")
    assert login.enter().get_json()["code"] == "twfido_expired"


@pytest.mark.parametrize("body", [{"mode": "fly"}, {"birth_date": "20.5.1980"}, {"national_id": "A123"}, {"more": 1}])
def test_what_is_wrongly_typed_is_told(login: Login, body: dict[str, Any]) -> None:
    typed = {"national_id": login.person.national_id, "birth_date": login.person.birth_date}

    assert login.browser.post("/twfido-logins", typed | body).status_code == 422
