"""What a phone's codes rest on."""

from sqlalchemy import BigInteger, ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column

from authsvc.core.db import Base


class OtpSecret(Base):
    """The sealed secret of one device, and the last step whose code was used."""

    __tablename__ = "otp_secret"

    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"), primary_key=True)
    secret: Mapped[bytes]
    digits: Mapped[int] = mapped_column(Integer)
    last_step: Mapped[int] = mapped_column(BigInteger)
