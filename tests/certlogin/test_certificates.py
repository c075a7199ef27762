"""Certificates that are wrong in one point, shown at the door: each is told by its number, with cause and remedy."""

from datetime import datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from flask.testing import FlaskClient
from markupsafe import escape

from authsvc.core.kit import Kit
from authsvc.identity.cards import VerifiedCard, signed_bytes
from authsvc.identity.readerfaults import READER_FAULTS
from authsvc.identity.revocation import Revocations
from authsvc.settings import Settings
from mocks.card.cards import Deck
from tests.authsvc.identity.issuers import NHI, UNIT, Issuer, proof_of, raw_signature, subject, usage
from tests.browser import Browser
from tests.clocks import MovableClock
from tests.conftest import ORIGIN

CITIZEN, UNKNOWN = "1.3.6.1.4.1.32473.10.2", "1.3.6.1.4.1.32473.99"
KEY, OTHER = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
HOLDER = subject("1100000000000016", name="王測明")
NOT_RECOGNISED = (401, "card_not_recognised", 9057)
EXPIRED = (401, "card_expired", 66501)
SIGNATURE = (401, "card_signature_wrong", 66501)
SAN, TLS_FEATURE = x509.ObjectIdentifier("2.5.29.17"), x509.ObjectIdentifier("1.3.6.1.5.5.7.1.24")


def odd(extension: x509.ObjectIdentifier, der: str) -> dict[str, Any]:
    return {"more": (x509.UnrecognizedExtension(extension, bytes.fromhex(der)),)}


CA = x509.BasicConstraints(ca=True, path_length=None)
WRONG: dict[str, tuple[dict[str, Any], tuple[int, str, int]]] = {
    "expired": ({"days": (-400, -1)}, EXPIRED),
    "not yet valid": ({"days": (1, 400)}, EXPIRED),
    "policy of another card": ({"policies": (NHI,)}, NOT_RECOGNISED),
    "policy of nobody": ({"policies": (UNKNOWN,)}, NOT_RECOGNISED),
    "no policy": ({"policies": None}, NOT_RECOGNISED),
    "policies of two cards": ({"policies": (CITIZEN, NHI)}, NOT_RECOGNISED),
    "not for authentication": ({"purposes": (ExtendedKeyUsageOID.EMAIL_PROTECTION,)}, NOT_RECOGNISED),
    "no purpose": ({"purposes": None}, NOT_RECOGNISED),
    "not for signing": ({"key_usage": usage(signs=False)}, NOT_RECOGNISED),
    "an issuer's": ({"constraints": CA, "key_usage": usage(ca=True)}, NOT_RECOGNISED),
    "a name that the library does not know": (odd(SAN, "3004a502a100"), NOT_RECOGNISED),
    "an address of another kind": (odd(SAN, "3002a300"), NOT_RECOGNISED),
    "a feature that nobody knows": (odd(TLS_FEATURE, "3003020163"), NOT_RECOGNISED),
    "without a number": ({"named": subject(None)}, NOT_RECOGNISED),
    "without a name": ({"named": x509.Name([x509.NameAttribute(NameOID.SERIAL_NUMBER, "1")])}, NOT_RECOGNISED),
}


@pytest.fixture
def issuer(clock: MovableClock) -> Issuer:
    return Issuer(clock.now())


@pytest.fixture
def settings(settings: Settings, issuer: Issuer) -> Settings:
    """Let the service trust the tests' issuer, too."""
    assert settings.card_ca_file is not None
    with settings.card_ca_file.open("ab") as anchors:
        anchors.write(issuer.certificate.public_bytes(Encoding.PEM))
    return settings


def show(browser: Browser, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> tuple[int, Any, Any]:
    """Sign a fresh challenge by a key, show it with a certificate, and return status, code and number."""
    asked = browser.post("/card-challenges", {"purpose": "login"}).get_json()
    facts = {"origin": ORIGIN, "purpose": "login", "challenge_id": asked["id"], "nonce": asked["nonce"]}
    proof = proof_of(certificate, raw_signature(key, signed_bytes(**facts)))
    sent = {"challenge_id": asked["id"], "certificate": proof.certificate, "signature": proof.signature}
    answer = browser.post("/sessions/certificate", {"card_proof": sent})
    body = answer.get_json()
    return answer.status_code, body.get("code"), body.get("reader_code")


@pytest.mark.parametrize("what", WRONG)
def test_a_certificate_that_is_wrong_in_one_point_is_told_by_its_number(
    browser: Browser, issuer: Issuer, what: str
) -> None:
    changes, expected = WRONG[what]
    fine: dict[str, Any] = {"policies": (CITIZEN,), "named": HOLDER}

    assert show(browser, issuer.issue(KEY.public_key(), **fine | changes), KEY) == expected


def test_a_certificate_that_its_holder_issued_is_not_recognised(browser: Browser, issuer: Issuer) -> None:
    own = Issuer(issuer.at, KEY)

    assert show(browser, own.issue(KEY.public_key(), policies=(CITIZEN,), named=HOLDER), KEY) == NOT_RECOGNISED


def test_another_persons_certificate_with_ones_own_key_is_told_by_the_signature(
    browser: Browser, issuer: Issuer, deck: Deck
) -> None:
    theirs = issuer.issue(KEY.public_key(), policies=(CITIZEN,), named=HOLDER)

    assert show(browser, theirs, OTHER) == SIGNATURE
    assert show(browser, deck.certificate("wang-cert"), OTHER) == SIGNATURE


@pytest.mark.parametrize("expected", [NOT_RECOGNISED, EXPIRED, SIGNATURE, (401, "card_revoked", 9041)])
def test_each_number_has_cause_and_remedy_in_both_languages(
    client: FlaskClient, expected: tuple[int, str, int]
) -> None:
    fault = next(each for each in READER_FAULTS if (each.code, each.number) == expected[1:])
    pages = [
        client.get("/help/reader-errors", headers={"Accept-Language": lang}).get_data(as_text=True)
        for lang in ("en", "zh-TW")
    ]

    assert escape(fault.cause) in pages[0]
    assert escape(fault.remedy) in pages[0]
    assert escape(fault.cause) not in pages[1]
    assert f'id="{fault.code}"' in pages[1]


class NeverRevoked:
    """Lists of nobody."""

    def require_not_revoked(self, card: VerifiedCard, *, at: datetime) -> None:
        del card, at


@pytest.mark.parametrize(
    ("number", "status"),
    [("00009001", 201), ("VATTW-00009001", 201), ("0000900", 401), ("000090011", 401), ("x" * 300, 401)],
)
def test_a_unit_is_known_by_eight_digits(browser: Browser, kit: Kit, issuer: Issuer, number: str, status: int) -> None:
    kit.ports[Revocations] = NeverRevoked()
    named = subject(number, name=None, unit="單" * 300)

    assert show(browser, issuer.issue(KEY.public_key(), policies=(UNIT,), named=named), KEY)[0] == status
