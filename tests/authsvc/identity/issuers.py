"""Given: an issuer whose certificates can be wrong in any one point."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from authsvc.core.jose import b64url
from authsvc.identity.cards import CardProof

NHI = "1.3.6.1.4.1.32473.10.1"
UNIT = "1.3.6.1.4.1.32473.10.3"
CRL_URL = "http://127.0.0.1:8101/ca/crl"
OCSP_URL = "http://127.0.0.1:8101/ca/ocsp"
CA_NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test Card CA")])


def usage(*, ca: bool = False, signs: bool = True) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs and not ca,
        content_commitment=False,
        key_encipherment=not signs,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )


def subject(number: str | None = "900000011037", *, name: str | None = "王測明", unit: str | None = None) -> x509.Name:
    parts = [(NameOID.COMMON_NAME, name), (NameOID.ORGANIZATION_NAME, unit), (NameOID.SERIAL_NUMBER, number)]
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in parts if text is not None])


@dataclass
class Issuer:
    """A CA of the tests."""

    at: datetime
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def certificate(self) -> x509.Certificate:
        return self.issue(
            self.key.public_key(),
            named=CA_NAME,
            constraints=x509.BasicConstraints(ca=True, path_length=0),
            key_usage=usage(ca=True),
            purposes=None,
            policies=None,
            crl=None,
            days=(-3650, 365),
        )

    def issue(
        self,
        key: Any,
        *,
        named: x509.Name | None = None,
        policies: tuple[str, ...] | None = (NHI,),
        purposes: tuple[x509.ObjectIdentifier, ...] | None = (ExtendedKeyUsageOID.CLIENT_AUTH,),
        key_usage: x509.KeyUsage | None = None,
        constraints: x509.BasicConstraints | None = None,
        crl: tuple[x509.GeneralName, ...] | None = (x509.UniformResourceIdentifier(CRL_URL),),
        responder: x509.GeneralName | None = None,
        more: tuple[x509.ExtensionType, ...] = (),
        days: tuple[float, float] = (-1, 365),
    ) -> x509.Certificate:
        """Return a card's certificate that is in order, but for what is said otherwise; None leaves a part out."""
        builder = self._start(key, named or subject(), days).add_extension(key_usage or usage(), critical=True)
        if constraints is not None:
            builder = builder.add_extension(constraints, critical=True)
        if purposes is not None:
            builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
        if policies is not None:
            listed = [x509.PolicyInformation(x509.ObjectIdentifier(oid), None) for oid in policies]
            builder = builder.add_extension(x509.CertificatePolicies(listed), critical=False)
        if crl is not None:
            points = [x509.DistributionPoint(list(crl), None, None, None)]
            builder = builder.add_extension(x509.CRLDistributionPoints(points), critical=False)
        if responder is not None:
            access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, responder)
            builder = builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
        for extension in more:
            builder = builder.add_extension(extension, critical=False)
        return builder.sign(self.key, SHA256())

    def _start(self, key: Any, named: x509.Name, days: tuple[float, float]) -> x509.CertificateBuilder:
        own = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        return (
            x509.CertificateBuilder()
            .subject_name(named)
            .issuer_name(CA_NAME)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.at + timedelta(days=days[0]))
            .not_valid_after(self.at + timedelta(days=days[1]))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(own, critical=False)
        )


def raw_signature(key: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    r, s = decode_dss_signature(key.sign(message, ec.ECDSA(SHA256())))
    return r.to_bytes(32) + s.to_bytes(32)


def proof_of(certificate: x509.Certificate, signature: bytes | str) -> CardProof:
    return CardProof(
        challenge_id="c1",
        certificate=b64url(certificate.public_bytes(Encoding.DER)),
        signature=signature if isinstance(signature, str) else b64url(signature),
    )


def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)
