"""Is this proof from a genuine card? Pure: certificate, challenge and trust come in, a `VerifiedCard` comes out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import Criticality, ExtensionPolicy, Policy, PolicyBuilder, Store, VerificationError

from authsvc.core.errors import Invalid, Refused
from authsvc.core.i18n import N_
from authsvc.core.jose import b64url_decode
from authsvc.identity.profiles import CardTrust

BUSINESS_NUMBER: Final = re.compile(r"[0-9]{8}")
VAT_PREFIX: Final = "VATTW-"  # before the number in an organizationIdentifier (ETSI EN 319 412-1 section 5.1.4)
RAW_SIGNATURE: Final = 64
MAX_CERTIFICATE: Final = 8 * 1024  # characters; a longer text is cut, and then it is no certificate


class CardNotRecognised(Refused):
    """The certificate is not of a card issuer that we trust, or not of the kind asked for."""

    code, reader_code = "card_not_recognised", 9057
    detail = N_("This card is not recognised. Please check that it is the right card, put it in again and try again.")


class CardExpired(Refused):
    """The certificate is not yet valid, or no longer."""

    code, reader_code = "card_expired", 66501
    detail = N_("The certificate on this card is not yet valid or has expired. Please renew the card.")


class CardRevoked(Refused):
    """The certificate was revoked."""

    code, reader_code = "card_revoked", 9041
    detail = N_("The certificate on this card is no longer valid. Please ask for a new card.")


class CardSignatureWrong(Refused):
    """The signature is not over this challenge by this card."""

    code, reader_code = "card_signature_wrong", 66501
    detail = N_("The card's signature could not be checked. Please take the card out, put it in and try again.")


@dataclass(frozen=True, kw_only=True)
class CardProof:
    """What the page sends: base64url DER certificate and signature over the challenge."""

    challenge_id: str
    certificate: str
    signature: str


@dataclass(frozen=True, kw_only=True)
class VerifiedCard:
    """A card that was present. `key` is the SHA-256 of its public key (SubjectPublicKeyInfo)."""

    kind: str
    name: str
    number: str
    key: bytes
    certificate: x509.Certificate
    issuer: x509.Certificate


def business_number(card: VerifiedCard) -> str:
    """Return the business number (8 digits) of a unit's certificate; raise `CardNotRecognised`."""
    number = card.number.removeprefix(VAT_PREFIX)
    if not BUSINESS_NUMBER.fullmatch(number):
        raise CardNotRecognised
    return number


def signed_bytes(*, origin: str, purpose: str, challenge_id: str, nonce: str) -> bytes:
    """Return what the card signs (the documented five lines in ASCII)."""
    return f"authsvc-card-v1\n{origin}\n{purpose}\n{challenge_id}\n{nonce}".encode("ascii")


def verify_card(proof: CardProof, *, expected: bytes, trust: CardTrust, at: datetime) -> VerifiedCard:
    """Check chain, profile, validity and signature; raise the refusal that fits, `Invalid` for what cannot be read."""
    certificate = read_certificate(proof.certificate)
    profile = trust.profile_of(certificate)
    if profile is None:
        raise CardNotRecognised
    chain = verify_chain(certificate, anchors=trust.issuers_of(profile), at=at)
    check_signature(certificate, proof.signature, expected)
    return VerifiedCard(
        kind=profile.kind,
        name=_subject(certificate, profile.name),
        number=_subject(certificate, profile.number),
        key=sha256(certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest(),
        certificate=certificate,
        issuer=chain[1],
    )


def read_certificate(text: str) -> x509.Certificate:
    """Read base64url DER; raise `Invalid`."""
    try:
        certificate = x509.load_der_x509_certificate(b64url_decode(text[:MAX_CERTIFICATE]))
        certificate.public_key()
    except (ValueError, x509.InvalidVersion, UnsupportedAlgorithm) as fault:
        raise Invalid({"certificate": [N_("This is not a certificate.")]}) from fault
    return certificate


def verify_chain(
    certificate: x509.Certificate, *, anchors: Sequence[x509.Certificate], at: datetime
) -> list[x509.Certificate]:
    """Return the chain up to a trusted issuer (RFC 5280); raise `CardNotRecognised` or `CardExpired`."""
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    # The chain is judged at a moment when the card was valid, so that an expired card is told from a foreign one.
    moment = at if begins <= at <= ends else begins
    builder = PolicyBuilder().time(moment.replace(tzinfo=None))
    builder = builder.extension_policies(ca_policy=ExtensionPolicy.webpki_defaults_ca(), ee_policy=card_profile())
    try:
        chain = builder.store(Store(list(anchors))).build_client_verifier().verify(certificate, []).chain
    except (VerificationError, ValueError) as fault:
        raise CardNotRecognised from fault
    if moment != at:
        raise CardExpired
    return chain


def card_profile() -> ExtensionPolicy:
    """Return what a card's certificate must say: for signing, for client authentication, no CA."""
    return (
        ExtensionPolicy.permit_all()
        .require_present(x509.KeyUsage, Criticality.AGNOSTIC, _signs)
        .require_present(x509.ExtendedKeyUsage, Criticality.AGNOSTIC, _authenticates)
        .may_be_present(x509.BasicConstraints, Criticality.AGNOSTIC, _no_issuer)
    )


def check_signature(certificate: x509.Certificate, signature: str, message: bytes) -> None:
    """Check ECDSA P-256 (raw 64 bytes) or RSA PKCS#1 v1.5, both over SHA-256; raise `CardSignatureWrong`."""
    key = certificate.public_key()
    try:
        raw = b64url_decode(signature)
        if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name == "secp256r1" and len(raw) == RAW_SIGNATURE:
            half = RAW_SIGNATURE // 2
            der = encode_dss_signature(int.from_bytes(raw[:half]), int.from_bytes(raw[half:]))
            key.verify(der, message, ec.ECDSA(hashes.SHA256()))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(raw, message, padding.PKCS1v15(), hashes.SHA256())
        else:
            raise CardSignatureWrong
    except (InvalidSignature, ValueError) as fault:
        raise CardSignatureWrong from fault


def _subject(certificate: x509.Certificate, attribute: x509.ObjectIdentifier) -> str:
    found = certificate.subject.get_attributes_for_oid(attribute)
    if len(found) != 1 or not isinstance(found[0].value, str) or not found[0].value:
        raise CardNotRecognised
    return found[0].value


def _signs(_policy: Policy, _cert: x509.Certificate, usage: x509.KeyUsage) -> None:
    if not usage.digital_signature or usage.key_cert_sign:
        raise ValueError("not a signing card")


def _authenticates(_policy: Policy, _cert: x509.Certificate, usage: x509.ExtendedKeyUsage) -> None:
    if ExtendedKeyUsageOID.CLIENT_AUTH not in usage:
        raise ValueError("not for authentication")


def _no_issuer(_policy: Policy, _cert: x509.Certificate, constraints: x509.BasicConstraints | None) -> None:
    if constraints is not None and constraints.ca:
        raise ValueError("an issuer is not a card")
