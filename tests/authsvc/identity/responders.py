"""Given: a card issuer's office with a responder and a list, each of which can go wrong in any one way."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx2
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID
from flask import Flask, Response, request

from authsvc.core.remote import Remote
from authsvc.identity.cards import VerifiedCard
from tests.authsvc.identity.issuers import CA_NAME, OCSP_URL, Issuer, subject

HOUR = timedelta(hours=1)
GOOD, REVOKED, UNKNOWN = ocsp.OCSPCertStatus.GOOD, ocsp.OCSPCertStatus.REVOKED, ocsp.OCSPCertStatus.UNKNOWN


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass
class Answer:
    """An answer in order, but for what is said otherwise; None leaves a part out. Signed by the issuer itself."""

    status: ocsp.OCSPCertStatus = GOOD
    signer: tuple[x509.Certificate, Any] | None = None
    algorithm: HashAlgorithm | None = field(default_factory=SHA256)
    named_by: ocsp.OCSPResponderEncoding = ocsp.OCSPResponderEncoding.HASH
    serial: int = 0
    issuer: Issuer | None = None
    nonce: Callable[[bytes], bytes | None] = lambda asked: asked
    begins: timedelta = -HOUR
    ends: timedelta | None = HOUR
    shown: tuple[x509.Certificate, ...] = ()

    def to(self, question: ocsp.OCSPRequest, office: "Office") -> bytes:
        """Return the answer in DER."""
        certificate, key = self.signer or (office.issuer.certificate, office.issuer.key)
        about = (self.issuer or office.issuer).certificate
        template = ocsp.OCSPRequestBuilder().add_certificate(about, about, question.hash_algorithm).build()
        dead = self.status is REVOKED
        builder = ocsp.OCSPResponseBuilder().responder_id(self.named_by, certificate)
        builder = builder.add_response_by_hash(
            template.issuer_name_hash,
            template.issuer_key_hash,
            question.serial_number + self.serial,
            question.hash_algorithm,
            self.status,
            office.issuer.at + self.begins,
            None if self.ends is None else office.issuer.at + self.ends,
            office.issuer.at - HOUR if dead else None,
            None,
        )
        if self.shown:
            builder = builder.certificates(list(self.shown))
        asked = question.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
        if (nonce := self.nonce(asked)) is not None:
            builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
        return builder.sign(key, self.algorithm).public_bytes(Encoding.DER)


@dataclass
class Office:
    """A card issuer whose responder and list answer as a test says: an answer, bytes as they are, or a status."""

    issuer: Issuer
    says: Answer | bytes | int = field(default_factory=Answer)
    listed: bytes | int = 500
    asked: list[str] = field(default_factory=list)
    made: list[Remote] = field(default_factory=list)

    def __post_init__(self) -> None:
        app = Flask("office")
        app.add_url_rule("/ca/ocsp", view_func=self._answer, methods=["POST"])
        app.add_url_rule("/", endpoint="bare", view_func=self._answer, methods=["POST"])
        app.add_url_rule("/ca/crl", view_func=self._list)
        self.app, self.transport = app, httpx2.WSGITransport(app)

    def remote(self, url: str) -> Remote:
        """Return the way to one of the office's two doors."""
        self.made.append(Remote(url, "http://127.0.0.1:8101", transport=self.transport))
        return self.made[-1]

    def card(self, **more: Any) -> VerifiedCard:
        """Return a genuine card of this issuer; its certificate names responder and list."""
        place = {"responder": x509.UniformResourceIdentifier(OCSP_URL)} | more
        certificate = self.issuer.issue(new_key().public_key(), **place)
        own = self.issuer.certificate
        return VerifiedCard(kind="nhi", name="n", number="1", key=b"k", certificate=certificate, issuer=own)

    def list(self, *revoked: x509.Certificate, late: timedelta = timedelta(), key: Any = None) -> bytes:
        """Return a list of revoked cards, from an hour ago to in an hour."""
        builder = x509.CertificateRevocationListBuilder().issuer_name(CA_NAME)
        builder = builder.last_update(self.issuer.at - HOUR - late).next_update(self.issuer.at + HOUR - late)
        for certificate in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(certificate.serial_number)
            builder = builder.add_revoked_certificate(entry.revocation_date(self.issuer.at - HOUR).build())
        return builder.sign(key or self.issuer.key, SHA256()).public_bytes(Encoding.DER)

    def delegate(
        self,
        key: Any,
        *,
        by: Issuer | None = None,
        purposes: tuple[x509.ObjectIdentifier, ...] | None = (ExtendedKeyUsageOID.OCSP_SIGNING,),
        more: tuple[x509.ExtensionType, ...] = (x509.OCSPNoCheck(),),
        days: tuple[float, float] = (-1, 1),
    ) -> x509.Certificate:
        """Return a responder's certificate that is in order, but for what is said otherwise."""
        named = subject(None, name="Responder")
        return (by or self.issuer).issue(
            key.public_key(), named=named, policies=None, crl=None, purposes=purposes, more=more, days=days
        )

    def _answer(self) -> Response:
        self.asked.append("ocsp")
        assert request.mimetype == "application/ocsp-request"
        if isinstance(self.says, Answer):
            content = self.says.to(ocsp.load_der_ocsp_request(request.get_data()), self)
            return Response(content, mimetype="application/ocsp-response")
        return _plain(self.says)

    def _list(self) -> Response:
        self.asked.append("crl")
        return _plain(self.listed)


def _plain(content: bytes | int) -> Response:
    return Response(status=content) if isinstance(content, int) else Response(content)
