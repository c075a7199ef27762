"""Which web sites may ask at all, and for which of them the person has said yes."""

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

if sys.platform != "win32":
    import fcntl

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1"})
WRITABLE_BY_OTHERS: Final = 0o022
_ORIGIN: Final = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?", re.ASCII)


def checked_origin(text: str) -> str:
    """Return a web origin as browsers write it (RFC 6454); raise `ValueError` with a sentence for anything else.

    Plain http is a page of this computer only: any network on the way could put words into another one's mouth.
    """
    if not _ORIGIN.fullmatch(text):
        raise ValueError(f"{text!r} is no web origin like https://portal.example, without a path.")
    parts = urlsplit(text)
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise ValueError(f"{text} is not https.")
    if parts.port == {"http": 80, "https": 443}[parts.scheme]:
        raise ValueError(f"{text}: browsers leave that port out.")
    return text


class Consents:
    """The person's answers, in a file that they alone can read.

    It is read at each question, so that taking one back acts at once.
    One that others could have written is not believed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def all(self) -> Mapping[str, str]:
        """Return the allowed origins, and since when."""
        try:
            with self._path.open(encoding="utf-8") as file:
                if not _only_ours(os.fstat(file.fileno())):
                    return {}
                kept = json.load(file)
        except (OSError, ValueError):
            return {}
        fine = isinstance(kept, dict) and all(isinstance(since, str) for since in kept.values())
        return kept if fine else {}

    def allow(self, origin: str) -> None:
        """Remember a yes."""
        with self._alone():
            self._keep({**self.all(), origin: datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")})  # noqa: TID251  no kit here

    def forget(self, origin: str) -> bool:
        """Take a yes back; tell whether there was one."""
        with self._alone():
            kept = dict(self.all())
            was_there = kept.pop(origin, None) is not None
            if was_there:
                self._keep(kept)
        return was_there

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let no other process write between our reading and our writing: what it took back would come back."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # A file of its own, that stays: the other one is replaced, and a lock on it with it.
        lock = os.open(self._path.with_name(f"{self._path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if sys.platform != "win32":
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)  # the lock ends with it

    def _keep(self, origins: Mapping[str, str]) -> None:
        part = self._path.with_name(f"{self._path.name}.{os.getpid()}.part")
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(origins, file, indent=1)
        part.replace(self._path)


def _only_ours(found: os.stat_result) -> bool:
    if os.name != "posix":
        return True  # Windows: the profile folder's own rights are what there is
    return found.st_uid == os.getuid() and not found.st_mode & WRITABLE_BY_OTHERS
