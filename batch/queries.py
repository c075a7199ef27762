"""What became of the files: listed and shown to those who may see them, to everybody else as if there were none."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from authsvc.core.errors import Invalid, NotFound
from authsvc.core.i18n import N_
from authsvc.core.kit import Kit
from authsvc.core.localtime import TAIPEI, local
from authsvc.identity.acting import Acting, NotGranted, require
from batch.models import Batch, BatchResult
from batch.reasons import APPLIED
from batch.service import UPLOAD, open_rows

QUERY: Final = "batch_query"
KEPT: Final = timedelta(days=92)  # three months, whichever they are
FAILED_PAGE: Final = 50


@dataclass(frozen=True, kw_only=True)
class BatchView:
    """A file as those who may see it see it; `uploader` is masked."""

    id: str
    file_name: str
    uploader: str
    state: str
    rows: int
    done_rows: int
    successes: int
    failures: int
    uploaded_at: datetime
    done_at: datetime | None
    is_erased: bool


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a list is asked for: days of upload (both included; the last three months by themselves), state, page."""

    from_day: date | None = None
    to_day: date | None = None
    state: str | None = None
    page: int = 1
    limit: int = 20


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One page of files, the newest first; `since` and `until` are the days that were asked about."""

    batches: Sequence[BatchView]
    total: int
    page: int
    pages: int
    since: date
    until: date
    unit_name: str


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A row that was not entered: its number, masked ID, and the code of the reason."""

    row: int
    national_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Shown(BatchView):
    """A file with one page of what failed."""

    failed: Sequence[Failure]
    page: int
    pages: int
    unit_name: str


def list_batches(kit: Kit, *, view: Any, unit_code: str, asked: Asked) -> Listed:
    """Return a page of the files that are asked for; raise `Invalid` for days that end before they begin."""
    acting = require(kit, view, QUERY, unit_code)
    now = kit.clock.now()
    since, until = asked.from_day or local(now - KEPT).date(), asked.to_day or local(now).date()
    if since > until:
        raise Invalid({"to": [N_("The last day lies before the first.")]})
    found = select(Batch).where(*_mine(acting), Batch.uploaded_at >= max(_begin(since), now - KEPT))
    found = found.where(Batch.uploaded_at < _begin(until) + timedelta(days=1))
    if asked.state is not None:
        found = found.where(Batch.state == asked.state)
    with kit.read() as session:
        total = session.scalar(select(func.count()).select_from(found.subquery())) or 0
        newest = found.order_by(Batch.uploaded_at.desc(), Batch.id).offset((asked.page - 1) * asked.limit)
        batches = [BatchView(**_facts(kit, row)) for row in session.scalars(newest.limit(asked.limit))]
    pages, unit_name = _pages(total, asked.limit), acting.membership.unit_name
    told: dict[str, Any] = {"page": asked.page, "pages": pages, "unit_name": unit_name}
    return Listed(batches=batches, total=total, since=since, until=until, **told)


def show(kit: Kit, *, view: Any, unit_code: str, batch_id: str, page: int = 1) -> Shown:
    """Return a file with 50 of its rows that failed; raise `NotFound` where it is not the caller's to see."""
    acting = one_who_sees(kit, view, unit_code)
    with kit.read() as session:
        batch = require_batch(session, acting, batch_id)
        failed = list(_failed(session, kit, batch_id, page))
    shown: dict[str, Any] = {
        "page": page,
        "pages": _pages(batch.failures, FAILED_PAGE),
        "unit_name": acting.membership.unit_name,
    }
    return Shown(**_facts(kit, batch), failed=failed, **shown)


def one_who_sees(kit: Kit, view: Any, unit_code: str) -> Acting:
    """Return whoever may see files one by one; who may only upload sees what they uploaded. Raises as `acting` does."""
    try:
        return require(kit, view, QUERY, unit_code)
    except NotGranted:
        return require(kit, view, UPLOAD, unit_code)


def require_batch(session: Session, acting: Acting, batch_id: str) -> Batch:
    """Return a file of the caller's own or, for a manager, of the unit; raise `NotFound`."""
    found = session.scalar(select(Batch).where(Batch.id == batch_id, *_mine(acting)))
    if found is None:
        raise NotFound
    return found


def _mine(acting: Acting) -> list[Any]:
    of_unit = Batch.registration_id == acting.registration_id
    return [of_unit] if acting.is_manager else [of_unit, Batch.uploader_id == acting.actor]


def _facts(kit: Kit, batch: Batch) -> dict[str, Any]:
    place = kit.keys.place(Batch.__tablename__, batch.id)
    same = ("id", "file_name", "state", "rows", "done_rows", "successes", "failures", "uploaded_at", "done_at")
    facts = {name: getattr(batch, name) for name in same}
    return facts | {
        "uploader": place.open("uploader_name", batch.uploader_name),
        "is_erased": batch.erased_at is not None,
    }


def _failed(session: Session, kit: Kit, batch_id: str, page: int) -> Iterator[Failure]:
    """Return a page of failures; only the parts that hold some of them are opened."""
    counted = select(BatchResult.first_row, BatchResult.failures).where(BatchResult.batch_id == batch_id)
    skip, left = (page - 1) * FAILED_PAGE, FAILED_PAGE
    for first, failures in session.execute(counted.order_by(BatchResult.first_row)):
        if skip >= failures:
            skip -= failures
            continue
        result = session.get_one(BatchResult, (batch_id, first))
        told = open_rows(kit, batch_id, "result", first, result.content)
        failed = [Failure(row=row, national_id=number, reason=word) for row, number, word in told if word != APPLIED]
        some = failed[skip : skip + left]
        yield from some
        skip, left = 0, left - len(some)
        if left == 0:
            return


def _begin(day: date) -> datetime:
    """Return when a day begins in Taipei."""
    return datetime.combine(day, time(), TAIPEI).astimezone(UTC)


def _pages(total: int, size: int) -> int:
    return max(1, -(-total // size))
