"""Cards in readers over PC/SC: a real pcscd, the virtual reader of vsmartcard, and a card that answers APDUs."""

import os
import subprocess
import sys
import threading
from base64 import urlsafe_b64decode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from cryptography import x509

from authsvc.identity import cards
from cardcomponent.certificates import fitted
from tests.cardcomponent.component import OTHER, ROOT, WISH, Component, told
from tests.cardcomponent.pcscd import Pcscd
from tests.cardcomponent.virtual_card import T0, VirtualCard, wait_until

PutIn = Callable[..., VirtualCard]
SELECT, VERIFY, CHOOSE_KEY, SIGN, INTRUDER = 0xA4, 0x20, 0x22, 0x2A, 0xCA


def signed_by(answer: dict[str, str], wish: dict[str, str] = WISH) -> str:
    """Check the signature as the service does, and return whose certificate it is."""
    certificate = cards.read_certificate(answer["certificate"])
    names = ("origin", "purpose", "challenge_id", "nonce")
    cards.check_signature(certificate, answer["signature"], cards.signed_bytes(**{name: wish[name] for name in names}))
    return certificate.subject.rfc4514_string()


def test_the_health_card_signs_without_a_pin(reader_component: Component, put_in: PutIn) -> None:
    card = put_in("wang-nhi")

    answer = reader_component.sign(pin="123456")

    assert answer.status_code == 200, answer.text
    assert "王測明" in signed_by(answer.json())
    assert VERIFY not in card.log  # nor is a PIN shown that somebody sent for nothing
    assert len(urlsafe_b64decode(answer.json()["signature"] + "==")) == 64


def test_the_status_shows_readers_and_cards(reader_component: Component, put_in: PutIn, pcscd: Pcscd) -> None:
    put_in("wang-nhi")
    put_in("wang-cert", slot=1)

    status = reader_component.http.get("/status", headers={"Origin": OTHER}).json()

    assert status["readers"] == [
        {"name": pcscd.slots[0].name, "card": {"kind": "nhi", "name": "王測明", "card_number": "900000011037"}},
        {"name": pcscd.slots[1].name, "card": {"kind": "citizen", "name": "王測明"}},
    ]
    assert status["version"] == "1.1.0"


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("wang-cert", {}),
        ("wang-cert", {"as_der": True}),
        ("wang-cert", {"at_once": 40}),
        ("wang-cert", {"atr": T0}),
        ("chen-cert", {}),
        ("chen-cert", {"at_once": 100}),
        ("unit1-card", {}),
    ],
    ids=["EC", "EC as DER", "EC in two answers", "EC over T=0", "RSA", "RSA in three answers", "unit"],
)
def test_a_certificate_card_signs_after_its_pin(
    reader_component: Component, put_in: PutIn, name: str, changes: dict[str, object]
) -> None:
    card = put_in(name, **changes)

    answer = reader_component.sign(pin=card.pin)

    assert answer.status_code == 200, answer.text
    assert signed_by(answer.json())
    assert card.pins_seen == [(card.pin or "").encode()]


def test_wrong_pins_count_down_on_the_card_until_it_locks(reader_component: Component, put_in: PutIn) -> None:
    card = put_in("wang-cert")

    answers = [reader_component.sign(pin=pin) for pin in ("000000", "000000", "000000", "246810")]

    assert [told(answer) for answer in answers] == [
        (403, 9039, "pin_wrong"),
        (403, 9039, "pin_wrong"),
        (403, 9043, "pin_locked"),
        (403, 9043, "pin_locked"),
    ]
    assert [answer.json().get("tries_left") for answer in answers] == [2, 1, None, None]
    assert SIGN not in card.log


def test_a_pin_that_cannot_be_right_costs_no_try(reader_component: Component, put_in: PutIn) -> None:
    card = put_in("wang-cert")

    for pin in (None, "", "12345", "123456789", "12345a", "１２３４５６"):
        assert told(reader_component.sign(pin=pin)) == (422, 9041, "pin_length")
    assert card.pins_seen == []
    assert card.tries_left == 3


def test_the_card_forgets_the_pin_after_each_signature(reader_component: Component, put_in: PutIn) -> None:
    card = put_in("wang-cert")
    assert reader_component.sign(pin="246810").status_code == 200

    assert not card.unlocked  # no other program finds it open
    assert told(reader_component.sign(pin="000000")) == (403, 9039, "pin_wrong")
    assert card.log.count(SIGN) == 1


def test_no_card_and_one_that_no_profile_fits_are_told_apart(
    reader_component: Component, put_in: PutIn, pcscd: Pcscd
) -> None:
    pcscd.slots[0].remove()
    assert [reader["card"] for reader in reader_component.readers()] == [None, None]
    assert told(reader_component.sign()) == (409, 9056, "card_absent")

    put_in("wang-nhi", application=bytes.fromhex("A000000003000000"))
    assert told(reader_component.sign()) == (422, 9057, "card_unreadable")
    first = reader_component.readers()[0]
    assert (first["card"], first["reader_code"], first["code"]) == (None, 9057, "card_unreadable")


def test_a_certificate_of_no_known_kind_is_not_recognised(reader_component: Component, put_in: PutIn) -> None:
    put_in("wang-nhi", certificate=b"\x30\x82\x01\x00" + bytes(256))

    assert told(reader_component.sign()) == (422, 9057, "card_unreadable")


@pytest.mark.parametrize(
    ("word", "expected"),
    [("6283", (409, 9046, "card_not_activated")), ("6581", (503, 8013, "reader_unavailable"))],
)
def test_what_the_card_says_at_its_selection_is_told(
    reader_component: Component, put_in: PutIn, word: str, expected: tuple[int, int, str]
) -> None:
    put_in("wang-cert", status_of_select=bytes.fromhex(word))

    assert told(reader_component.sign(pin="246810")) == expected


def test_a_card_pulled_out_while_it_signs_is_told_as_unreachable(
    reader_component: Component, put_in: PutIn, pcscd: Pcscd
) -> None:
    def pull(instruction: int) -> None:
        if instruction == SIGN:
            pcscd.slots[0].pull()

    put_in("wang-cert", before=pull)

    assert told(reader_component.sign(pin="246810")) == (503, 8013, "reader_unavailable")


def test_a_card_whose_signature_does_not_fit_its_certificate_gives_nothing(
    reader_component: Component, put_in: PutIn
) -> None:
    put_in("wang-nhi", wrong=True)

    assert told(reader_component.sign()) == (422, 66501, "card_signature_wrong")


def test_a_pin_is_not_tried_on_a_card_that_may_not_be_meant(reader_component: Component, put_in: PutIn) -> None:
    health, certificate = put_in("wang-nhi"), put_in("wang-cert", slot=1)

    assert told(reader_component.sign(pin="246810")) == (409, 9057, "several_cards")
    assert certificate.pins_seen == []

    named = [reader_component.sign(kind=kind, pin="246810") for kind in ("nhi", "citizen")]
    assert [answer.status_code for answer in named] == [200, 200]
    assert (health.log.count(SIGN), certificate.log.count(SIGN)) == (1, 1)


def test_two_signatures_at_once_do_not_meet_at_the_card(reader_component: Component, put_in: PutIn) -> None:
    together = threading.Barrier(4)
    card = put_in("wang-cert")

    def ask(number: int) -> dict[str, str]:
        together.wait()
        answer = reader_component.sign(nonce=f"n-{number}", pin="246810")
        assert answer.status_code == 200, answer.text
        found: dict[str, str] = answer.json()
        return found

    with ThreadPoolExecutor(4) as pages:
        answers = list(pages.map(ask, range(4)))

    assert all(signed_by(answer, {**WISH, "nonce": f"n-{number}"}) for number, answer in enumerate(answers))
    steps = [instruction for instruction in card.log if instruction in (VERIFY, SIGN)]
    assert steps == [VERIFY, SIGN] * 4
    between = [first for first, second in pairwise(card.log) if second == SIGN]
    assert between == [CHOOSE_KEY] * 4


def test_no_other_program_comes_between_the_pin_and_the_signature(
    reader_component: Component, put_in: PutIn, pcscd: Pcscd
) -> None:
    card = put_in("wang-cert")
    line = [sys.executable, "-m", "tests.cardcomponent.intruder", pcscd.slots[0].name]
    intruder = subprocess.Popen(line, cwd=ROOT, env={**os.environ, "PCSCLITE_CSOCK_NAME": str(pcscd.socket)})
    try:
        wait_until(lambda: INTRUDER in card.log)
        answers = [reader_component.sign(pin="246810").status_code for _ in range(4)]
    finally:
        intruder.kill()
        intruder.wait()

    assert answers == [200] * 4
    pins = [at for at, instruction in enumerate(card.log) if instruction == VERIFY]
    assert [card.log[at : at + 3] for at in pins] == [[VERIFY, CHOOSE_KEY, SIGN]] * 4


def test_the_log_has_no_pin_no_nonce_and_no_name(reader_component: Component, put_in: PutIn) -> None:
    put_in("wang-cert")
    wish = {**WISH, "nonce": "c2VjcmV0LW5vbmNl"}
    assert reader_component.sign(wish, pin="246810").status_code == 200
    assert reader_component.sign(wish, pin="135799").status_code == 403

    log = reader_component.log()
    assert "signed for http://localhost:8000 (login) with a card of kind citizen" in log
    assert [word for word in ("246810", "135799", "c2VjcmV0LW5vbmNl", "王測明", "A109000016") if word in log] == []


def test_a_reader_that_goes_away_is_told_and_found_again(
    reader_component: Component, put_in: PutIn, pcscd: Pcscd
) -> None:
    pcscd.stop()
    assert reader_component.readers() == []
    assert told(reader_component.sign()) == (503, 8013, "reader_unavailable")

    pcscd.start()
    put_in("wang-nhi")
    assert reader_component.sign().status_code == 200


@pytest.mark.parametrize("when", [SELECT, SIGN], ids=["while the card is looked at", "while it signs"])
def test_a_daemon_that_dies_in_the_middle_is_told_as_unreachable(
    reader_component: Component, put_in: PutIn, pcscd: Pcscd, when: int
) -> None:
    def die(instruction: int) -> None:
        if instruction == when:
            pcscd.kill()

    put_in("wang-cert", before=die)
    try:
        assert told(reader_component.sign(pin="246810")) == (503, 8013, "reader_unavailable")
    finally:
        pcscd.stop()
        pcscd.start()


def test_a_reader_that_does_not_answer_keeps_nobody_waiting_for_ever(
    reader_component: Component, put_in: PutIn
) -> None:
    answering, asked = threading.Event(), threading.Event()

    def hang(instruction: int) -> None:
        if instruction == SIGN:
            asked.set()
            answering.wait(8)

    card = put_in("wang-cert", before=hang)
    with ThreadPoolExecutor(2) as pages:
        first = pages.submit(reader_component.sign, pin="246810")
        assert asked.wait(5)
        second = pages.submit(reader_component.sign, pin="000000")
        codes = {told(page.result())[1:] for page in (first, second)}
    answering.set()

    assert codes == {(8013, "reader_unavailable"), (8013, "reader_busy")}
    wait_until(lambda: reader_component.http.get("/healthz").status_code == 200)
    assert reader_component.readers()
    assert card.tries_left == 3  # what had given up was not tried afterwards


def test_the_component_checks_what_the_service_will(put_in: PutIn, reader_component: Component) -> None:
    card = put_in("chen-cert")
    answer = reader_component.sign(pin=card.pin).json()
    certificate = x509.load_der_x509_certificate(urlsafe_b64decode(answer["certificate"] + "=="))
    signature = urlsafe_b64decode(answer["signature"] + "==")
    message = cards.signed_bytes(**{name: WISH[name] for name in ("origin", "purpose", "challenge_id", "nonce")})

    assert fitted(certificate, signature, message) == signature
