"""Device codes: short-lived, single-use, known only by keyed digests."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from authsvc.core.db import Base, id_column
from authsvc.identity.models import SOFTWARE

WAITING, USED, VOID = "waiting", "used", "void"
CLAIMED, PROVEN, DONE, REFUSED = "claimed", "proven", "done", "refused"


class DeviceCode(Base):
    """A code that binds one phone to its person; the code to type and the secret of the picture are two things.

    `via` says which ceremony made it: card or counter. One that a bound phone made (`from_device_id`) binds the phone
    that takes its place, and cannot be typed.
    """

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
    from_device_id: Mapped[str | None] = mapped_column(ForeignKey("device.id"), index=True)
    via: Mapped[str] = mapped_column(String(16), default="card", server_default="card")


class PhoneVerification(Base):
    """One attempt to bind a phone by its operator's word: begun by a key, answered once, over after five minutes.

    `state`: waiting for the phone's answer, claimed while the operator is asked, proven when it said yes, done or
    refused. What is typed and what protects the exchange is sealed; the state that comes back is a digest.
    """

    __tablename__ = "phone_verification"

    id: Mapped[str] = id_column()
    state: Mapped[str] = mapped_column(String(16))
    operator: Mapped[str] = mapped_column(String(32))
    mobile: Mapped[bytes]
    national_id: Mapped[bytes]
    card_last4: Mapped[bytes]
    state_digest: Mapped[bytes]
    nonce: Mapped[bytes]
    verifier: Mapped[bytes]
    jkt: Mapped[str] = mapped_column(String(43))
    device: Mapped[dict[str, str]] = mapped_column(JSON)
    otp_key: Mapped[dict[str, str]] = mapped_column(JSON)
    held: Mapped[str] = mapped_column(String(16), default=SOFTWARE, server_default=SOFTWARE)
    consent_version: Mapped[str] = mapped_column(String(32))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    outcome: Mapped[str | None] = mapped_column(String(32))
