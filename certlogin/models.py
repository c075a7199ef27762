"""Whose certificate it is."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from authsvc.core.db import Base


class HeldCertificate(Base):
    """A natural-person certificate that opened an account: the blind index of its holder number, and its key.

    `key` is the SHA-256 of its public key. A certificate that was issued anew has another one: then the registry is
    asked again whose it is. All of one holder are one person's.
    """

    __tablename__ = "held_certificate"

    holder_index: Mapped[bytes] = mapped_column(primary_key=True)
    key: Mapped[bytes] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(String(32), ForeignKey("person.id"), index=True)
    known_at: Mapped[datetime]
