"""A signing card as ISO 7816-4 and -8 describe it, put into the virtual reader of vsmartcard's vpcd over TCP."""

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

HEALTH_APPLICATION = bytes.fromhex("F0617574687376630001")
CERTIFICATE_APPLICATION = bytes.fromhex("F0617574687376630002")
CERTIFICATE_FILE = b"\x01\x01"
KEY_REFERENCE = bytes.fromhex("840181")
T1, T0 = bytes.fromhex("3B80800101"), bytes.fromhex("3B00")
POWER_OFF, POWER_ON, RESET, ASK_ATR = 0, 1, 2, 4
TRIES = 3
DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")

CardKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass
class VirtualCard:
    """One application with a certificate, a key and perhaps a PIN; `log` has the instructions it was given."""

    key: CardKey
    certificate: bytes
    pin: str | None = None
    application: bytes = HEALTH_APPLICATION
    atr: bytes = T1
    tries_left: int = TRIES
    status_of_select: bytes = b"\x90\x00"
    at_once: int = 256  # bytes that it gives in one answer; the rest is fetched (61xx)
    as_der: bool = False  # ECDSA signatures as DER, not raw
    wrong: bool = False  # signs something else
    before: Callable[[int], None] = lambda _instruction: None  # happens before each instruction
    log: list[int] = field(default_factory=list)
    pins_seen: list[bytes] = field(default_factory=list)
    unlocked: bool = False  # its PIN was shown, and it was not reset since
    _selected: bool = False
    _file: bool = False
    _key_set: bool = False
    _waiting: bytes = b""

    def reset(self) -> None:
        """Forget what a reset makes a card forget: selections and the PIN that was shown, not the tries."""
        self._selected = self._file = self.unlocked = self._key_set = False
        self._waiting = b""

    def answer(self, command: bytes) -> bytes:
        """Return data and status word."""
        instruction, p1, p2 = command[1:4]
        self.log.append(instruction)
        self.before(instruction)
        data = command[5 : 5 + command[4]] if len(command) > 5 else b""
        if instruction == 0xA4 and p1 == 4:
            return self._select(data)
        known: dict[int, Callable[[], bytes]] = {
            0xA4: lambda: self._open(data),
            0xB0: lambda: self._read((p1 << 8) + p2, command[4]),
            0x20: lambda: self._verify(p2, data),
            0x22: lambda: self._choose_key((p1, p2), data),
            0x2A: lambda: self._sign((p1, p2), data),
            0xC0: self._more,
        }
        if not self._selected:
            return b"\x69\x85"
        return known.get(instruction, lambda: b"\x6d\x00")()

    def _select(self, application: bytes) -> bytes:
        if application != self.application:
            return b"\x6a\x82"
        self._selected = self.status_of_select == b"\x90\x00"
        return self.status_of_select

    def _open(self, identifier: bytes) -> bytes:
        self._file = identifier == CERTIFICATE_FILE
        return b"\x90\x00" if self._file else b"\x6a\x82"

    def _choose_key(self, place: tuple[int, int], reference: bytes) -> bytes:
        self._key_set = (place, reference) == ((0x41, 0xB6), KEY_REFERENCE)
        return b"\x90\x00" if self._key_set else b"\x6a\x88"

    def _read(self, offset: int, wanted: int) -> bytes:
        if not self._file or offset > len(self.certificate):
            return b"\x6b\x00"
        found = self.certificate[offset : offset + (wanted or 256)]
        return found + (b"\x90\x00" if len(found) == (wanted or 256) else b"\x62\x82")

    def _verify(self, reference: int, pin: bytes) -> bytes:
        self.pins_seen.append(pin)
        if self.pin is None or reference != 0x81:
            return b"\x6a\x88"
        if not self.tries_left:
            return b"\x69\x83"
        self.unlocked = pin == self.pin.encode()
        self.tries_left = TRIES if self.unlocked else self.tries_left - 1
        return b"\x90\x00" if self.unlocked else bytes([0x63, 0xC0 | self.tries_left])

    def _sign(self, operation: tuple[int, int], block: bytes) -> bytes:
        if operation != (0x9E, 0x9A):
            return b"\x6a\x86"
        if not self._key_set or (self.pin is not None and not self.unlocked):
            return b"\x69\x82"
        self._waiting = self._signature(sha256(block).digest() if self.wrong else block)
        return self._more()

    def _signature(self, block: bytes) -> bytes:
        if isinstance(self.key, rsa.RSAPrivateKey):
            digest = block.removeprefix(DIGEST_INFO)
            return self.key.sign(digest, padding.PKCS1v15(), Prehashed(SHA256()))
        der = self.key.sign(block, ec.ECDSA(Prehashed(SHA256())))
        r, s = decode_dss_signature(der)
        return der if self.as_der else r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def _more(self) -> bytes:
        part, self._waiting = self._waiting[: self.at_once], self._waiting[self.at_once :]
        left = min(len(self._waiting), 255)
        return part + (bytes([0x61, left]) if left else b"\x90\x00")


class Slot:
    """One slot of the virtual reader: a card is put in by connecting to its port, and taken out by hanging up."""

    def __init__(self, port: int, name: str, log: Path) -> None:
        self.port, self.name, self._log = port, name, log
        self._line: socket.socket | None = None
        self.card: VirtualCard | None = None

    def insert(self, card: VirtualCard) -> None:
        """Put a card in and wait until the daemon has noticed.

        In place of one with the same ATR this is quick: the daemon sees no change, and looks at nothing else itself.
        """
        if self._line is not None and self.card is not None and self.card.atr == card.atr:
            self.card = card
            return
        self.remove()
        self.card = card
        self._line = socket.create_connection(("127.0.0.1", self.port))
        self._line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=_serve, args=(self._line, self), daemon=True).start()
        wait_until(lambda: self._noted("inserted into") > self._noted("Removed From"))

    def pull(self) -> None:
        """Take the card out in the middle of what it does."""
        self.card = None
        if self._line is not None:
            with suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)

    def remove(self) -> None:
        """Take the card out and wait until the daemon, which looks twice a second, has noticed.

        One put in before it looks again would not be seen: hands are slower than that, tests are not.
        """
        if self._line is not None:
            self.pull()
            self._line.close()
            self._line = self.card = None
            wait_until(lambda: self._noted("Removed From") == self._noted("inserted into"))

    def lose_power(self) -> None:
        """Let the card go with the daemon."""
        if self._line is not None:
            self._line.close()
            self._line = self.card = None

    def _noted(self, what: str) -> int:
        return self._log.read_text(encoding="utf-8", errors="replace").count(f"Card {what} {self.name}")


def wait_until(holds: Callable[[], bool], seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _serve(line: socket.socket, slot: Slot) -> None:
    with suppress(OSError):
        while (command := _packet(line)) is not None and (card := slot.card) is not None:
            if command == bytes([ASK_ATR]):
                answer = card.atr
            elif len(command) == 1:
                card.reset()
                continue
            else:
                answer = card.answer(command)
            line.sendall(len(answer).to_bytes(2, "big") + answer)


def _packet(line: socket.socket) -> bytes | None:
    """Return the next packet, or None once the reader has hung up."""
    head = _exactly(line, 2)
    return None if head is None else _exactly(line, int.from_bytes(head, "big"))


def _exactly(line: socket.socket, count: int) -> bytes | None:
    content = b""
    while len(content) < count:
        # vpcd sends length and content apart: waiting to acknowledge the first costs 40 ms each time.
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        part = line.recv(count - len(content))
        if not part:
            return None
        content += part
    return content
