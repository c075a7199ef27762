"""Who does not hold a card learns nothing from the card's calls: registered, waiting or unknown, all is alike."""

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from werkzeug.test import TestResponse

from authsvc.core.jose import b64url
from authsvc.core.kit import Kit
from authsvc.identity.cards import signed_bytes
from authsvc.identity.terms import CURRENT_TERMS
from mocks.card.cards import Deck
from mocks.people import World
from tests.authsvc.identity.issuers import Issuer, raw_signature, subject
from tests.authsvc.registration import acts
from tests.browser import PASSWORD, Browser
from tests.clocks import MovableClock
from tests.hostile.work import seen
from tests.people import make_card_holder

REGISTERED, WAITING, NOBODY = "wang", "chen", "lin"
Forge = Callable[[str, str], dict[str, str]]

CALLS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "apply": ("/registrations", "register", {"password": PASSWORD, "email": "t@example.org", "mobile": acts.MOBILE}),
    "confirm": ("/registrations/confirmations", "confirm", {"token": "A" * 43}),
    "resend": ("/registrations/resends", "resend", {"email": "thief@example.org"}),
    "cancel": ("/registrations/cancellations", "cancel", {}),
    "reset": ("/passwords/resets", "reset", {"password": PASSWORD}),
    "log in": ("/sessions/card", "login", {"password": PASSWORD}),
}


@pytest.fixture
def people(browser: Browser, kit: Kit, deck: Deck, world: World) -> dict[str, str]:
    """One is registered, one has applied, one never heard of us."""
    make_card_holder(kit, deck, world.person(REGISTERED))
    assert acts.apply(browser, WAITING).status_code == 202
    return {"registered": REGISTERED, "waiting": WAITING, "unknown": NOBODY}


def challenge(browser: Browser, purpose: str) -> dict[str, str]:
    made: dict[str, str] = browser.post("/card-challenges", {"purpose": purpose}).get_json()
    return made


@pytest.fixture
def self_made(browser: Browser, clock: MovableClock) -> Forge:
    """Make a card that bears somebody's number, issued by ourselves."""
    issuer, key = Issuer(clock.now()), ec.generate_private_key(ec.SECP256R1())

    def forge(who: str, purpose: str) -> dict[str, str]:
        asked = challenge(browser, purpose)
        message = signed_bytes(origin=browser.origin, purpose=purpose, challenge_id=asked["id"], nonce=asked["nonce"])
        card = issuer.issue(key.public_key(), named=subject(browser.person(who).card_number, name="王測明"))
        der = b64url(card.public_bytes(Encoding.DER))
        return {"challenge_id": asked["id"], "certificate": der, "signature": b64url(raw_signature(key, message))}

    return forge


@pytest.fixture
def overheard(browser: Browser, deck: Deck) -> Forge:
    """Take the genuine certificate, which is no secret, and sign with another key."""
    key = ec.generate_private_key(ec.SECP256R1())

    def forge(who: str, purpose: str) -> dict[str, str]:
        asked = challenge(browser, purpose)
        message = signed_bytes(origin=browser.origin, purpose=purpose, challenge_id=asked["id"], nonce=asked["nonce"])
        der = b64url(deck.certificate(f"{who}-nhi").public_bytes(Encoding.DER))
        return {"challenge_id": asked["id"], "certificate": der, "signature": b64url(raw_signature(key, message))}

    return forge


def send(browser: Browser, forge: Forge, call: str, who: str) -> tuple[str, dict[str, Any]]:
    path, purpose, more = CALLS[call]
    body = {"card_proof": forge(who, purpose)} | more
    if call in ("apply", "reset"):
        body["household"] = acts.household_of(browser, who)
    if call == "apply":
        body["terms_version"] = CURRENT_TERMS
    return path, body


@pytest.mark.parametrize("forger", ["self_made", "overheard"])
@pytest.mark.parametrize("call", CALLS)
def test_a_forged_card_learns_nothing(
    call: str, forger: str, browser: Browser, kit: Kit, people: dict[str, str], request: pytest.FixtureRequest
) -> None:
    # given one call that does not count, so that no first use of a derived key is in the comparison
    forge: Forge = request.getfixturevalue(forger)
    browser.post(*send(browser, forge, call, NOBODY))
    mails = len(acts.mails(kit))
    # when
    shown = {}
    for name, who in people.items():
        ready = send(browser, forge, call, who)
        shown[name] = seen(kit, browser.post, *ready)
    # then
    assert shown["unknown"][0] == 401
    assert {name for name, all_of_it in shown.items() if all_of_it != shown["unknown"]} == set()
    assert len(acts.mails(kit)) == mails


def test_a_guessed_link_with_ones_own_card_learns_nothing(browser: Browser, kit: Kit, people: dict[str, str]) -> None:
    # given: the thief has a card of their own and guesses; the links of others wait or do not
    def guess(token: str) -> TestResponse:
        return acts.confirm(browser, token, card=f"{NOBODY}-nhi")

    guess("A" * 43)
    # when: a link that nobody has, and one that waits for somebody else's card
    answers = [guess("B" * 43), guess(acts.last_token(kit))]
    # then
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].data == answers[1].data
    assert people
    assert [len(acts.told(kit, each)) for each in ("notice", "completed")] == [0, 0]
