"""A person's own security events: read from the audit, told in words that mean something to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, or_, select

from authsvc.core.audit import AuditEvent
from authsvc.core.kit import Kit
from authsvc.identity.happenings import ELSE, TEXTS, TOLD_BY
from authsvc.identity.models import SessionView

PAGE: Final = 20
LONGEST_PAGE: Final = 100


@dataclass(frozen=True, kw_only=True)
class OwnEvent:
    """One event of a person's own; `text` is a marked text, `here` means from the address that asks now.

    `receipt` is the number that phone and page showed of a QR login.
    """

    id: str
    at: datetime
    what: str
    text: str
    outcome: str
    here: bool
    receipt: str | None = None


@dataclass(frozen=True, kw_only=True)
class HistoryPage:
    """Some events, the newest first; `next` is the `before` of the page that follows, None at the end."""

    events: Sequence[OwnEvent]
    next: str | None


def show_history(kit: Kit, *, view: SessionView, before: str | None = None, limit: int = PAGE) -> HistoryPage:
    """Return up to `limit` of the person's own events that are older than `before`, the newest first."""
    return history_of(kit, view.person_id, before=before, limit=limit)


def history_of(kit: Kit, person_id: str, *, before: str | None = None, limit: int = PAGE) -> HistoryPage:
    """Return the same for a person who is not there: those who help look it up."""
    mine = select(AuditEvent).where(AuditEvent.actor == person_id, _told())
    if before is not None:
        mine = mine.where(AuditEvent.id < int(before))
    with kit.read() as session:
        rows = session.scalars(mine.order_by(AuditEvent.id.desc()).limit(limit + 1)).all()
    here = kit.source_index
    events = [_told_event(row, here=here) for row in rows[:limit]]
    return HistoryPage(events=events, next=events[-1].id if len(rows) > limit else None)


def _told() -> ColumnElement[bool]:
    """Match the events that have a text; filtered in the database, so that a page is always full."""
    always = [action for action, texts in TEXTS.items() if ELSE in texts]
    sometimes = {action: list(texts) for action, texts in TEXTS.items() if ELSE not in texts}
    named = [
        and_(AuditEvent.action == action, AuditEvent.outcome.in_(outcomes)) for action, outcomes in sometimes.items()
    ]
    return or_(AuditEvent.action.in_(always), *named)


def _told_event(row: AuditEvent, *, here: bytes) -> OwnEvent:
    texts = TEXTS[row.action]
    variant = row.details.get(TOLD_BY[row.action]) if row.action in TOLD_BY else row.outcome
    return OwnEvent(
        id=str(row.id),
        at=row.at,
        what=row.action,
        text=texts.get(str(variant)) or texts[ELSE],
        outcome=row.outcome,
        here=row.source == here,
        receipt=row.details.get("receipt"),
    )
