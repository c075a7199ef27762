"""Applications that wait for their link and card; a row is gone as soon as it is confirmed, cancelled or too old."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from authsvc.core.db import Base, id_column


class Registration(Base):
    """One pending application per person (the unique index decides between two at once); personal data is sealed.

    Somebody registered by their employer has no password, terms and pinned card key yet: they bring them along
    when they confirm.
    """

    __tablename__ = "registration"

    id: Mapped[str] = id_column()
    kind: Mapped[str] = mapped_column(String(16))
    national_id: Mapped[bytes]
    national_id_index: Mapped[bytes] = mapped_column(unique=True)
    name: Mapped[bytes]
    birth_date: Mapped[bytes]
    card_number: Mapped[bytes]
    card_number_index: Mapped[bytes] = mapped_column(index=True)
    card_key: Mapped[bytes | None]
    email: Mapped[bytes]
    backup_email: Mapped[bytes | None]
    phone: Mapped[bytes | None]
    mobile: Mapped[bytes]
    password_hash: Mapped[str | None]
    terms_version: Mapped[str | None] = mapped_column(String(32))
    terms_at: Mapped[datetime | None]
    token_digest: Mapped[bytes] = mapped_column(unique=True)
    link_expires_at: Mapped[datetime]
    created_at: Mapped[datetime]
    language: Mapped[str] = mapped_column(String(16))
