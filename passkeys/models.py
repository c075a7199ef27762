"""A person's passkeys, what their owner is called towards authenticators, and the challenges that wait."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from authsvc.core.db import Base, id_column


class Passkey(Base):
    """A WebAuthn credential that opens its owner's account; `sign_count` is what its authenticator counted last.

    `backup_eligible` says that it may be copied to its owner's other devices (synced), `backed_up` that it was.
    """

    __tablename__ = "passkey"

    id: Mapped[str] = id_column()
    person_id: Mapped[str] = mapped_column(String(32), ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(String(64))
    credential_id: Mapped[bytes] = mapped_column(unique=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int] = mapped_column(BigInteger)
    transports: Mapped[list[str]] = mapped_column(JSON)
    backup_eligible: Mapped[bool]
    backed_up: Mapped[bool]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class PasskeyHolder(Base):
    """The random user handle by which authenticators know a person (WebAuthn section 14.6.1): it says nothing."""

    __tablename__ = "passkey_holder"

    person_id: Mapped[str] = mapped_column(String(32), ForeignKey("person.id"), primary_key=True)
    handle: Mapped[bytes] = mapped_column(unique=True)


class PasskeyChallenge(Base):
    """A challenge for one ceremony in one browser; `person_id` is who adds a passkey, None for a login."""

    __tablename__ = "passkey_challenge"

    id: Mapped[str] = id_column()
    challenge: Mapped[bytes]
    browser_digest: Mapped[bytes]
    person_id: Mapped[str | None] = mapped_column(String(32), ForeignKey("person.id"), index=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
