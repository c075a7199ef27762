"""The database: one base for all tables, aware times, and claims (conditional updates whose row count decides)."""

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import (
    DateTime,
    Dialect,
    Engine,
    Executable,
    LargeBinary,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection, CursorResult, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column
from sqlalchemy.types import TypeDecorator

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
OUT_OF_REACH = (DBAPIError, PoolExhausted)  # down, locked, full, or a statement that failed: nothing was done
WAIT_FOR_LOCK_MS = 15_000


class Moment(TypeDecorator[datetime]):
    """An aware moment; SQLite keeps it as naive UTC, everything above sees UTC only."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times, hand UTC to the driver."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive time has no place in the database")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Every table of the service."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Moment(),
        bytes: LargeBinary(),
        str: String(255),
    }


def id_column() -> Any:
    """Return the usual primary key: an opaque id of 22 characters."""
    return mapped_column(String(32), primary_key=True)


def claim(session: Session, statement: Executable) -> bool:
    """Run a conditional update and tell whether this caller won it (exactly one row changed)."""
    result = session.execute(statement, execution_options={"synchronize_session": False})
    return isinstance(result, CursorResult) and result.rowcount == 1


def hold(session: Session, *names: bytes) -> None:
    """Let no other transaction hold one of these names until this one ends; one that waits sees what this one did.

    Call it once, before any row is locked. What has no row yet (the number of a person's orders) is counted under it.
    On SQLite a writer is alone anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        # Always in the order of the numbers, so that two who hold the same names never wait for each other.
        for number in sorted({int.from_bytes(sha256(name).digest()[:8], signed=True) for name in names}):
            session.execute(select(func.pg_advisory_xact_lock(number)))


def upsert(session: Session, table: Table) -> Any:
    """Return an INSERT that knows ON CONFLICT, in the dialect of this session's database."""
    return (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert(table)


def open_engine(url: str, *, pool_size: int = 16) -> Engine:
    """Return an engine of at most so many connections: SQLite in WAL with IMMEDIATE writers, or PostgreSQL."""
    place = _normalised(url)
    # Parameters hold personal data, and an exception's text ends in a log.
    common: dict[str, Any] = {
        "pool_size": pool_size,
        "max_overflow": 0,
        "pool_timeout": 5,
        "hide_parameters": True,
    }
    if place.get_backend_name() == "sqlite":
        Path(place.database or "").parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(place, connect_args={"check_same_thread": False}, **common)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    options = "-c statement_timeout=5000 -c lock_timeout=4000 -c timezone=UTC"
    return create_engine(place, connect_args={"options": options}, **common)


def _normalised(url: str) -> URL:
    place = make_url(url)
    return place.set(drivername="postgresql+psycopg") if place.drivername == "postgresql" else place


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own transaction handling is off: `_begin_sqlite` says BEGIN.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={WAIT_FOR_LOCK_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A writer that starts as a reader can fail half-way with "database is locked"; one that starts IMMEDIATE waits.
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
