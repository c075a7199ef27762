import csv
import io
import tracemalloc
import unicodedata
from collections.abc import Sequence
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

import batch.reading as reading
from batch.reading import Fault, Row
from tests.batch.faulty import GOOD, REFUSED, ROW, ROWS, TAKEN


def faults(content: bytes, encoding: str = "auto") -> list[tuple[int, str]]:
    found = reading.read(io.BytesIO(content), encoding=encoding)
    return [(each.row, each.reason) for each in found if isinstance(each, Fault)][: reading.MOST_FAULTS]


def rows(content: bytes, encoding: str = "auto") -> list[Row]:
    return [each for each in reading.read(io.BytesIO(content), encoding=encoding) if isinstance(each, Row)]


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_is_none_is_named_by_its_row(case: str) -> None:
    content, encoding, expected = REFUSED[case]

    assert faults(content, encoding) == expected


@pytest.mark.parametrize("case", TAKEN)
def test_a_file_in_either_encoding_is_read(case: str) -> None:
    content, encoding, expected = TAKEN[case]

    assert faults(content, encoding) == []
    assert len(rows(content, encoding)) == expected


@pytest.mark.parametrize("case", ROWS)
def test_what_is_wrong_with_a_row_is_the_rows_alone(case: str) -> None:
    typed, reason = ROWS[case]
    content = f"{GOOD}\n{typed}\n{GOOD}\n".encode()

    assert faults(content) == []
    assert [reading.fault_of(row) for row in rows(content)] == [None, reason, None]


def test_a_number_is_kept_in_the_one_form_that_is_looked_up() -> None:
    assert rows("　ａ123456789 , a@example.org,0912345678,\n".encode())[0].cells == (
        *("A123456789", "a@example.org", "0912345678", ""),
    )


CELLS = st.text(st.sampled_from("=+-@'\"\t 1aA中,;＝＋－＠＇；\u200b\ufeff\u2060\u0338\u3000\x1f"), max_size=8)


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=5))
def test_what_is_exported_and_read_again_is_the_same(typed: list[tuple[str, str, str]]) -> None:
    # given rows as they were read once
    first = written([(*cells, "1") for cells in typed])
    # when they are exported, safe for spreadsheets, and read again
    once = [row.cells for row in rows(first)]
    exported = reading.BOM + b"".join(map(reading.as_line, once))
    # then nothing is changed, and no cell is a formula, wherever a spreadsheet parts them
    assert [row.cells for row in rows(exported)] == once
    for line in csv.reader(io.StringIO(exported.decode("utf-8-sig"))):
        assert not any(calculated(each) for cell in line for each in cell.split(";"))


def calculated(text: str) -> bool:
    """Tell whether a text begins with what is calculated, after all that cannot be seen."""
    kinds = ((unicodedata.category(mark), mark) for mark in text)
    seen = [mark for kind, mark in kinds if kind not in ("Cf", "Cc") and not mark.isspace()]
    return bool(seen) and unicodedata.normalize("NFKC", seen[0])[0] in "=+-@"


def written(cells: Sequence[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(cells)
    return text.getvalue().encode()


@pytest.mark.parametrize(
    "cell",
    [
        "＝1+1",
        "＋1",
        "－1",
        "＠A1",
        "\u200b=1",
        "\ufeff=1",
        "\u200b ＝1",
        "=\u03381",
        "x;=1+1",
        "x; \u200b＝1",
        ";=1;=2",
    ],
)
def test_what_a_spreadsheet_could_calculate_is_marked(cell: str) -> None:
    exported = reading.as_line(("1", cell, "", ""))
    shown = next(csv.reader([exported.decode()]))[1]

    assert not any(calculated(each) for each in shown.split(";"))
    assert shown.count("'") == sum(calculated(each) for each in cell.split(";")) > 0
    assert rows(exported)[0].email == cell


def test_a_cell_with_a_semicolon_is_quoted() -> None:
    assert reading.as_line(("1", "a;=1", 'b"c', "d")) == b'1,"a;\'=1","b""c",d\r\n'


def test_lines_are_counted_though_they_are_blank() -> None:
    lines = Counted(ROW + b"\n" * 300_000)

    assert list(reading.read(lines, encoding="auto"))[1:] == [Fault(51_001, "too_many_rows")]
    assert lines.asked <= 51_002


class Counted(io.BytesIO):
    """Counts how many lines were asked for."""

    asked = 0

    def readline(self, size: int | None = -1, /) -> bytes:
        self.asked += 1
        return super().readline(size)


class Endless(io.RawIOBase):
    """Gives so many bytes without an end of line, and counts how much was asked for at once."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.left, self.most = size, 0

    def readline(self, size: int | None = -1, /) -> bytes:
        assert size is not None
        assert size > 0
        self.most = max(self.most, size)
        given = min(size, self.left)
        self.left -= given
        return b"x" * given


def test_a_file_is_never_in_memory_as_a_whole() -> None:
    endless = Endless(50_000_000)
    stream: BinaryIO = endless  # type: ignore[assignment]
    tracemalloc.start()
    found = list(reading.read(stream, encoding="auto"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert found == [Fault(1, "too_long")]
    assert endless.most < 4096
    assert peak < 200_000


def test_a_long_file_is_read_row_by_row() -> None:
    lines = io.BytesIO(ROW * 20_000)
    tracemalloc.start()
    count = sum(1 for _ in reading.read(lines, encoding="auto"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert count == 20_000
    assert peak < 200_000
