import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select, text, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from authsvc.core.audit import AuditEvent
from authsvc.core.db import Moment, claim, open_engine
from authsvc.core.kit import Kit
from authsvc.core.throttle import Tally
from authsvc.identity.models import TokenFamily

TAIPEI = timezone(timedelta(hours=8))
NOON = datetime(2026, 1, 2, 12, 0, tzinfo=TAIPEI)


def tally(subject: bytes = b"s", *, at: datetime = NOON) -> Tally:
    return Tally(scope="test", subject=subject, tries=1, since_at=at, open_at=at)


def test_a_moment_comes_back_in_utc(ground: Kit) -> None:
    with ground.begin() as session:
        session.add(tally())
    with ground.read() as session:
        found = session.scalars(select(Tally)).one()

    assert found.since_at == NOON
    assert found.since_at.tzinfo is UTC


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        Moment().process_bind_param(datetime(2026, 1, 2), sqlite.dialect())  # noqa: DTZ001 - what must not be


def test_no_moment_stays_no_moment(ground: Kit) -> None:
    assert Moment().process_bind_param(None, ground.engine.dialect) is None
    assert Moment().process_result_value(None, ground.engine.dialect) is None


def test_a_claim_is_won_once(ground: Kit) -> None:
    # given
    with ground.begin() as session:
        session.add(tally())
    unused = update(Tally).where(Tally.tries == 1).values(tries=2)
    # when
    outcomes = []
    for _ in range(3):
        with ground.begin() as session:
            outcomes.append(claim(session, unused))
    # then
    assert outcomes == [True, False, False]


def test_a_claim_on_two_rows_is_no_claim(ground: Kit) -> None:
    with ground.begin() as session:
        session.add_all([tally(b"a"), tally(b"b")])
        session.flush()
        assert not claim(session, update(Tally).values(tries=2))
        assert not claim(session, select(Tally))


def test_twenty_at_the_barrier_have_one_winner(ground: Kit) -> None:
    # given
    with ground.begin() as session:
        session.add(tally())
    won, start = [], threading.Barrier(20)

    def run() -> None:
        start.wait()
        with ground.begin() as session:
            won.append(claim(session, update(Tally).where(Tally.tries == 1).values(tries=2)))

    # when
    threads = [threading.Thread(target=run) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # then
    assert sorted(won) == [False] * 19 + [True]


def test_a_transaction_that_fails_leaves_nothing(ground: Kit) -> None:
    def fail() -> None:
        with ground.begin() as session:
            session.add(tally())
            session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        fail()

    with ground.read() as session:
        assert session.scalars(select(Tally)).all() == []


@pytest.fixture
def file_engine(migrated_sqlite: Path, tmp_path: Path) -> Engine:
    (tmp_path / "copy.db").write_bytes(migrated_sqlite.read_bytes())
    return open_engine(f"sqlite:///{tmp_path}/copy.db")


def test_a_second_writer_of_sqlite_waits_instead_of_failing(file_engine: Engine) -> None:
    # given one writer that read first and holds its transaction
    entered = threading.Event()

    def second() -> None:
        entered.set()
        with Session(file_engine) as session, session.begin():
            session.scalars(select(Tally)).all()
            session.add(tally(b"second"))

    with Session(file_engine) as session, session.begin():
        session.scalars(select(Tally)).all()
        # when another begins, and the first writes after all
        thread = threading.Thread(target=second)
        thread.start()
        entered.wait()
        thread.join(timeout=0.2)
        waited = thread.is_alive()
        session.add(tally(b"first"))
    thread.join(timeout=10)
    # then both are there
    with Session(file_engine) as session:
        assert {row.subject for row in session.scalars(select(Tally))} == {b"first", b"second"}
    assert waited
    file_engine.dispose()


def test_a_reader_of_sqlite_does_not_queue_with_the_writers(file_engine: Engine) -> None:
    with Session(file_engine) as writer, writer.begin():
        writer.add(tally())
        writer.flush()
        with Session(file_engine.execution_options(reading=True)) as reader:
            assert reader.scalars(select(Tally)).all() == []
    file_engine.dispose()


def test_sqlite_is_durable_and_checks_foreign_keys(file_engine: Engine) -> None:
    with file_engine.connect() as connection:
        asked = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }

    assert asked == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 15000}
    file_engine.dispose()


def test_a_row_must_refer_to_one_that_is_there(ground: Kit) -> None:
    orphan = insert(TokenFamily).values(id="f", device_id="nobody", started_at=NOON)
    with pytest.raises(IntegrityError), ground.begin() as session:
        session.execute(orphan)


def test_an_exception_does_not_show_what_was_to_be_stored(ground: Kit) -> None:
    with ground.begin() as session:
        session.add(tally(b"A123456789"))
    again = insert(Tally).values(scope="test", subject=b"A123456789", tries=1, since_at=NOON, open_at=NOON)
    with pytest.raises(IntegrityError) as fault, ground.begin() as session:
        session.execute(again)

    assert "[SQL parameters hidden" in str(fault.value)
    assert "parameters: (" not in str(fault.value)


def test_the_folder_of_a_new_sqlite_file_is_made(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/new/folder/a.db")
    with engine.connect():
        pass
    engine.dispose()

    assert (tmp_path / "new/folder/a.db").exists()


def test_a_plain_postgresql_address_means_psycopg_with_limits_on_every_wait(migrated_postgres: str) -> None:
    engine = open_engine(migrated_postgres.replace("postgresql+psycopg", "postgresql"))
    with engine.connect() as connection:
        shown = [connection.execute(text(f"SHOW {name}")).scalar() for name in ("statement_timeout", "lock_timeout")]
    engine.dispose()

    assert shown == ["5s", "4s"]
    assert open_engine("postgresql+psycopg://x/y").url.drivername == "postgresql+psycopg"


def test_who_waits_too_long_for_a_lock_is_told_so(migrated_postgres: str) -> None:
    engine = open_engine(migrated_postgres)
    lock = text("SELECT pg_advisory_xact_lock(7)")
    with Session(engine) as holder, holder.begin():
        holder.execute(lock)
        with Session(engine) as waiter:
            waiter.execute(text("SET lock_timeout = '50ms'"))
            with pytest.raises(OperationalError, match="timeout"):
                waiter.execute(lock)
    engine.dispose()


def test_the_ids_of_events_go_up_on_both_databases(ground: Kit) -> None:
    with ground.begin() as session:
        for _ in range(3):
            session.add(AuditEvent(at=NOON, action="a", outcome="done", request_id="-", details={}))
    with ground.read() as session:
        ids = session.scalars(select(AuditEvent.id)).all()

    assert sorted(set(ids)) == list(ids)
