"""An older database comes back: what was revoked or used after the backup stays so."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx2
import psycopg
import pytest
from flask import Flask
from sqlalchemy import make_url

from authsvc import worker
from authsvc.core import revocations
from authsvc.core.kit import Kit
from authsvc.identity import epochs, freezing
from authsvc.identity.epochs import RestorePending
from authsvc.settings import Misconfigured, Settings
from mobileapp.client import Phone
from mobileapp.phonewire import Problem
from tests.authsvc.identity.before_and_after import EVERYTHING, Life, again, copy_of, live_a_little, works
from tests.browser import Browser
from tests.clocks import MovableClock
from tests.conftest import client_of
from tests.factories import make_bound_phone, make_person, make_session
from tests.simulators import acts
from wsgi import build

Restart = Callable[..., Flask]


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    return replace(settings, revocations_file=tmp_path / "revocations")


@pytest.fixture
def life(app: Flask, clock: MovableClock, new_browser: Callable[[], Browser]) -> Life:
    return live_a_little(app, clock, new_browser)


@pytest.fixture
def backup(kit: Kit, tmp_path: Path, life: Life) -> Iterator[str]:
    """Copy the database in the middle of that life."""
    del life
    url = copy_of(kit, tmp_path)
    yield url
    if url.startswith("postgresql"):
        place = make_url(url)
        server = place.set(database="postgres").render_as_string(hide_password=False)
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {place.database} WITH (FORCE)")


@pytest.fixture
def start(
    settings: Settings, clock: MovableClock, transports: dict[str, httpx2.BaseTransport], backup: str
) -> Iterator[Restart]:
    """Start the service on the backup, with other settings than before."""
    started: list[Flask] = []

    def begin(**other: object) -> Flask:
        changed = replace(settings, database_url=backup, **other)  # type: ignore[arg-type]
        started.append(build(changed, clock=clock, transports=transports))
        return started[-1]

    yield begin
    for each in started:
        each.extensions["kit"].engine.dispose()


def restore(app: Flask, *journals: Path) -> epochs.Restored:
    kit: Kit = app.extensions["kit"]
    return epochs.restore(kit, journals=journals)


def test_an_older_database_alone_would_bring_everything_back(
    app: Flask, clock: MovableClock, life: Life, start: Restart
) -> None:
    life.use_up(app, clock)

    assert life.revived(start(), clock) == EVERYTHING


def test_nothing_used_or_revoked_after_the_backup_comes_back(
    app: Flask, clock: MovableClock, life: Life, start: Restart, settings: Settings
) -> None:
    life.use_up(app, clock)
    restored = start(epoch=1)
    assert settings.revocations_file is not None

    done = restore(restored, settings.revocations_file)

    assert done == epochs.Restored(epoch=1, complete=True, unbound=1, suspended=1, frozen=1)
    assert life.revived(restored, clock) == set()


def test_a_phone_that_was_not_revoked_goes_on_by_its_key(
    app: Flask, clock: MovableClock, life: Life, start: Restart, settings: Settings
) -> None:
    life.use_up(app, clock)
    restored = start(epoch=1)
    assert settings.revocations_file is not None
    restore(restored, settings.revocations_file)

    kept = again(life.kept, restored, clock)
    kept.recover()

    assert kept.is_bound()
    clock.forward(seconds=30 * 2)  # codes of before the restore are dead
    assert client_of(restored).post("/api/v1/sessions/otp", json=typed(life, kept)).status_code == 201


def typed(life: Life, phone: Phone) -> dict[str, str]:
    who = {"national_id": life.person.national_id, "birth_date": life.person.birth_date.isoformat()}
    return who | {"otp": phone.otp_code()}


def test_an_old_key_that_was_replaced_does_not_come_back(
    app: Flask, clock: MovableClock, life: Life, start: Restart, settings: Settings
) -> None:
    before = again(life.kept, app, clock)
    life.kept.change_keys()
    restored = start(epoch=1)
    assert settings.revocations_file is not None

    assert restore(restored, settings.revocations_file).unbound == 1
    assert not works(again(before, restored, clock).recover)


def test_who_allowed_new_phones_again_after_the_backup_is_not_stopped(
    app: Flask, kit: Kit, clock: MovableClock, life: Life, start: Restart, settings: Settings
) -> None:
    life.use_up(app, clock)
    clock.forward(seconds=1)
    freezing.lift(kit, make_session(kit, life.wary).view)
    restored = start(epoch=1)
    assert settings.revocations_file is not None

    assert restore(restored, settings.revocations_file).frozen == 0


def test_without_a_journal_every_phone_is_unbound(app: Flask, clock: MovableClock, life: Life, start: Restart) -> None:
    life.use_up(app, clock)
    restored = start(epoch=1, revocations_file=None)

    assert restore(restored) == epochs.Restored(epoch=1, complete=False, unbound=2, suspended=0, frozen=0)

    assert life.revived(restored, clock) == {"suspension", "new phones"}
    assert not works(again(life.kept, restored, clock).recover)


def test_a_journal_that_begins_after_the_backup_is_not_enough(
    clock: MovableClock, start: Restart, tmp_path: Path
) -> None:
    clock.forward(seconds=1)
    restored = start(epoch=1, revocations_file=tmp_path / "new")

    assert not restore(restored, tmp_path / "new").complete


def test_before_it_is_made_ready_the_service_answers_nothing(start: Restart, clock: MovableClock, life: Life) -> None:
    restored = start(epoch=1, revocations_file=None)
    client = client_of(restored)

    for path in ("/", "/readyz", "/api/v1/sessions/current", "/login"):
        answer = client.get(path)
        assert (answer.status_code, b"restore_pending" in answer.data) == (503, True), path
    assert client.get("/healthz").status_code == 200
    assert not works(again(life.kept, restored, clock).recover)
    with pytest.raises(RestorePending):
        worker_turn(restored)


def worker_turn(app: Flask) -> None:
    kit: Kit = app.extensions["kit"]
    kit.port(epochs.Gate).require_open(kit)
    worker.send_due(app, kit, None)  # type: ignore[arg-type]


def test_a_service_of_the_old_epoch_answers_nothing_on_a_database_that_is_ready(start: Restart) -> None:
    restore(start(epoch=2, revocations_file=None))

    assert client_of(start()).get("/readyz").status_code == 503


def test_an_epoch_is_never_used_twice(start: Restart) -> None:
    restored = start(epoch=1, revocations_file=None)
    restore(restored)

    with pytest.raises(Misconfigured, match="AUTHSVC_EPOCH to 2"):
        restore(restored)


def test_the_command_says_what_it_did(start: Restart) -> None:
    restored = start(epoch=1)

    result = restored.test_cli_runner().invoke(args=["restore"])

    assert result.output == (
        "Epoch 1: the journal reaches back to the backup. 0 phones unbound again; "
        "0 people suspended again, 0 allow no new phones again.\n"
    )
    assert acts(restored.extensions["kit"])[-1] == ("service.restored", "done")


def test_the_journal_names_nobody_and_outlives_a_line_cut_short(
    app: Flask, kit: Kit, clock: MovableClock, settings: Settings
) -> None:
    file = settings.revocations_file
    assert file is not None
    person = make_person(kit)
    phones = [make_bound_phone(app, clock, person) for _ in range(2)]
    ids = [phone.device_id for phone in phones]
    phones[0].unbind()
    with file.open("a") as torn:
        torn.write("\ndevice 0123")
    phones[1].unbind()

    read = revocations.read_journals([file])

    assert read is not None
    assert [line.digest for line in read.lines] == [revocations.digest(kit, "device", each) for each in ids]
    assert not any(each in file.read_text() for each in (*ids, person.id, person.national_id))
    assert file.stat().st_mode & 0o777 == 0o600


HEADER = "authsvc revocations since 2026-01-01T00:00:00Z"
WHOLE = f"frozen {'ab' * 32} 2026-10-31T12:34:56"


@pytest.mark.parametrize("whole", [f"{WHOLE}Z", f"{WHOLE}.123456Z"])
def test_a_line_cut_short_anywhere_is_left_out(tmp_path: Path, whole: str) -> None:
    file = tmp_path / "journal"
    for length in range(len(whole) + 1):
        file.write_text(f"{HEADER}\n{whole[:length]}\n{whole}")

        read = revocations.read_journals([file])

        assert read is not None
        assert len(read.lines) == (2 if length == len(whole) else 1), whole[:length]
        assert all(line.at.tzinfo is not None for line in read.lines)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        HEADER.removesuffix(":00Z"),
        f"{HEADER}\n" + "x" * 200,
        f"{HEADER}\nhello",
        f"{HEADER}\n{WHOLE}Zz",
        f"{HEADER}\n{WHOLE.replace('-10-', '-13-')}Z",
    ],
)
def test_what_is_no_journal_stops_the_restore(tmp_path: Path, text: str) -> None:
    file = tmp_path / "journal"
    file.write_text(text)

    with pytest.raises(Misconfigured, match="journal"):
        revocations.read_journals([file])


def test_a_revocation_that_cannot_be_written_down_is_not_done(
    app: Flask, clock: MovableClock, kit: Kit, settings: Settings
) -> None:
    phone = make_bound_phone(app, clock, make_person(kit))
    assert settings.revocations_file is not None
    settings.revocations_file.unlink()

    with pytest.raises(Problem) as refused:
        phone.unbind()

    assert (refused.value.status, refused.value.code) == (503, "unavailable")
    assert phone.is_bound()


def test_a_journal_that_cannot_be_begun_stops_the_start(settings: Settings, clock: MovableClock) -> None:
    with pytest.raises(Misconfigured, match="AUTHSVC_REVOCATIONS_FILE"):
        build(replace(settings, revocations_file=Path("/nowhere/at/all")), clock=clock)
