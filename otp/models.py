"""What a phone's codes rest on."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column

from authsvc.core.db import Base


class OtpSecret(Base):
    """The sealed secret of one device, and the last step whose code was used.

    `steps_ahead` is how far ahead of ours the phone's clock was at its last accepted code: 0 or 1, for no code further
    ahead is taken. It is told to the phone and changes nothing about what is accepted.
    """

    __tablename__ = "otp_secret"

    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"), primary_key=True)
    secret: Mapped[bytes]
    digits: Mapped[int] = mapped_column(Integer)
    last_step: Mapped[int] = mapped_column(BigInteger)
    last_used_at: Mapped[datetime | None]
    steps_ahead: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
