from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from mocks.card.authority import ocsp_url_of
from mocks.card.cards import CardState, Deck, open_deck
from mocks.card.vault import Vault

NONCE = b"n" * 32
HEADERS = {"Content-Type": "application/ocsp-request"}
GOOD, REVOKED, UNKNOWN = ocsp.OCSPCertStatus.GOOD, ocsp.OCSPCertStatus.REVOKED, ocsp.OCSPCertStatus.UNKNOWN


def ca_of(deck: Deck) -> x509.Certificate:
    return x509.load_pem_x509_certificate(deck.ca_bundle())


def question(certificate: x509.Certificate, issuer: x509.Certificate, algorithm: HashAlgorithm | None = None) -> bytes:
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, algorithm or SHA1())  # noqa: S303
    return builder.add_extension(x509.OCSPNonce(NONCE), critical=False).build().public_bytes(Encoding.DER)


def ask(component: httpx2.Client, deck: Deck, card_id: str = "wang-nhi") -> ocsp.OCSPResponse:
    body = question(deck.certificate(card_id), ca_of(deck))
    answer = component.post("/ca/ocsp", content=body, headers=HEADERS)
    assert answer.headers["content-type"] == "application/ocsp-response"
    return ocsp.load_der_ocsp_response(answer.content)


def put_fault(component: httpx2.Client, kind: str) -> None:
    component.put("/control/faults", json={"target": "ocsp", "kind": kind}).raise_for_status()


def require_signed_for(answer: ocsp.OCSPResponse, ca: x509.Certificate) -> None:
    (responder,) = answer.certificates
    responder.verify_directly_issued_by(ca)
    purposes = responder.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(purposes) == [ExtendedKeyUsageOID.OCSP_SIGNING]
    key = responder.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    key.verify(answer.signature, answer.tbs_response_bytes, ec.ECDSA(SHA256()))


def test_the_responder_answers_for_the_ca_and_echoes_the_nonce(component: httpx2.Client, deck: Deck) -> None:
    answer = ask(component, deck)

    require_signed_for(answer, ca_of(deck))
    assert answer.certificate_status is GOOD
    assert answer.serial_number == deck.certificate("wang-nhi").serial_number
    assert answer.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == NONCE
    assert answer.next_update_utc is not None
    assert answer.next_update_utc - answer.this_update_utc == timedelta(minutes=10)


def test_a_card_is_revoked_and_restored_at_once(component: httpx2.Client, deck: Deck) -> None:
    assert ask(component, deck, "lee-nhi").certificate_status is REVOKED

    for state, status in ((CardState.REVOKED, REVOKED), (CardState.ACTIVE, GOOD)):
        deck.set_state("wang-nhi", state)
        assert ask(component, deck).certificate_status is status


@pytest.mark.parametrize("algorithm", [SHA1(), SHA256()])  # noqa: S303
def test_the_responder_knows_its_ca_by_any_hash_and_no_other_ca(deck: Deck, algorithm: HashAlgorithm) -> None:
    certificate = deck.certificate("wang-nhi")
    for issuer, status in ((ca_of(deck), GOOD), (certificate, UNKNOWN)):
        answer = ocsp.load_der_ocsp_response(deck.ocsp(question(certificate, issuer, algorithm)))
        assert answer.certificate_status is status


def test_the_responder_can_be_told_to_go_wrong(component: httpx2.Client, deck: Deck) -> None:
    def told(kind: str) -> ocsp.OCSPResponse:
        component.delete("/control/faults")
        put_fault(component, kind)
        return ask(component, deck)

    assert told("stale").next_update_utc < ask(component, deck).produced_at_utc  # type: ignore[operator]
    assert told("unknown").certificate_status is UNKNOWN
    assert told("unauthorized").response_status is ocsp.OCSPResponseStatus.UNAUTHORIZED
    assert told("other").serial_number != deck.certificate("wang-nhi").serial_number
    assert list(told("no_nonce").extensions) == []
    with pytest.raises(InvalidSignature):
        require_signed_for(told("lie"), ca_of(deck))


def test_what_is_no_question_gets_no_answer(component: httpx2.Client) -> None:
    answer = ocsp.load_der_ocsp_response(component.post("/ca/ocsp", content=b"0", headers=HEADERS).content)

    assert answer.response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST
    assert component.post("/ca/ocsp", content=b"0").json()["code"] == "ocsp_only"
    assert component.post("/ca/ocsp", content=b"0" * 5000, headers=HEADERS).json()["code"] == "too_large"


def test_a_certificate_from_before_there_was_a_responder_is_issued_anew(tmp_path: Path) -> None:
    # given a folder whose card has a certificate that names no responder
    older = open_deck(tmp_path).certificate("wang-nhi")
    key, ca = Vault(tmp_path).key("wang-nhi"), Vault(tmp_path).ec_key("ca")
    kept = x509.CertificateBuilder(older.issuer, older.subject, key.public_key(), older.serial_number)
    kept = kept.not_valid_before(older.not_valid_before_utc).not_valid_after(older.not_valid_after_utc)
    points = older.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    without = kept.add_extension(points, critical=False).sign(ca, SHA256())
    Vault(tmp_path).keep_certificate("wang-nhi.active", without)
    assert ocsp_url_of(without) is None
    # when the simulator starts again
    shown = open_deck(tmp_path).certificate("wang-nhi")
    # then
    assert ocsp_url_of(shown) == "http://127.0.0.1:8101/ca/ocsp"
    assert shown.public_key() == older.public_key()
