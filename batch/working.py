"""The worker's part: one part of a file at a time is asked about at the registry and entered, each row exactly once.

A batch is leased by a token and taken up again when the lease is over. What is remote is asked before the transaction;
the one transaction of a part moves the batch on only from where this worker found it, so that whoever comes late, or
was cut off, changes nothing. After each part the batch goes behind the others: a short one does not wait for a long
one.
"""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

import batch.reading as reading
from authsvc.core import audit, outbox
from authsvc.core.db import OUT_OF_REACH, claim
from authsvc.core.errors import Unavailable
from authsvc.core.keys import CannotOpen, new_id
from authsvc.core.kit import Kit
from authsvc.identity.numbers import mask_number
from authsvc.identity.people import Contact
from authsvc.identity.registry import Registry
from authsvc.identity.registryanswers import Insured
from authsvc.identity.ways import Entry, Ways
from batch.models import DONE, RUNNING, Batch, BatchPart, BatchResult
from batch.reading import Row
from batch.reasons import APPLIED, WITHDRAWN
from batch.service import open_rows, seal_rows

LEASE: Final = timedelta(seconds=60)
LONGEST_WAIT: Final = timedelta(minutes=5)
ID_LENGTH: Final = 10
Entered = Callable[[Session], Mapping[int, str]]  # enters rows, and says of each by its number what became of it
log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A batch as this worker found it, and the token by which it holds it."""

    batch: Batch
    token: str

    @property
    def first_row(self) -> int:
        """Return the row with which the next part begins."""
        return self.batch.done_rows + 1


def work(kit: Kit) -> bool:
    """Enter the next part of the batch whose turn it is; tell whether there was one."""
    taken = lease(kit)
    if taken is None:
        return False
    try:
        _enter(kit, taken)
    except (Unavailable, CannotOpen, *OUT_OF_REACH) as fault:
        log.warning("batch %s waits: %s", taken.batch.id, type(fault).__name__)
        _put_off(kit, taken)
    return True


def lease(kit: Kit) -> Taken | None:
    """Take the batch that is due longest and that nobody holds."""
    now, token = kit.clock.now(), new_id()
    free = (Batch.state != DONE, Batch.due_at <= now, or_(Batch.lease_until.is_(None), Batch.lease_until <= now))
    with kit.begin() as session:
        oldest = select(Batch).where(*free).order_by(Batch.due_at, Batch.id).limit(1)
        found = session.scalar(oldest.with_for_update(skip_locked=True))
        if found is None:
            return None
        mine = update(Batch).where(Batch.id == found.id, *free)
        held = claim(session, mine.values(lease_token=token, lease_until=now + LEASE))
    return Taken(batch=found, token=token) if held else None


def _enter(kit: Kit, taken: Taken) -> None:
    batch, now = taken.batch, kit.clock.now()
    rows = _rows(kit, taken)
    _write(kit, taken, rows, _prepared(kit, batch, rows, at=now), at=now)


def _write(kit: Kit, taken: Taken, rows: Sequence[Row], enter: Entered, *, at: datetime) -> None:
    """Write all of a part in one transaction, where this worker still holds it and the unit is registered still."""
    batch = taken.batch
    with kit.begin() as session:
        if not _claim(session, taken, len(rows)):
            return  # the lease was over, and somebody else was here
        lives = _lives(session, kit, batch)
        words = enter(session) if lives else dict.fromkeys((row.number for row in rows), WITHDRAWN)
        counted = _keep(session, kit, taken, rows, words, at=at)
        if batch.done_rows + len(rows) == batch.rows:
            _end(session, kit, batch, counted, tell=lives)


def _prepared(kit: Kit, batch: Batch, rows: Sequence[Row], *, at: datetime) -> Entered:
    """Ask about the rows' people, and return what enters them in a transaction and says what became of each row."""
    with kit.begin() as session:
        if not _lives(session, kit, batch):
            return lambda _session: {}  # nobody is asked about for a unit that withdrew, and it does not come back
    words: dict[int, str] = {row.number: word for row in rows if (word := reading.fault_of(row)) is not None}
    sound = [row for row in rows if row.number not in words]
    insured = _insured(kit, batch.unit_code, sound)
    words |= {row.number: "not_insured" for row in sound if row.national_id not in insured}
    asked = [row for row in sound if row.national_id in insured]
    entries = [_entry(row, insured[row.national_id]) for row in asked]
    enter = kit.port(Ways).entering["registration"]
    write = enter(kit, entries, language=batch.language, at=at)
    return lambda session: words | dict(zip((row.number for row in asked), write(session), strict=True))


def _lives(session: Session, kit: Kit, batch: Batch) -> bool:
    return kit.port(Ways).unit_lives(session, batch.registration_id)


def _rows(kit: Kit, taken: Taken) -> list[Row]:
    place = (taken.batch.id, taken.first_row)
    with kit.read() as session:
        part = session.get_one(BatchPart, place)
    cells = open_rows(kit, place[0], "part", place[1], part.content)
    return [Row(number, *each) for number, each in enumerate(cells, place[1])]


def _insured(kit: Kit, unit_code: str, rows: Sequence[Row]) -> Mapping[str, Insured]:
    asked = list(dict.fromkeys(row.national_id for row in rows))
    registry = kit.port(Registry)  # type: ignore[type-abstract]
    return registry.insured_in_unit(unit_code, asked) if asked else {}


def _entry(row: Row, insured: Insured) -> Entry:
    contact = Contact(email=row.email, backup_email=None, phone=row.phone or None, mobile=row.mobile)
    return Entry(insured=replace(insured, national_id=row.national_id), contact=contact)


def _claim(session: Session, taken: Taken, rows: int) -> bool:
    """Move the batch on from where this worker found it; whoever else holds it now, or was quicker, wins."""
    batch = taken.batch
    mine = (Batch.id == batch.id, Batch.lease_token == taken.token, Batch.done_rows == batch.done_rows)
    return claim(session, update(Batch).where(*mine).values(done_rows=batch.done_rows + rows))


def _keep(
    session: Session, kit: Kit, taken: Taken, rows: Sequence[Row], words: Mapping[int, str], *, at: datetime
) -> Mapping[str, int]:
    """Write what became of a part's rows and give the batch back; return its counts."""
    batch, told = taken.batch, [(row.number, masked(row.national_id), words[row.number]) for row in rows]
    failures = sum(word != APPLIED for word in words.values())
    content = seal_rows(kit, batch.id, "result", taken.first_row, json.dumps(told))
    session.add(BatchResult(batch_id=batch.id, first_row=taken.first_row, failures=failures, at=at, content=content))
    over = batch.done_rows + len(rows) == batch.rows
    counted = {"failures": batch.failures + failures, "successes": batch.successes + len(rows) - failures}
    given_back = {"state": DONE if over else RUNNING, "done_at": at if over else None, "due_at": at, "tries": 0}
    held = dict.fromkeys(("lease_token", "lease_until"), None)
    session.execute(update(Batch).where(Batch.id == batch.id).values(**counted, **given_back, **held))
    return counted


def _end(session: Session, kit: Kit, batch: Batch, counted: Mapping[str, int], *, tell: bool) -> None:
    """Record the end of a batch, let a file of which rows failed be uploaded again, and tell the uploader."""
    told: dict[str, Any] = {"rows": batch.rows, **counted}
    audit.record(session, kit, "batch.entered", object=batch.id, **told)
    if counted["failures"]:
        released = kit.keys.lasting("batch-over", batch.id)
        session.execute(update(Batch).where(Batch.id == batch.id).values(file_digest=released))
    if tell:  # whoever uploaded for a unit that withdrew has no business with it any more
        _tell(session, kit, batch, counted)


def _tell(session: Session, kit: Kit, batch: Batch, counted: Mapping[str, int]) -> None:
    place = kit.keys.place(Batch.__tablename__, batch.id)
    values: dict[str, Any] = {"rows": batch.rows, **counted}
    outbox.post(
        session,
        kit,
        to=[place.open("uploader_email", batch.uploader_email)],
        template="batch/mail/done",
        language=batch.language,
        attachment=f"batch_log:{batch.id}",
        name=place.open("uploader_name", batch.uploader_name),
        file=batch.file_name,
        unit_code=batch.unit_code,
        link=f"{kit.settings.public_origin}/units/{batch.unit_code}/batches/{batch.id}",
        **values,
    )


def _put_off(kit: Kit, taken: Taken) -> None:
    """Try again later: after 2 s, then twice as long each time, at most 5 minutes."""
    batch, wait = taken.batch, min(timedelta(seconds=2 * 2 ** min(taken.batch.tries, 12)), LONGEST_WAIT)
    mine = update(Batch).where(Batch.id == batch.id, Batch.lease_token == taken.token)
    later: dict[str, Any] = {"due_at": kit.clock.now() + wait, "tries": batch.tries + 1}
    with kit.begin() as session:
        session.execute(mine.values(**later, lease_token=None, lease_until=None))


def masked(national_id: str) -> str:
    """Return an ID with its middle hidden; of what is no ID at most the first character, if that says nothing."""
    if len(national_id) == ID_LENGTH and national_id.isascii() and national_id.isalnum():
        return mask_number(national_id)
    first = national_id[:1]
    return f"{first}****" if first.isascii() and first.isalnum() else "****"
