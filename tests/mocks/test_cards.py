from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from mocks.card.authority import POLICIES, crl_url_of, ocsp_url_of
from mocks.card.cards import CardAnswer, CardState, Deck, SignRequest, open_deck
from mocks.card.refusals import CardRefusal

WANTED = SignRequest("http://localhost:8000", "register", "c-1", "n-1")
SIGNED = b"authsvc-card-v1\nhttp://localhost:8000\nregister\nc-1\nn-1"


def verify(answer: CardAnswer) -> None:
    key = x509.load_der_x509_certificate(answer.certificate).public_key()
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(answer.signature, SIGNED, padding.PKCS1v15(), SHA256())
        return
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert len(answer.signature) == 64
    r, s = (int.from_bytes(half, "big") for half in (answer.signature[:32], answer.signature[32:]))
    key.verify(encode_dss_signature(r, s), SIGNED, ec.ECDSA(SHA256()))


def refusal(deck: Deck, card_id: str, pin: str | None) -> tuple[str, int]:
    with pytest.raises(CardRefusal) as refused:
        deck.sign(card_id, WANTED, pin=pin)
    return refused.value.code, refused.value.more["reader_code"]


def issued_by_the_ca(deck: Deck, card_id: str) -> None:
    deck.certificate(card_id).verify_directly_issued_by(x509.load_pem_x509_certificate(deck.ca_bundle()))


@pytest.mark.parametrize(("card_id", "pin"), [("wang-nhi", None), ("chen-cert", "86420246"), ("nguyen-arc", None)])
def test_a_card_signs_the_exact_bytes_of_the_contract(deck: Deck, card_id: str, pin: str | None) -> None:
    verify(deck.sign(card_id, WANTED, pin=pin))


def test_a_card_with_a_wrong_signature_does_not_verify(deck: Deck) -> None:
    with pytest.raises(InvalidSignature):
        verify(deck.sign("wang-nhi-badsign", WANTED))


@pytest.mark.parametrize("card_id", ["wang-nhi", "lin-cert", "unit1-card", "smith-arc"])
def test_a_certificate_names_holder_kind_responder_and_revocation_list(deck: Deck, card_id: str) -> None:
    card = deck.find(card_id)
    assert card is not None
    certificate = deck.certificate(card_id)

    issued_by_the_ca(deck, card_id)
    name = NameOID.ORGANIZATION_NAME if card.record.kind == "unit" else NameOID.COMMON_NAME
    assert certificate.subject.get_attributes_for_oid(name)[0].value == card.record.name
    assert certificate.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)[0].value == card.record.number
    policies = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
    assert [policy.policy_identifier for policy in policies] == [POLICIES[card.record.kind]]
    assert crl_url_of(certificate) == "http://127.0.0.1:8101/ca/crl"
    assert ocsp_url_of(certificate) == "http://127.0.0.1:8101/ca/ocsp"


def test_a_forged_card_bears_the_same_name_and_fails_the_issuers_key(deck: Deck) -> None:
    forged, real = deck.certificate("wang-nhi-forged"), deck.certificate("wang-nhi")

    assert (forged.issuer, forged.subject) == (real.issuer, real.subject)
    with pytest.raises(InvalidSignature):
        issued_by_the_ca(deck, "wang-nhi-forged")


def test_expired_and_early_certificates_are_outside_their_time(deck: Deck) -> None:
    now = datetime.now(UTC)  # noqa: TID251  the deck's certificates are about the real time

    assert deck.certificate("zhang-nhi").not_valid_after_utc < now
    assert deck.certificate("liu-nhi").not_valid_before_utc > now
    verify(deck.sign("zhang-nhi", WANTED))


def test_three_wrong_pins_lock_a_card_even_against_the_right_one(deck: Deck) -> None:
    assert refusal(deck, "wang-cert", "000000") == ("pin_wrong", 9039)
    assert refusal(deck, "wang-cert", "000000") == ("pin_wrong", 9039)
    assert refusal(deck, "wang-cert", "000000") == ("pin_locked", 9043)
    assert refusal(deck, "wang-cert", "246810") == ("pin_locked", 9043)

    deck.set_state("wang-cert", CardState.ACTIVE)
    verify(deck.sign("wang-cert", WANTED, pin="246810"))


def test_a_right_pin_gives_the_tries_back(deck: Deck) -> None:
    for _ in range(3):
        refusal(deck, "wang-cert", "000000")
        deck.sign("wang-cert", WANTED, pin="246810")


@pytest.mark.parametrize("pin", [None, "", "12345", "123456789"])
def test_a_pin_of_a_wrong_length_spends_no_try(deck: Deck, pin: str | None) -> None:
    for _ in range(4):
        assert refusal(deck, "wang-cert", pin) == ("pin_length", 9041)


def test_cards_out_of_order_are_refused_with_the_help_desks_numbers(deck: Deck) -> None:
    assert refusal(deck, "yang-nhi", None) == ("card_unreadable", 9057)
    assert refusal(deck, "tsai-cert", "112233") == ("card_not_activated", 9046)
    assert refusal(deck, "kao-cert", "654321") == ("pin_locked", 9043)


def test_a_restart_keeps_certificates_states_and_locks(tmp_path: Path) -> None:
    before = open_deck(tmp_path)
    before.set_state("wang-nhi", CardState.REVOKED)
    for _ in range(3):
        refusal(before, "wang-cert", "000000")
    shown = before.certificate("wang-nhi")

    after = open_deck(tmp_path)
    assert after.certificate("wang-nhi") == shown
    assert after.ca_bundle() == before.ca_bundle()
    assert {card.record.id: card.state for card in after.all()} == {c.record.id: c.state for c in before.all()}
    assert refusal(after, "wang-cert", "246810") == ("pin_locked", 9043)


def test_a_deck_at_another_address_issues_certificates_with_that_address(tmp_path: Path) -> None:
    open_deck(tmp_path).certificate("wang-nhi")
    moved = open_deck(tmp_path, crl_url="http://127.0.0.1:9999/ca/crl")

    assert crl_url_of(moved.certificate("wang-nhi")) == "http://127.0.0.1:9999/ca/crl"
    assert ocsp_url_of(moved.certificate("wang-nhi")) == "http://127.0.0.1:9999/ca/ocsp"


def test_the_revocation_list_holds_exactly_the_revoked_cards(deck: Deck) -> None:
    deck.set_state("wang-nhi", CardState.REVOKED)
    crl = x509.load_der_x509_crl(deck.crl())
    dead = {"lee-nhi", "chou-nhi-old", "wang-nhi"}

    ca_key = x509.load_pem_x509_certificate(deck.ca_bundle()).public_key()
    assert isinstance(ca_key, ec.EllipticCurvePublicKey)
    assert crl.is_signature_valid(ca_key)
    assert {entry.serial_number for entry in crl} == {deck.certificate(card).serial_number for card in dead}
    assert not x509.load_der_x509_crl(deck.crl(forged=True)).is_signature_valid(ca_key)

    deck.set_state("wang-nhi", CardState.ACTIVE)
    assert len(list(x509.load_der_x509_crl(deck.crl()))) == 2
