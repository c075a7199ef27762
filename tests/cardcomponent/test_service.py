"""What the component gives opens the real service: its challenge, signed by a card in a reader or by a token."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from authsvc.core.kit import Kit
from mocks.card.cards import Deck
from mocks.people import World
from tests.authsvc.registration import acts
from tests.browser import Browser
from tests.cardcomponent.component import ORIGIN, Component
from tests.cardcomponent.conftest import Issued, SoftHsm
from tests.cardcomponent.virtual_card import VirtualCard
from tests.clocks import MovableClock
from tests.conftest import client_of
from tests.counter.desk import make_desk


@dataclass
class BrowserWithReader(Browser):
    """A browser whose card proofs come from the real component, as the page's script would have them made."""

    component: Component

    def prove(self, card_id: str, purpose: str, *, pin: str | None = None) -> dict[str, str]:
        del card_id  # the card that is in
        challenge = self.post("/card-challenges", {"purpose": purpose}).get_json()
        wish = {"origin": ORIGIN, "purpose": purpose, "challenge_id": challenge["id"], "nonce": challenge["nonce"]}
        answer = self.component.sign(wish, pin=pin)
        assert answer.status_code == 200, answer.text
        return {"challenge_id": challenge["id"], **answer.json()}


@pytest.fixture
def beside(app: Flask, deck: Deck, world: World) -> Callable[[Component], BrowserWithReader]:
    """Put a component beside a browser."""
    return lambda component: BrowserWithReader(client_of(app), deck, world, ORIGIN, component)


@pytest.fixture
def token_component(softhsm: SoftHsm, issued: Callable[[str], Issued], tmp_path: Path) -> Iterator[Component]:
    """Run the component over a token with a certificate of the counter's staff."""
    softhsm.add("staff", issued("tang-cert"), "112358")
    component = Component.start(tmp_path / "staff", softhsm.settings("staff"), softhsm.env)
    yield component
    component.stop()


def test_a_person_registers_confirms_and_logs_in_with_a_card_in_a_reader(
    beside: Callable[[Component], BrowserWithReader],
    reader_component: Component,
    put_in: Callable[..., VirtualCard],
    kit: Kit,
) -> None:
    put_in("wang-nhi")
    browser = beside(reader_component)

    assert acts.apply(browser).status_code == 202
    assert acts.confirm(browser, acts.last_token(kit)).status_code == 200
    session = browser.log_in("wang")
    assert session.status_code == 201, session.text

    put_in("lin-nhi")  # somebody else's card with this person's password
    assert browser.log_in("wang").status_code == 401


def test_staff_log_in_at_the_counter_with_a_token_and_its_pin(
    app: Flask, clock: MovableClock, beside: Callable[[Component], BrowserWithReader], token_component: Component
) -> None:
    desk = make_desk(app, clock, beside(token_component))

    assert desk.enter().status_code == 201


def test_a_signature_for_one_page_is_no_good_for_another_purpose(
    beside: Callable[[Component], BrowserWithReader], reader_component: Component, put_in: Callable[..., VirtualCard]
) -> None:
    put_in("wang-nhi")
    browser = beside(reader_component)
    challenge = browser.post("/card-challenges", {"purpose": "register"}).get_json()
    wish = {"origin": ORIGIN, "purpose": "login", "challenge_id": challenge["id"], "nonce": challenge["nonce"]}
    proof = {"challenge_id": challenge["id"], **reader_component.sign(wish).json()}

    answer = browser.post("/registrations", {**acts.form(browser), "card_proof": proof})

    assert answer.status_code == 401
    assert answer.get_json()["code"] == "card_signature_wrong"
