from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from authsvc.core.errors import Problem, Refused
from authsvc.core.jose import b64url_decode
from authsvc.core.kit import Kit
from authsvc.identity import challenges
from authsvc.identity.cards import CardNotRecognised, CardProof, CardRevoked, VerifiedCard
from authsvc.identity.challenges import ChallengeRefused
from authsvc.identity.models import CardChallenge
from authsvc.identity.revocation import RevocationUnknown
from mocks.card.cards import CardState, Deck
from tests.browser import Browser
from tests.clocks import MovableClock
from tests.simulators import Transports, acts, clear_faults, put_fault


def redeem(
    kit: Kit, browser: Browser, proof: dict[str, str], *, purpose: str = "login", kinds: tuple[str, ...] = ("nhi",)
) -> VerifiedCard:
    cookie = browser.client.get_cookie("authsvc", domain="localhost")
    token = cookie.value if cookie else None
    return challenges.redeem(kit, CardProof(**proof), purpose=purpose, browser=token, kinds=kinds)


def refused(call: Callable[[], Any]) -> bool:
    try:
        call()
    except ChallengeRefused:
        return True
    return False


def test_a_card_answers_a_fresh_challenge(kit: Kit, browser: Browser) -> None:
    card = redeem(kit, browser, browser.prove("wang-nhi", "login"))

    assert (card.kind, card.name, card.number) == ("nhi", "王測明", "900000011037")
    assert acts(kit) == []


def test_a_nonce_has_256_random_bits_and_lives_120_seconds(browser: Browser) -> None:
    made = [browser.post("/card-challenges", {"purpose": "login"}).get_json() for _ in range(20)]

    assert len({challenge["nonce"] for challenge in made}) == 20
    assert {len(b64url_decode(challenge["nonce"])) for challenge in made} == {32}


def test_a_challenge_is_good_to_the_last_second(kit: Kit, browser: Browser, clock: MovableClock) -> None:
    # given
    early, late = browser.prove("wang-nhi", "login"), browser.prove("wang-nhi", "login")
    # then
    clock.forward(seconds=119)
    redeem(kit, browser, early)
    clock.forward(seconds=1)
    assert refused(lambda: redeem(kit, browser, late))


def test_a_challenge_is_answered_once(kit: Kit, browser: Browser, clock: MovableClock) -> None:
    proof = browser.prove("wang-nhi", "login")
    redeem(kit, browser, proof)

    assert refused(lambda: redeem(kit, browser, proof))
    clock.forward(seconds=60)
    assert refused(lambda: redeem(kit, browser, proof))
    assert acts(kit) == [("card.login", "challenge_refused")] * 2


def test_a_challenge_is_used_up_although_the_answer_was_wrong(kit: Kit, browser: Browser) -> None:
    proof = browser.prove("wang-nhi", "login")
    with pytest.raises(CardNotRecognised):
        redeem(kit, browser, proof, kinds=("citizen",))
    assert refused(lambda: redeem(kit, browser, proof))


def test_a_challenge_is_for_one_purpose(kit: Kit, browser: Browser) -> None:
    proof = browser.prove("wang-nhi", "register")
    assert refused(lambda: redeem(kit, browser, proof, purpose="login"))
    redeem(kit, browser, proof, purpose="register")


def test_a_signature_for_one_purpose_is_none_for_another(kit: Kit, browser: Browser) -> None:
    asked = browser.post("/card-challenges", {"purpose": "login"}).get_json()
    other = browser.prove("wang-nhi", "cancel")
    with pytest.raises(Refused) as refusal:
        redeem(kit, browser, other | {"challenge_id": asked["id"]})
    assert refusal.value.code == "card_signature_wrong"


def test_a_challenge_is_of_the_browser_that_asked(
    kit: Kit, browser: Browser, new_browser: Callable[[], Browser]
) -> None:
    proof, other = browser.prove("wang-nhi", "login"), new_browser()
    other.prove("wang-nhi", "login")

    assert refused(lambda: redeem(kit, other, proof))
    assert refused(lambda: redeem(kit, new_browser(), proof))
    redeem(kit, browser, proof)


@pytest.mark.parametrize("challenge_id", ["nothing", "x" * 22])
def test_a_challenge_that_was_never_made_is_refused(kit: Kit, browser: Browser, challenge_id: str) -> None:
    proof = browser.prove("wang-nhi", "login") | {"challenge_id": challenge_id}
    assert refused(lambda: redeem(kit, browser, proof))


def test_a_signature_for_another_origin_is_refused(kit: Kit, browser: Browser) -> None:
    elsewhere = replace(browser, origin="http://localhost:8001")
    challenge = browser.post("/card-challenges", {"purpose": "login"}).get_json()
    elsewhere.origin = "http://evil.example"
    signed = browser.prove("wang-nhi", "login")
    with pytest.raises(Refused):
        redeem(kit, browser, signed | {"challenge_id": challenge["id"]})


@pytest.mark.parametrize(
    ("card", "code"),
    [
        ("zhang-nhi", "card_expired"),
        ("liu-nhi", "card_expired"),
        ("lee-nhi", "card_revoked"),
        ("wang-nhi-forged", "card_not_recognised"),
        ("wang-nhi-badsign", "card_signature_wrong"),
        ("nguyen-arc", "card_not_recognised"),
    ],
)
def test_a_bad_card_is_refused_with_its_reason_and_the_refusal_is_remembered(
    kit: Kit, browser: Browser, card: str, code: str
) -> None:
    with pytest.raises(Problem) as refusal:
        redeem(kit, browser, browser.prove(card, "login"))
    assert (refusal.value.code, acts(kit)) == (code, [("card.login", code)])


def test_the_cards_with_a_pin_are_of_their_kind(kit: Kit, browser: Browser) -> None:
    for card, pin, kind in (("chen-cert", "86420246", "citizen"), ("unit1-card", "10101010", "unit")):
        assert redeem(kit, browser, browser.prove(card, "login", pin=pin), kinds=("citizen", "unit")).kind == kind


@pytest.mark.parametrize("fault", ["500", "garbage", "stale", "lie"])
def test_without_the_issuers_current_word_nobody_gets_in(
    kit: Kit, browser: Browser, transports: Transports, fault: str
) -> None:
    put_fault(transports, "card", "ocsp", fault)
    put_fault(transports, "card", "crl", fault)
    with pytest.raises(RevocationUnknown):
        redeem(kit, browser, browser.prove("wang-nhi", "login"))
    assert acts(kit) == [("card.login", "revocation_unknown")]
    # when the issuer is there again, the card is good at once
    clear_faults(transports, "card")
    redeem(kit, browser, browser.prove("wang-nhi", "login"))


def test_an_issuer_that_fails_five_times_is_left_alone(kit: Kit, browser: Browser, transports: Transports) -> None:
    put_fault(transports, "card", "ocsp", "500")
    put_fault(transports, "card", "crl", "500")
    for _ in range(5):
        with pytest.raises(RevocationUnknown):
            redeem(kit, browser, browser.prove("wang-nhi", "login"))
    clear_faults(transports, "card")
    with pytest.raises(RevocationUnknown):
        redeem(kit, browser, browser.prove("wang-nhi", "login"))


@pytest.mark.parametrize("fault", ["500", "garbage", "stale", "lie", "other", "no_nonce", "unknown", "unauthorized"])
def test_a_responder_that_proves_nothing_leaves_it_to_the_list(
    kit: Kit, browser: Browser, transports: Transports, fault: str
) -> None:
    put_fault(transports, "card", "ocsp", fault)

    redeem(kit, browser, browser.prove("wang-nhi", "login"))
    with pytest.raises(CardRevoked):
        redeem(kit, browser, browser.prove("lee-nhi", "login"))


def test_a_responder_that_fails_does_not_close_the_way_to_the_list(
    kit: Kit, browser: Browser, transports: Transports, clock: MovableClock
) -> None:
    put_fault(transports, "card", "ocsp", "500")
    for _ in range(7):
        redeem(kit, browser, browser.prove("wang-nhi", "login"))
        clock.forward(seconds=31)


def test_a_card_revoked_a_moment_ago_is_refused_at_once(kit: Kit, browser: Browser, deck: Deck) -> None:
    redeem(kit, browser, browser.prove("wang-nhi", "login"))
    deck.set_state("wang-nhi", CardState.REVOKED)
    with pytest.raises(CardRevoked):
        redeem(kit, browser, browser.prove("wang-nhi", "login"))


def test_without_a_responder_a_revoked_card_is_refused_within_half_a_minute(
    kit: Kit, browser: Browser, deck: Deck, clock: MovableClock, transports: Transports
) -> None:
    put_fault(transports, "card", "ocsp", "garbage")
    redeem(kit, browser, browser.prove("wang-nhi", "login"))
    deck.set_state("wang-nhi", CardState.REVOKED)
    clock.forward(seconds=30)
    with pytest.raises(CardRevoked):
        redeem(kit, browser, browser.prove("wang-nhi", "login"))


def test_old_challenges_are_forgotten_and_live_ones_are_not(kit: Kit, browser: Browser, clock: MovableClock) -> None:
    # given
    browser.prove("wang-nhi", "login")
    clock.forward(seconds=241)
    proof = browser.prove("wang-nhi", "login")
    # when
    challenges.purge(kit)
    # then
    with kit.read() as session:
        assert session.scalar(select(func.count()).select_from(CardChallenge)) == 1
    redeem(kit, browser, proof)
