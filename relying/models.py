"""Launches: one row for each token, until it is over."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from authsvc.core.db import Base


class Launch(Base):
    """A launch token that was handed out, found by the keyed digest of its `jti`.

    `kind` and `session_id` are the session that it came from: it is good while that lives, and for what that may open.
    """

    __tablename__ = "launch"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    service: Mapped[str] = mapped_column(String(32))
    function: Mapped[str] = mapped_column(String(32))
    unit_code: Mapped[str | None] = mapped_column(String(9))
    kind: Mapped[str] = mapped_column(String(32))
    session_id: Mapped[str] = mapped_column(String(32))
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
