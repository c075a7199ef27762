import csv
import io
import tracemalloc
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


CELLS = st.text(st.sampled_from("=+-@'\"\t 1aA中,;"), max_size=8)


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=5))
def test_what_is_exported_and_read_again_is_the_same(typed: list[tuple[str, str, str]]) -> None:
    # given rows as they were read once
    first = written([("1", *cells) for cells in typed], as_typed=True)
    # when they are exported, safe for spreadsheets, and read again
    once = [row.cells for row in rows(first)]
    exported = written(once)
    # then nothing is changed, and no cell is a formula
    assert [row.cells for row in rows(exported)] == once
    shown = csv.reader(io.StringIO(exported.decode()))
    assert not any(cell.startswith(reading.FORMULAS) for row in shown for cell in row)


def written(cells: Sequence[tuple[str, ...]], *, as_typed: bool = False) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([each if as_typed else reading.safe(each) for each in row] for row in cells)
    return text.getvalue().encode()


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
