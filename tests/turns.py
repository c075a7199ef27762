"""What `make test` does by turns, and `make test-all` in full.

Tests of services run on two databases, tests of pages in two languages. All of it both ways takes longer, so
that in `make test` each case takes one of the two, always the same one, chosen by its name: about half of all cases run
each way, and the run's first lines say so. What is about a database or a language itself asks for it by name.
"""

import os
import re
from collections.abc import Sequence
from itertools import groupby
from typing import Any, Final
from zlib import crc32

import pytest

EVERYTHING: Final = os.environ.get("AUTHSVC_TESTS") == "all"
LEAVES_OUT: Final = "each case on one database and in one language, by turns; AUTHSVC_TESTS=all runs all"
TWINS: Final = ("database_url", "language", "pocket")  # parameters of which one value at a time is enough


def rounds(few: int, *, full: int, variable: str) -> int:
    """Return how often something is tried: as the environment says, else `full` of everything, else `few`."""
    return int(os.environ.get(variable) or (full if EVERYTHING else few))


def left_out(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Return the items whose twin runs in their place."""
    twins = sorted((item for item in items if _choices(item)), key=_case)
    out: list[pytest.Item] = []
    for case, found in groupby(twins, key=_case):
        of_case = sorted(found, key=lambda item: item.nodeid)
        kept = of_case[crc32(case.encode()) % len(of_case)]
        out += [item for item in of_case if item is not kept]
    return out


def _choices(item: pytest.Item) -> dict[str, Any]:
    spec = getattr(item, "callspec", None)
    return {name: spec.params[name] for name in TWINS if name in spec.params} if spec is not None else {}


def _case(item: pytest.Item) -> str:
    """Return what twins have in common: the test's name without the words by which they differ."""
    case = item.nodeid
    for value in _choices(item).values():
        case = re.sub(rf"(?<=[\[-]){re.escape(str(value))}(?=[\]-])", "*", case, count=1)
    return case
