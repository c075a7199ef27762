"""What happened, written in the same transaction as the act; never a name, a number, an address or a secret."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, Integer, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from authsvc.core.db import Base
from authsvc.core.errors import Problem
from authsvc.core.kit import Kit


class AuditEvent(Base):
    """One act or refusal. `actor` and `object` are opaque ids, `source` is the blind index of the address."""

    __tablename__ = "audit_event"
    __table_args__ = (Index("ix_audit_event_actor_id", "actor", "id"),)  # a person's own events, the newest first

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    at: Mapped[datetime]
    action: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[str] = mapped_column(String(64))
    actor: Mapped[str | None] = mapped_column(String(32))
    object: Mapped[str | None] = mapped_column(String(32))
    request_id: Mapped[str] = mapped_column(String(32))
    source: Mapped[bytes | None]
    details: Mapped[dict[str, Any]] = mapped_column(JSON)


def record(
    session: Session,
    kit: Kit,
    action: str,
    *,
    actor: str | None = None,
    object: str | None = None,  # noqa: A002 - the audit's own word
    outcome: str = "done",
    **details: str | int | bool | None,
) -> None:
    """Write an event into the act's own transaction; `details` hold codes and counts only."""
    session.add(
        AuditEvent(
            at=kit.clock.now(),
            action=action,
            outcome=outcome,
            actor=actor,
            object=object,
            request_id=kit.caller.request_id,
            source=kit.source_index if kit.caller.source else None,
            details=details,
        )
    )


def record_refusal(kit: Kit, action: str, *, outcome: str, actor: str | None = None, object: str | None = None) -> None:  # noqa: A002
    """Write a refusal in a transaction of its own, because the request's is rolled back or over."""
    with kit.begin() as session:
        record(session, kit, action, actor=actor, object=object, outcome=outcome)


@contextmanager
def audited(kit: Kit, action: str, *, actor: str | None = None, object: str | None = None) -> Iterator[None]:  # noqa: A002
    """Write a refusal that leaves this block into the audit, after the block's own transactions are over."""
    try:
        yield
    except Problem as refusal:
        record_refusal(kit, action, outcome=refusal.code, actor=actor, object=object)
        raise
