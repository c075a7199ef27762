"""Cards in readers, over PC/SC (winscard or pcsc-lite).

The calls of winscard themselves are used, each access with a context of its own: the layers above them keep one for the
process, which is dead once the daemon or Windows' service was restarted.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from smartcard import scard

from cardcomponent import iso7816
from cardcomponent.certificates import block_of, identify
from cardcomponent.profiles import CardProfile
from cardcomponent.readers import SeenCard, Slot
from cardcomponent.refusals import CardAbsent, CardUnreadable, ReaderBusy, ReaderUnavailable, Refusal
from cardcomponent.settings import Policies

SUCCESS: Final = scard.SCARD_S_SUCCESS
MEANINGS: Final[dict[int, type[Refusal]]] = {
    scard.SCARD_E_NO_SMARTCARD: CardAbsent,
    scard.SCARD_W_UNRESPONSIVE_CARD: CardUnreadable,
    scard.SCARD_W_UNPOWERED_CARD: CardUnreadable,
    scard.SCARD_W_UNSUPPORTED_CARD: CardUnreadable,
    scard.SCARD_E_PROTO_MISMATCH: CardUnreadable,
    scard.SCARD_E_SHARING_VIOLATION: ReaderBusy,
}


class PcscSource:
    """All readers that PC/SC knows, and the cards in them that a profile fits."""

    def __init__(self, profiles: Sequence[CardProfile], policies: Policies) -> None:
        self._profiles, self._policies = profiles, policies

    def look(self) -> Sequence[Slot]:
        """Return every reader with what is in it; nothing where PC/SC does not run."""
        try:
            with _context() as context:
                return [self._slot(context, reader, state) for reader, state in _states(context)]
        except ReaderUnavailable:
            return []

    def sign(self, reader: str, card: SeenCard, message: bytes, pin: str | None) -> bytes:
        """Have the card in that reader sign; the card is reset afterwards and forgets the PIN."""
        with _context() as context, _card(context, reader) as exchange:
            profile, seen = self._recognise(exchange)
            if seen.certificate != card.certificate:
                raise ReaderUnavailable
            if pin is not None:
                iso7816.verify_pin(exchange, profile, pin)
            return iso7816.sign(exchange, profile, block_of(card.certificate, message))

    def _slot(self, context: Any, reader: str, state: int) -> Slot:
        if not state & scard.SCARD_STATE_PRESENT:
            return Slot(reader)
        try:
            if state & scard.SCARD_STATE_MUTE:
                raise CardUnreadable  # it answers nothing: upside down, or no chip
            with _card(context, reader) as exchange:
                return Slot(reader, card=self._recognise(exchange)[1])
        except CardAbsent:
            return Slot(reader)
        except Refusal as fault:
            return Slot(reader, fault=fault)

    def _recognise(self, exchange: iso7816.Exchange) -> tuple[CardProfile, SeenCard]:
        for profile in self._profiles:
            if iso7816.select(exchange, profile):
                der = iso7816.read_certificate(exchange, profile)
                needs_pin = profile.pin is not None
                return profile, identify(der, policies=self._policies, kind=profile.kind, needs_pin=needs_pin)
        raise CardUnreadable


def source(profiles: Sequence[CardProfile], policies: Policies) -> PcscSource:
    """Return the readers of this computer."""
    return PcscSource(profiles, policies)


@contextmanager
def _context() -> Iterator[Any]:
    context = call(scard.SCardEstablishContext, scard.SCARD_SCOPE_USER)
    try:
        yield context
    finally:
        scard.SCardReleaseContext(context)


def _states(context: Any) -> list[tuple[str, int]]:
    """Return names and states of the readers; the state is a set of flags."""
    readers = call(scard.SCardListReaders, context, [])
    if not readers:
        return []
    unaware = [(reader, scard.SCARD_STATE_UNAWARE) for reader in readers]
    return [(name, state) for name, state, _atr in call(scard.SCardGetStatusChange, context, 0, unaware)]


@contextmanager
def _card(context: Any, reader: str) -> Iterator[iso7816.Exchange]:
    """Connect to a card, keep other programs out of what follows, and reset it: it forgets what it allowed."""
    protocols = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
    handle, protocol = call(scard.SCardConnect, context, reader, scard.SCARD_SHARE_SHARED, protocols)
    try:
        call(scard.SCardBeginTransaction, handle)

        def exchange(command: bytes) -> bytes:
            fit = _without_expected(command) if protocol == scard.SCARD_PROTOCOL_T0 else command
            return bytes(call(scard.SCardTransmit, handle, protocol, list(fit)))

        yield exchange
    finally:
        scard.SCardDisconnect(handle, scard.SCARD_RESET_CARD)  # this ends the transaction, too


def _without_expected(command: bytes) -> bytes:
    """Cut the expected length off a command with data: T=0 cannot carry both (ISO 7816-3 section 12.2.1)."""
    carries_both = len(command) > 5 and len(command) == 5 + command[4] + 1  # noqa: PLR2004  bytes before the data
    return command[:-1] if carries_both else command


def call(function: Callable[..., Any], *given: Any) -> Any:
    """Call winscard; return what comes after its result code, raise the refusal that the code stands for."""
    answer = function(*given)
    code, *rest = answer if isinstance(answer, list | tuple) else (answer,)
    if code != SUCCESS:
        raise MEANINGS.get(code, ReaderUnavailable)
    return rest[0] if len(rest) == 1 else rest
