"""Given: a phone's security chip, whose word about a key can be wrong in any one point."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from authsvc.core.jose import PublicKey, b64url
from authsvc.core.kit import Kit
from authsvc.identity.attestation import DESCRIPTION
from authsvc.identity.keeping import AttestationTrust
from mobileapp.client import Phone
from mobileapp.phonekeys import PhoneKeys, public_jwk

Key = ec.EllipticCurvePrivateKey


def new_key() -> Key:
    return ec.generate_private_key(ec.SECP256R1())


def tlv(tag: bytes, contents: bytes) -> bytes:
    """Return one DER element."""
    length = len(contents)
    if length < 0x80:
        return tag + bytes([length]) + contents
    octets = length.to_bytes((length.bit_length() + 7) // 8)
    return tag + bytes([0x80 | len(octets)]) + octets + contents


def number(value: int, *, tag: int = 0x02) -> bytes:
    return tlv(bytes([tag]), value.to_bytes(value.bit_length() // 8 + 1, signed=True))


def octets(data: bytes) -> bytes:
    return tlv(b"\x04", data)


def sequence(*parts: bytes) -> bytes:
    return tlv(b"\x30", b"".join(parts))


def numbers(*values: int) -> bytes:
    return tlv(b"\x31", b"".join(number(value) for value in values))


def root_of_trust(*, locked: bool = True, state: int = 0) -> bytes:
    flag = tlv(b"\x01", b"\xff" if locked else b"\x00")
    return sequence(octets(bytes(32)), flag, number(state, tag=0x0A), octets(bytes(32)))


def field_of(tag: int, contents: bytes) -> bytes:
    """Return an explicitly tagged field."""
    if tag < 31:
        return tlv(bytes([0xA0 | tag]), contents)
    return tlv(bytes([0xBF, 0x80 | tag >> 7, tag & 0x7F]), contents)


GOOD: Mapping[int, bytes] = {
    1: numbers(2),
    2: number(3),
    3: number(256),
    5: numbers(4),
    10: number(1),
    503: tlv(b"\x05", b""),
    702: number(0),
    704: root_of_trust(),
    705: number(160000),
}


def description(
    challenge: bytes,
    *,
    levels: tuple[int, int] = (1, 1),
    held: Mapping[int, bytes | None] | None = None,
    soft: Mapping[int, bytes] | None = None,
    tail: bytes = b"",
) -> bytes:
    """Return a KeyDescription that is in order, but for what is said otherwise; None leaves a field out."""
    fields = dict(GOOD) | dict(held or {})
    chip = [field_of(tag, contents) for tag, contents in sorted(fields.items()) if contents is not None]
    apart = [field_of(tag, contents) for tag, contents in sorted((soft or {}).items())]
    attests, keeps = (number(level, tag=0x0A) for level in levels)
    parts = (number(400), attests, number(400), keeps, octets(challenge), octets(b""))
    return sequence(*parts, sequence(*apart), sequence(*chip)) + tail


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


@dataclass
class Chip:
    """A maker's root, its issuer of batches, and the batch's key in the chip; times are around `at`."""

    at: datetime
    root_key: Key = field(default_factory=new_key)
    maker_key: Key = field(default_factory=new_key)
    batch_key: Key = field(default_factory=new_key)
    days: tuple[float, float] = (-10, 10)
    leaf_days: tuple[float, float] = (-18_000, 8_000)
    batch_is_issuer: bool = True

    @property
    def root(self) -> x509.Certificate:
        return self.issue("Root", self.root_key.public_key(), "Root", self.root_key)

    def issue(self, subject: str, key: Any, issuer: str, by: Key, **more: Any) -> x509.Certificate:
        """Return a certificate; `said` is a key description, `ca` a basic constraint, `days` its time."""
        begins, ends = more.get("days", self.days)
        builder = (
            x509.CertificateBuilder()
            .subject_name(name(subject))
            .issuer_name(name(issuer))
            .public_key(key)
            .serial_number(more.get("serial", x509.random_serial_number()))
            .not_valid_before(self.at + timedelta(days=begins))
            .not_valid_after(self.at + timedelta(days=ends))
        )
        if "ca" in more:
            builder = builder.add_extension(x509.BasicConstraints(ca=more["ca"], path_length=None), critical=True)
        if "said" in more:
            builder = builder.add_extension(x509.UnrecognizedExtension(DESCRIPTION, more["said"]), critical=False)
        return builder.sign(by, SHA256())

    def chain(self, key: Any, said: bytes) -> list[x509.Certificate]:
        """Return the chip's word about a public key: leaf, batch, maker, root."""
        leaf = self.issue(
            "Android Keystore Key", key, "Batch", self.batch_key, said=said, serial=1, days=self.leaf_days
        )
        batch = self.issue("Batch", self.batch_key.public_key(), "Maker", self.maker_key, ca=self.batch_is_issuer)
        maker = self.issue("Maker", self.maker_key.public_key(), "Root", self.root_key, ca=True)
        return [leaf, batch, maker, self.root]


def texts(certificates: list[x509.Certificate]) -> list[str]:
    """Return certificates as a phone sends them."""
    return [b64url(each.public_bytes(Encoding.DER)) for each in certificates]


def trusted_chip(kit: Kit) -> Chip:
    """Return a chip whose maker's root the service trusts from now on."""
    chip = Chip(at=kit.clock.now())
    kit.ports[AttestationTrust] = AttestationTrust(roots=[chip.root])
    return chip


def fetch_nonce(phone: Phone) -> bytes:
    """Return a nonce as a phone gets it before it has a key, which is the challenge."""
    return str(phone.wire.client.post(f"{phone.origin}/api/v1/nonces").json()["nonce"]).encode("ascii")


def attested(chip: Chip, phone: Phone, challenge: bytes, *, keys: PhoneKeys | None = None, **other: Any) -> list[str]:
    """Return a chip's word about a phone's key, or about its next one; `other` is what is said otherwise."""
    jwk = public_jwk((keys or phone.keys).device)
    key = PublicKey(jwk["x"], jwk["y"]).as_cryptography()
    return texts(chip.chain(key, description(challenge, **other)))
