import base64
import warnings
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from authsvc.core.errors import Invalid, Problem
from authsvc.core.jose import b64url
from authsvc.identity.cards import (
    CardExpired,
    CardNotRecognised,
    CardProof,
    CardSignatureWrong,
    VerifiedCard,
    signed_bytes,
    verify_card,
)
from authsvc.identity.profiles import CardTrust
from tests.authsvc.identity.issuers import NHI, UNIT, Issuer, proof_of, raw_signature, rsa_key, subject, usage
from tests.clocks import MovableClock

KEY, OTHER = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
MESSAGE = signed_bytes(origin="http://localhost:8000", purpose="login", challenge_id="c1", nonce="n")
CA = x509.BasicConstraints(ca=True, path_length=None)


@pytest.fixture
def issuer(clock: MovableClock) -> Issuer:
    return Issuer(clock.now())


def check(issuer: Issuer, proof: CardProof, *, expected: bytes = MESSAGE) -> VerifiedCard:
    return verify_card(proof, expected=expected, trust=CardTrust([issuer.certificate]), at=issuer.at)


def shown(issuer: Issuer, **wrong: Any) -> CardProof:
    """Return a proof that is right, by a certificate that may be wrong in one point."""
    return proof_of(issuer.issue(KEY.public_key(), **wrong), raw_signature(KEY, MESSAGE))


def test_the_card_signs_five_lines_that_name_the_whole_act() -> None:
    assert MESSAGE == b"authsvc-card-v1\nhttp://localhost:8000\nlogin\nc1\nn"


def test_a_genuine_card_tells_kind_name_number_and_key(issuer: Issuer) -> None:
    card = check(issuer, shown(issuer))

    assert (card.kind, card.name, card.number) == ("nhi", "王測明", "900000011037")
    spki = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert card.key == sha256(spki).digest()
    assert card.issuer == issuer.certificate or card.issuer.subject == issuer.certificate.subject


def test_a_unit_is_named_by_its_organisation(issuer: Issuer) -> None:
    card = check(issuer, shown(issuer, policies=(UNIT,), named=subject("10101010", name=None, unit="測試公司")))

    assert (card.kind, card.name, card.number) == ("unit", "測試公司", "10101010")


def test_a_card_with_an_rsa_key_signs_by_pkcs1(issuer: Issuer) -> None:
    key = rsa_key()
    certificate = issuer.issue(key.public_key())
    good = key.sign(MESSAGE, padding.PKCS1v15(), SHA256())

    assert check(issuer, proof_of(certificate, good)).kind == "nhi"
    for bad in (good[:-1], b"", key.sign(b"x", padding.PKCS1v15(), SHA256())):
        with pytest.raises(CardSignatureWrong):
            check(issuer, proof_of(certificate, bad))


@pytest.mark.parametrize("days", [(-10, -1), (1, 10), (-10, -1 / 86400), (1 / 86400, 10)])
def test_a_card_before_or_after_its_time_is_told_so(issuer: Issuer, days: tuple[float, float]) -> None:
    with pytest.raises(CardExpired):
        check(issuer, shown(issuer, days=days))


def test_a_card_is_good_to_its_last_second(issuer: Issuer) -> None:
    assert check(issuer, shown(issuer, days=(0, 10))).kind == "nhi"
    assert check(issuer, shown(issuer, days=(-10, 0))).kind == "nhi"


@pytest.mark.parametrize(
    "wrong",
    [
        {"constraints": CA},
        {"constraints": CA, "key_usage": usage(ca=True)},
        {"key_usage": usage(signs=False)},
        {"purposes": (ExtendedKeyUsageOID.SERVER_AUTH,)},
        {"purposes": None},
        {"policies": None},
        {"policies": ("2.5.29.32.0",)},
        {"policies": (NHI, UNIT)},
        {"named": subject(None)},
        {"named": subject(name=None)},
        {"named": x509.Name([*subject(), *subject()])},
    ],
)
def test_a_certificate_for_anything_else_is_not_recognised(issuer: Issuer, wrong: dict[str, Any]) -> None:
    with pytest.raises(CardNotRecognised):
        check(issuer, shown(issuer, **wrong))


def test_a_foreign_issuer_of_the_same_name_is_not_recognised(issuer: Issuer) -> None:
    with pytest.raises(CardNotRecognised):
        check(issuer, shown(Issuer(issuer.at)))
    with pytest.raises(CardNotRecognised):
        check(issuer, shown(Issuer(issuer.at), days=(-10, -1)))


def test_the_issuers_own_certificate_is_no_card(issuer: Issuer) -> None:
    with pytest.raises(CardNotRecognised):
        check(issuer, proof_of(issuer.certificate, raw_signature(issuer.key, MESSAGE)))


def test_without_a_trusted_issuer_no_card_is_recognised(issuer: Issuer) -> None:
    with pytest.raises(CardNotRecognised):
        verify_card(shown(issuer), expected=MESSAGE, trust=CardTrust([]), at=issuer.at)


def test_an_issuer_that_is_over_vouches_for_nothing(issuer: Issuer) -> None:
    late = issuer.at + timedelta(days=366)
    with pytest.raises(CardNotRecognised):
        verify_card(shown(issuer, days=(-1, 1000)), expected=MESSAGE, trust=CardTrust([issuer.certificate]), at=late)


GOOD = raw_signature(KEY, MESSAGE)
WRONG_SIGNATURES: dict[str, bytes | str] = {
    "der": KEY.sign(MESSAGE, ec.ECDSA(SHA256())),
    "empty": b"",
    "zero": bytes(64),
    "r is 0": bytes(32) + GOOD[32:],
    "s is 0": GOOD[:32] + bytes(32),
    "63 bytes": GOOD[:63],
    "65 bytes": GOOD + b"\0",
    "other key": raw_signature(OTHER, MESSAGE),
    "other message": raw_signature(KEY, MESSAGE + b" "),
    "one bit": GOOD[:-1] + bytes([GOOD[-1] ^ 1]),
    "padded": b64url(GOOD) + "==",
    "junk": "!" + b64url(GOOD),
    "not ascii": "é",
}


@pytest.mark.parametrize("name", WRONG_SIGNATURES)
def test_a_signature_of_another_form_or_over_something_else_is_wrong(issuer: Issuer, name: str) -> None:
    certificate = issuer.issue(KEY.public_key())

    with pytest.raises(CardSignatureWrong):
        check(issuer, proof_of(certificate, WRONG_SIGNATURES[name]))


@pytest.mark.parametrize("line", range(5))
def test_a_signature_is_about_this_act_only(issuer: Issuer, line: int) -> None:
    lines = MESSAGE.split(b"\n")
    lines[line] = b"other"

    with pytest.raises(CardSignatureWrong):
        check(issuer, shown(issuer), expected=b"\n".join(lines))


def test_a_key_of_another_kind_signs_nothing(issuer: Issuer) -> None:
    for key in (ec.generate_private_key(ec.SECP384R1()), ed25519.Ed25519PrivateKey.generate()):
        with pytest.raises((CardSignatureWrong, CardNotRecognised)):
            check(issuer, proof_of(issuer.issue(key.public_key()), bytes(64)))


@pytest.mark.parametrize("text", ["", "AAAA", "!", "é", "A" * 1_000_000, base64.b64encode(b"-----BEGIN").decode()])
def test_what_is_no_certificate_is_an_invalid_field(issuer: Issuer, text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check(issuer, CardProof(challenge_id="c1", certificate=text, signature=b64url(GOOD)))
    assert list(refusal.value.errors) == ["certificate"]


def outcome(issuer: Issuer, anchors: list[x509.Certificate], certificate: bytes) -> int:
    """Return the status of the refusal that a certificate meets, 200 when it is accepted."""
    proof = CardProof(challenge_id="c1", certificate=b64url(certificate), signature="AA")
    try:
        verify_card(proof, expected=MESSAGE, trust=CardTrust(anchors), at=issuer.at)
    except Problem as refusal:
        return refusal.status
    return 200


def test_no_changed_byte_of_a_certificate_ends_in_anything_but_a_refusal(issuer: Issuer) -> None:
    # given
    der, anchors = issuer.issue(KEY.public_key()).public_bytes(Encoding.DER), [issuer.certificate]
    changed = [
        der[:place] + bytes([other]) + der[place + 1 :]
        for place, byte in enumerate(der)
        for other in {byte ^ 1, byte ^ 0x80, 0} - {byte}
    ]
    # when
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library warns of a serial number that became negative
        outcomes = {outcome(issuer, anchors, each) for each in changed}
    # then
    assert outcomes == {401, 422}


def test_a_certificate_cut_anywhere_is_an_invalid_field(issuer: Issuer) -> None:
    der = issuer.issue(KEY.public_key()).public_bytes(Encoding.DER)
    for size in range(0, len(der), 7):
        with pytest.raises(Invalid):
            check(issuer, CardProof(challenge_id="c1", certificate=b64url(der[:size]), signature="AA"))
