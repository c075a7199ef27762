"""What must stay revoked when an older database comes back: a file beside the database, only ever added to.

One line an act: what, a keyed digest of whose, when. A copy of the file names nobody, and who writes into it can
only take away. `authsvc.identity.epochs` reads it after a restore.
"""

import logging
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from authsvc.core.clock import Clock
from authsvc.core.errors import Unavailable
from authsvc.core.kit import Kit
from authsvc.settings import Misconfigured

DEVICE: Final = "device"
KEY: Final = "key"
SUSPENDED: Final = "suspended"
RESUMED: Final = "resumed"
FROZEN: Final = "frozen"
UNFROZEN: Final = "unfrozen"
OF_PEOPLE: Final = (SUSPENDED, RESUMED, FROZEN, UNFROZEN)
KINDS: Final = (DEVICE, KEY, *OF_PEOPLE)
MOMENT: Final = r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?Z)"  # as `_moment` writes it; only a whole one ends in Z
HEADER: Final = re.compile(rf"authsvc revocations since {MOMENT}")
LINE: Final = re.compile(rf"({'|'.join(KINDS)}) ([0-9a-f]{{64}}) {MOMENT}")
SPECIMENS: Final = tuple(f"{kind} {'0' * 64} 2000-01-01T00:00:00.000000Z" for kind in KINDS)


@dataclass(frozen=True, kw_only=True)
class Revocation:
    """One line: `kind` is one of `KINDS`; `digest` is of the subject's id."""

    kind: str
    digest: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Journal:
    """A journal that was read: from when on it is complete, and its lines by their time."""

    since: datetime
    lines: tuple[Revocation, ...]


def open_journal(path: Path | None, clock: Clock) -> None:
    """Begin a journal where there is none yet; raise `Misconfigured` where it cannot be written."""
    if path is None:
        return
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        if not os.access(path, os.W_OK):
            raise Misconfigured("Set AUTHSVC_REVOCATIONS_FILE to a file that this process may write.") from None
        return
    except OSError as fault:
        raise Misconfigured("Set AUTHSVC_REVOCATIONS_FILE to a file in a folder that can be written.") from fault
    _write(file, f"authsvc revocations since {_moment(clock.now())}")
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)  # else a power cut may take the new file's name
    os.close(folder)


def note(kit: Kit, kind: str, subject: str) -> None:
    """Write down a revocation, on the disk before this returns; call it last in the act's transaction.

    Should the commit then fail, the line stays: a restore then takes away what somebody wanted taken away.
    Raise `Unavailable` where it cannot be written: what a restore would bring back is not told as done.
    """
    path = kit.settings.revocations_file
    if path is None:
        return
    # Begins with the line's end, so that a line that a crash cut short does not swallow this one.
    line = f"\n{kind} {digest(kit, kind, subject)} {_moment(kit.clock.now())}"
    try:
        _write(os.open(path, os.O_WRONLY | os.O_APPEND), line)
    except OSError as fault:
        logging.getLogger(__name__).exception("%s cannot be written", path)
        raise Unavailable from fault


def digest(kit: Kit, kind: str, subject: str) -> str:
    """Return what stands for a device, a key or a person in the journal."""
    return kit.keys.lasting("revocation", f"{'person' if kind in OF_PEOPLE else kind} {subject}").hex()


def read_journals(paths: Iterable[Path]) -> Journal | None:
    """Return several hosts' journals as one; None without any. Raise `Misconfigured` for one that is no journal."""
    read = [_read(path) for path in paths]
    if not read:
        return None
    lines = sorted((line for each in read for line in each.lines), key=lambda line: line.at)
    return Journal(since=max(each.since for each in read), lines=tuple(lines))


def _read(path: Path) -> Journal:
    try:
        first, *others = path.read_text(encoding="ascii").split("\n")
    except (OSError, UnicodeDecodeError) as fault:
        raise Misconfigured(f"{path} cannot be read as a journal of revocations.") from fault
    begun = HEADER.fullmatch(first)
    if begun is None:
        raise Misconfigured(f"{path} is no journal of revocations: its first line is wrong.")
    found = [_line(text, where=f"{path}:{number}") for number, text in enumerate(others, start=2)]
    lines = tuple(line for line in found if line is not None)
    return Journal(since=_at(begun[1], where=f"{path}:1"), lines=lines)


def _line(text: str, *, where: str) -> Revocation | None:
    match = LINE.fullmatch(text)
    if match is not None:
        return Revocation(kind=match[1], digest=match[2], at=_at(match[3], where=where))
    if _is_beginning(text):
        return None  # cut short by a crash: nobody was told that this was done
    raise Misconfigured(f"{where} is not a line of a journal of revocations.")


def _is_beginning(text: str) -> bool:
    """Tell whether a line could have gone on from here: some kind's specimen makes it whole."""
    return any(LINE.fullmatch(text + specimen[len(text) :]) for specimen in SPECIMENS)


def _at(text: str, *, where: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as fault:  # the shape of a time, and none: the 13th month
        raise Misconfigured(f"{where} has no time of a journal of revocations.") from fault


def _write(file: int, text: str) -> None:
    """Write and flush to the disk, in one piece, and close."""
    try:
        if os.write(file, text.encode("ascii")) != len(text):
            raise OSError("the disk is full")
        os.fsync(file)
    finally:
        os.close(file)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
