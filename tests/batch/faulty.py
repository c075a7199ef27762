"""Files that are not taken, each with the row and the reason; the browser's check is measured by the same table."""

import io
import zipfile
from typing import Final

from batch.reading import MOST_BLANKS, MOST_ROWS

GOOD: Final = "A123456789,a@example.org,0912345678,02-21234567"
ROW: Final = GOOD.encode() + b"\n"


def workbook() -> bytes:
    """Return a zip file, as a renamed .xlsx is one."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return packed.getvalue()


# What it is → content, chosen encoding, faults (row, reason).
REFUSED: Final[dict[str, tuple[bytes, str, list[tuple[int, str]]]]] = {
    "empty": (b"", "auto", [(0, "empty")]),
    "only a BOM": (b"\xef\xbb\xbf", "auto", [(0, "empty")]),
    "only blank lines": (b"\r\n,,,\r\n", "auto", [(0, "empty")]),
    "UTF-16 with BOM": (GOOD.encode("utf-16"), "auto", [(1, "utf16")]),
    "UTF-16 without BOM": (f"{GOOD}\n".encode("utf-16-le"), "auto", [(1, "nul"), (2, "nul")]),
    "renamed .xlsx": (workbook(), "auto", [(1, "workbook")]),
    "renamed .xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "auto", [(1, "workbook")]),
    "NUL in an ID": (ROW + b"A1234\x0056789,a@example.org,0912345678,\n", "auto", [(2, "nul")]),
    "CR only": (ROW.replace(b"\n", b"\r") * 3, "auto", [(1, "line_ends")]),
    "CR only, long": (ROW.replace(b"\n", b"\r") * 3000, "auto", [(1, "line_ends")]),
    "a CR inside": (ROW * 2 + b"A123456789,a@example.org\r,0912345678,\n" + ROW, "auto", [(3, "line_ends")]),
    "open quote": (ROW + b'A123456789,"a@example.org,0912345678,\n' + ROW, "auto", [(2, "quotes")]),
    "quote in the middle": (ROW + b'A123456789,"a"@example.org,0912345678,\n', "auto", [(2, "quotes")]),
    "a quoted line break": (b'"A123456789\n",a@example.org,0912345678,\n', "auto", [(1, "quotes"), (2, "quotes")]),
    "short row": (ROW * 3 + b"A123456789,a@example.org,0912345678\n" + ROW, "auto", [(4, "short_row")]),
    "one column": (b"A123456789\n", "auto", [(1, "short_row")]),
    "other separators": (GOOD.replace(",", ";").encode(), "auto", [(1, "short_row")]),
    "extra column": (ROW + GOOD.encode() + b",more\n", "auto", [(2, "extra_columns")]),
    "columns role and password": (
        b"ID,email,mobile,phone,role,password\n" + GOOD.encode() + b",admin,secret\n",
        "auto",
        [(1, "heading"), (2, "extra_columns")],
    ),
    "a password for a telephone": (b"ID,email,mobile,password\n" + ROW, "auto", [(1, "heading")]),
    "heading": ("身分證號,電子郵件,行動電話,聯絡電話\n".encode() + ROW, "auto", [(1, "heading")]),
    "heading in Big5": ("身分證號,電子郵件,行動電話,聯絡電話\n".encode("cp950") + ROW, "auto", [(1, "heading")]),
    "heading in the middle": (ROW * 2 + b"ID,E-mail,Mobile,Phone\n" + ROW, "auto", [(3, "heading")]),
    "heading twice": (b"ID,mail,mobile,phone\n" * 2 + ROW, "auto", [(1, "heading"), (2, "heading")]),
    "blank in the middle": (ROW + b"\n" + ROW, "auto", [(2, "blank_row")]),
    "140,000 characters": (ROW + b"A123456789," + b"x" * 140_000 + b",0912345678,\n" + ROW, "auto", [(2, "too_long")]),
    "no end of line in 3 MB": (b"x" * 3_000_000, "auto", [(1, "too_long")]),
    "neither encoding": (ROW + b"A123456789,\xff\xff@example.org,0912345678,\n", "auto", [(2, "encoding")]),
    "two encodings": (
        f"{GOOD}中\n".encode() + f"{GOOD}中\n".encode("cp950") + ROW,
        "auto",
        [(2, "encoding")],
    ),
    "Big5 chosen as UTF-8": (f"{GOOD}中\n".encode("cp950"), "utf-8", [(1, "encoding")]),
    "a BOM chosen as Big5": (b"\xef\xbb\xbf" + ROW, "cp950", [(1, "encoding")]),
    "too many rows": (ROW * (MOST_ROWS + 1), "auto", [(MOST_ROWS + 1, "too_many_rows")]),
    "blank lines without end": (
        ROW + b"\n" * (MOST_ROWS + 2 * MOST_BLANKS),
        "auto",
        [(MOST_ROWS + MOST_BLANKS + 1, "too_many_rows")],
    ),
    "faults of many rows": (b"x\n" * 30, "auto", [(row, "short_row") for row in range(1, 21)]),
}

TAKEN: Final[dict[str, tuple[bytes, str, int]]] = {
    "LF": (ROW * 2, "auto", 2),
    "CR LF, no end": ((ROW * 2).replace(b"\n", b"\r\n").removesuffix(b"\r\n"), "auto", 2),
    "UTF-8 with BOM": (b"\xef\xbb\xbf" + ROW, "auto", 1),
    "UTF-8": (f"{GOOD}\nA123456789,中文@example.org,0912345678,\n".encode(), "utf-8", 2),
    "Big5": (f"{GOOD}\nA123456789,中文@example.org,0912345678,\n".encode("cp950"), "auto", 2),
    "Big5 chosen": ("A123456789,中文@example.org,0912345678,\n".encode("cp950"), "cp950", 1),
    "quoted": (b'"A123456789","a@example.org","0912345678",""\n', "auto", 1),
    "a quoted comma and quote": (b'A123456789,"a,""b@example.org",0912345678,\n', "auto", 1),
    "blank lines at the end": (ROW + b"\r\n,,,\r\n\r\n", "auto", 1),
    "the most rows": (ROW * MOST_ROWS, "auto", MOST_ROWS),
    "the most rows and blanks": (ROW * MOST_ROWS + b"\r\n" * MOST_BLANKS, "auto", MOST_ROWS),
}

# Cells of one row → what is wrong with it.
ROWS: Final[dict[str, tuple[str, str | None]]] = {
    "good": (GOOD, None),
    "small letters, full width": ("ａ123456789,a@example.org,0912345678,", None),
    "a resident": ("A800000014,a@example.org,0912345678,", None),
    "an old resident's number": ("FC00000014,a@example.org,0912345678,", "id_invalid"),
    "check digit": ("A123456788,a@example.org,0912345678,", "id_invalid"),
    "no ID": (",a@example.org,0912345678,", "id_invalid"),
    "no e-mail": ("A123456789,,0912345678,", "email_invalid"),
    "e-mail with a line of its own": ("A123456789,a@b@c.tw,0912345678,", "email_invalid"),
    "long e-mail": (f"A123456789,{'a' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 63}.tw,0912345678,", "email_invalid"),
    "a mobile number without its 0": ("A123456789,a@example.org,912345678,", "mobile_invalid"),
    "a mobile number in full width": ("A123456789,a@example.org,０912345678,", "mobile_invalid"),
    "a telephone number without area": ("A123456789,a@example.org,0912345678,21234567", "phone_invalid"),
    "a formula": ("A123456789,'=HYPERLINK(1)@example.org,0912345678,", "email_invalid"),
    "marked against formulas": ("A123456789,'-a@example.org,0912345678,", None),
    "marked before what nobody sees": ("A123456789,a@example.org,0912345678,'\u200b=02-21234567", "phone_invalid"),
    "a number marked in full width": ("＇＋A123456789,a@example.org,0912345678,", "id_invalid"),
    "a byte order mark in the middle": ("A123456789,\ufeffa@example.org,0912345678,", "email_invalid"),
}
