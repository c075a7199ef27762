"""The certification authority of the virtual cards: issues their certificates and signs its revocation list."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urljoin

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from mocks.people import CardKind, CardRecord

CardPublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey

POLICIES: dict[CardKind, ObjectIdentifier] = {
    # 32473 is the enterprise number set aside for documentation (RFC 5612)
    "nhi": ObjectIdentifier("1.3.6.1.4.1.32473.10.1"),
    "citizen": ObjectIdentifier("1.3.6.1.4.1.32473.10.2"),
    "unit": ObjectIdentifier("1.3.6.1.4.1.32473.10.3"),
    "arc": ObjectIdentifier("1.3.6.1.4.1.32473.10.4"),
}
CA_NAME = x509.Name(
    [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "TW"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Simulated Cards"),
        x509.NameAttribute(NameOID.COMMON_NAME, "Simulated Card CA"),
    ]
)
RESPONDER_NAME = x509.Name(
    [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "TW"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Simulated Cards"),
        x509.NameAttribute(NameOID.COMMON_NAME, "Simulated Card Status Responder"),
    ]
)
CRL_LIFE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Window:
    """From when until when a certificate is valid."""

    not_before: datetime
    not_after: datetime


@dataclass(frozen=True, slots=True)
class Authority:
    """A CA: its key, its own certificate and the address of its revocation list, beside which its responder stands."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    crl_url: str

    @property
    def ocsp_url(self) -> str:
        """Return the address of the CA's responder."""
        return urljoin(self.crl_url, "ocsp")

    def issue(self, card: CardRecord, public_key: CardPublicKey, window: Window) -> x509.Certificate:
        """Return a certificate for a card's key, with the card's kind as its policy (RFC 5280)."""
        builder = _start(subject_of(card), public_key, window)
        policy = x509.PolicyInformation(POLICIES[card.kind], None)
        return (
            builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(ca=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
            .add_extension(x509.CertificatePolicies([policy]), critical=False)
            .add_extension(self._key_identifier(), critical=False)
            .add_extension(_distribution_points(self.crl_url), critical=False)
            .add_extension(_responder_access(self.ocsp_url), critical=False)
            .sign(self.key, SHA256())
        )

    def name_responder(self, public_key: ec.EllipticCurvePublicKey, window: Window) -> x509.Certificate:
        """Return a certificate that lets a key answer for this CA (RFC 6960 section 4.2.2.2)."""
        return (
            _start(RESPONDER_NAME, public_key, window)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(ca=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), critical=False)
            .add_extension(x509.OCSPNoCheck(), critical=False)
            .add_extension(self._key_identifier(), critical=False)
            .sign(self.key, SHA256())
        )

    def addresses_stand_in(self, certificate: x509.Certificate) -> bool:
        """Return whether a certificate names the places where this CA can be asked now."""
        return (crl_url_of(certificate), ocsp_url_of(certificate)) == (self.crl_url, self.ocsp_url)

    def crl(self, revoked: Iterable[x509.Certificate], *, at: datetime) -> bytes:
        """Return the revocation list of a moment in DER; its next update is an hour later."""
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(at)
            .next_update(at + CRL_LIFE)
            .add_extension(x509.CRLNumber(int(at.timestamp())), critical=False)
            .add_extension(self._key_identifier(), critical=False)
        )
        for certificate in revoked:
            builder = builder.add_revoked_certificate(_entry(certificate, at))
        return builder.sign(self.key, SHA256()).public_bytes(Encoding.DER)

    def _key_identifier(self) -> x509.AuthorityKeyIdentifier:
        own = self.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own)


def self_signed(key: ec.EllipticCurvePrivateKey, window: Window) -> x509.Certificate:
    """Return a CA's own certificate; every CA made here has the same name, whatever its key."""
    return (
        _start(CA_NAME, key.public_key(), window)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(ca=True), critical=True)
        .sign(key, SHA256())
    )


def subject_of(card: CardRecord) -> x509.Name:
    """Return the name in a card's certificate: CN, or O for a unit, and the number as serialNumber."""
    own = NameOID.ORGANIZATION_NAME if card.kind == "unit" else NameOID.COMMON_NAME
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "TW"),
            x509.NameAttribute(own, card.name),
            x509.NameAttribute(NameOID.SERIAL_NUMBER, card.number),
        ]
    )


def crl_url_of(certificate: x509.Certificate) -> str:
    """Return the address of the revocation list that a certificate names."""
    points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    return str((points[0].full_name or [])[0].value)


def ocsp_url_of(certificate: x509.Certificate) -> str | None:
    """Return the address of the responder that a certificate names, or None (those issued before there was one)."""
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return None
    return str(next(iter(access)).access_location.value)


def _start(subject: x509.Name, public_key: CardPublicKey, window: Window) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(CA_NAME)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(window.not_before)
        .not_valid_after(window.not_after)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _key_usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )


def _distribution_points(url: str) -> x509.CRLDistributionPoints:
    place: list[x509.GeneralName] = [x509.UniformResourceIdentifier(url)]
    return x509.CRLDistributionPoints([x509.DistributionPoint(place, None, None, None)])


def _responder_access(url: str) -> x509.AuthorityInformationAccess:
    place = x509.UniformResourceIdentifier(url)
    return x509.AuthorityInformationAccess([x509.AccessDescription(AuthorityInformationAccessOID.OCSP, place)])


def _entry(certificate: x509.Certificate, at: datetime) -> x509.RevokedCertificate:
    return (
        x509.RevokedCertificateBuilder()
        .serial_number(certificate.serial_number)
        .revocation_date(at)
        .add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), critical=False)
        .build()
    )
