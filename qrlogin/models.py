"""One attempt to log a browser in by a phone."""

from datetime import datetime

from sqlalchemy import JSON, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from authsvc.core.db import Base, id_column


class QrOrder(Base):
    """An order of a browser. For an unknown person it is a decoy: it looks the same and nobody can scan it.

    `state` moves waiting → scanned → approved → used, or ends as denied or void; being late is told by the times.
    `reason` says why it ended; `reissues` counts the orders before it that nobody scanned in time. `by_link` says that
    the page's own link was tapped on the phone, `asked_at` since when the phone shows the question, and `receipt`
    is the number computed from the approval.
    """

    __tablename__ = "qr_order"

    id: Mapped[str] = id_column()
    start_digest: Mapped[bytes] = mapped_column(unique=True)
    browser_digest: Mapped[bytes] = mapped_column(index=True)
    browser_key: Mapped[dict[str, str] | None] = mapped_column(JSON)
    claimed_id: Mapped[bytes] = mapped_column(index=True)
    person_id: Mapped[str | None] = mapped_column(String(32))
    unit_code: Mapped[str | None] = mapped_column(String(9))
    appoint_managers: Mapped[bool]
    place: Mapped[bytes]
    browser: Mapped[str] = mapped_column(String(64))
    match_code: Mapped[str] = mapped_column(String(2))
    match_codes: Mapped[list[str]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(16))
    reissues: Mapped[int]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    browser_seen_at: Mapped[datetime]
    device_id: Mapped[str | None] = mapped_column(String(32))
    by_link: Mapped[bool]
    scanned_at: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
    frame: Mapped[int | None] = mapped_column(Integer)
    portal: Mapped[str | None] = mapped_column(String(128))
    purpose: Mapped[str | None] = mapped_column(String(128))
    decide_by: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    user_verified: Mapped[bool]
    reason: Mapped[str | None] = mapped_column(String(16))
    receipt: Mapped[str | None] = mapped_column(String(9))
