"""JSON that every reader reads the same: no name twice, no NaN, no depth that exhausts the reader (RFC 8259)."""

import json
from typing import Any


def loads(text: str, **kwargs: Any) -> Any:
    """Read a JSON text; raise `ValueError` for anything that two readers could read differently."""
    try:
        return json.loads(text, object_pairs_hook=_no_name_twice, parse_constant=_no_constant, **kwargs)
    except RecursionError as fault:
        raise ValueError("nested too deeply") from fault


def _no_name_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) != len(pairs):
        raise ValueError("a name stands twice")
    return names


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
