"""Where a phone keeps its key: in its security chip, as its attestation shows, or somewhere in software."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography import x509
from webauthn.helpers import known_root_certs

from authsvc.core import audit, strictjson
from authsvc.core.i18n import N_
from authsvc.core.jose import PublicKey
from authsvc.core.kit import Kit
from authsvc.identity import attestation, dpop
from authsvc.identity.attestation import Doubt, NotAttested
from authsvc.identity.models import HARDWARE, SOFTWARE
from authsvc.settings import Misconfigured

# Google's roots for key attestation as py_webauthn (BSD-3-Clause) carries them, each with where it was fetched:
# developer.android.com, "Verify hardware-backed key pairs with key attestation", section "Root certificate".
GOOGLE = (
    known_root_certs.google_hardware_attestation_root_2,
    known_root_certs.google_hardware_attestation_root_3,
    known_root_certs.google_hardware_attestation_root_4,
    known_root_certs.google_hardware_attestation_root_5,
)
# Where a key is kept → what that says to the phone's owner.
WORDS = {
    HARDWARE: N_("Key in the phone's security chip"),
    SOFTWARE: N_("Key in the phone's software"),
}


def _none_revoked() -> frozenset[int]:
    return frozenset()


@dataclass(frozen=True, kw_only=True)
class AttestationTrust:
    """Whose word about keys counts, and which certificates no longer do."""

    roots: Sequence[x509.Certificate] = ()
    revoked: Callable[[], frozenset[int]] = field(default=_none_revoked)


def read_trust(roots_file: Path | None, status_file: Path | None) -> AttestationTrust:
    """Read the settings' files; raise `Misconfigured`.

    Google's roots count by themselves only beside a status list: keys of whole series of phones have leaked, and that
    list is the one place where they are revoked.
    """
    if roots_file is not None:
        try:
            roots = x509.load_pem_x509_certificates(roots_file.read_bytes())
        except (OSError, ValueError) as fault:
            raise Misconfigured("Set AUTHSVC_ATTESTATION_ROOTS_FILE to a PEM file of attestation roots.") from fault
    else:
        roots = [x509.load_pem_x509_certificate(each) for each in GOOGLE] if status_file else []
    if status_file is None:
        return AttestationTrust(roots=roots)
    try:
        read_status(status_file)
    except (OSError, ValueError) as fault:
        raise Misconfigured("Set AUTHSVC_ATTESTATION_STATUS_FILE to Google's list of attestation status.") from fault
    return AttestationTrust(roots=roots, revoked=lambda: read_status(status_file))


def read_status(file: Path) -> frozenset[int]:
    """Return the serial numbers of a status list, revoked or suspended; raise `OSError` or `ValueError`.

    Google's format: `{"entries": {"<serial in hex>": {"status": "REVOKED" | "SUSPENDED", …}}}`, only what is not valid.
    """
    listed = strictjson.loads(file.read_text(encoding="utf-8"))
    entries = listed.get("entries") if isinstance(listed, dict) else None
    if not isinstance(entries, dict):
        raise ValueError("not a status list")
    return frozenset(int(serial, 16) for serial in entries)


def where_kept(kit: Kit, *, key: PublicKey, chain: Sequence[str], actor: str | None = None) -> str:
    """Tell where a phone keeps its key: `hardware` where its attestation shows it, else `software`.

    A chain that does not show it costs the level, not the binding: it is audited and nothing is refused.
    """
    if not chain:
        return SOFTWARE
    try:
        _verify(kit, key, chain, at=kit.clock.now())
    except NotAttested as fault:
        audit.record_refusal(kit, "attestation.refused", outcome=fault.doubt.value, actor=actor)
        return SOFTWARE
    return HARDWARE


def _verify(kit: Kit, key: PublicKey, chain: Sequence[str], *, at: datetime) -> None:
    def is_ours(challenge: bytes) -> bool:
        return dpop.is_live_nonce(kit, challenge.decode("ascii", errors="replace"), at=at)

    trust = kit.port(AttestationTrust)
    try:
        revoked = trust.revoked()
    except (OSError, ValueError) as fault:  # the list was there at the start: without it nobody is believed
        raise NotAttested(Doubt.UNCHECKED) from fault
    attestation.verify(chain, key=key, roots=trust.roots, revoked=revoked, is_ours=is_ours, at=at)
