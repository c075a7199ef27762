import pytest
from sqlalchemy import select, update

from authsvc.core.audit import AuditEvent
from authsvc.identity.models import Person
from batch import working
from tests.authsvc.registration.acts import change_person, put_fault
from tests.batch.scene import Scene, file_of, line
from tests.clocks import MovableClock
from tests.factories import make_person
from tests.simulators import Transports, clear_faults
from units.models import UnitRegistration


def test_a_file_becomes_applications_mails_and_a_result(scene: Scene) -> None:
    # given
    clerk, people = scene.clerk(), scene.crowd[:3]
    batch_id = scene.sent(clerk, file_of(people))
    assert scene.batch(batch_id).state == "waiting"
    # when
    assert scene.work() == 1
    # then
    row = scene.batch(batch_id)
    assert (row.state, row.rows, row.done_rows, row.successes, row.failures) == ("done", 3, 3, 3, 0)
    assert {to for to, _ in scene.mails()} == {f"{person.key}@mail.example.tw" for person in people}
    assert all("/registration/confirm#" in values["link"] for _, values in scene.mails())
    scene.require_whole(batch_id)


def test_each_row_that_fails_says_why_and_holds_up_no_other(scene: Scene, transports: Transports) -> None:
    # given people of every kind
    good, twice, invalid, *rest = scene.crowd[:9]
    change_person(transports, invalid.national_id, card_valid=False)
    wu = scene.world.person("wu")  # insured elsewhere
    lines = [
        line(good),
        line(wu),
        line(invalid),
        line(twice),
        line(twice, email="other@example.org"),
        line(rest[0], id=rest[0].national_id[:-1] + "x"),
        line(rest[1], email="nobody"),
        line(rest[2], mobile="912345678"),
        line(rest[3], phone="21234567"),
        line(rest[4], phone=""),
    ]
    # when
    batch_id = scene.sent(scene.clerk(), "\n".join(lines).encode())
    scene.work()
    # then
    assert list(scene.words(batch_id).values()) == [
        *("applied", "not_insured", "card_not_valid", "applied", "already_applied", "id_invalid", "email_invalid"),
        *("mobile_invalid", "phone_invalid", "applied"),
    ]
    scene.require_whole(batch_id)


def test_who_is_registered_or_has_applied_is_left_as_they_are(scene: Scene) -> None:
    clerk, people = scene.clerk(), scene.crowd[:4]
    registered = make_person(scene.kit, 7)
    scene.sent(clerk, file_of(people[:2]))
    scene.work()
    before = {row.id: row.email for row in scene.applications()}
    # when another file names the same people with other addresses
    other = [line(person, email="x@example.org") for person in people]
    batch_id = scene.sent(clerk, "\n".join(other).encode())
    scene.work()
    # then
    words = scene.words(batch_id)
    assert [words[row] for row in (1, 2, 3, 4)] == ["already_applied", "already_applied", "applied", "applied"]
    assert before.items() <= {row.id: row.email for row in scene.applications()}.items()
    assert registered.email == "person7@example.org"


def test_who_is_registered_is_not_entered(scene: Scene) -> None:
    person = make_person(scene.kit, 9)
    somebody = scene.crowd[0]
    with scene.kit.begin() as session:
        row = session.get_one(Person, person.id)
        row.national_id_index = scene.kit.keys.index("national_id", somebody.national_id)
    batch_id = scene.sent(scene.clerk(), file_of(scene.crowd[:2]))
    scene.work()
    assert list(scene.words(batch_id).values()) == ["already_registered", "applied"]
    assert len(scene.applications()) == 1


@pytest.mark.parametrize("kind", ["500", "lie", "wrong_nonce", "missing_field"])
def test_while_the_registry_does_not_answer_the_file_waits_and_goes_on_later(
    scene: Scene, transports: Transports, clock: MovableClock, kind: str
) -> None:
    # given
    batch_id = scene.sent(scene.clerk(), file_of(scene.crowd[:2]))
    put_fault(transports, "unit_people", kind)
    # when
    assert scene.work() == 1
    # then nothing has failed
    row = scene.batch(batch_id)
    assert (row.state, row.done_rows, row.failures, row.tries) == ("waiting", 0, 0, 1)
    assert scene.work() == 0
    clear_faults(transports, "registry")
    clock.forward(seconds=2)
    scene.work()
    assert scene.batch(batch_id).successes == 2


def withdraw(scene: Scene) -> None:
    ended = update(UnitRegistration).where(UnitRegistration.id == scene.unit.id)
    with scene.kit.begin() as session:
        session.execute(ended.values(ended_at=scene.kit.clock.now()))


def test_a_file_of_a_unit_that_withdrew_is_not_entered_and_nobody_is_written_to(
    scene: Scene, transports: Transports
) -> None:
    # given a unit that withdraws before the worker comes; the registry is not needed any more
    batch_id = scene.sent(scene.clerk(), file_of(scene.crowd[:2]) + line(scene.crowd[2], mobile="1").encode())
    withdraw(scene)
    put_fault(transports, "unit_people", "500")
    # when
    assert scene.work() == 1
    # then
    row = scene.batch(batch_id)
    assert (row.state, row.rows, row.done_rows, row.successes, row.failures) == ("done", 3, 3, 0, 3)
    assert set(scene.words(batch_id).values()) == {"unit_withdrawn"}
    assert scene.mails() == scene.mails("batch/mail/done") == []
    scene.require_whole(batch_id)
    with scene.kit.read() as session:
        end = session.scalars(select(AuditEvent).where(AuditEvent.action == "batch.entered")).one()
    assert end.details == {"rows": 3, "successes": 0, "failures": 3}


def test_what_was_entered_before_a_unit_withdrew_stays_and_the_rest_fails(scene: Scene) -> None:
    batch_id = scene.sent(scene.clerk(), file_of(scene.crowd[:1_100]))
    assert working.work(scene.kit)
    withdraw(scene)
    assert scene.work() == 2
    row = scene.batch(batch_id)
    assert (row.state, row.done_rows, row.successes, row.failures) == ("done", 1_100, 500, 600)
    assert scene.mails("batch/mail/done") == []
    scene.require_whole(batch_id)


def test_a_unit_that_withdraws_while_the_registry_thinks_has_nobody_entered(scene: Scene) -> None:
    # given a worker that has its answer, but has not written yet
    batch_id = scene.sent(scene.clerk(), file_of(scene.crowd[:2]))
    taken = working.lease(scene.kit)
    assert taken is not None
    rows = working._rows(scene.kit, taken)  # noqa: SLF001 - where it stands still
    working._prepared(scene.kit, taken.batch, rows, at=scene.kit.clock.now())  # noqa: SLF001
    withdraw(scene)
    # when it goes on
    working._write(scene.kit, taken, rows, lambda _session: pytest.fail("entered"), at=scene.kit.clock.now())  # noqa: SLF001
    # then
    assert set(scene.words(batch_id).values()) == {"unit_withdrawn"}
