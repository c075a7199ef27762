"""The deck of virtual cards: their states, their PINs and what they sign; usable in process by tests."""

import hmac
import threading
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from mocks.card import refusals
from mocks.card.authority import Authority, Window, self_signed
from mocks.card.responder import Responder
from mocks.card.vault import CardKey, Vault
from mocks.clock import Clock
from mocks.people import CardRecord, World, load_world

DEFAULT_CRL_URL = "http://127.0.0.1:8101/ca/crl"
TRIES = 3
_YEAR = timedelta(days=365)


class CardState(StrEnum):
    """What is the matter with a card; `active` is a card in order."""

    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"
    NOT_YET_VALID = "not_yet_valid"
    NOT_ACTIVATED = "not_activated"
    UNREADABLE = "unreadable"
    LOCKED = "locked"
    FOREIGN_CA = "foreign_ca"
    BAD_SIGNATURE = "bad_signature"


@dataclass(frozen=True, slots=True)
class SignRequest:
    """What a page asks a card to sign."""

    origin: str
    purpose: str
    challenge_id: str
    nonce: str

    def signed_bytes(self) -> bytes:
        """Return the exact bytes that the card signs (ASCII; raise `UnicodeEncodeError` otherwise)."""
        parts = ("authsvc-card-v1", self.origin, self.purpose, self.challenge_id, self.nonce)
        return "\n".join(parts).encode("ascii")


@dataclass(frozen=True, slots=True)
class CardAnswer:
    """A card's certificate in DER and its signature (ECDSA as raw 64 bytes, RSA PKCS#1 v1.5)."""

    certificate: bytes
    signature: bytes


@dataclass(slots=True)
class VirtualCard:
    """A card and how it stands; `state` is `locked` once no try is left."""

    record: CardRecord
    condition: CardState
    tries_left: int = TRIES

    @property
    def state(self) -> CardState:
        """Return the state to show."""
        return self.condition if self.tries_left else CardState.LOCKED


class Deck:
    """All virtual cards; keys and certificates are made when first needed and then kept."""

    def __init__(self, world: World, *, vault: Vault, clock: Clock, crl_url: str) -> None:
        self._vault, self._clock, self._lock = vault, clock, threading.RLock()
        self._authority = self._open_authority("ca", crl_url)
        self._foreign = self._open_authority("foreign-ca", crl_url)
        self._cards = {record.id: _fresh(record, record.state) for record in world.cards()}
        for card_id, kept in vault.states().items():
            if card_id in self._cards:
                record = self._cards[card_id].record
                self._cards[card_id] = VirtualCard(record, CardState(kept["condition"]), kept["tries_left"])

    def all(self) -> list[VirtualCard]:
        """Return every card."""
        return list(self._cards.values())

    def find(self, card_id: str) -> VirtualCard | None:
        """Return a card, or None where there is none with that id."""
        return self._cards.get(card_id)

    def set_state(self, card_id: str, state: CardState) -> None:
        """Put a card into a state; every state but `locked` gives the PIN its tries back."""
        with self._lock:
            self._cards[card_id] = _fresh(self._cards[card_id].record, state)
            self._keep_states()

    def certificate(self, card_id: str) -> x509.Certificate:
        """Return the certificate that a card shows in its present state."""
        card = self._cards[card_id]
        with self._lock:
            if card.condition is CardState.FOREIGN_CA:
                return self._certificate(card, "foreign", self._foreign)
            variant = card.condition if card.condition in _WINDOWS else CardState.ACTIVE
            return self._certificate(card, variant, self._authority)

    def sign(self, card_id: str, request: SignRequest, *, pin: str | None = None) -> CardAnswer:
        """Sign a request with a card; raise `CardRefusal` as the card would."""
        signature = self.sign_bytes(card_id, request.signed_bytes(), pin=pin)
        return CardAnswer(self.certificate(card_id).public_bytes(Encoding.DER), signature)

    def sign_bytes(self, card_id: str, content: bytes, *, pin: str | None = None) -> bytes:
        """Return a card's signature over whatever it is given; raise `CardRefusal` as the card would."""
        card = self._cards[card_id]
        with self._lock:
            self._check(card, pin)
            name = f"{card_id}.wrong" if card.condition is CardState.BAD_SIGNATURE else card_id
            key = self._vault.key(name, card.record.algorithm)
        return _sign(key, content)

    def ca_bundle(self) -> bytes:
        """Return the certificates to trust, in PEM."""
        return self._authority.certificate.public_bytes(Encoding.PEM)

    def crl(self, *, stale: bool = False, forged: bool = False) -> bytes:
        """Return the revocation list of this moment in DER, or an outdated one, or one by the foreign CA."""
        at = self._clock.now() - (timedelta(days=2) if stale else timedelta())
        return (self._foreign if forged else self._authority).crl(self._revoked(), at=at)

    def ocsp(self, question: bytes, *, faults: frozenset[str] = frozenset()) -> bytes:
        """Answer a question about one certificate in DER (RFC 6960), with the faults that a responder can have."""
        with self._lock:
            key = self._vault.ec_key("ocsp")
        authority = self._foreign if "lie" in faults else self._authority
        revoked = {certificate.serial_number for certificate in self._revoked()}
        return Responder(authority, key, faults).answer(question, revoked, at=self._clock.now())

    def _revoked(self) -> list[x509.Certificate]:
        with self._lock:
            dead = [c.record.id for c in self._cards.values() if c.condition is CardState.REVOKED]
            return [self.certificate(card_id) for card_id in dead]

    def _open_authority(self, name: str, crl_url: str) -> Authority:
        key = self._vault.ec_key(name)
        certificate = self._vault.find_certificate(name)
        if certificate is None:
            now = self._clock.now()
            certificate = self_signed(key, Window(now - 10 * _YEAR, now + 20 * _YEAR))
            self._vault.keep_certificate(name, certificate)
        return Authority(key=key, certificate=certificate, crl_url=crl_url)

    def _certificate(self, card: VirtualCard, variant: str, authority: Authority) -> x509.Certificate:
        name = f"{card.record.id}.{variant}"
        kept = self._vault.find_certificate(name)
        if kept is not None and authority.addresses_stand_in(kept):
            return kept
        public_key = self._vault.key(card.record.id, card.record.algorithm).public_key()
        starts, ends = _WINDOWS.get(variant, _WINDOWS[CardState.ACTIVE])
        now = self._clock.now()
        certificate = authority.issue(card.record, public_key, Window(now + starts, now + ends))
        self._vault.keep_certificate(name, certificate)
        return certificate

    def _check(self, card: VirtualCard, pin: str | None) -> None:
        if card.condition is CardState.UNREADABLE:
            raise refusals.card_unreadable()
        if card.condition is CardState.NOT_ACTIVATED:
            raise refusals.card_not_activated()
        if card.record.pin is not None:
            self._check_pin(card, card.record.pin, pin or "")

    def _check_pin(self, card: VirtualCard, expected_pin: str, pin: str) -> None:
        if not card.tries_left:
            raise refusals.pin_locked()
        if not 6 <= len(pin) <= 8:
            raise refusals.pin_length()
        right = hmac.compare_digest(pin.encode(errors="replace"), expected_pin.encode())
        before, card.tries_left = card.tries_left, TRIES if right else card.tries_left - 1
        if card.tries_left != before:
            self._keep_states()
        if not right:
            raise refusals.pin_wrong(card.tries_left) if card.tries_left else refusals.pin_locked()

    def _keep_states(self) -> None:
        changed = {
            card.record.id: {"condition": card.condition.value, "tries_left": card.tries_left}
            for card in self._cards.values()
            if card != _fresh(card.record, card.record.state)
        }
        self._vault.keep_states(changed)


_WINDOWS: dict[str, tuple[timedelta, timedelta]] = {
    CardState.ACTIVE: (timedelta(days=-1), 5 * _YEAR),
    CardState.EXPIRED: (-6 * _YEAR, timedelta(days=-1)),
    CardState.NOT_YET_VALID: (_YEAR, 6 * _YEAR),
}


def open_deck(
    folder: Path, *, world: World | None = None, clock: Clock | None = None, crl_url: str = DEFAULT_CRL_URL
) -> Deck:
    """Return the deck that is kept in a folder, made at the first call."""
    return Deck(world or load_world(), vault=Vault(folder), clock=clock or Clock(), crl_url=crl_url)


def _fresh(record: CardRecord, state: str) -> VirtualCard:
    if state == CardState.LOCKED:
        return VirtualCard(record, CardState.ACTIVE, tries_left=0)
    return VirtualCard(record, CardState(state))


def _sign(key: CardKey, message: bytes) -> bytes:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        r, s = decode_dss_signature(key.sign(message, ec.ECDSA(SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")
    return key.sign(message, padding.PKCS1v15(), SHA256())
