"""Given: registered people whose health cards really lie in the deck of virtual cards."""

from hashlib import sha256

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from authsvc.core.keys import new_id
from authsvc.core.kit import Kit
from authsvc.identity.models import Person
from authsvc.identity.passwords import Passwords
from mocks.card.cards import Deck
from mocks.people import Person as Somebody
from tests.browser import PASSWORD


def card_key(deck: Deck, card_id: str) -> bytes:
    """Return what registration pins of a card: the digest of its public key."""
    key = deck.certificate(card_id).public_key()
    return sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()


def make_card_holder(
    kit: Kit, deck: Deck, somebody: Somebody, *, password: str = PASSWORD, status: str = "active", card: str = ""
) -> str:
    """Register a person of the simulators' world with a health card of theirs and return the person's id."""
    card_id = card or next(each.id for each in somebody.cards if each.kind == "nhi")
    person_id = new_id()
    place = kit.keys.place(Person.__tablename__, person_id)
    row = Person(
        id=person_id,
        kind=somebody.kind,
        status=status,
        national_id=place.seal("national_id", somebody.national_id),
        national_id_index=kit.keys.index("national_id", somebody.national_id),
        name=place.seal("name", somebody.name),
        birth_date=place.seal("birth_date", somebody.birth_date),
        card_number_index=kit.keys.index("card_number", somebody.card_number),
        card_key=card_key(deck, card_id),
        password_hash=kit.port(Passwords).hash(password),
        email=place.seal("email", f"{somebody.key}@example.org"),
        backup_email=None,
        phone=None,
        mobile=place.seal("mobile", "0900000000"),
        language="zh-Hant-TW",
        terms_version="1",
        registered_at=kit.clock.now(),
        registered_via="card",
    )
    with kit.begin() as session:
        session.add(row)
    return person_id
