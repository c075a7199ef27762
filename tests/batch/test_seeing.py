import io
import re

import pytest

from batch.queries import QUERY
from batch.service import UPLOAD
from tests.batch.scene import Desk, Scene, file_of, line
from tests.clocks import MovableClock
from tests.insured import UNIT2, make_unit

FILES = ("", "/log", "/failed.csv")


def test_clerks_see_their_own_files_and_managers_the_whole_units(scene: Scene) -> None:
    # given a file of each of two clerks
    one, other, manager = scene.clerk(), scene.clerk(), scene.manager()
    first = scene.sent(one, file_of(scene.crowd[:1]))
    second = scene.sent(other, file_of(scene.crowd[1:2]))
    # then
    assert ids(one) == [first]
    assert ids(other) == [second]
    assert set(ids(manager)) == {first, second}
    assert [manager.get(f"/{first}{each}").status_code for each in FILES] == [200] * 3
    assert [one.get(f"/{first}{each}").status_code for each in FILES] == [200] * 3


@pytest.mark.parametrize("file", FILES)
def test_what_is_not_ones_own_looks_like_what_is_not_there(scene: Scene, file: str) -> None:
    # given a clerk's file, a colleague, and a manager of another unit
    batch_id = scene.sent(scene.clerk(), file_of(scene.crowd[:1]))
    stranger = scene.manager(make_unit(scene.kit, UNIT2))
    colleague = scene.clerk()
    for desk, units in ((colleague, [scene.unit.code]), (stranger, [scene.unit.code, UNIT2])):
        for unit in units:
            there = Desk(desk.client, desk.person, unit).get(f"/{batch_id}{file}")
            random = Desk(desk.client, desk.person, unit).get(f"/{'x' * 22}{file}")
            # then
            assert there.status_code == random.status_code == 404
            assert there.json == random.json


def test_a_clerk_who_was_removed_sees_nothing_any_more(scene: Scene) -> None:
    clerk = scene.clerk()
    batch_id = scene.sent(clerk, file_of(scene.crowd[:1]))
    scene.unit = make_unit(scene.kit, UNIT2)

    assert Desk(clerk.client, clerk.person, UNIT2).get(f"/{batch_id}").status_code == 404


def ids(desk: Desk, query: str = "") -> list[str]:
    answer = desk.get(query)
    assert answer.status_code == 200, answer.json
    assert answer.json is not None
    return [batch["id"] for batch in answer.json["batches"]]


def test_files_are_found_by_day_and_state(scene: Scene, clock: MovableClock) -> None:
    # given a file of ten days ago that is done, and one of today that waits
    clerk = scene.clerk()
    old_day = scene.name()[9:16]
    old = scene.sent(clerk, file_of(scene.crowd[:1]))
    scene.work()
    clock.forward(days=10)
    clerk = scene.desk(clerk.person)
    today = clock.now().date().isoformat()
    new = scene.sent(clerk, file_of(scene.crowd[1:2]))
    # then
    assert ids(clerk) == [new, old]
    assert ids(clerk, f"?from={old_day}&to={old_day}") == [old]
    assert ids(clerk, f"?from={today}") in ([new], [])  # Taipei's day may have begun
    assert ids(clerk, "?state=waiting") == [new]
    assert ids(clerk, "?state=done") == [old]


def test_a_list_has_pages(scene: Scene, clock: MovableClock) -> None:
    clerk = scene.clerk()
    sent = []
    for person in scene.crowd[:5]:
        sent.append(scene.sent(clerk, file_of([person])))
        clock.forward(seconds=1)
    pages = [clerk.get(f"?limit=2&page={page}").json or {} for page in (1, 2, 3, 4)]

    assert [[each["id"] for each in page["batches"]] for page in pages] == [
        [sent[4], sent[3]],
        [sent[2], sent[1]],
        [sent[0]],
        [],
    ]
    assert {(page["total"], page["pages"]) for page in pages} == {(5, 3)}


@pytest.mark.parametrize(
    "query",
    [
        "?from=1051301",
        "?from=0001-01-01",
        "?to=9999-12-31",
        "?from=x",
        "?state=lost",
        "?page=0",
        "?limit=1000",
        "?page=９",
    ],
)
def test_a_question_that_is_none_is_refused(scene: Scene, query: str) -> None:
    assert scene.clerk().get(query).status_code == 422


def test_the_last_day_is_not_before_the_first(scene: Scene) -> None:
    answer = scene.clerk().get("?from=1050902&to=1050901")
    assert answer.status_code == 422
    assert (answer.json or {})["errors"] == {"to": ["The last day lies before the first."]}


def test_failures_have_pages_over_the_parts_and_show_masked_ids_only(scene: Scene) -> None:
    # given 1,100 rows of which every second one fails
    clerk, crowd = scene.clerk(), scene.crowd
    lines = [line(crowd[at], **({"mobile": "1"} if at % 2 else {})) for at in range(1_100)]
    batch_id = scene.sent(clerk, "\n".join(lines).encode())
    assert scene.work() == 3
    # when
    pages = [clerk.get(f"/{batch_id}?page={page}").json or {} for page in range(1, 12)]
    # then
    rows = [each["row"] for page in pages for each in page["failed"]]
    assert rows == list(range(2, 1_101, 2))
    assert [len(page["failed"]) for page in pages] == [50] * 11
    assert {page["pages"] for page in pages} == {11}
    assert all(re.fullmatch(r"[A-Z]\d\d\*{4}\d{3}", each["national_id"]) for each in pages[0]["failed"])
    assert {each["reason"] for each in pages[0]["failed"]} == {"mobile_invalid"}
    scene.require_whole(batch_id)


def csrf(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_the_pages_work_without_a_script(scene: Scene) -> None:
    # given
    clerk, base = scene.clerk(), f"/units/{scene.unit.code}/batches"
    page = clerk.client.get(f"{base}/new?lang=zh-Hant-TW").text
    assert "健保卡註冊申請整批資料上傳" in page
    assert scene.name() in page
    # when a file that is none is sent, then a good one
    form = {"csrf_token": csrf(page), "encoding": "auto"}
    bad = clerk.client.post(base, data=form | {"file": (io.BytesIO(b"A,b\n"), scene.name())})
    assert bad.status_code == 422
    assert "第1筆" in bad.text
    empty = clerk.client.post(base, data=form)
    assert empty.status_code == 422
    two = [(io.BytesIO(file_of(scene.crowd[:1])), scene.name())] * 2
    both = clerk.client.post(base, data=form | {"file": two})
    assert both.status_code == 422
    assert "一次只能上傳一個檔案" in both.text
    good = io.BytesIO(f"{line(scene.crowd[0])}\n{line(scene.crowd[1], mobile='1')}\n".encode())
    sent = clerk.client.post(base, data=form | {"file": (good, scene.name())})
    # then
    assert sent.status_code == 303
    there = sent.headers["Location"]
    assert "已上傳，等待入檔" in clerk.client.get(there).text
    scene.work()
    done = clerk.client.get(there).text
    assert "入檔完畢" in done
    assert "行動電話有誤" in done
    assert "認證信將寄至" in done
    listed = clerk.client.get(f"{base}?lang=en").text
    assert scene.name() in listed
    first, again = (io.BytesIO(file_of(scene.crowd[2:3])) for _ in range(2))
    clerk.client.post(base, data=form | {"file": (first, scene.name())})
    same = clerk.client.post(base, data=form | {"file": (again, scene.name())})
    assert same.headers["Location"].endswith("?same=1")
    assert 'data-testid="same"' in clerk.client.get(same.headers["Location"]).text


def test_pages_lead_who_is_not_logged_in_to_the_login_and_back(scene: Scene) -> None:
    clerk, base = scene.clerk([QUERY]), f"/units/{scene.unit.code}/batches"
    nobody = scene.desk(scene.somebody()).client
    nobody.delete_cookie("authsvc", domain="localhost")

    assert nobody.get(base).headers["Location"] == f"/login?next={base}"
    assert clerk.client.get(f"{base}/new").status_code == 403
    assert scene.desk(scene.somebody()).client.get(base).status_code == 404
    assert "No file was uploaded" in clerk.client.get(f"{base}?lang=en").text
    for asked in ("from=1051301", "from=0001-01-01", "to=9999-12-31"):
        wrong = clerk.client.get(f"{base}?{asked}")
        assert wrong.status_code == 422
        assert "1050901" in wrong.text


def test_only_who_has_the_list_is_led_to_it(scene: Scene) -> None:
    uploader, both = scene.clerk([UPLOAD]), scene.clerk()
    for clerk, somebody, led in ((uploader, scene.crowd[0], False), (both, scene.crowd[1], True)):
        batch_id = scene.sent(clerk, file_of([somebody]))
        base = f"/units/{scene.unit.code}/batches"
        pages = [clerk.client.get(f"{base}/{each}") for each in ("new", batch_id)]
        assert [page.status_code for page in pages] == [200, 200]
        assert [f'href="{base}"' in page.text for page in pages] == [led] * 2
        assert (clerk.client.get(base).status_code == 200) is led
