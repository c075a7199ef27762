"""DER and nothing that is merely like it (ITU-T X.690): definite, shortest lengths, nothing before, between or after.

Pure. Each function takes one level apart, so that no depth of nesting exhausts the reader.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

UNIVERSAL, CONTEXT = 0, 2
BOOLEAN, INTEGER, OCTETS, ENUMERATED, SEQUENCE, SET = 1, 2, 4, 10, 16, 17
CONSTRUCTED: Final = frozenset({SEQUENCE, SET})
LONG_FORM: Final = 0x80
HIGH_NUMBER: Final = 0x1F
MOST_OCTETS: Final = 4  # of a length or a tag's number: far more than anything that we read


class NotDer(Exception):
    """The bytes are not DER, or not of the type that was asked for."""


@dataclass(frozen=True)
class Element:
    """One element: the class and number of its tag, whether it holds others, and its contents."""

    cls: int
    number: int
    constructed: bool
    contents: bytes


def read_one(data: bytes) -> Element:
    """Read exactly one element; raise `NotDer` where something is missing or left."""
    found = read_all(data)
    if len(found) != 1:
        raise NotDer("not one element")
    return found[0]


def read_all(data: bytes) -> list[Element]:
    """Read the elements that stand one after another; raise `NotDer`."""
    found, at = [], 0
    while at < len(data):
        element, at = _read(data, at)
        found.append(element)
    return found


def _read(data: bytes, at: int) -> tuple[Element, int]:
    first = _octet(data, at)
    number, at = first & HIGH_NUMBER, at + 1
    if number == HIGH_NUMBER:
        number, at = _high_number(data, at)
    length, at = _length(data, at)
    contents = data[at : at + length]
    if len(contents) != length:
        raise NotDer("cut off")
    return Element(first >> 6, number, bool(first & 0x20), contents), at + length


def _high_number(data: bytes, at: int) -> tuple[int, int]:
    """Read a tag's number of 31 and above (X.690 section 8.1.2.4)."""
    number = 0
    for step in range(MOST_OCTETS):
        octet = _octet(data, at + step)
        number = number << 7 | octet & 0x7F
        if step == 0 and number == 0:
            raise NotDer("a number that begins with zero")
        if octet < LONG_FORM:
            if number < HIGH_NUMBER:
                raise NotDer("a long form for a low number")
            return number, at + step + 1
    raise NotDer("a number too high")


def _length(data: bytes, at: int) -> tuple[int, int]:
    """Read a definite length in its shortest form (X.690 section 10.1)."""
    first = _octet(data, at)
    if first < LONG_FORM:
        return first, at + 1
    count = first - LONG_FORM
    octets = data[at + 1 : at + 1 + count]
    if not 0 < count <= MOST_OCTETS or len(octets) != count:
        raise NotDer("an indefinite, endless or cut length")
    length = int.from_bytes(octets)
    if octets[0] == 0 or length < LONG_FORM:
        raise NotDer("a length longer than needed")
    return length, at + 1 + count


def _octet(data: bytes, at: int) -> int:
    if at >= len(data):
        raise NotDer("cut off")
    return data[at]


def _require(element: Element, number: int) -> bytes:
    if (element.cls, element.number, element.constructed) != (UNIVERSAL, number, number in CONSTRUCTED):
        raise NotDer("of another type")
    return element.contents


def sequence(element: Element) -> list[Element]:
    """Return what a SEQUENCE holds; raise `NotDer`."""
    return read_all(_require(element, SEQUENCE))


def octets(element: Element) -> bytes:
    """Return an OCTET STRING; raise `NotDer`."""
    return _require(element, OCTETS)


def boolean(element: Element) -> bool:
    """Return a BOOLEAN, which is 00 or FF (X.690 section 11.1); raise `NotDer`."""
    contents = _require(element, BOOLEAN)
    if contents not in (b"\x00", b"\xff"):
        raise NotDer("neither true nor false")
    return contents == b"\xff"


def integer(element: Element) -> int:
    """Return an INTEGER; raise `NotDer`."""
    return _whole_number(_require(element, INTEGER))


def enumerated(element: Element) -> int:
    """Return the number of an ENUMERATED; raise `NotDer`."""
    return _whole_number(_require(element, ENUMERATED))


def _whole_number(contents: bytes) -> int:
    """Read a number in its shortest form (X.690 section 8.3.2)."""
    needless = len(contents) > 1 and (
        (contents[0] == 0 and contents[1] < LONG_FORM) or (contents[0] == 0xFF and contents[1] >= LONG_FORM)  # noqa: PLR2004
    )
    if not contents or needless:
        raise NotDer("a number longer than needed, or none")
    return int.from_bytes(contents, signed=True)


def integers(element: Element) -> frozenset[int]:
    """Return the INTEGERs of a SET OF; raise `NotDer`, also where one stands twice."""
    members = [integer(member) for member in read_all(_require(element, SET))]
    if len(set(members)) != len(members):
        raise NotDer("a member stands twice")
    return frozenset(members)


def tagged(elements: Sequence[Element]) -> dict[int, Element]:
    """Return what explicitly tagged fields hold, by the tag's number; raise `NotDer`, also where one stands twice."""
    found: dict[int, Element] = {}
    for element in elements:
        if element.cls != CONTEXT or not element.constructed or element.number in found:
            raise NotDer("not a field with a tag of its own")
        found[element.number] = read_one(element.contents)
    return found
