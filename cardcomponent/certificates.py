"""Whose card is it, what does it sign, and does the signature fit: pure, over certificates."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    Prehashed,
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID, ObjectIdentifier

from cardcomponent.readers import Kind, SeenCard
from cardcomponent.refusals import CardUnreadable, SignatureWrong

HALF: Final = 32  # bytes of r and of s of an ECDSA signature over P-256
# DER of DigestInfo up to the digest itself, for SHA-256 (RFC 8017 section 9.2, note 1)
DIGEST_INFO: Final = bytes.fromhex("3031300d060960864801650304020105000420")


UNREADABLE: Final = (
    ValueError,
    x509.InvalidVersion,
    x509.ExtensionNotFound,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
    LookupError,  # names and lists of a shape that the reader of DER did not think of
    UnsupportedAlgorithm,
)


def identify(der: bytes, *, policies: Mapping[str, Kind], kind: Kind | None, needs_pin: bool) -> SeenCard:
    """Read whose card it is off its certificate; `kind` is the profile's word, otherwise the policy in it decides.

    Raises `CardUnreadable` for what is no certificate, of no kind that is known, or of a key that we cannot use.
    """
    try:
        certificate = x509.load_der_x509_certificate(der)
        usable(certificate)
        found = kind or _kind_by_policy(certificate, policies)
        own = NameOID.ORGANIZATION_NAME if found == "unit" else NameOID.COMMON_NAME
        name, number = _subject(certificate, own), _subject(certificate, NameOID.SERIAL_NUMBER)
    except UNREADABLE as fault:
        raise CardUnreadable from fault
    return SeenCard(certificate=certificate, kind=found, name=name, number=number, needs_pin=needs_pin)


def usable(certificate: x509.Certificate) -> None:
    """Raise `CardUnreadable` unless the key is P-256 or RSA of 2048 bits and more."""
    key = certificate.public_key()
    fine = (isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name == "secp256r1") or (
        isinstance(key, rsa.RSAPublicKey) and key.key_size >= 2048  # noqa: PLR2004  bits
    )
    if not fine:
        raise CardUnreadable


def block_of(certificate: x509.Certificate, message: bytes) -> bytes:
    """Return what a card is given to sign: the SHA-256 digest for ECDSA, a DigestInfo around it for RSA (PKCS#1 v1.5).

    Hashing here works with every card and token: many know no mechanism that hashes.
    """
    digest = sha256(message).digest()
    return digest if isinstance(certificate.public_key(), ec.EllipticCurvePublicKey) else DIGEST_INFO + digest


def fitted(certificate: x509.Certificate, signature: bytes, message: bytes) -> bytes:
    """Return the signature in the form that the service takes (ECDSA: r and s of 32 bytes each), verified.

    Cards give ECDSA signatures raw or as DER. Raises `SignatureWrong`: what a faulty card made does not get out.
    """
    key, digest = certificate.public_key(), sha256(message).digest()
    forms = _raw_forms(signature) if isinstance(key, ec.EllipticCurvePublicKey) else [signature]
    for form in forms:
        try:
            if isinstance(key, ec.EllipticCurvePublicKey):
                key.verify(_der(form), digest, ec.ECDSA(Prehashed(SHA256())))
            elif isinstance(key, rsa.RSAPublicKey):
                key.verify(form, digest, padding.PKCS1v15(), Prehashed(SHA256()))
        except InvalidSignature:
            continue
        return form
    raise SignatureWrong


def _raw_forms(signature: bytes) -> list[bytes]:
    forms = [signature] if len(signature) == 2 * HALF else []
    try:
        r, s = decode_dss_signature(signature)
        forms.append(r.to_bytes(HALF, "big") + s.to_bytes(HALF, "big"))
    except (ValueError, OverflowError):
        pass  # it is not DER, or of another curve
    return forms


def _der(raw: bytes) -> bytes:
    return encode_dss_signature(int.from_bytes(raw[:HALF], "big"), int.from_bytes(raw[HALF:], "big"))


def _kind_by_policy(certificate: x509.Certificate, policies: Mapping[str, Kind]) -> Kind:
    named = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
    kinds = {policies[oid] for each in named if (oid := each.policy_identifier.dotted_string) in policies}
    if len(kinds) != 1:
        raise CardUnreadable
    return kinds.pop()


def _subject(certificate: x509.Certificate, attribute: ObjectIdentifier) -> str:
    """Return what is shown of whose card it is; nothing where an issuer writes it elsewhere: the service decides."""
    found = certificate.subject.get_attributes_for_oid(attribute)
    return str(found[0].value) if found else ""
