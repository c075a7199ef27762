"""What pages can have: the state of the readers, and a signature by the one card that is meant."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding

from cardcomponent import certificates
from cardcomponent.readers import Kind, SeenCard, Slot, Source, checked_pin
from cardcomponent.refusals import CardAbsent, ReaderUnavailable, SeveralCards
from cardcomponent.turn import Turn

LOG: Final = logging.getLogger("cardcomponent")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What a page wants signed. `kind` says which card, where there is more than one; the PIN is shown to nobody."""

    origin: str
    purpose: str
    challenge_id: str
    nonce: str = field(repr=False)
    kind: Kind | None = None

    def message(self) -> bytes:
        """Return the exact bytes that the card signs: five lines of ASCII."""
        lines = ("authsvc-card-v1", self.origin, self.purpose, self.challenge_id, self.nonce)
        return "\n".join(lines).encode("ascii")


@dataclass(frozen=True, slots=True)
class Signed:
    """A card's certificate in DER, and its signature in the form that the service takes."""

    certificate: bytes
    signature: bytes


class Desk:
    """All readers behind one counter."""

    def __init__(self, sources: Sequence[Source], turn: Turn) -> None:
        self._sources, self._turn = sources, turn

    def status(self) -> list[Slot]:
        """Return every reader once, with what is in it: two profiles may see the same one, and one know its card."""
        readers: dict[str, Slot] = {}
        for _source, slot in self._turn.take(self._look):
            if slot.card is not None or slot.reader not in readers:
                readers[slot.reader] = slot
        return list(readers.values())

    def sign(self, wish: Wish, pin: str | None) -> Signed:
        """Have the card sign; raise the refusal that fits."""
        return self._turn.take(lambda: self._sign(wish, pin))

    def _look(self) -> list[tuple[Source, Slot]]:
        return [(source, slot) for source in self._sources for slot in source.look()]

    def _sign(self, wish: Wish, pin: str | None) -> Signed:
        source, reader, card = _meant(self._look(), wish.kind)
        usable_pin = checked_pin(pin) if card.needs_pin else None
        given = source.sign(reader, card, wish.message(), usable_pin)
        signature = certificates.fitted(card.certificate, given, wish.message())
        LOG.info("signed for %s (%s) with a card of kind %s in %s", wish.origin, wish.purpose, card.kind, reader)
        return Signed(card.certificate.public_bytes(Encoding.DER), signature)


def _meant(seen: Sequence[tuple[Source, Slot]], kind: Kind | None) -> tuple[Source, str, SeenCard]:
    cards = [(source, slot.reader, slot.card) for source, slot in seen if slot.card is not None]
    # Two profiles may see one card: the last one's word counts, as in what `status` shows.
    one_each = {(each[1], each[2].certificate): each for each in cards if kind in (None, each[2].kind)}
    meant = list(one_each.values())
    if len(meant) == 1:
        return meant[0]
    if meant:
        raise SeveralCards
    if not seen:
        raise ReaderUnavailable
    raise next((slot.fault for _source, slot in seen if slot.fault is not None), CardAbsent())
