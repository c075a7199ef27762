"""How to speak to one issuer's cards (ISO 7816) or tokens (PKCS#11): what a settings file describes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from cardcomponent.readers import Kind

Signing = Literal["compute-signature", "internal-authenticate"]
Padding = Literal["none", "ff"]


@dataclass(frozen=True, kw_only=True, slots=True)
class CardProfile:
    """One application on a card. A card is taken for what the first profile says whose application it has."""

    name: str
    aid: bytes  # application identifier, 5 to 16 bytes (ISO 7816-4 section 12.2.3)
    certificate: tuple[bytes, ...]  # path of two-byte file identifiers to the certificate in DER
    pin: int | None = None  # reference of the PIN for VERIFY; absent: the card signs without one
    pin_padding: Padding = "none"  # "ff": filled up to 8 bytes
    key: int | None = None  # reference of the private key for MANAGE SECURITY ENVIRONMENT; absent: the card knows
    algorithm: int | None = None  # reference of the algorithm, where the card wants one
    signing: Signing = "compute-signature"
    kind: Kind | None = None  # absent: the certificate's policy decides


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenProfile:
    """One PKCS#11 module and, where its label is given, one token of it."""

    module: Path
    label: str | None = None
    certificate: str | None = None  # label of the certificate, where a token has several that are recognised
    pin: bool = True
    kind: Kind | None = None


# The documented layout of cards that no issuer made: identifiers of category F belong to nobody (ISO 7816-4, 12.2.3.4).
DEFAULT_CARDS: Final = (
    CardProfile(name="health card", aid=bytes.fromhex("F0617574687376630001"), certificate=(b"\x01\x01",), key=0x81),
    CardProfile(
        name="certificate", aid=bytes.fromhex("F0617574687376630002"), certificate=(b"\x01\x01",), key=0x81, pin=0x81
    ),
)
# The policies of the documented issuer: 32473 is the enterprise number set aside for documentation (RFC 5612).
DEFAULT_POLICIES: Final[dict[str, Kind]] = {
    "1.3.6.1.4.1.32473.10.1": "nhi",
    "1.3.6.1.4.1.32473.10.2": "citizen",
    "1.3.6.1.4.1.32473.10.3": "unit",
    "1.3.6.1.4.1.32473.10.4": "arc",
}
