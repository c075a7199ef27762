"""What the component needs of readers and cards, whoever drives them: the port between pages and hardware."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol, get_args

from cryptography import x509

from cardcomponent.refusals import PinLength, Refusal

Kind = Literal["nhi", "citizen", "unit", "arc"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
PIN_LENGTHS: Final = range(6, 9)


@dataclass(frozen=True, slots=True)
class SeenCard:
    """A card that was recognised by its certificate; `needs_pin` as its profile says."""

    certificate: x509.Certificate
    kind: Kind
    name: str
    number: str
    needs_pin: bool


@dataclass(frozen=True, slots=True)
class Slot:
    """A reader and what is in it: a card, nothing, or something with which there is a fault."""

    reader: str
    card: SeenCard | None = None
    fault: Refusal | None = None


class Source(Protocol):
    """A way to readers. It is called by one thread only, one call at a time."""

    def look(self) -> Sequence[Slot]:
        """Return every reader with what is in it now, a card's fault in its slot; nothing where there are none."""

    def sign(self, reader: str, card: SeenCard, message: bytes, pin: str | None) -> bytes:
        """Have the card in that reader sign, and return what it gave; raise the refusal that fits.

        Raises `ReaderUnavailable` where another card is in by now. Afterwards the card has forgotten the PIN.
        """


def checked_pin(pin: str | None) -> str:
    """Return a PIN of 6 to 8 digits; raise `PinLength`: no try is lost on what cannot be right."""
    if pin is None or len(pin) not in PIN_LENGTHS or not pin.isascii() or not pin.isdigit():
        raise PinLength
    return pin
