"""Files to take away: the log, the rows that failed, the template; written part by part, never whole in memory."""

import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select

import batch.naming as naming
import batch.reading as reading
from authsvc.core import audit
from authsvc.core.errors import Gone
from authsvc.core.i18n import N_, translate
from authsvc.core.kit import Kit
from authsvc.core.localtime import local
from authsvc.core.mail import Attachment
from authsvc.identity.acting import require
from batch.models import DONE, Batch, BatchPart, BatchResult
from batch.queries import one_who_sees, require_batch
from batch.reasons import APPLIED, OF_ROW
from batch.service import UPLOAD, open_rows

ZIPPED_FROM: Final = 2_000  # rows; below, a mail program shows the log by itself
EXAMPLE: Final = ("A123456789", "someone@example.org", "0912345678", "02-12345678#123")
CSV: Final = "text/csv; charset=utf-8"
PLAIN: Final = "text/plain; charset=utf-8"


class BatchErased(Gone):
    """The uploaded rows were erased 30 days after they were entered."""

    code = "batch_erased"
    detail = N_("The uploaded rows were erased 30 days after they were entered. The log is still there.")


@dataclass(frozen=True, kw_only=True)
class Download:
    """A file as it is sent."""

    name: str
    kind: str
    content: Iterator[bytes]


def log(kit: Kit, *, view: Any, unit_code: str, batch_id: str) -> Download:
    """Return a file's log so far, in the language that is set; raise `NotFound`."""
    acting = one_who_sees(kit, view, unit_code)
    with kit.read() as session:
        batch = require_batch(session, acting, batch_id)
    return Download(name=naming.log_name(batch.file_name, batch.uploaded_at), kind=PLAIN, content=_log(kit, batch))


def failed(kit: Kit, *, view: Any, unit_code: str, batch_id: str) -> Download:
    """Return the rows that failed, as they were uploaded; raise `NotFound`, `BatchErased`."""
    acting = one_who_sees(kit, view, unit_code)
    with kit.begin() as session:
        batch = require_batch(session, acting, batch_id)
        if batch.erased_at is not None:
            raise BatchErased
        audit.record(session, kit, "batch.rows_downloaded", actor=acting.actor, object=batch.id)
    name = naming.name_for(batch.unit_code, local(kit.clock.now()).date())
    return Download(name=name, kind=CSV, content=_failed(kit, batch.id))


def template(kit: Kit, *, view: Any, unit_code: str) -> Download:
    """Return an example with the name that a file of this unit has today."""
    acting = require(kit, view, UPLOAD, unit_code)
    name = naming.name_for(acting.unit_code, local(kit.clock.now()).date())
    return Download(name=name, kind=CSV, content=iter([reading.as_line(EXAMPLE)]))


def log_attachment(kit: Kit, batch_id: str) -> Attachment | None:
    """Return a file's log for a mail, zipped where it is long; None where the file is not kept any more."""
    with kit.read() as session:
        batch = session.get(Batch, batch_id)
    if batch is None:
        return None
    name = naming.log_name(batch.file_name, batch.uploaded_at)
    if batch.rows <= ZIPPED_FROM:
        return Attachment(name=name, kind="text/plain", content=b"".join(_log(kit, batch)))
    with tempfile.TemporaryFile() as packed:
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(name, "w") as file:
            for some in _log(kit, batch):
                file.write(some)
        packed.seek(0)
        return Attachment(name=f"{name}.zip", kind="application/zip", content=packed.read())


def _log(kit: Kit, batch: Batch) -> Iterator[bytes]:
    """Return the log's lines, a part at a time; its words are those of the language that is set now."""
    words = {key: translate(text) for key, text in OF_ROW.items()}
    halves = {"morning": translate(N_("a.m.")), "afternoon": translate(N_("p.m."))}
    line, end = translate(N_("Row %(row)s: %(id)s %(word)s")), translate(N_("Done."))
    total = translate(N_("%(rows)s rows uploaded, %(good)s entered, %(bad)s failed"))
    counted = total % {"rows": batch.rows, "good": batch.successes, "bad": batch.failures}
    rows = (
        (at, [line % {"row": row, "id": number, "word": words[word]} for row, number, word in told])
        for at, told in _results(kit, batch.id)
    )
    return _lines(rows, [end, counted] if batch.state == DONE else [], halves)


def _lines(rows: Iterator[tuple[datetime, list[str]]], below: list[str], halves: dict[str, str]) -> Iterator[bytes]:
    stamp = ""
    for at, lines in rows:
        stamp = naming.log_moment(at, **halves)
        yield "".join(f"{stamp} {line}\r\n" for line in lines).encode()
    yield "".join(f"{stamp} {line}\r\n" for line in below).encode()


def _failed(kit: Kit, batch_id: str) -> Iterator[bytes]:
    yield reading.BOM  # or a spreadsheet takes it for the machine's own encoding
    for _at, told in _results(kit, batch_id):
        first, wrong = told[0][0], {row for row, _, word in told if word != APPLIED}
        if wrong:
            with kit.read() as session:
                part = session.get(BatchPart, (batch_id, first))
            cells = [] if part is None else open_rows(kit, batch_id, "part", first, part.content)
            yield b"".join(reading.as_line(each) for row, each in enumerate(cells, first) if row in wrong)


def _results(kit: Kit, batch_id: str) -> Iterator[tuple[datetime, list[list[Any]]]]:
    """Return what became of each part's rows, and when, one part after the other."""
    entered = select(BatchResult.first_row).where(BatchResult.batch_id == batch_id).order_by(BatchResult.first_row)
    with kit.read() as session:
        firsts = list(session.scalars(entered))
    for first in firsts:
        with kit.read() as session:
            result = session.get_one(BatchResult, (batch_id, first))
        yield result.at, open_rows(kit, batch_id, "result", first, result.content)
