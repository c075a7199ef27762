"""Mail written with the act: a row in the act's own transaction, sent later by the worker.

A row is leased while it is sent, so that two workers do not send it twice; a worker that dies lets the lease run
out, so a mail goes out at least once and every copy carries the same link. Mails of a bulk (one act writes thousands)
have a lane of their own: they go when nothing else is due, so nobody waits for their code or link behind them.
"""

import json
import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Index, Integer, String, delete, false, insert, or_, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from authsvc.core.db import Base, claim, id_column
from authsvc.core.keys import new_id
from authsvc.core.kit import Kit

LEASE: Final = timedelta(seconds=60)
LONGEST_WAIT: Final = timedelta(minutes=15)
GIVEN_UP_AFTER: Final = timedelta(days=5)  # by then a link in it is over too
KEPT: Final = timedelta(days=30)  # rows of what was sent or given up
PURGED_AT_ONCE: Final = 5_000
UNSENT: Final = text("sent_at IS NULL AND given_up_at IS NULL")
log = logging.getLogger(__name__)


class OutboxMail(Base):
    """A mail to be sent: whom and with what is sealed, which text and when is not.

    `attachment` names what goes with it as `<kind>:<id>`; whoever registered the kind writes it when the mail goes.
    A row that was sent or given up has no content any more, and is erased later (`purge`).
    """

    __tablename__ = "outbox_mail"
    __table_args__ = (
        Index("ix_outbox_mail_unsent", "bulk", "due_at", sqlite_where=UNSENT, postgresql_where=UNSENT),
        Index("ix_outbox_mail_created_at", "created_at"),
    )

    id: Mapped[str] = id_column()
    recipient: Mapped[bytes]
    values: Mapped[bytes]
    template: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    bulk: Mapped[bool] = mapped_column(default=False, server_default=false())
    attachment: Mapped[str | None] = mapped_column(String(64))
    tries: Mapped[int] = mapped_column(Integer, default=0)
    sent_at: Mapped[datetime | None]
    given_up_at: Mapped[datetime | None]


def post(
    session: Session,
    kit: Kit,
    *,
    to: Iterable[str],
    template: str,
    language: str,
    attachment: str | None = None,
    **values: str | int | None,
) -> None:
    """Write a mail to each address; `template` names `<template>.txt` and `.html`, `values` fill them."""
    for address in dict.fromkeys(to):
        row = written(kit, to=address, template=template, language=language, values=values, at=kit.clock.now())
        session.add(OutboxMail(**row, attachment=attachment))


def post_bulk(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Write many mails (rows of `written`), which go out when nothing else is due."""
    if rows:
        session.execute(insert(OutboxMail), [row | {"bulk": True} for row in rows])


def written(
    kit: Kit, *, to: str, template: str, language: str, values: dict[str, str | int | None], at: datetime
) -> dict[str, Any]:
    """Return the columns of a mail's row, sealed: this needs no transaction."""
    row_id = new_id()
    place = kit.keys.place(OutboxMail.__tablename__, row_id)
    return {
        "id": row_id,
        "recipient": place.seal("recipient", to),
        "values": place.seal("values", json.dumps(values)),
        "template": template,
        "language": language,
        "created_at": at,
        "due_at": at,
        "tries": 0,
    }


def next_due(kit: Kit) -> OutboxMail | None:
    """Lease the mail that is due longest, one of a bulk only when no other is; answer None when nothing is due."""
    now = kit.clock.now()
    waiting = (*_unsent(), OutboxMail.due_at <= now)
    with kit.begin() as session:
        oldest = select(OutboxMail).where(*waiting).order_by(OutboxMail.bulk, OutboxMail.due_at).limit(1)
        mail = session.scalar(oldest.with_for_update(skip_locked=True))
        if mail is None:
            return None
        mine = update(OutboxMail).where(OutboxMail.id == mail.id, *waiting).values(due_at=now + LEASE)
        return mail if claim(session, mine) else None


def mark_sent(kit: Kit, mail: OutboxMail) -> None:
    """Keep the fact that it went out, and forget the content."""
    done = update(OutboxMail).where(OutboxMail.id == mail.id)
    with kit.begin() as session:
        session.execute(done.values(sent_at=kit.clock.now(), given_up_at=None, values=b"", tries=mail.tries + 1))


def put_off(kit: Kit, mail: OutboxMail) -> None:
    """Try again later: after 5 s, then twice as long each time, at most 15 minutes; give it up after 5 days."""
    now, wait = kit.clock.now(), min(timedelta(seconds=5 * 2 ** min(mail.tries, 12)), LONGEST_WAIT)
    waiting = update(OutboxMail).where(OutboxMail.id == mail.id, *_unsent())
    over = now - mail.created_at >= GIVEN_UP_AFTER
    later: dict[str, Any] = {"given_up_at": now, "values": b"", "recipient": b""} if over else {"due_at": now + wait}
    with kit.begin() as session:
        session.execute(waiting.values(tries=mail.tries + 1, **later))
    if over:
        log.warning("mail %s given up after %s tries", mail.id, mail.tries + 1)


def purge(kit: Kit) -> None:
    """Erase rows of mails that were sent or given up more than 30 days ago; some each minute."""
    kept_since = kit.clock.now() - KEPT
    over = or_(OutboxMail.sent_at <= kept_since, OutboxMail.given_up_at <= kept_since)
    some = select(OutboxMail.id).where(OutboxMail.created_at <= kept_since, over).limit(PURGED_AT_ONCE)
    with kit.begin() as session:
        session.execute(delete(OutboxMail).where(OutboxMail.id.in_(some)).execution_options(synchronize_session=False))


def _unsent() -> tuple[Any, ...]:
    return OutboxMail.sent_at.is_(None), OutboxMail.given_up_at.is_(None)
