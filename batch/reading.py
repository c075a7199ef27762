"""An uploaded file, read one line at a time: whether it is such a file at all, and what each row says. Pure.

A line is a row (RFC 4180 without line breaks inside cells), so that a fault has the number that an editor shows, and
so that no file, however long its lines are, is ever in memory. `static/js/check.js` says the same in the browser.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final
from unicodedata import category, normalize

import authsvc.identity.addresses as addresses
from authsvc.identity.numbers import is_national_id, normalise

MOST_ROWS: Final = 50_000
MOST_BLANKS: Final = 1_000  # lines beyond the most rows that are looked at: an editor leaves blank ones at the end
MOST_FAULTS: Final = 20
LONGEST_LINE: Final = 2048
COLUMNS: Final = 4
ENCODINGS: Final = ("auto", "utf-8", "cp950")
BOM: Final = b"\xef\xbb\xbf"
UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx (or any zip) and .xls
FORMULAS: Final = ("=", "+", "-", "@")  # what a spreadsheet would calculate
UNSEEN: Final = ("Cf", "Cc")  # categories of characters that some programs pass over
QUOTED: Final = (",", ";", '"')


@dataclass(frozen=True)
class Row:
    """A row as it was typed, without blanks around its cells; `number` counts from 1."""

    number: int
    national_id: str
    email: str
    mobile: str
    phone: str

    @property
    def cells(self) -> tuple[str, str, str, str]:
        """Return the cells in the file's order."""
        return self.national_id, self.email, self.mobile, self.phone


@dataclass(frozen=True)
class Fault:
    """Why a file is not taken, and in which row; row 0 is the file as a whole."""

    row: int
    reason: str


class _Text:
    """Tells the encoding by the first line that is not ASCII, unless it was chosen."""

    def __init__(self, encoding: str) -> None:
        self._codec = None if encoding == "auto" else encoding

    def read(self, line: bytes) -> str | None:
        """Return a line's text, None where it cannot be read."""
        for codec in (self._codec,) if self._codec else ("utf-8", "cp950"):
            try:
                text = line.decode(codec)
            except UnicodeDecodeError:
                continue
            if not text.isascii():
                self._codec = codec
            return text
        return None

    def begin(self, line: bytes) -> bytes | None:
        """Return the first line without its mark of UTF-8; None where the mark says that the choice was wrong."""
        if not line.startswith(BOM):
            return line
        if self._codec == "cp950":
            return None
        self._codec = "utf-8"
        return line.removeprefix(BOM)


def read(stream: BinaryIO, *, encoding: str) -> Iterator[Row | Fault]:
    """Return the rows of a file and what is wrong with it, in order; blank lines at its end are not there."""
    text, blank, number = _Text(encoding), 0, 0
    for number, line in enumerate(_lines(stream), 1):
        if number > MOST_ROWS + MOST_BLANKS:
            yield Fault(number, "too_many_rows")
            return
        found = _first(text, line) if number == 1 else _row(number, line, text)
        if found is None:
            blank = blank or number
            continue
        if blank:
            yield Fault(blank, "blank_row")
            blank = 0
        if number > MOST_ROWS:
            yield Fault(number, "too_many_rows")
            return
        yield found
        if isinstance(found, Fault) and found.reason in ("workbook", "utf16"):
            return
    if number == 0 or blank == 1:
        yield Fault(0, "empty")


def fault_of(row: Row) -> str | None:
    """Return the first thing that is wrong with what a row says, None where it can be entered."""
    if not is_national_id(row.national_id):
        return "id_invalid"
    if not addresses.is_email(row.email):
        return "email_invalid"
    if not addresses.is_mobile(row.mobile):
        return "mobile_invalid"
    return "phone_invalid" if row.phone and not addresses.is_phone(row.phone) else None


def safe(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula; `read` takes the marks off again.

    Where lists are separated by `;` a spreadsheet begins a new cell there, so what follows it is marked too.
    """
    return ";".join(f"'{each}" if _is_formula(each) else each for each in cell.split(";"))


def as_line(cells: Sequence[str]) -> bytes:
    """Return a line (RFC 4180) of these cells, safe for spreadsheets, that `read` reads as the same cells."""
    return (",".join(map(_quoted, map(safe, cells))) + "\r\n").encode()


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in QUOTED) else cell


def _is_formula(text: str) -> bool:
    """Tell whether a spreadsheet could calculate it: in full width, after blanks or after what nobody sees, too."""
    # One by one, or a mark would be composed with what follows it and not be one any more.
    shown = "".join(normalize("NFKC", mark) for mark in text if category(mark) not in UNSEEN)
    return shown.lstrip().startswith(FORMULAS)


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """Return lines without their ends; of one that is too long only as much as shows that."""
    while line := stream.readline(LONGEST_LINE + 2):
        rest = line
        while len(rest) > LONGEST_LINE and not rest.endswith(b"\n"):
            rest = stream.readline(LONGEST_LINE + 2)
        yield line.removesuffix(b"\n").removesuffix(b"\r")


def _first(text: _Text, line: bytes) -> Row | Fault | None:
    if line.startswith(WORKBOOKS):
        return Fault(1, "workbook")
    if line.startswith(UTF16):
        return Fault(1, "utf16")
    unmarked = text.begin(line)
    return Fault(1, "encoding") if unmarked is None else _row(1, unmarked, text)


def _row(number: int, line: bytes, text: _Text) -> Row | Fault | None:
    """Return what a line is, None where it is blank."""
    if b"\0" in line:
        return Fault(number, "nul")
    if b"\r" in line:
        return Fault(number, "line_ends")
    if len(line) > LONGEST_LINE:
        return Fault(number, "too_long")
    typed = text.read(line)
    if typed is None:
        return Fault(number, "encoding")
    try:
        cells = [_clean(cell) for cell in next(csv.reader([typed], strict=True), [])]
    except csv.Error:
        return Fault(number, "quotes")
    return _judged(number, cells) if any(cells) else None


def _judged(number: int, cells: list[str]) -> Row | Fault:
    if len(cells) > 1 and not any(mark.isdecimal() or mark == "@" for cell in cells for mark in cell):
        return Fault(number, "heading")
    if len(cells) != COLUMNS:
        return Fault(number, "short_row" if len(cells) < COLUMNS else "extra_columns")
    return Row(number, _clean(normalise(cells[0])), *cells[1:])


def _clean(cell: str) -> str:
    """Return a cell without blanks around it, and without the marks that keep spreadsheets from calculating it."""
    bare = cell.strip()
    return ";".join(map(_unmarked, bare.split(";"))).strip() if "'" in bare else bare


def _unmarked(text: str) -> str:
    return text[1:] if text.startswith("'") and _is_formula(text[1:]) else text
