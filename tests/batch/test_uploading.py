import io

import pytest
from sqlalchemy import func, select

from authsvc.identity.models import Person
from batch.models import Batch, BatchPart
from batch.queries import QUERY
from batch.reading import MOST_ROWS
from batch.service import MOST_BYTES, PART_ROWS, UPLOAD, UPLOADS
from tests.authsvc.registration.acts import change_person
from tests.batch.faulty import REFUSED, ROW
from tests.batch.scene import Scene, file_of, line
from tests.clocks import MovableClock
from tests.conftest import ORIGIN, client_of
from tests.insured import UNIT2, make_unit
from tests.simulators import Transports, acts

JSON = {"Origin": ORIGIN, "Accept-Language": "en"}


def kept(scene: Scene) -> int:
    with scene.kit.read() as session:
        return sum(session.scalar(select(func.count()).select_from(table)) or 0 for table in (Batch, BatchPart))


@pytest.mark.parametrize("case", ["empty", "renamed .xlsx", "heading twice", "short row", "140,000 characters"])
def test_a_file_that_is_none_is_refused_with_its_rows_and_nothing_is_kept(scene: Scene, case: str) -> None:
    content, encoding, expected = REFUSED[case]
    # when
    answer = scene.clerk().upload(content, name=scene.name(), encoding=encoding)
    # then
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["code"] == "batch_file_refused"
    assert answer.json["faults"] == [{"row": row, "reason": reason} for row, reason in expected]
    assert list(answer.json["errors"]) == [str(row) if row else "file" for row, _ in expected]
    assert kept(scene) == 0
    assert scene.work() == 0
    assert ("batch.upload", "batch_file_refused") in acts(scene.kit)


def test_what_is_wrong_is_told_in_the_callers_language(scene: Scene) -> None:
    clerk = scene.clerk()
    headers = {"Origin": ORIGIN, "Accept-Language": "zh-TW"}
    data = {"file": (io.BytesIO(b"ID,mail,mobile,phone\n"), scene.name())}
    answer = clerk.client.post(f"/api/v1/units/{scene.unit.code}/batches", data=data, headers=headers)

    assert answer.json is not None
    assert answer.json["errors"] == {"1": ["這是標題列，請刪除：第一列就是第一筆資料。"]}


@pytest.mark.parametrize("name", ["other.csv", "1109000221050713.csv", "1109000119991231.csv", ""])
def test_a_file_with_a_wrong_name_is_refused(scene: Scene, name: str) -> None:
    answer = scene.clerk().upload(file_of(scene.crowd[:1]), name=name)

    assert answer.status_code == 422
    assert kept(scene) == 0


def test_the_day_in_the_name_is_taipeis(scene: Scene, clock: MovableClock) -> None:
    # given a moment at which it is tomorrow already in Taipei
    while clock.now().hour != 17:
        clock.forward(hours=1)
    clerk = scene.clerk()
    tomorrow = scene.name()
    assert str(int(clock.now().strftime("%d"))) != str(int(tomorrow[-6:-4]))
    # then
    assert clerk.upload(file_of(scene.crowd[:1]), name=tomorrow).status_code == 201


def test_a_text_is_no_file_and_a_strange_field_is_refused(scene: Scene) -> None:
    clerk, url = scene.clerk(), f"/api/v1/units/{scene.unit.code}/batches"
    kind = "multipart/form-data"
    text = clerk.client.post(url, data={"file": "x"}, content_type=kind, headers=JSON)
    nothing = clerk.client.post(url, data={"encoding": "auto"}, content_type=kind, headers=JSON)
    strange = clerk.upload(ROW, name=scene.name(), encoding="utf-7")

    assert [one.status_code for one in (text, nothing, strange)] == [422] * 3
    assert (text.json or {})["errors"] == {"file": ["Please choose a file first."]}
    assert kept(scene) == 0


def test_the_most_rows_are_taken(scene: Scene) -> None:
    answer = scene.clerk().upload(ROW * MOST_ROWS, name=scene.name())

    assert answer.status_code == 201, answer.json
    assert (answer.json or {})["rows"] == MOST_ROWS
    assert scene.parts((answer.json or {})["id"]) == MOST_ROWS / PART_ROWS


def test_more_than_the_most_is_too_large(scene: Scene) -> None:
    answer = scene.clerk().upload(b"x" * (MOST_BYTES + 100_000), name=scene.name())

    assert (answer.status_code, (answer.json or {})["code"]) == (413, "too_large")


def test_only_the_marked_call_takes_more_than_other_calls(scene: Scene) -> None:
    clerk, large = scene.clerk(), b"x" * 100_000
    # a file in another call, a JSON body in this one, another site
    other = clerk.client.post("/api/v1/sessions/otp", data={"file": (io.BytesIO(large), "x.csv")}, headers=JSON)
    as_json = clerk.client.post(f"/api/v1/units/{scene.unit.code}/batches", json={"file": "x"}, headers=JSON)
    strange = {"Origin": "https://evil.example", "Accept-Language": "en"}
    data = {"file": (io.BytesIO(file_of(scene.crowd[:1])), scene.name())}
    foreign = clerk.client.post(f"/api/v1/units/{scene.unit.code}/batches", data=data, headers=strange)
    assert [other.status_code, as_json.status_code, foreign.status_code] == [413, 415, 403]
    assert (as_json.json or {})["code"] == "file_wanted"
    assert (foreign.json or {})["code"] == "cross_site"
    assert kept(scene) == 0


def test_nobody_who_is_not_logged_in_sends_a_large_form(scene: Scene) -> None:
    data = {"file": (io.BytesIO(b"x" * 200_000), scene.name())}
    nobody = client_of(scene.app)

    assert nobody.post(f"/api/v1/units/{scene.unit.code}/batches", data=data, headers=JSON).status_code == 401
    data = {"file": (io.BytesIO(b"x" * 200_000), scene.name())}
    assert nobody.post(f"/units/{scene.unit.code}/batches", data=data).status_code == 413


def test_a_page_takes_no_file_without_its_own_form(scene: Scene) -> None:
    clerk = scene.clerk()
    data = {"file": (io.BytesIO(file_of(scene.crowd[:1])), scene.name()), "encoding": "auto"}

    assert clerk.client.post(f"/units/{scene.unit.code}/batches", data=data).status_code == 403
    assert kept(scene) == 0


def test_the_same_file_again_is_the_same_batch(scene: Scene) -> None:
    # given
    clerk, content = scene.clerk(), file_of(scene.crowd[:2])
    batch_id = scene.sent(clerk, content)
    # when
    again = clerk.upload(content, name=scene.name())
    # then
    assert (again.status_code, again.json) == (200, {"id": batch_id, "rows": 2, "duplicate": True})
    assert clerk.upload(content + line(scene.crowd[2]).encode(), name=scene.name()).status_code == 201
    scene.work()
    assert len(scene.applications()) == 3


def test_rows_that_failed_can_be_uploaded_again_unchanged_when_the_cause_lay_elsewhere(
    scene: Scene, transports: Transports
) -> None:
    # given a file of which one row failed, and its failed rows that failed again
    clerk, (good, new) = scene.clerk(), scene.crowd[:2]
    change_person(transports, new.national_id, unit_code=None)
    whole = scene.sent(clerk, file_of([good, new]))
    scene.work()
    failed = clerk.get(f"/{whole}/failed.csv").data
    first = scene.sent(clerk, failed)
    # while it waits, it is one batch
    assert (clerk.upload(failed, name=scene.name()).json or {}) == {"id": first, "rows": 1, "duplicate": True}
    scene.work()
    assert scene.words(first) == {1: "not_insured"}
    # when the person is insured now, and the very same files are uploaded
    change_person(transports, new.national_id, unit_code=scene.unit.code)
    second = scene.sent(clerk, failed)
    scene.work()
    again = scene.sent(clerk, file_of([good, new]))
    scene.work()
    # then
    assert scene.words(second) == {1: "applied"}
    assert scene.words(again) == {1: "already_applied", 2: "already_applied"}
    scene.require_whole(whole, first, second, again)
    assert (clerk.upload(failed, name=scene.name()).json or {})["id"] == second  # all of it was entered: one batch


def test_of_two_files_in_one_form_none_is_taken(scene: Scene) -> None:
    clerk, url = scene.clerk(), f"/api/v1/units/{scene.unit.code}/batches"
    two = {"file": [(io.BytesIO(file_of([each])), scene.name()) for each in scene.crowd[:2]]}
    answer = clerk.client.post(url, data=two, headers=JSON)

    assert answer.status_code == 422
    assert (answer.json or {})["errors"] == {"file": ["Please choose only one file at a time."]}
    assert kept(scene) == 0


def test_a_colleagues_file_is_told_without_showing_theirs_and_shown_to_a_manager(scene: Scene) -> None:
    content = file_of(scene.crowd[:2])
    batch_id = scene.sent(scene.clerk(), content)
    answer = scene.clerk().upload(content, name=scene.name())
    assert answer.status_code == 409
    assert answer.json is not None
    assert answer.json["code"] == "batch_taken_already"
    assert batch_id not in answer.text
    assert (scene.manager().upload(content, name=scene.name()).json or {})["id"] == batch_id


def test_another_unit_has_its_own_batch_of_the_same_content(scene: Scene) -> None:
    unit = make_unit(scene.kit, UNIT2)
    content = file_of(scene.crowd[:1])
    first = scene.sent(scene.clerk(), content)
    second = scene.sent(scene.clerk(unit=unit), content)

    assert first != second


def test_uploading_and_looking_are_two_grants(scene: Scene) -> None:
    uploader, looker, nothing = scene.clerk([UPLOAD]), scene.clerk([QUERY]), scene.clerk([])
    content = file_of(scene.crowd[:1])
    refused = [one.upload(content, name=scene.name()) for one in (looker, nothing)]
    assert [(one.status_code, (one.json or {})["code"]) for one in refused] == [(403, "not_granted")] * 2
    batch_id = scene.sent(uploader, content)
    assert uploader.get().status_code == 403
    assert uploader.get(f"/{batch_id}").status_code == 200  # their own, to see what becomes of it
    assert looker.get().status_code == 200
    assert nothing.get(f"/{batch_id}").status_code == 403


def test_who_uploads_too_often_is_asked_to_wait(scene: Scene) -> None:
    clerk = scene.clerk()
    scene.kit.throttle.spend(UPLOADS, scene.kit.keys.index("batch_uploader", clerk.person.id))
    codes = {clerk.upload(b"", name=scene.name()).status_code for _ in range(UPLOADS.tries)}

    assert codes == {422, 429}


def test_what_was_uploaded_is_sealed(scene: Scene) -> None:
    person = scene.crowd[0]
    batch_id = scene.sent(scene.clerk(), file_of([person]))
    with scene.kit.read() as session:
        parts = session.scalars(select(BatchPart).where(BatchPart.batch_id == batch_id)).all()
        batch = session.get_one(Batch, batch_id)
        uploader = session.get_one(Person, batch.uploader_id)
    assert person.national_id.encode() not in parts[0].content
    assert b"example" not in batch.uploader_email
    assert uploader.id == batch.uploader_id
