"""Is a card's certificate revoked? Its issuer's responder is asked first (RFC 6960), the list when that fails."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from authsvc.core.errors import Unavailable
from authsvc.core.keys import new_token
from authsvc.core.remote import Remote
from authsvc.identity.cards import CardRevoked, VerifiedCard
from authsvc.identity.revocation import SKEW, Revocations, http_address

CONTENT_TYPE: Final = "application/ocsp-request"
NONCE_BYTES: Final = 24  # 32 characters, the length that RFC 9654 recommends
SIGNATURE_HASHES: Final = ("sha256", "sha384", "sha512")
log = logging.getLogger(__name__)


class Unusable(Exception):
    """An answer that proves nothing about the certificate; the message says why, for the log."""


class OcspRevocations:
    """The responder that the issuer wrote into the certificate is asked afresh each time, with a nonce.

    A signed "good" or "revoked" is final. No answer, an answer that proves nothing and a signed "unknown" (RFC 6960
    section 2.2) leave it to `otherwise`, which fails closed.
    """

    def __init__(self, fetcher: Callable[[str], Remote], *, otherwise: Revocations) -> None:
        self._fetcher, self._otherwise = fetcher, otherwise

    def require_not_revoked(self, card: VerifiedCard, *, at: datetime) -> None:
        """Raise `CardRevoked`, or `RevocationUnknown` when neither responder nor list can say."""
        try:
            revoked = self._is_revoked(card, at)
        except (Unavailable, Unusable) as fault:
            log.warning("card issuer's responder: %s; its list is asked", fault)
        else:
            if revoked:
                raise CardRevoked
            return
        self._otherwise.require_not_revoked(card, at=at)

    def _is_revoked(self, card: VerifiedCard, at: datetime) -> bool:
        url = responder_of(card.certificate)
        question = make_question(card.certificate, card.issuer, nonce=new_token(NONCE_BYTES).encode("ascii"))
        remote, body = self._fetcher(url), question.public_bytes(Encoding.DER)
        return read_answer(remote.exchange(url, body, CONTENT_TYPE), question=question, issuer=card.issuer, at=at)


def responder_of(certificate: x509.Certificate) -> str:
    """Return the responder's address (RFC 5280 section 4.2.2.1); raise `Unusable` where the certificate has none."""
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound as fault:
        raise Unusable("the certificate names none") from fault
    places = (each.access_location for each in access if each.access_method == AuthorityInformationAccessOID.OCSP)
    url = http_address(places)
    if url is None:
        raise Unusable("the certificate names none")
    return url


def make_question(certificate: x509.Certificate, issuer: x509.Certificate, *, nonce: bytes) -> ocsp.OCSPRequest:
    """Return the question about one certificate; the nonce ties the answer to it (RFC 9654)."""
    # SHA-1 here only names the issuer, protects nothing, and is the one form that every responder knows.
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA1())  # noqa: S303
    return builder.add_extension(x509.OCSPNonce(nonce), critical=False).build()


def read_answer(content: bytes, *, question: ocsp.OCSPRequest, issuer: x509.Certificate, at: datetime) -> bool:
    """Return whether the certificate is revoked; raise `Unusable` unless that is proved (RFC 6960 section 3.2)."""
    try:
        answer = ocsp.load_der_ocsp_response(content)
        if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            raise Unusable(answer.response_status.name)
        _check_signature(answer, _signer(answer, issuer, at))
        _check_nonce(answer, question)
        return _is_revoked(_single(answer, question), at)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm, x509.DuplicateExtension) as fault:
        raise Unusable(f"not a genuine answer ({type(fault).__name__})") from fault


def _is_revoked(single: ocsp.OCSPSingleResponse, at: datetime) -> bool:
    # An answer without an end is about its own moment.
    ends = single.next_update_utc or single.this_update_utc + SKEW
    if not single.this_update_utc - SKEW <= at <= ends:
        raise Unusable("out of its time")
    if single.certificate_status is ocsp.OCSPCertStatus.UNKNOWN:
        raise Unusable("it does not know the certificate")
    return single.certificate_status is ocsp.OCSPCertStatus.REVOKED


def _single(answer: ocsp.OCSPResponse, question: ocsp.OCSPRequest) -> ocsp.OCSPSingleResponse:
    for single in answer.responses:
        if _identity(single) == _identity(question):
            return single
    raise Unusable("about another certificate")


def _identity(about: ocsp.OCSPRequest | ocsp.OCSPSingleResponse) -> tuple[bytes, bytes, int]:
    return about.issuer_name_hash, about.issuer_key_hash, about.serial_number


def _check_nonce(answer: ocsp.OCSPResponse, question: ocsp.OCSPRequest) -> None:
    asked = question.extensions.get_extension_for_class(x509.OCSPNonce).value
    try:
        echoed = answer.extensions.get_extension_for_class(x509.OCSPNonce).value
    except x509.ExtensionNotFound as fault:
        raise Unusable("without our nonce") from fault
    if echoed != asked:
        raise Unusable("with another nonce")


def _signer(answer: ocsp.OCSPResponse, issuer: x509.Certificate, at: datetime) -> x509.Certificate:
    """Return who signed: the issuer itself, or a responder that it named (RFC 6960 section 4.2.2.2)."""
    if _claims(answer, issuer):
        return issuer
    for certificate in answer.certificates:
        if _claims(answer, certificate):
            certificate.verify_directly_issued_by(issuer)
            _require_responder(certificate, at)
            return certificate
    raise Unusable("signed by a stranger")


def _claims(answer: ocsp.OCSPResponse, certificate: x509.Certificate) -> bool:
    key_hash = x509.SubjectKeyIdentifier.from_public_key(certificate.public_key()).digest
    return answer.responder_name == certificate.subject or answer.responder_key_hash == key_hash


def _require_responder(certificate: x509.Certificate, at: datetime) -> None:
    # Without "no check" we would have to ask who says that the responder itself is not revoked.
    try:
        purposes = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        certificate.extensions.get_extension_for_class(x509.OCSPNoCheck)
    except x509.ExtensionNotFound as fault:
        raise Unusable("signed by no responder") from fault
    in_time = certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc
    if ExtendedKeyUsageOID.OCSP_SIGNING not in purposes or not in_time:
        raise Unusable("signed by no responder")


def _check_signature(answer: ocsp.OCSPResponse, signer: x509.Certificate) -> None:
    key, algorithm = signer.public_key(), answer.signature_hash_algorithm
    if algorithm is None or algorithm.name not in SIGNATURE_HASHES:
        raise Unusable("signed in a way that we do not take")
    if isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(answer.signature, answer.tbs_response_bytes, ec.ECDSA(algorithm))
    elif isinstance(key, rsa.RSAPublicKey):
        key.verify(answer.signature, answer.tbs_response_bytes, padding.PKCS1v15(), algorithm)
    else:
        raise Unusable("signed in a way that we do not take")
