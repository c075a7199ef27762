"""Members of staff, their sessions, and what each of them did for whom and why."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from authsvc.core.db import Base, id_column

COUNTER: Final = "counter"  # stands before people and their cards
OPERATOR: Final = "operator"  # looks people and units up for those who call
EMPLOYED = text("ended_at IS NULL")


class Staff(Base):
    """A member of staff, known by the holder number of their certificate; `card_key` is pinned at the first login.

    `national_id_index` tells which person they are, for whom they may not act. Who left keeps the row: acts name it.
    """

    __tablename__ = "staff"
    __table_args__ = (
        Index("uq_staff_holder", "holder_index", unique=True, sqlite_where=EMPLOYED, postgresql_where=EMPLOYED),
    )

    id: Mapped[str] = id_column()
    name: Mapped[bytes]
    holder_index: Mapped[bytes]
    national_id_index: Mapped[bytes]
    card_key: Mapped[bytes | None]
    office: Mapped[str] = mapped_column(String(64))
    roles: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class StaffSession(Base):
    """A browser that a member of staff opened; found by the digest of its cookie, never a person's session."""

    __tablename__ = "staff_session"

    token_digest: Mapped[bytes] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(String(32), unique=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    opened_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class CounterAct(Base):
    """One thing that a member of staff did in a session, and the reason that they gave, sealed.

    A look that found nobody names no person; acts from before sessions were noted name no session. `subject` is the
    blind index of whom or what an operator looked up; `operator` stands where somebody did it at the command line.
    """

    __tablename__ = "counter_act"
    __table_args__ = (
        Index("ix_counter_act_person", "person_id", "at"),
        Index("ix_counter_act_staff", "staff_id", "at"),
        Index("ix_counter_act_subject", "subject", "at"),
    )

    id: Mapped[str] = id_column()
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    operator: Mapped[str | None] = mapped_column(String(32))
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    session_id: Mapped[str | None] = mapped_column(String(32))
    subject: Mapped[bytes | None]
    act: Mapped[str] = mapped_column(String(16))
    reason: Mapped[bytes]
    at: Mapped[datetime]
    request_id: Mapped[str] = mapped_column(String(32))


@dataclass(frozen=True, kw_only=True)
class StaffView:
    """A member of staff who stands at the counter now."""

    id: str
    session_id: str
    name: str
    office: str
    roles: tuple[str, ...]
    national_id_index: bytes
    opened_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class Console:
    """Whoever runs the service, at its command line; `id` is `operator:` and the name of the account there."""

    id: str


Operator = StaffView | Console
