"""Files that units uploaded, in parts, and what became of each row. Personal data is sealed."""

from datetime import datetime
from typing import Final

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from authsvc.core.db import Base, id_column

WAITING, RUNNING, DONE = "waiting", "running", "done"
STATES: Final = (WAITING, RUNNING, DONE)
OPEN: Final = text("state <> 'done'")


class Batch(Base):
    """A file that was taken; `rows` are `done_rows` and those that wait, `done_rows` are successes and failures.

    A worker holds it by `lease_token` until `lease_until`; `due_at` is when it is taken up next, `tries` how often in
    a row that failed. `file_digest` is of name and content, so that a file is one batch; once a batch ended with rows
    that failed it is one of its own, and the file can be uploaded again. `uploader_id` is a person's. `erased_at` is
    when the uploaded rows were erased.
    """

    __tablename__ = "batch"
    __table_args__ = (
        UniqueConstraint("registration_id", "file_digest", name="uq_batch_file"),
        Index("ix_batch_open", "due_at", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_batch_registration", "registration_id", "uploaded_at"),
        Index("ix_batch_done_at", "done_at"),
    )

    id: Mapped[str] = id_column()
    registration_id: Mapped[str] = mapped_column(String(32))
    unit_code: Mapped[str] = mapped_column(String(9))
    uploader_id: Mapped[str] = mapped_column(String(32))
    uploader_name: Mapped[bytes]
    uploader_email: Mapped[bytes]
    language: Mapped[str] = mapped_column(String(16))
    file_name: Mapped[str] = mapped_column(String(32))
    file_digest: Mapped[bytes]
    state: Mapped[str] = mapped_column(String(16))
    rows: Mapped[int] = mapped_column(Integer)
    done_rows: Mapped[int] = mapped_column(Integer)
    successes: Mapped[int] = mapped_column(Integer)
    failures: Mapped[int] = mapped_column(Integer)
    uploaded_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    due_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(Integer)
    lease_token: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None]


class BatchPart(Base):
    """Some rows of the file, sealed as JSON; one part is entered at a time."""

    __tablename__ = "batch_part"

    batch_id: Mapped[str] = mapped_column(ForeignKey("batch.id"), primary_key=True)
    first_row: Mapped[int] = mapped_column(Integer, primary_key=True)
    content: Mapped[bytes]


class BatchResult(Base):
    """What became of the rows of one part, sealed as JSON: number, masked ID, code."""

    __tablename__ = "batch_result"

    batch_id: Mapped[str] = mapped_column(ForeignKey("batch.id"), primary_key=True)
    first_row: Mapped[int] = mapped_column(Integer, primary_key=True)
    failures: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime]
    content: Mapped[bytes]
