"""What was announced, and until when."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from authsvc.core.db import Base, id_column


class Announcement(Base):
    """Plain text in both languages, shown from `from_at` until `until_at` or until it was removed (`removed_at`)."""

    __tablename__ = "announcement"

    id: Mapped[str] = id_column()
    title_zh: Mapped[str] = mapped_column(String(80))
    title_en: Mapped[str] = mapped_column(String(80))
    text_zh: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)
    is_important: Mapped[bool]
    from_at: Mapped[datetime]
    until_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
