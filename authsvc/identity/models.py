"""People, phones, browser sessions and what proves them. Personal data is sealed; look-ups go by blind index."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from authsvc.core.db import Base, id_column
from authsvc.identity.opened import Opened

LIVE = text("unbound_at IS NULL")
ACTIVE: Final = "active"
HARDWARE, SOFTWARE = "hardware", "software"  # where a phone keeps its key


class Person(Base):
    """Somebody who proved who they are; `card_key` is the key of their card, None until the card was read once."""

    __tablename__ = "person"

    id: Mapped[str] = id_column()
    kind: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(16))
    national_id: Mapped[bytes]
    national_id_index: Mapped[bytes] = mapped_column(unique=True)
    name: Mapped[bytes]
    birth_date: Mapped[bytes]
    card_number_index: Mapped[bytes] = mapped_column(unique=True)
    card_key: Mapped[bytes | None]
    password_hash: Mapped[str]
    email: Mapped[bytes]
    backup_email: Mapped[bytes | None]
    phone: Mapped[bytes | None]
    mobile: Mapped[bytes]
    language: Mapped[str] = mapped_column(String(16))
    terms_version: Mapped[str] = mapped_column(String(32))
    registered_at: Mapped[datetime]
    registered_via: Mapped[str] = mapped_column(String(16))
    bindings_frozen_at: Mapped[datetime | None]


class EmailChange(Base):
    """A new address that takes effect when its owner opens the link and confirms; `field` is the person's column."""

    __tablename__ = "email_change"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    field: Mapped[str] = mapped_column(String(16), primary_key=True, server_default="email")
    email: Mapped[bytes]
    token_digest: Mapped[bytes] = mapped_column(unique=True)
    expires_at: Mapped[datetime]


class Device(Base):
    """A phone that holds a key for a person. `via` says how the binding came about: card, telco or counter.

    `held` says where it keeps that key: hardware where its attestation showed it, else software. `last_place` is the
    address that it last called from, sealed.
    """

    __tablename__ = "device"
    __table_args__ = (
        Index("uq_device_live_key", "jkt", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
        Index("ix_device_person", "person_id"),
    )

    id: Mapped[str] = id_column()
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(String(64))
    platform: Mapped[str] = mapped_column(String(32))
    model: Mapped[str] = mapped_column(String(64))
    app_version: Mapped[str] = mapped_column(String(32))
    jkt: Mapped[str] = mapped_column(String(43))
    public_key: Mapped[dict[str, str]] = mapped_column(JSON)
    via: Mapped[str] = mapped_column(String(16))
    held: Mapped[str] = mapped_column(String(16), default=SOFTWARE, server_default=SOFTWARE)
    bound_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    last_place: Mapped[bytes | None]
    unbound_at: Mapped[datetime | None]
    unbound_why: Mapped[str | None] = mapped_column(String(16))


class WebSession(Opened, Base):
    """A browser that somebody opened by proving themselves.

    Of a QR login: the number of its `receipt`, and whether the tab that asked signed for it (`tab_bound`).
    """

    __tablename__ = "web_session"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    device_id: Mapped[str | None] = mapped_column(ForeignKey("device.id"))
    receipt: Mapped[str | None] = mapped_column(String(9))
    tab_bound: Mapped[bool | None]


class CardChallenge(Base):
    """A nonce that one card signs once, for one purpose, in one browser."""

    __tablename__ = "card_challenge"

    id: Mapped[str] = id_column()
    nonce: Mapped[str] = mapped_column(String(64))
    purpose: Mapped[str] = mapped_column(String(16))
    browser_digest: Mapped[bytes]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class UsedProof(Base):
    """The digest of a `jti` that has done its work; kept as long as the proof could be believed."""

    __tablename__ = "used_proof"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class TokenFamily(Base):
    """All tokens that came from one act of a phone; revoked together when one is replayed."""

    __tablename__ = "token_family"

    id: Mapped[str] = id_column()
    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"), index=True)
    started_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class AccessToken(Base):
    """A token of ten minutes, useless without the device's key."""

    __tablename__ = "access_token"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    family_id: Mapped[str] = mapped_column(ForeignKey("token_family.id"), index=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class RefreshToken(Base):
    """A token that is exchanged once; its successor is derived by a server key, so a lost reply can be repeated."""

    __tablename__ = "refresh_token"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    family_id: Mapped[str] = mapped_column(ForeignKey("token_family.id"), index=True)
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class Authenticator(Base):
    """The one authenticator of a phone (WebAuthn): the key that only its own unlock uses, and how often it was."""

    __tablename__ = "authenticator"

    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"), primary_key=True)
    credential_id: Mapped[bytes] = mapped_column(unique=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int] = mapped_column(BigInteger)
    transports: Mapped[list[str]] = mapped_column(JSON)
    backup_eligible: Mapped[bool]
    backed_up: Mapped[bool]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class AuthenticatorOffer(Base):
    """A challenge over which a phone may register its authenticator once; a newer one replaces it."""

    __tablename__ = "authenticator_offer"

    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"), primary_key=True)
    challenge: Mapped[bytes]
    expires_at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What a way of proving found out: who, how (`acr`, `amr` per RFC 8176), when, and by which phone."""

    person_id: str
    acr: str
    amr: tuple[str, ...]
    at: datetime
    device_id: str | None = None
    unit_code: str | None = None
    appoint_managers: bool = False
    receipt: str | None = None
    tab_bound: bool | None = None


@dataclass(frozen=True, kw_only=True)
class SessionView:
    """A live browser session as its owner may see it."""

    id: str
    person_id: str
    person: dict[str, str]
    acr: str
    amr: list[str]
    auth_time: datetime
    expires_at: datetime
    binding: dict[str, Any] | None
    unit_code: str | None
    appoint_managers: bool
    receipt: str | None = None
    tab_bound: bool | None = None
    bindings_frozen_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class LiveSession:
    """One of a person's live sessions in their own list; `from_` is the address that it was opened from."""

    id: str
    current: bool
    acr: str
    amr: list[str]
    auth_time: datetime
    last_seen_at: datetime
    expires_at: datetime
    from_: str
    browser: str


@dataclass(frozen=True, kw_only=True)
class AppView:
    """A bound phone that proved itself on this call."""

    device_id: str
    person_id: str
    jkt: str
    family_id: str
