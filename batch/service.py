"""Take a file for a unit: judged as a whole, kept sealed, entered later by a worker."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from itertools import islice
from typing import Any, BinaryIO, Final

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

import authsvc.identity.people as people
import batch.reading as reading
from authsvc.core import audit
from authsvc.core.audit import audited
from authsvc.core.db import upsert
from authsvc.core.errors import Conflict, Invalid
from authsvc.core.i18n import N_
from authsvc.core.keys import new_id
from authsvc.core.kit import Kit
from authsvc.core.localtime import local
from authsvc.core.throttle import Limit
from authsvc.identity.acting import Acting, require, require_still
from authsvc.identity.models import Person
from batch.models import WAITING, Batch, BatchPart
from batch.naming import name_fault, name_for
from batch.reading import Fault, Row
from batch.reasons import OF_FILE

UPLOAD: Final = "batch_upload"
MOST_BYTES: Final = 8 * 1024 * 1024
PART_ROWS: Final = 500  # as many as the registry is asked about at once
PART_BYTES: Final = 64 * 1024
# A file costs a second of work to judge; a day of quiet starts the count anew.
UPLOADS: Final = Limit(scope="batch-upload", tries=60, pause=timedelta(seconds=60), forgets=timedelta(days=1))


class BatchFileRefused(Invalid):
    """The whole file is not taken; `faults` are the first 20, each with its row (0: the file as a whole)."""

    code = "batch_file_refused"
    detail = N_("The file was not taken; nothing of it was entered. Please mend what is listed and upload it again.")

    def __init__(self, faults: list[Fault]) -> None:
        """Tell each fault by its row."""
        super().__init__({str(fault.row) if fault.row else "file": [OF_FILE[fault.reason]] for fault in faults})
        self.members = {"faults": [vars(fault) for fault in faults]}


class BatchTakenAlready(Conflict):
    """Somebody else of the unit uploaded this very file, and the caller may not see theirs."""

    code = "batch_taken_already"
    detail = N_("Somebody else of your unit has uploaded this very file. Please ask them, or a manager of your unit.")


@dataclass(frozen=True, kw_only=True)
class Uploaded:
    """The batch that a file became; `duplicate` where the same file had been uploaded before."""

    id: str
    rows: int
    duplicate: bool


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """What stands on the page before a file is chosen: for which unit, who is told, and today's file name."""

    unit_code: str
    unit_name: str
    name: str
    email: str
    file_name: str


def begin(kit: Kit, *, view: Any, unit_code: str) -> Beginning:
    """Return what whoever is about to upload should know; raise what `acting` raises."""
    acting, today = require(kit, view, UPLOAD, unit_code), local(kit.clock.now()).date()
    with kit.read() as session:
        person = session.get_one(Person, acting.actor)
    return Beginning(
        unit_code=unit_code,
        unit_name=acting.membership.unit_name,
        name=people.masked(kit, person)["name"],
        email=people.contact(kit, person).email,
        file_name=name_for(unit_code, today),
    )


def upload(
    kit: Kit, *, view: Any, unit_code: str, file_name: str, stream: BinaryIO, encoding: str = "auto"
) -> Uploaded:
    """Keep a file (which can be read twice) for entering; raise `BatchFileRefused`, or what `acting` raises."""
    acting = require(kit, view, UPLOAD, unit_code)
    with audited(kit, "batch.upload", actor=acting.actor):
        kit.throttle.spend(UPLOADS, kit.keys.index("batch_uploader", acting.actor))
        wrong = name_fault(file_name, unit_code=unit_code, today=local(kit.clock.now()).date())
        if wrong is not None:
            raise BatchFileRefused([Fault(0, wrong)])
        digest = kit.keys.lasting("batch-file", f"{file_name.lower()}|{_digest(stream)}")
        rows = _count(stream, encoding)
        with kit.begin() as session:
            acting = require_still(session, kit, view, UPLOAD, unit_code)
            columns = _columns(session, kit, acting, file_name=file_name, digest=digest)
            return _store(session, kit, acting, columns | {"rows": rows}, _parts(kit, columns["id"], stream, encoding))


def _digest(stream: BinaryIO) -> str:
    digest = sha256()
    while some := stream.read(PART_BYTES):
        digest.update(some)
    return digest.hexdigest()


def _count(stream: BinaryIO, encoding: str) -> int:
    """Return how many rows a file has; raise `BatchFileRefused` with its first faults."""
    stream.seek(0)
    rows, faults = 0, []
    for found in reading.read(stream, encoding=encoding):
        if isinstance(found, Fault):
            faults.append(found)
        rows += 1
        if len(faults) == reading.MOST_FAULTS:
            break
    if faults:
        raise BatchFileRefused(faults)
    return rows


def _columns(session: Session, kit: Kit, acting: Acting, *, file_name: str, digest: bytes) -> dict[str, Any]:
    now, batch_id = kit.clock.now(), new_id()
    person = session.get_one(Person, acting.actor)  # the ways of this function are ways of people
    place = kit.keys.place(Batch.__tablename__, batch_id)
    return {
        "id": batch_id,
        "registration_id": acting.registration_id,
        "unit_code": acting.unit_code,
        "uploader_id": person.id,
        "uploader_name": place.seal("uploader_name", people.masked(kit, person)["name"]),
        "uploader_email": place.seal("uploader_email", people.contact(kit, person).email),
        "language": kit.caller.language,
        "file_name": file_name,
        "file_digest": digest,
        "state": WAITING,
        **dict.fromkeys(("done_rows", "successes", "failures", "tries"), 0),
        **dict.fromkeys(("uploaded_at", "due_at"), now),
    }


def _store(
    session: Session, kit: Kit, acting: Acting, columns: Mapping[str, Any], parts: Iterator[dict[str, Any]]
) -> Uploaded:
    """Write a batch and its parts, or answer the batch that this file is already; of many at once one writes."""
    new = upsert(session, Batch.__table__).on_conflict_do_nothing().returning(Batch.id)  # type: ignore[arg-type]
    while session.scalar(new.values(columns)) is None:
        same = _same(session, acting, columns)
        if same is not None:
            return same  # else it ended this moment with rows that failed, which can be entered again
    for some in iter(lambda: list(islice(parts, 10)), []):
        session.execute(insert(BatchPart), some)
    rows = columns["rows"]
    audit.record(session, kit, "batch.uploaded", actor=acting.actor, object=columns["id"], rows=rows)
    return Uploaded(id=columns["id"], rows=rows, duplicate=False)


def _same(session: Session, acting: Acting, columns: Mapping[str, Any]) -> Uploaded | None:
    file = (Batch.registration_id == columns["registration_id"], Batch.file_digest == columns["file_digest"])
    there = session.scalar(select(Batch).where(*file))
    if there is None:
        return None
    if there.uploader_id != acting.actor and not acting.is_manager:
        raise BatchTakenAlready
    return Uploaded(id=there.id, rows=there.rows, duplicate=True)


def _parts(kit: Kit, batch_id: str, stream: BinaryIO, encoding: str) -> Iterator[dict[str, Any]]:
    """Return the rows again, sealed in parts of up to 500 rows and about 64 KiB."""
    stream.seek(0)
    kept: list[Row] = []
    size = 0
    for row in reading.read(stream, encoding=encoding):
        if isinstance(row, Fault):  # judged before, and the same bytes
            raise BatchFileRefused([row])
        kept.append(row)
        size += sum(map(len, row.cells))
        if len(kept) == PART_ROWS or size >= PART_BYTES:
            yield _part(kit, batch_id, kept)
            kept, size = [], 0
    if kept:
        yield _part(kit, batch_id, kept)


def _part(kit: Kit, batch_id: str, rows: list[Row]) -> dict[str, Any]:
    first, content = rows[0].number, json.dumps([row.cells for row in rows], ensure_ascii=False)
    return {"batch_id": batch_id, "first_row": first, "content": seal_rows(kit, batch_id, "part", first, content)}


def seal_rows(kit: Kit, batch_id: str, column: str, first: int, content: str) -> bytes:
    """Return rows sealed for their batch and their place in it."""
    return kit.keys.place("batch_rows", f"{batch_id}/{first}").seal(column, content)


def open_rows(kit: Kit, batch_id: str, column: str, first: int, content: bytes) -> list[list[Any]]:
    """Return what `seal_rows` sealed, read as JSON."""
    found: list[list[Any]] = json.loads(kit.keys.place("batch_rows", f"{batch_id}/{first}").open(column, content))
    return found
