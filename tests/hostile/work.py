"""How much work an answer took, counted and not timed: statements to the database, and keyed digests."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event
from werkzeug.test import TestResponse

from authsvc.core.kit import Kit

DIGESTS = frozenset({"hmac_digest", "hmac_new", "compare_digest"})


@dataclass
class Work:
    """Counts of one answer."""

    statements: int = 0
    digests: int = 0


@contextmanager
def counted(kit: Kit) -> Iterator[Work]:
    """Count what happens inside the block."""
    work = Work()

    def statement(*_: Any) -> None:
        work.statements += 1

    def call(_frame: Any, what: str, function: Any) -> None:
        work.digests += what == "c_call" and getattr(function, "__name__", "") in DIGESTS

    event.listen(kit.engine, "before_cursor_execute", statement)
    sys.setprofile(call)
    try:
        yield work
    finally:
        sys.setprofile(None)
        event.remove(kit.engine, "before_cursor_execute", statement)


def seen(kit: Kit, act: Callable[..., TestResponse], *args: Any) -> tuple[int, bytes, dict[str, str], Work]:
    """Return all that a caller can see of an answer, and the work behind it."""
    with counted(kit) as work:
        answer = act(*args)
    return answer.status_code, answer.data, dict(answer.headers), work
