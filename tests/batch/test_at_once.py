"""Many at once, on PostgreSQL: one batch of one file, and each row entered by one of two workers."""

import io
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TypeVar

import pytest
from sqlalchemy import text

import batch.working as working
from authsvc.core.kit import Kit
from authsvc.identity.models import Person
from authsvc.identity.people import contact
from authsvc.registration.service import supersede
from batch import service
from batch.queries import QUERY
from batch.service import UPLOAD, Uploaded
from tests.batch.scene import Scene, file_of, line
from tests.clocks import MovableClock
from tests.factories import make_person, session_of

Result = TypeVar("Result")
SHOTS = 20
ROUNDS = 3

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def at_once(work: Sequence[Callable[[], Result]]) -> list[Result]:
    """Do everything at the same moment."""
    barrier = threading.Barrier(len(work))

    def go(one: Callable[[], Result]) -> Result:
        barrier.wait()
        return one()

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(go, work))


def uploading(scene: Scene, content: bytes) -> Callable[[], Uploaded]:
    clerk = scene.clerk([UPLOAD, QUERY])
    view = session_of(scene.kit, clerk.person.id)
    name = scene.name()

    def upload() -> Uploaded:
        stream = io.BytesIO(content)
        return service.upload(scene.kit, view=view, unit_code=scene.unit.code, file_name=name, stream=stream)

    return upload


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_twenty_uploads_of_one_file_make_one_batch(scene: Scene, turn: int) -> None:
    upload = uploading(scene, file_of(scene.crowd[turn : turn + 600]))

    done = at_once([upload] * SHOTS)

    assert len({each.id for each in done}) == 1
    assert sum(not each.duplicate for each in done) == 1
    assert scene.parts(done[0].id) == 2
    scene.work()
    scene.require_whole(done[0].id)


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_twenty_uploads_of_a_file_that_had_failures_make_one_batch_more(scene: Scene, turn: int) -> None:
    content = f"{line(scene.crowd[turn], mobile='1')}\n".encode()
    upload = uploading(scene, content)
    before = upload()
    scene.work()

    done = at_once([upload] * SHOTS)

    assert len({each.id for each in done} | {before.id}) == 2
    assert sum(not each.duplicate for each in done) == 1


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_uploads_while_the_file_comes_to_an_end_with_failures_are_answered(scene: Scene, turn: int) -> None:
    upload = uploading(scene, f"{line(scene.crowd[turn], mobile='1')}\n".encode())
    before = upload()
    done = at_once([*[upload] * SHOTS, lambda: worked_on(scene, before)])

    assert len({each.id for each in done} | {before.id}) <= 2
    assert sum(not each.duplicate for each in done[:-1]) <= 1


def worked_on(scene: Scene, uploaded: Uploaded) -> Uploaded:
    working.work(scene.kit)
    return uploaded


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_workers_at_once_enter_each_row_once(scene: Scene, turn: int) -> None:
    # given three files that name the same people in other orders
    crowd = scene.crowd[turn : turn + 1_200]
    files = [crowd, crowd[::-1], crowd[600:] + crowd[:600]]
    sent = [scene.sent(scene.clerk(), file_of(people)) for people in files]
    # when four workers work at once
    at_once([lambda: worked(scene.kit)] * 4)
    # then whoever was entered was entered once, and the other files say that it was done already
    words = [word for batch_id in sent for word in scene.words(batch_id).values()]
    assert sorted(set(words)) == ["already_applied", "applied"]
    assert words.count("applied") == len(crowd) == len(scene.applications()) == len(scene.mails()) == scene.applied()
    assert [scene.batch(batch_id).done_rows for batch_id in sent] == [len(crowd)] * 3
    assert len(scene.mails("batch/mail/done")) == 3


def worked(kit: Kit) -> None:
    """Work until nobody has anything to do."""
    idle = 0
    while idle < 3:
        idle = 0 if working.work(kit) else idle + 1


def test_a_worker_that_comes_late_changes_nothing(scene: Scene, clock: MovableClock) -> None:
    # given a worker that holds a batch, and stands still until its lease is over
    batch_id = scene.sent(scene.clerk(), file_of(scene.crowd[:700]))
    slow = working.lease(scene.kit)
    assert slow is not None
    assert scene.work() == 0  # nobody takes what is held
    clock.forward(seconds=60)
    assert scene.work() == 2
    # when it goes on
    working._enter(scene.kit, slow)  # noqa: SLF001 - where it stood still
    working._put_off(scene.kit, slow)  # noqa: SLF001
    # then
    assert scene.batch(batch_id).state == "done"
    scene.require_whole(batch_id)
    # and one that is behind by a part, with a lease that another took over, either
    other = scene.sent(scene.clerk(), "\n".join(line(each, phone="") for each in scene.crowd[700:1_300]).encode())
    late = working.lease(scene.kit)
    assert late is not None
    clock.forward(seconds=60)
    working.work(scene.kit)
    taken = working.lease(scene.kit)
    assert taken is not None
    working._enter(scene.kit, late)  # noqa: SLF001
    working._enter(scene.kit, replace(taken, batch=late.batch))  # noqa: SLF001 - its token, but an older state
    assert scene.batch(other).done_rows == 500
    working._enter(scene.kit, taken)  # noqa: SLF001
    scene.require_whole(batch_id, other)


def test_a_short_file_does_not_wait_for_a_long_one(scene: Scene, clock: MovableClock) -> None:
    long = scene.sent(scene.clerk(), file_of(scene.crowd[:1_300]))
    clock.forward(seconds=1)
    short = scene.sent(scene.clerk(), file_of(scene.crowd[:1]))
    for _ in range(2):
        clock.forward(seconds=1)
        working.work(scene.kit)

    assert scene.batch(short).state == "done"
    assert scene.batch(long).done_rows == 500


def test_who_opens_an_account_at_the_same_moment_has_no_application_beside_it(scene: Scene) -> None:
    # given somebody whose account is being opened, and a worker that comes to their row meanwhile
    batch_id, somebody = scene.taken(file_of(scene.crowd[:3])), scene.crowd[1]
    person = make_person(scene.kit, 5)
    with ThreadPoolExecutor(1) as pool:
        with scene.kit.begin() as session:
            row = session.get_one(Person, person.id)
            row.national_id_index = scene.kit.keys.index("national_id", somebody.national_id)
            session.flush()
            supersede(session, scene.kit, row, contact(scene.kit, row))
            working_on = pool.submit(worked, scene.kit)
            wait_until(lambda: waits_for_another(scene))
        working_on.result()
    # then
    assert scene.words(batch_id) == {1: "applied", 2: "already_registered", 3: "applied"}
    scene.require_whole(batch_id)


def waits_for_another(scene: Scene) -> bool:
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with scene.kit.engine.connect() as one:
        return bool(one.execute(text(query)).scalar())


def wait_until(condition: Callable[[], bool]) -> None:
    ends = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < ends, "it took too long"
        time.sleep(0.02)
