"""Every kind of proof at every door: each opens its own and no other, and half of a proof opens none."""

import pytest
from flask import Flask

from mobileapp.phonekeys import proof
from mocks.card.cards import Deck
from mocks.people import World
from mocks.twfido.office import Office
from tests.clocks import MovableClock
from tests.conftest import ORIGIN
from tests.hostile.halves import NAMED, SIGNED
from tests.waysin import DOORS, KINDS, Prover, Shown, enter, inside

REFUSED = (400, 401, 403, 404, 409, 410, 422)  # not 429: what a ledger of tries stops was not judged
CARDS = ("card", "certificate", "unit_certificate")
OFF_DIAGONAL = [(kind, door) for kind, (own, _, _) in KINDS.items() for door in DOORS if door != own]


@pytest.fixture
def prover(app: Flask, deck: Deck, world: World, office: Office, clock: MovableClock) -> Prover:
    return Prover(app, deck, world, office, clock)


def stays_outside(prover: Prover, shown: Shown, door: str) -> None:
    for body in prover.bodies(door, shown):
        answer = enter(shown.browser, door, body)
        assert answer.status_code in REFUSED, (door, body, answer.text)
        assert not inside(shown.browser)


def opens_its_own(shown: Shown, kind: str) -> None:
    door, acr, amr = KINDS[kind]
    answer = enter(shown.browser, door, shown.body)
    assert answer.status_code == 201, answer.text
    assert (answer.get_json()["acr"], answer.get_json()["amr"]) == (acr, amr)
    assert shown.browser.get("/sessions/current").get_json()["acr"] == acr


@pytest.mark.parametrize("kind", KINDS)
def test_a_proof_opens_its_own_door(prover: Prover, kind: str) -> None:
    opens_its_own(prover.prove(kind), kind)


@pytest.mark.parametrize(("kind", "door"), OFF_DIAGONAL, ids=[f"{kind} at {door}" for kind, door in OFF_DIAGONAL])
def test_a_proof_opens_no_other_door(prover: Prover, kind: str, door: str) -> None:
    shown = prover.prove(kind)

    stays_outside(prover, shown, door)

    if kind in CARDS and "card_proof" in DOORS[door]:  # a challenge that was answered is used up, whoever read it
        assert enter(shown.browser, KINDS[kind][0], shown.body).get_json()["code"] == "challenge_refused"
        shown = prover.prove(kind, shown.browser)
    opens_its_own(shown, kind)


@pytest.mark.parametrize("half", NAMED)
def test_half_of_a_proof_opens_no_door(prover: Prover, half: str) -> None:
    shown = NAMED[half](prover)

    for door in DOORS:
        stays_outside(prover, shown, door)
    for word in shown.words:  # nor is it a cookie
        if word.isascii() and " " not in word:
            shown.browser.client.set_cookie("authsvc", word, domain="localhost")
            assert not inside(shown.browser)


@pytest.mark.parametrize("door", ["card", "certificate"])
def test_a_card_that_signed_for_something_else_opens_no_door(prover: Prover, door: str) -> None:
    for name, make in SIGNED.items():
        shown = make(prover)
        answer = enter(shown.browser, door, prover.bodies(door, shown)[0])
        assert (answer.status_code, answer.get_json()["code"]) == (401, "challenge_refused"), name
        assert not inside(shown.browser)


def test_a_phone_that_proves_itself_is_let_in_at_no_door_for_browsers(prover: Prover) -> None:
    phone, shown = prover.phone, NAMED["access token"](prover)
    token = phone.binding["access_token"]

    def credentials(method: str, path: str) -> dict[str, str]:
        url = f"{ORIGIN}/api/v1{path}"
        made = proof(phone.keys.device, method=method, url=url, at=prover.clock.now(), access_token=token)
        return {"Authorization": f"DPoP {token}", "DPoP": made}

    for door in DOORS:
        for body in prover.bodies(door, shown):
            path = f"/sessions/{door}"
            assert shown.browser.call("POST", path, body, **credentials("POST", path)).status_code in REFUSED, door
    asked = shown.browser.call("GET", "/sessions/current", **credentials("GET", "/sessions/current"))
    assert asked.status_code == 401
