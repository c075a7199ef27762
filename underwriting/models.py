"""Accounts of the underwriting service, the links of their mails, and their sessions. Personal data is sealed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from authsvc.core.db import Base, id_column
from authsvc.identity.opened import Opened

WAITING, ACTIVE = "waiting", "active"
ACTIVATE, RESET = "activate", "reset"
LIVE: Final = text("ended_at IS NULL")


class UnderwritingAccount(Base):
    """A clerk's account for one unit, found by the blind index of both; it waits until its mail's link was used.

    `unit_code` and `unit_name` are public. Who deleted it keeps the row until its sessions are erased.
    """

    __tablename__ = "underwriting_account"
    __table_args__ = (
        Index("uq_underwriting_account_live", "login_index", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
        Index("ix_underwriting_account_person", "person_index"),
    )

    id: Mapped[str] = id_column()
    login_index: Mapped[bytes]
    person_index: Mapped[bytes]
    unit_code: Mapped[str] = mapped_column(String(9))
    unit_name: Mapped[str]
    national_id: Mapped[bytes]
    name: Mapped[bytes]
    email: Mapped[bytes]
    password_hash: Mapped[str]
    language: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    registered_at: Mapped[datetime]
    activated_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class UnderwritingLink(Base):
    """What a mail's link is good for, once: activating an account, or setting its password anew."""

    __tablename__ = "underwriting_link"

    account_id: Mapped[str] = mapped_column(ForeignKey("underwriting_account.id"), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(16), primary_key=True)
    digest: Mapped[bytes] = mapped_column(unique=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class UnderwritingSession(Opened, Base):
    """A browser that an account opened."""

    __tablename__ = "underwriting_session"

    account_id: Mapped[str] = mapped_column(ForeignKey("underwriting_account.id"), index=True)


@dataclass(frozen=True, kw_only=True)
class AccountProof:
    """What unit code, ID and password showed; `acr` and `amr` (RFC 8176) say that it was no more than that."""

    account_id: str
    at: datetime
    unit_code: str
    acr: str = "underwriting"
    amr: tuple[str, ...] = ("pwd",)
    appoint_managers: bool = False


@dataclass(frozen=True, kw_only=True)
class AccountView:
    """A live session of an account as its owner may see it; `person` is masked."""

    id: str
    account_id: str
    unit_code: str
    unit_name: str
    person: dict[str, str]
    acr: str
    amr: list[str]
    auth_time: datetime
    expires_at: datetime
