from sqlalchemy import func, select

from authsvc.core import outbox
from authsvc.core.jobs import jobs_of
from authsvc.core.outbox import OutboxMail
from tests.batch.scene import Scene, file_of, line
from tests.clocks import MovableClock


def run_jobs(scene: Scene) -> None:
    for job in jobs_of(scene.app):
        job(scene.kit)


def test_uploaded_rows_are_erased_thirty_days_after_they_were_entered(scene: Scene, clock: MovableClock) -> None:
    # given
    clerk = scene.clerk()
    batch_id = scene.sent(clerk, line(scene.crowd[0], mobile="1").encode())
    scene.work()
    clock.forward(days=30, seconds=-1)
    run_jobs(scene)
    assert scene.parts(batch_id) == 1
    # when
    clock.forward(seconds=1)
    run_jobs(scene)
    # then
    assert scene.parts(batch_id) == 0
    clerk = scene.desk(clerk.person)
    gone = clerk.get(f"/{batch_id}/failed.csv")
    assert (gone.status_code, (gone.json or {})["code"]) == (410, "batch_erased")
    assert "Row 1" in clerk.get(f"/{batch_id}/log").text
    assert (clerk.get(f"/{batch_id}").json or {})["is_erased"] is True


def test_after_three_months_nothing_is_left_of_a_file_that_is_done(scene: Scene, clock: MovableClock) -> None:
    clerk = scene.clerk()
    batch_id = scene.sent(clerk, file_of(scene.crowd[:1]))
    scene.work()
    clock.forward(days=92)
    run_jobs(scene)

    assert scene.desk(clerk.person).get(f"/{batch_id}").status_code == 404
    assert scene.words(batch_id) == {}


def test_a_file_that_still_waits_is_kept_however_long(scene: Scene, clock: MovableClock) -> None:
    batch_id = scene.sent(scene.clerk(), file_of(scene.crowd[:1]))
    clock.forward(days=200)
    run_jobs(scene)

    assert scene.parts(batch_id) == 1
    scene.work()
    assert scene.batch(batch_id).successes == 1


def test_the_worker_erases_the_rows_of_mails_that_went_out(scene: Scene, clock: MovableClock) -> None:
    scene.sent(scene.clerk(), file_of(scene.crowd[:3]))
    scene.work()
    while (mail := outbox.next_due(scene.kit)) is not None:
        outbox.mark_sent(scene.kit, mail)
    clock.forward(days=30)
    run_jobs(scene)

    with scene.kit.read() as session:
        assert session.scalar(select(func.count()).select_from(OutboxMail)) == 0
