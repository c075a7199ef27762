"""Does a phone's security chip hold this key? Pure: an Android key attestation comes in, nothing or a doubt comes out.

The chip signs a certificate over the key that it made, whose extension says how the key is held; the schema and the
meaning of each value are those of source.android.com, "Key and ID attestation", KeyMint 4 and older.
"""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from authsvc.core import der
from authsvc.core.jose import PublicKey, b64url_decode

MOST_CERTIFICATES: Final = 8  # Google's longest chains have five, and one for each key that attests others
LONGEST_CERTIFICATE: Final = 8 * 1024  # characters of base64url
DESCRIPTION: Final = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.1.17")
DIGESTS: Final = (hashes.SHA256, hashes.SHA384, hashes.SHA512)
UNREADABLE: Final = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
# The numbers of KeyMint: levels, tags of an authorization list, and the values that we want.
IN_A_CHIP: Final = frozenset({1, 2})  # trusted environment, StrongBox
PURPOSE, ALGORITHM, KEY_SIZE, CURVE, ORIGIN, ROOT_OF_TRUST = 1, 2, 3, 10, 702, 704
SIGN, VERIFY, EC, P256_BITS, P256, GENERATED, BOOT_VERIFIED = 2, 3, 3, 256, 1, 0, 0


class Doubt(StrEnum):
    """Why an attestation does not count."""

    UNREADABLE = "attestation_unreadable"
    FOREIGN = "attestation_foreign"
    BROKEN = "attestation_broken"
    EXPIRED = "attestation_expired"
    REVOKED = "attestation_revoked"
    EXTENDED = "attestation_extended"
    OTHER_KEY = "attestation_other_key"
    OTHER_CHALLENGE = "attestation_other_challenge"
    SOFTWARE = "attestation_software"
    UNLOCKED = "attestation_unlocked"
    OTHER_USE = "attestation_other_use"
    UNCHECKED = "attestation_unchecked"


class NotAttested(Exception):
    """The chain does not show that a chip holds the key."""

    def __init__(self, doubt: Doubt) -> None:
        super().__init__(doubt.value)
        self.doubt = doubt


@dataclass(frozen=True, kw_only=True)
class Description:
    """What the chip says of a key; `held` is what it enforces itself, by tag."""

    levels: frozenset[int]
    challenge: bytes
    held: dict[int, der.Element]


def verify(
    chain: Sequence[str],
    *,
    key: PublicKey,
    roots: Sequence[x509.Certificate],
    revoked: AbstractSet[int],
    is_ours: Callable[[bytes], bool],
    at: datetime,
) -> None:
    """Return where a chain (base64url DER, leaf first) shows that a chip made and holds `key`; raise `NotAttested`.

    `revoked` are serial numbers; `is_ours` tells whether a challenge is one of ours and recent.
    """
    certificates = read_chain(chain)
    check_chain(certificates, roots=roots, at=at)
    if any(certificate.serial_number in revoked for certificate in certificates):
        raise NotAttested(Doubt.REVOKED)
    description = find_description(certificates)
    if certificates[0].public_key() != key.as_cryptography():
        raise NotAttested(Doubt.OTHER_KEY)
    if not is_ours(description.challenge):
        raise NotAttested(Doubt.OTHER_CHALLENGE)
    if not description.levels <= IN_A_CHIP:
        raise NotAttested(Doubt.SOFTWARE)
    try:
        check_boot(description.held)
        check_use(description.held)
    except der.NotDer as fault:
        raise NotAttested(Doubt.UNREADABLE) from fault


def read_chain(chain: Sequence[str]) -> list[x509.Certificate]:
    """Read certificates, with all that we shall ask of them; raise `NotAttested`."""
    if not 1 < len(chain) <= MOST_CERTIFICATES or any(len(text) > LONGEST_CERTIFICATE for text in chain):
        raise NotAttested(Doubt.UNREADABLE)
    try:
        certificates = [x509.load_der_x509_certificate(b64url_decode(text)) for text in chain]
        for certificate in certificates:
            certificate.public_key(), certificate.extensions, certificate.signature_hash_algorithm
    except UNREADABLE as fault:
        raise NotAttested(Doubt.UNREADABLE) from fault
    return certificates


def check_chain(certificates: Sequence[x509.Certificate], *, roots: Sequence[x509.Certificate], at: datetime) -> None:
    """Check names, signatures and times from the root down; raise `NotAttested`.

    A root is known by its name and key, because Google issued certificates over the same key again and again. Its time
    and the leaf's do not count: the leaf's is written by the phone's own clock (as in Google's android/keyattestation).
    """
    issuer = next((root for root in roots if _is_same(root, certificates[-1])), None)
    if issuer is None:
        raise NotAttested(Doubt.FOREIGN)
    # Downwards: no key is used that somebody known has not signed for.
    for place in range(len(certificates) - 2, -1, -1):
        certificate = certificates[place]
        _check_signature(certificate, issuer)
        if place > 0:
            _check_issuer(certificate, at=at)
        issuer = certificate


def _is_same(root: x509.Certificate, shown: x509.Certificate) -> bool:
    return root.subject == shown.subject and _key_bytes(root) == _key_bytes(shown)


def _key_bytes(certificate: x509.Certificate) -> bytes:
    return certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _check_signature(certificate: x509.Certificate, issuer: x509.Certificate) -> None:
    if not isinstance(certificate.signature_hash_algorithm, DIGESTS):
        raise NotAttested(Doubt.BROKEN)
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, *UNREADABLE) as fault:
        raise NotAttested(Doubt.BROKEN) from fault


def _check_issuer(certificate: x509.Certificate, *, at: datetime) -> None:
    """Check that a certificate may issue others now; old phones' leave the constraint out, none says no."""
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        raise NotAttested(Doubt.EXPIRED)
    for extension in certificate.extensions:
        if isinstance(extension.value, x509.BasicConstraints) and not extension.value.ca:
            raise NotAttested(Doubt.BROKEN)


def find_description(certificates: Sequence[x509.Certificate]) -> Description:
    """Return what the leaf says; raise `NotAttested`, also where another certificate says something of a key.

    Whoever holds an attested key can sign a certificate with it that says anything. So only the description that is
    nearest to the root is the chip's word, and it must be the leaf's.
    """
    nearest = next((each for each in reversed(certificates) if _description_of(each) is not None), None)
    if nearest is None:
        raise NotAttested(Doubt.UNREADABLE)
    if nearest is not certificates[0]:
        raise NotAttested(Doubt.EXTENDED)
    try:
        return read_description(_description_of(nearest) or b"")
    except der.NotDer as fault:
        raise NotAttested(Doubt.UNREADABLE) from fault


def _description_of(certificate: x509.Certificate) -> bytes | None:
    for extension in certificate.extensions:
        if extension.oid == DESCRIPTION and isinstance(extension.value, x509.UnrecognizedExtension):
            return extension.value.value
    return None


def read_description(data: bytes) -> Description:
    """Read a KeyDescription to its last byte; raise `der.NotDer`."""
    parts = der.sequence(der.read_one(data))
    if len(parts) != 8:  # noqa: PLR2004 - the fields of the schema
        raise der.NotDer("not a key description")
    der.integer(parts[0]), der.integer(parts[2]), der.octets(parts[5])
    der.tagged(der.sequence(parts[6]))
    return Description(
        levels=frozenset({der.enumerated(parts[1]), der.enumerated(parts[3])}),
        challenge=der.octets(parts[4]),
        held=der.tagged(der.sequence(parts[7])),
    )


def check_boot(held: dict[int, der.Element]) -> None:
    """Check that the phone started its maker's own system and is locked; raise `NotAttested` or `der.NotDer`."""
    if ROOT_OF_TRUST not in held:
        raise NotAttested(Doubt.UNLOCKED)
    parts = der.sequence(held[ROOT_OF_TRUST])
    if len(parts) not in (3, 4):  # the fourth since version 3
        raise der.NotDer("not a root of trust")
    for digest in (parts[0], *parts[3:]):
        der.octets(digest)
    if not der.boolean(parts[1]) or der.enumerated(parts[2]) != BOOT_VERIFIED:
        raise NotAttested(Doubt.UNLOCKED)


def check_use(held: dict[int, der.Element]) -> None:
    """Check that the key was made in the chip, on P-256, for signing alone; raise `NotAttested` or `der.NotDer`."""
    numbers = {tag: der.integer(held[tag]) for tag in (ALGORITHM, KEY_SIZE, CURVE, ORIGIN) if tag in held}
    purposes = der.integers(held[PURPOSE]) if PURPOSE in held else frozenset()
    # A key that may attest others, or agree on secrets, is another kind of key.
    signs = {SIGN} <= purposes <= {SIGN, VERIFY}
    if not signs or numbers != {ALGORITHM: EC, KEY_SIZE: P256_BITS, CURVE: P256, ORIGIN: GENERATED}:
        raise NotAttested(Doubt.OTHER_USE)
