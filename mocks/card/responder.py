"""The CA's status responder: answers, for one certificate at a time, whether it was revoked (RFC 6960)."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp

from mocks.card.authority import Authority, Window

LIFE = timedelta(minutes=10)
STALE = timedelta(days=2)
UNSUCCESSFUL = ocsp.OCSPResponseBuilder.build_unsuccessful


@dataclass(frozen=True, slots=True)
class Responder:
    """A key that answers for a CA, and what is the matter with its answers.

    Faults: `stale` (two days old), `other` (about another certificate), `no_nonce`, `unknown` and `unauthorized`. It
    knows what was revoked, not what was issued, and says "good" of all the rest (RFC 6960 section 2.2 lets it).
    """

    authority: Authority
    key: ec.EllipticCurvePrivateKey
    faults: frozenset[str] = frozenset()

    def answer(self, content: bytes, revoked: Container[int], *, at: datetime) -> bytes:
        """Return a signed answer in DER, or an unsigned refusal for what cannot be read or is not ours."""
        try:
            question = ocsp.load_der_ocsp_request(content)
            serial = question.serial_number
        except (ValueError, NotImplementedError):  # a question about several certificates is the latter
            return UNSUCCESSFUL(ocsp.OCSPResponseStatus.MALFORMED_REQUEST).public_bytes(Encoding.DER)
        if "unauthorized" in self.faults:
            return UNSUCCESSFUL(ocsp.OCSPResponseStatus.UNAUTHORIZED).public_bytes(Encoding.DER)
        status = self._status(question, serial in revoked)
        return self._signed(question, status, at - STALE if "stale" in self.faults else at).public_bytes(Encoding.DER)

    def _status(self, question: ocsp.OCSPRequest, revoked: bool) -> ocsp.OCSPCertStatus:  # noqa: FBT001
        ours = question.issuer_key_hash == self._issuer_key_hash(question) or "lie" in self.faults
        if not ours or "unknown" in self.faults:
            return ocsp.OCSPCertStatus.UNKNOWN
        return ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD

    def _signed(self, question: ocsp.OCSPRequest, status: ocsp.OCSPCertStatus, at: datetime) -> ocsp.OCSPResponse:
        dead = status is ocsp.OCSPCertStatus.REVOKED
        own = self.authority.name_responder(self.key.public_key(), Window(at - LIFE, at + timedelta(days=1)))
        builder = (
            ocsp.OCSPResponseBuilder()
            .responder_id(ocsp.OCSPResponderEncoding.HASH, own)
            .certificates([own])
            .add_response_by_hash(
                question.issuer_name_hash,
                question.issuer_key_hash,
                question.serial_number + ("other" in self.faults),
                question.hash_algorithm,
                status,
                this_update=at,
                next_update=at + LIFE,
                revocation_time=at if dead else None,
                revocation_reason=x509.ReasonFlags.key_compromise if dead else None,
            )
        )
        for nonce in _nonces(question) if "no_nonce" not in self.faults else ():
            builder = builder.add_extension(nonce, critical=False)
        return builder.sign(self.key, SHA256())

    def _issuer_key_hash(self, question: ocsp.OCSPRequest) -> bytes:
        # What a CertID holds is the hash of the key's point, not of the structure around it (RFC 6960 section 4.1.1).
        digest = Hash(question.hash_algorithm)
        digest.update(self.authority.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))
        return digest.finalize()


def _nonces(question: ocsp.OCSPRequest) -> list[x509.OCSPNonce]:
    return [extension.value for extension in question.extensions if isinstance(extension.value, x509.OCSPNonce)]
