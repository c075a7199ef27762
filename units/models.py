"""Units that registered, whoever belongs to them, the roles of each, and who granted what. Personal data is sealed."""

from datetime import date, datetime
from typing import Final

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from authsvc.core.db import Base, id_column

MANAGER, CLERK = "manager", "clerk"
CERTIFICATE, HEALTH_CARD = "certificate", "card"
LIVE: Final = text("ended_at IS NULL")


class UnitRegistration(Base):
    """A unit that registered (單位註冊), once. `unit_code` has 9 digits, `labour_number` 8 and a letter.

    Name and numbers are public; how it is reached and who is responsible for it is sealed. Who withdrew keeps the row.
    """

    __tablename__ = "unit_registration"
    __table_args__ = (
        Index("uq_unit_registration_live", "unit_code", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
        Index("ix_unit_registration_responsible", "responsible_index"),
    )

    id: Mapped[str] = id_column()
    unit_code: Mapped[str] = mapped_column(String(9))
    name: Mapped[str]
    business_number: Mapped[str] = mapped_column(String(8), index=True)
    nhi_only: Mapped[bool]
    labour_number: Mapped[str | None] = mapped_column(String(9))
    responsible_id: Mapped[bytes]
    responsible_index: Mapped[bytes]
    phone: Mapped[bytes | None]
    mobile: Mapped[bytes | None]
    email: Mapped[bytes]
    language: Mapped[str] = mapped_column(String(16))
    via: Mapped[str] = mapped_column(String(32))
    registered_at: Mapped[datetime]
    changed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class UnitMember(Base):
    """A manager or a clerk of a unit, known by the blind index of their ID; who left keeps the row.

    `credential` is how they come in: with their registered health card, or with a certificate, whose serial number
    (as the card showed it, hexadecimal) is sealed. `everything` gives a manager all functions that can be granted.
    """

    __tablename__ = "unit_member"
    __table_args__ = (
        Index(
            "uq_unit_member_live",
            "registration_id",
            "person_index",
            "part",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
        Index("ix_unit_member_person", "person_index"),
    )

    id: Mapped[str] = id_column()
    registration_id: Mapped[str] = mapped_column(ForeignKey("unit_registration.id"))
    part: Mapped[str] = mapped_column(String(16))
    national_id: Mapped[bytes]
    person_index: Mapped[bytes]
    name: Mapped[bytes]
    phone: Mapped[bytes | None]
    mobile: Mapped[bytes | None]
    email: Mapped[bytes]
    credential: Mapped[str] = mapped_column(String(16))
    certificate_serial: Mapped[bytes | None]
    everything: Mapped[bool]
    added_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class UnitRole(Base):
    """A named set of functions that a unit's managers made (角色); `functions` are ids of the catalogue."""

    __tablename__ = "unit_role"
    __table_args__ = (
        Index("uq_unit_role_live", "registration_id", "name", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
    )

    id: Mapped[str] = id_column()
    registration_id: Mapped[str] = mapped_column(ForeignKey("unit_registration.id"))
    name: Mapped[str] = mapped_column(String(40))
    functions: Mapped[list[str]] = mapped_column(JSON)
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class UnitGrant(Base):
    """A role given to a clerk (使用者權限); `until` is the last day on which it counts, None for no end."""

    __tablename__ = "unit_grant"
    __table_args__ = (
        Index("uq_unit_grant_live", "member_id", "role_id", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
    )

    id: Mapped[str] = id_column()
    member_id: Mapped[str] = mapped_column(ForeignKey("unit_member.id"))
    role_id: Mapped[str] = mapped_column(ForeignKey("unit_role.id"), index=True)
    until: Mapped[date | None]
    granted_at: Mapped[datetime]
    granted_by: Mapped[bytes]
    ended_at: Mapped[datetime | None]


class UnitAct(Base):
    """What was done in a unit, by whom (name, sealed) and about what (sealed): its managers read it."""

    __tablename__ = "unit_act"
    __table_args__ = (Index("ix_unit_act_registration", "registration_id", "at"),)

    id: Mapped[str] = id_column()
    registration_id: Mapped[str] = mapped_column(ForeignKey("unit_registration.id"))
    at: Mapped[datetime]
    act: Mapped[str] = mapped_column(String(32))
    by: Mapped[bytes]
    about: Mapped[bytes]
