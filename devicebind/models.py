"""Device codes: short-lived, single-use, known only by keyed digests."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from authsvc.core.db import Base, id_column

WAITING, USED, VOID = "waiting", "used", "void"


class DeviceCode(Base):
    """A code that binds one phone to its person; the code to type and the secret of the picture are two things."""

    __tablename__ = "device_code"
    __table_args__ = (Index("ix_device_code_person", "person_id", "code_digest"),)

    id: Mapped[str] = id_column()
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    code_digest: Mapped[bytes]
    secret_digest: Mapped[bytes] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(String(16))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
    device_id: Mapped[str | None] = mapped_column(ForeignKey("device.id"))
    reused_at: Mapped[datetime | None]
