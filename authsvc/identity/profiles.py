"""What kinds of card there are: the policy that names each, its issuers, and where its certificate says whose it is."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.x509.oid import NameOID

from authsvc.settings import Misconfigured

KINDS: Final = ("nhi", "citizen", "unit", "arc")
ATTRIBUTES: Final = {
    "CN": NameOID.COMMON_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "serialNumber": NameOID.SERIAL_NUMBER,
    "organizationIdentifier": NameOID.ORGANIZATION_IDENTIFIER,
}
# What the library raises for extensions that whoever makes a certificate can put into it.
UNREADABLE: Final = (
    x509.ExtensionNotFound,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
    LookupError,
    ValueError,
)
MEMBERS: Final = frozenset({"kind", "policy", "name", "number", "issuers"})
PROFILES_WANTED: Final = "Set AUTHSVC_CARD_PROFILES_FILE to a TOML file of [[profile]] tables"


@dataclass(frozen=True, kw_only=True)
class CardProfile:
    """How a kind of card is known: `policy` is an OID of its certificates (RFC 5280 section 4.2.1.4).

    `name` and `number` are the subject's attributes that say whose it is. `issuers` are the ones that may issue this
    kind; without them all that the service trusts may.
    """

    kind: str
    policy: str
    name: x509.ObjectIdentifier = NameOID.COMMON_NAME
    number: x509.ObjectIdentifier = NameOID.SERIAL_NUMBER
    issuers: Sequence[x509.Certificate] | None = None


# The enterprise number set aside for documentation (RFC 5612): the simulated cards' policies.
SIMULATED: Final = (
    CardProfile(kind="nhi", policy="1.3.6.1.4.1.32473.10.1"),
    CardProfile(kind="citizen", policy="1.3.6.1.4.1.32473.10.2"),
    CardProfile(kind="unit", policy="1.3.6.1.4.1.32473.10.3", name=NameOID.ORGANIZATION_NAME),
    CardProfile(kind="arc", policy="1.3.6.1.4.1.32473.10.4"),
)


@dataclass(frozen=True)
class CardTrust:
    """The issuers that the service trusts, and the kinds of card that it knows."""

    anchors: Sequence[x509.Certificate]
    profiles: Sequence[CardProfile] = field(default=SIMULATED)

    def profile_of(self, certificate: x509.Certificate) -> CardProfile | None:
        """Return the profile that a certificate's policies name; None where there is none, or more than one kind."""
        try:
            policies = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
        except UNREADABLE:
            return None
        named = {policy.policy_identifier.dotted_string for policy in policies}
        found = [profile for profile in self.profiles if profile.policy in named]
        return found[0] if len(found) == 1 else None

    def issuers_of(self, profile: CardProfile) -> Sequence[x509.Certificate]:
        """Return who may issue that kind of card."""
        return self.anchors if profile.issuers is None else profile.issuers


class MobileTrust(CardTrust):
    """The issuers of certificates in phones, never the cards': what a phone signs opens no door of a card."""


def read_card_trust(ca_file: Path | None, profiles_file: Path | None) -> CardTrust:
    """Read the settings' files; without the first no card is trusted. Raise `Misconfigured`."""
    anchors = _read_anchors(ca_file, wanted="Set AUTHSVC_CARD_CA_FILE to a PEM file of the card issuers' certificates.")
    if profiles_file is None:
        return CardTrust(anchors)
    try:
        tables = tomllib.loads(profiles_file.read_text(encoding="utf-8")).get("profile")
    except (OSError, ValueError) as fault:
        raise Misconfigured(f"{PROFILES_WANTED}.") from fault
    return CardTrust(anchors, tuple(_read_profiles(tables, profiles_file.parent)))


def read_mobile_trust(ca_file: Path | None, cards: CardTrust) -> MobileTrust:
    """Read the issuers of mobile certificates, whose kinds are told as the cards' are. Raise `Misconfigured`."""
    anchors = _read_anchors(ca_file, wanted="Set AUTHSVC_TWFIDO_CA_FILE to a PEM file of mobile certificates' issuers.")
    of_cards = [*cards.anchors, *(each for profile in cards.profiles for each in profile.issuers or ())]
    if any(each in of_cards for each in anchors):
        raise Misconfigured("Set AUTHSVC_TWFIDO_CA_FILE to issuers of phones alone: one of them issues cards, too.")
    return MobileTrust(anchors, [replace(profile, issuers=None) for profile in cards.profiles])


def _read_anchors(file: Path | None, *, wanted: str) -> list[x509.Certificate]:
    try:
        return read_certificates(file) if file else []
    except (OSError, ValueError) as fault:
        raise Misconfigured(wanted) from fault


def read_certificates(file: Path) -> list[x509.Certificate]:
    """Read a PEM file; raise `OSError` or `ValueError`."""
    return x509.load_pem_x509_certificates(file.read_bytes())


def _read_profiles(tables: object, folder: Path) -> Iterator[CardProfile]:
    if not isinstance(tables, list) or not tables:
        raise Misconfigured(f"{PROFILES_WANTED}: there is none in it.")
    policies = [table.get("policy") for table in tables if isinstance(table, dict)]
    if len(set(policies)) != len(tables):
        raise Misconfigured(f"{PROFILES_WANTED}, each with a policy of its own.")
    for number, table in enumerate(tables, 1):
        try:
            yield _read_profile(table, folder)
        except (OSError, ValueError, KeyError, TypeError) as fault:
            raise Misconfigured(f"{PROFILES_WANTED}; number {number} is wrong: {fault}.") from fault


def _read_profile(table: Mapping[str, Any], folder: Path) -> CardProfile:
    if table["kind"] not in KINDS:
        raise ValueError(f"kind is one of {', '.join(KINDS)}")
    if unknown := set(table) - MEMBERS:
        raise ValueError(f"unknown members: {', '.join(sorted(unknown))}")
    issuers = [read_certificates(folder / file) for file in table.get("issuers", [])]
    return CardProfile(
        kind=table["kind"],
        policy=x509.ObjectIdentifier(table["policy"]).dotted_string,
        name=_attribute(table.get("name", "CN")),
        number=_attribute(table.get("number", "serialNumber")),
        issuers=[each for several in issuers for each in several] if "issuers" in table else None,
    )


def _attribute(name: str) -> x509.ObjectIdentifier:
    return ATTRIBUTES.get(name) or x509.ObjectIdentifier(name)
