"""The commands of a signing card (ISO 7816-4 and -8), and what its status words mean to a person."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from cardcomponent.profiles import CardProfile
from cardcomponent.refusals import (
    CardNotActivated,
    CardUnreadable,
    CertificateUnusable,
    PinLength,
    PinLocked,
    PinWrong,
    ReaderUnavailable,
    Refusal,
)

Exchange = Callable[[bytes], bytes]

OK: Final = 0x9000
END_OF_FILE: Final = 0x6282
DEACTIVATED: Final = 0x6283
CHUNK: Final = 256  # bytes in one answer of a short APDU
LONGEST_FILE: Final = (
    8 * 1024
)  # bytes; a certificate is much shorter, and a card that lies about it is not read for ever
PIN_BLOCK: Final = 8
NO_SUCH_APPLICATION: Final = frozenset({0x6A82, 0x6A81, 0x6A86, 0x6999, 0x6D00, 0x6E00, 0x6700})
MEANINGS: Final[Mapping[int, type[Refusal]]] = {
    0x6283: CardNotActivated,  # selected file deactivated
    0x6983: PinLocked,  # authentication method blocked
    0x6984: CertificateUnusable,  # reference data not usable
}


@dataclass(frozen=True, slots=True)
class Reply:
    """What a card answered: data, and the status word (ISO 7816-4 section 5.6)."""

    data: bytes
    status: int


def send(exchange: Exchange, head: bytes, data: bytes = b"", *, expected: int | None = None) -> Reply:
    """Send one short APDU; fetch the rest where the card says that there is more (61xx) or another length (6Cxx)."""
    body = bytes([len(data)]) + data if data else b""
    ending = b"" if expected is None else bytes([expected % CHUNK])
    reply = _reply(exchange(head + body + ending))
    if reply.status >> 8 == 0x6C:  # noqa: PLR2004  the right length is in the second byte
        reply = _reply(exchange(head + body + bytes([reply.status & 0xFF])))
    content = reply.data
    while reply.status >> 8 == 0x61 and len(content) <= LONGEST_FILE:  # noqa: PLR2004
        reply = _reply(exchange(bytes([head[0], 0xC0, 0, 0, reply.status & 0xFF])))
        content += reply.data
    return Reply(content, reply.status)


def select(exchange: Exchange, profile: CardProfile) -> bool:
    """Select a profile's application; tell whether the card has it. Raises `CardNotActivated` if deactivated."""
    reply = send(exchange, b"\x00\xa4\x04\x00", profile.aid, expected=0)
    if reply.status in NO_SUCH_APPLICATION:
        return False
    demand(reply)
    return True


def read_certificate(exchange: Exchange, profile: CardProfile) -> bytes:
    """Return the file with the certificate; its DER says how long it is."""
    for identifier in profile.certificate:
        demand(send(exchange, b"\x00\xa4\x02\x0c", identifier))
    content = b""
    while len(content) < _total(content):
        wanted = min(CHUNK, _total(content) - len(content))
        place = len(content).to_bytes(2, "big")
        reply = send(exchange, b"\x00\xb0" + place, expected=wanted)
        if not reply.data or reply.status not in (OK, END_OF_FILE):
            raise CardUnreadable
        content += reply.data
    return content[: _total(content)]


def verify_pin(exchange: Exchange, profile: CardProfile, pin: str) -> None:
    """Show the PIN; raise `PinWrong` with the tries that the card has left, `PinLocked` or what else it says."""
    block = pin.encode("ascii")
    if profile.pin_padding == "ff":
        block = block.ljust(PIN_BLOCK, b"\xff")
    reply = send(exchange, bytes([0, 0x20, 0, profile.pin or 0]), block)
    if reply.status & 0xFFF0 == 0x63C0:  # noqa: PLR2004  the last digit counts the tries that are left
        left = reply.status & 0x0F
        raise PinWrong(left) if left else PinLocked
    if reply.status == 0x6300:  # noqa: PLR2004  wrong, and the card does not count aloud
        raise PinWrong
    if reply.status == 0x6700:  # noqa: PLR2004  wrong length
        raise PinLength
    demand(reply)


def sign(exchange: Exchange, profile: CardProfile, block: bytes) -> bytes:
    """Return the card's signature over a digest or DigestInfo (ISO 7816-8 section 11.7, or 7816-4 section 11.5.2)."""
    computes = profile.signing == "compute-signature"
    wanted = _tagged(0x84, profile.key) + _tagged(0x80, profile.algorithm)
    if wanted:
        template = b"\xb6" if computes else b"\xa4"  # for a digital signature, or for authentication
        demand(send(exchange, b"\x00\x22\x41" + template, wanted))
    head = b"\x00\x2a\x9e\x9a" if computes else b"\x00\x88\x00\x00"
    reply = send(exchange, head, block, expected=0)
    demand(reply)
    return reply.data


def demand(reply: Reply) -> None:
    """Raise the refusal that stands for a status word other than 9000."""
    if reply.status == OK:
        return
    if reply.status >> 8 in (0x64, 0x65, 0x6F):  # the card's memory or its insides failed
        raise ReaderUnavailable
    raise MEANINGS.get(reply.status, CardUnreadable)


def _reply(answer: bytes) -> Reply:
    if len(answer) < 2:  # noqa: PLR2004  bytes of a status word
        raise ReaderUnavailable
    return Reply(answer[:-2], int.from_bytes(answer[-2:], "big"))


def _tagged(tag: int, reference: int | None) -> bytes:
    return b"" if reference is None else bytes([tag, 1, reference])


def _total(content: bytes) -> int:
    """Return how long a DER structure is by its first bytes; before they are read, as long as one answer."""
    if len(content) < 4:  # noqa: PLR2004  tag and length of anything between 256 and 65535 bytes
        return CHUNK
    if content[:2] != b"\x30\x82":
        raise CardUnreadable
    total = 4 + int.from_bytes(content[2:4], "big")
    if total > LONGEST_FILE:
        raise CardUnreadable
    return total
