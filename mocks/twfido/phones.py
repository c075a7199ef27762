"""The phones that hold a mobile certificate: whose, in which state, and what they sign. Who has one: `phones.json`."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from mocks.card.cards import CardState, Deck, VirtualCard
from mocks.card.vault import Vault
from mocks.clock import Clock
from mocks.people import CardRecord, Person, World
from mocks.twfido.wire import digest_of

_DATA = Path(__file__).with_name("phones.json")


@dataclass(frozen=True, slots=True)
class Signed:
    """What a phone answers: its certificate in DER, and a signature over the data."""

    certificate: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Phone:
    """Somebody's phone; `signs` is false where it is registered but its certificate was never asked for."""

    person: Person
    signs: bool

    @property
    def id(self) -> str:
        """Return the name of its certificate in the deck."""
        return f"{self.person.key}-mobile"

    @property
    def hashed_id(self) -> str:
        """Return the hash by which the provider names its owner."""
        return digest_of(self.person.national_id)


class Phones:
    """Everybody's phones, and the CA of mobile certificates, which is another one than that of the cards."""

    def __init__(self, world: World, *, folder: Path, clock: Clock, public_url: str) -> None:
        rows = {row["key"]: row for row in json.loads(_DATA.read_text(encoding="utf-8"))}
        owners = [person for person in world.people if person.key in rows]
        self._phones = {owner.key: Phone(owner, rows[owner.key].get("signs", True)) for owner in owners}
        holders = tuple(replace(owner, cards=(_certificate(owner, rows[owner.key]),)) for owner in owners)
        certificates = World(people=holders, units=())
        self.deck = Deck(certificates, vault=Vault(folder), clock=clock, crl_url=f"{public_url}/ca/crl")

    def all(self) -> list[Phone]:
        """Return every phone."""
        return list(self._phones.values())

    def find(self, key: str) -> Phone | None:
        """Return a person's phone, or None where they have none."""
        return self._phones.get(key)

    def owner_of(self, hashed_id: str) -> Phone | None:
        """Return the phone whose owner a ticket names, or None."""
        return next((phone for phone in self.all() if phone.hashed_id == hashed_id), None)

    def another_than(self, phone: Phone | None) -> Phone:
        """Return somebody else's phone that is in order: what a provider that lies takes its answer from."""
        return next(each for each in self.all() if each != phone and self.card(each).state == CardState.ACTIVE)

    def card(self, phone: Phone) -> VirtualCard:
        """Return how the phone's certificate stands."""
        found = self.deck.find(phone.id)
        assert found is not None  # noqa: S101  every phone was put into the deck
        return found

    def sign(self, phone: Phone, content: bytes, *, pin: str | None) -> Signed:
        """Sign with a phone's key, after its PIN or (with None) its owner's finger; raise `CardRefusal`."""
        record = self.card(phone).record
        signature = self.deck.sign_bytes(phone.id, content, pin=record.pin if pin is None else pin)
        return Signed(self.deck.certificate(phone.id).public_bytes(Encoding.DER), signature)


def _certificate(owner: Person, row: dict[str, Any]) -> CardRecord:
    return CardRecord(
        id=f"{owner.key}-mobile",
        kind=row.get("kind", "citizen"),
        name=owner.name,
        number=owner.national_id,
        holder=owner.national_id,
        pin=row["pin"],
        state=row.get("state", "active"),
        algorithm=row.get("algorithm", "ec"),
    )
