"""What was asked of the operators: the last thousand requests, with every secret and most of every number masked."""

import re
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from flask import Request, Response, g

from mocks.clock import stamp

SECRETS = frozenset(
    {
        *("code", "code_verifier", "client_assertion", "assertion", "request", "state", "nonce", "id_token"),
        *("access_token", "hashedphonenumber", "iddocument", "name", "birthdate", "address", "email"),
    }
)
LONGEST = 1000
_NUMBER = re.compile(r"(?<![0-9])(\+?[0-9]{2,6})[0-9]{3,5}([0-9]{2})(?![0-9])")


@dataclass(slots=True)
class Journal:
    """Keeps requests in their order; the oldest fall out."""

    entries: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=LONGEST))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, asked: Request, answered: Response, *, at: datetime) -> None:
        """Write down a request and its answer."""
        known = g.get("struck", ())
        entry = {
            "at": stamp(at),
            "method": asked.method,
            "path": asked.path,
            "query": masked(asked.args),
            "body": _body(asked),
            "connection": g.get("connection"),
            "status": answered.status_code,
            "outcome": g.get("outcome"),
            "correlator": asked.headers.get("x-correlator"),
            "faults": sorted(known),
        }
        with self.lock:
            self.entries.append(entry)

    def listed(self) -> list[dict[str, Any]]:
        """Return what is kept, the oldest first."""
        with self.lock:
            return list(self.entries)

    def clear(self) -> None:
        """Forget everything."""
        with self.lock:
            self.entries.clear()


def masked(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields without secrets, and with the middle of every number replaced."""
    return {name: "***" if name.lower() in SECRETS else _shortened(value) for name, value in fields.items()}


def _shortened(value: Any) -> Any:
    if isinstance(value, dict):
        return masked(value)
    return _NUMBER.sub(r"\1***\2", value) if isinstance(value, str) else value


def _body(asked: Request) -> dict[str, Any] | str | None:
    if asked.mimetype == "application/json":
        try:
            content = asked.get_json(silent=True)
            return masked(content) if isinstance(content, dict) else None
        except RecursionError:  # nested deeper than anybody reads; the API has refused it
            return None
    if asked.mimetype == "application/x-www-form-urlencoded":
        return masked(asked.form or dict(parse_qsl(asked.get_data(as_text=True))))
    return None
