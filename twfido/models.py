"""One attempt to log a browser in by TW FidO."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from authsvc.core.db import Base, id_column


class TwfidoLogin(Base):
    """A browser's request, the same for whoever's ID was typed: `person_id` is known once the person has signed.

    `state` moves waiting → approved → used, or ends as denied, expired, failed or void; lateness is told by the times.
    `reason` is why it ended: TW FidO's own number, or a word of ours. `trouble` says that it could not be asked lately.
    `asked_at` is when the provider was asked last, and whoever moves it has the turn to ask. The typed ID and birth
    date, and the ticket, which names the ID by a plain hash, are sealed.
    """

    __tablename__ = "twfido_login"

    id: Mapped[str] = id_column()
    browser_digest: Mapped[bytes] = mapped_column(index=True)
    claim: Mapped[bytes]
    national_id: Mapped[bytes]
    birth_date: Mapped[bytes]
    unit_code: Mapped[str | None] = mapped_column(String(9))
    appoint_managers: Mapped[bool]
    mode: Mapped[str] = mapped_column(String(8))
    transaction_id: Mapped[str] = mapped_column(String(36), unique=True)
    ticket_id: Mapped[str] = mapped_column(String(64), unique=True)
    ticket: Mapped[bytes]
    nonce: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(String(64))
    trouble: Mapped[str | None] = mapped_column(String(64))
    person_id: Mapped[str | None] = mapped_column(String(32))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    asked_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
