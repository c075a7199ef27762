"""Is a card's certificate revoked? An unknown status is a no: without the issuer's current word nobody gets in."""

import threading
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final, Protocol, runtime_checkable

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from authsvc.core.errors import Unavailable
from authsvc.core.i18n import N_
from authsvc.core.remote import Remote
from authsvc.identity.cards import CardRevoked, VerifiedCard

KEEP: Final = timedelta(seconds=30)
SKEW: Final = timedelta(minutes=5)  # how far the issuer's clock may be ahead of ours


class RevocationUnknown(Unavailable):
    """The issuer's current word cannot be had: no usable answer of its responder and no current list."""

    code = "revocation_unknown"
    detail = N_("We cannot check right now whether this card is still valid. Please try again in a moment.")


@runtime_checkable
class Revocations(Protocol):
    """Knows which certificates are revoked."""

    def require_not_revoked(self, card: VerifiedCard, *, at: datetime) -> None:
        """Raise `CardRevoked`, or `RevocationUnknown` when the status cannot be had."""
        ...


class CrlRevocations:
    """Revocation lists (RFC 5280 section 5) from the distribution point that the issuer wrote into the certificate.

    A list is kept for half a minute, so that a revoked card is refused soon and the issuer is not asked per login.
    """

    def __init__(self, fetcher: Callable[[str], Remote]) -> None:
        self._fetcher = fetcher
        self._kept: dict[str, tuple[datetime, x509.CertificateRevocationList]] = {}
        self._lock = threading.Lock()

    def require_not_revoked(self, card: VerifiedCard, *, at: datetime) -> None:
        """Raise `CardRevoked` when the issuer's current list names the certificate."""
        revoked = self._list(card, at).get_revoked_certificate_by_serial_number(card.certificate.serial_number)
        if revoked is not None:
            raise CardRevoked

    def _list(self, card: VerifiedCard, at: datetime) -> x509.CertificateRevocationList:
        url = _distribution_point(card.certificate)
        with self._lock:
            kept = self._kept.get(url)
        if kept is not None and kept[0] <= at < kept[0] + KEEP:
            _check_list(kept[1], card.issuer, at)
            return kept[1]
        fetched = self._fetch(url)
        _check_list(fetched, card.issuer, at)
        with self._lock:
            self._kept[url] = (at, fetched)
        return fetched

    def _fetch(self, url: str) -> x509.CertificateRevocationList:
        try:
            return x509.load_der_x509_crl(self._fetcher(url).fetch(url))
        except (Unavailable, ValueError) as fault:
            raise RevocationUnknown from fault


def _distribution_point(certificate: x509.Certificate) -> str:
    # The certificate's chain is verified before this: the address is the issuer's word, not the caller's.
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound as fault:
        raise RevocationUnknown from fault
    url = http_address(name for point in points for name in point.full_name or ())
    if url is None:
        raise RevocationUnknown
    return url


def http_address(names: Iterable[x509.GeneralName]) -> str | None:
    """Return the first of these names that is a web address (issuers also name directories, by ldap:)."""
    addresses = (name.value for name in names if isinstance(name, x509.UniformResourceIdentifier))
    return next((address for address in addresses if address.startswith(("http://", "https://"))), None)


def _check_list(crl: x509.CertificateRevocationList, issuer: x509.Certificate, at: datetime) -> None:
    key = issuer.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey) or not crl.is_signature_valid(key):
        raise RevocationUnknown
    if crl.next_update_utc is None or not crl.last_update_utc <= at + SKEW or at > crl.next_update_utc:
        raise RevocationUnknown
