"""The pages of the counter without any script: forms, what they lead to, what they say."""

import re
from typing import Any

from werkzeug.test import TestResponse

from tests.counter.desk import WHY, Desk
from tests.people import make_card_holder


def token(desk: Desk) -> str:
    """Return the form token of this browser, as a page carries it."""
    page = desk.browser.client.get("/counter").text
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    return found[1] if found else ""


def post(desk: Desk, path: str, **form: Any) -> TestResponse:
    answer: TestResponse = desk.browser.client.post(path, data={"csrf_token": token(desk), **form})
    return answer


def find(desk: Desk, **changes: str) -> TestResponse:
    wang = desk.browser.person("wang")
    year, month, day = wang.birth_date.split("-")
    form = {"national_id": wang.national_id, "birth_year": str(int(year) - 1911), "birth_month": month}
    return post(desk, "/counter/looks", **(form | {"birth_day": day, "reason": WHY} | changes))


def test_nobody_but_staff_sees_a_page_of_the_counter(closed: Desk) -> None:
    client = closed.browser.client
    for path in (
        "/counter",
        "/counter/register",
        "/counter/people/AAAA",
        "/counter/people/AAAA/phone",
        "/counter/people/AAAA/card",
    ):
        assert client.get(path).headers["Location"] == "/counter/login"
    assert client.get("/counter/login").status_code == 200


def test_a_record_is_found_suspended_and_restored_by_plain_forms(desk: Desk) -> None:
    make_card_holder(desk.kit, desk.browser.deck, desk.browser.person("wang"))

    page = find(desk).headers["Location"]
    suspended = post(desk, f"{page}/suspend", reason="asked for it in person")
    assert suspended.headers["Location"] == f"{page}?done=suspended"
    assert 'data-status="suspended"' in desk.browser.client.get(f"{page}?done=suspended").text
    restored = post(desk, f"{page}/restore", reason="came in person")

    assert restored.headers["Location"] == f"{page}?done=restored"
    assert desk.acts() == ["looked", "suspended", "restored"]


def test_a_form_that_was_refused_keeps_what_was_typed_and_says_why(desk: Desk) -> None:
    make_card_holder(desk.kit, desk.browser.deck, desk.browser.person("wang"))

    unknown = find(desk, birth_day="1")
    empty = find(desk, birth_day="")
    page = find(desk).headers["Location"]
    wrong = post(desk, f"{page}/suspend", reason="A109000016 asked")

    assert (unknown.status_code, 'data-code="nobody_found"' in unknown.text) == (404, True)
    assert WHY in unknown.text
    assert empty.status_code == 422
    assert (wrong.status_code, "A109000016 asked" in wrong.text) == (422, True)
    assert desk.acts() == ["looked"]


def test_a_phone_is_reported_lost_by_a_plain_form(desk: Desk) -> None:
    person_id = make_card_holder(desk.kit, desk.browser.deck, desk.browser.person("wang"))
    page = find(desk).headers["Location"]
    phone = desk.bound_phone(person_id)
    remove = f"{page}/phones/{phone.binding['device']['id']}/remove"

    refused = post(desk, remove, why="lost", reason="x")
    done = post(desk, remove, why="lost", reason="left in a taxi")

    assert refused.status_code == 422
    assert done.headers["Location"] == f"{page}?done=lost"


def test_a_record_that_was_not_opened_leads_back_to_the_search(desk: Desk) -> None:
    person_id = make_card_holder(desk.kit, desk.browser.deck, desk.browser.person("wang"))
    for path in (f"/counter/people/{person_id}{rest}" for rest in ("", "/phone", "/card")):
        answer = desk.browser.client.get(path)
        assert (answer.status_code, 'data-code="look_first"' in answer.text) == (404, True)


def test_who_logs_out_is_at_the_door_again(desk: Desk) -> None:
    assert post(desk, "/counter/logout").headers["Location"] == "/counter/login"
    assert desk.browser.client.get("/counter").headers["Location"] == "/counter/login"
