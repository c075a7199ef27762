from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from authsvc.core.jobs import jobs_of
from counter.models import Staff, StaffSession
from counter.staff import AlreadyStaff, add_staff, end_staff, list_staff
from mocks.card.cards import CardState
from tests.authsvc.registration.acts import code
from tests.browser import Browser
from tests.counter.desk import Desk, make_desk
from tests.people import make_card_holder

REFUSED = (401, "staff_refused")


def test_staff_enter_with_certificate_and_pin_and_their_key_is_pinned(closed: Desk) -> None:
    before = closed.browser.client.get_cookie("authsvc")

    answer = closed.enter()

    assert answer.status_code == 201
    assert answer.get_json()["name"] == "唐臨櫃"
    assert closed.browser.client.get_cookie("authsvc") != before
    assert closed.browser.get("/counter/sessions/current").status_code == 200
    with closed.kit.read() as session:
        assert session.get_one(Staff, closed.staff_id).card_key is not None
    assert [event.details["staff"] for event in closed.events("staff.entered")] == [closed.staff_id]


def test_whoever_is_not_staff_is_refused_in_one_way(closed: Desk) -> None:
    stranger = closed.enter(card="lin-cert", pin="135791")
    with closed.kit.begin() as session:
        session.execute(update(Staff).values(roles=["auditor"]))
    other_role = closed.enter()
    with closed.kit.begin() as session:
        session.execute(update(Staff).values(roles=["counter"], card_key=b"another"))
    other_key = closed.enter()
    with closed.kit.begin() as session:
        session.execute(update(Staff).values(card_key=None))
    end_staff(closed.kit, staff_id=closed.staff_id)
    ended = closed.enter()

    answers = [stranger, other_role, other_key, ended]
    assert [code(answer) for answer in answers] == [REFUSED] * 4
    assert len({answer.get_json()["detail"] for answer in answers}) == 1
    assert {event.outcome for event in closed.events("staff.login")} == {"staff_refused"}


@pytest.mark.parametrize(
    ("state", "refusal"), [(CardState.REVOKED, "card_revoked"), (CardState.EXPIRED, "card_expired")]
)
def test_a_certificate_that_is_not_in_order_opens_nothing(closed: Desk, state: CardState, refusal: str) -> None:
    closed.browser.deck.set_state("tang-cert", state)

    assert code(closed.enter()) == (401, refusal)


def test_a_health_card_is_no_certificate_and_a_proof_for_something_else_is_none(closed: Desk) -> None:
    by_health_card = closed.browser.post("/counter/sessions", {"card_proof": closed.browser.prove("tang-nhi", "staff")})
    other = closed.browser.prove("tang-cert", "counter", pin="112358")

    assert code(by_health_card) == (401, "card_not_recognised")
    assert code(closed.browser.post("/counter/sessions", {"card_proof": other})) == (401, "challenge_refused")


def test_a_browser_is_staffs_or_a_persons_never_both(closed: Desk) -> None:
    make_card_holder(closed.kit, closed.browser.deck, closed.browser.person("wang"))
    assert closed.browser.log_in("wang").status_code == 201
    persons = closed.browser.client.get_cookie("authsvc")

    assert closed.enter().status_code == 201
    assert code(closed.browser.get("/sessions/current")) == (401, "login_required")
    staffs = closed.browser.client.get_cookie("authsvc")
    assert closed.browser.log_in("wang").status_code == 201

    assert code(closed.browser.get("/counter/sessions/current")) == (401, "login_required")
    assert persons is not None
    assert staffs is not None
    for old, path in ((persons.value, "/sessions/current"), (staffs.value, "/counter/sessions/current")):
        closed.browser.client.set_cookie("authsvc", old, domain="localhost")
        assert code(closed.browser.get(path)) == (401, "login_required")


def test_a_session_of_staff_opens_no_door_of_people_and_the_other_way_round(
    desk: Desk, new_browser: Callable[[], Browser]
) -> None:
    make_card_holder(desk.kit, desk.browser.deck, desk.browser.person("wang"))
    person = new_browser()
    person.log_in("wang")

    assert code(desk.browser.get("/me")) == (401, "login_required")
    assert code(person.get("/counter/sessions/current")) == (401, "login_required")
    assert code(person.post("/counter/looks", {})) == (401, "login_required")


def test_it_ends_after_a_quarter_of_an_hour_of_rest_and_after_a_working_day(desk: Desk) -> None:
    for _ in range(33):
        desk.clock.forward(minutes=14)
        assert desk.browser.get("/counter/sessions/current").status_code == 200
    desk.clock.forward(hours=8, minutes=-33 * 14)
    assert code(desk.browser.get("/counter/sessions/current")) == (401, "login_required")

    desk.enter()
    desk.clock.forward(minutes=15)
    assert code(desk.browser.get("/counter/sessions/current")) == (401, "login_required")


def test_who_leaves_or_is_ended_is_out_at_once(desk: Desk) -> None:
    assert desk.browser.call("DELETE", "/counter/sessions/current").status_code == 204
    assert code(desk.browser.get("/counter/sessions/current")) == (401, "login_required")

    desk.enter()
    assert end_staff(desk.kit, staff_id=desk.staff_id) == 1
    assert code(desk.browser.get("/counter/sessions/current")) == (401, "login_required")
    assert code(desk.look()) == (401, "login_required")


def test_a_certificate_is_one_member_of_staff_and_may_come_back_after_the_end(closed: Desk) -> None:
    with pytest.raises(AlreadyStaff):
        make_desk(closed.app, closed.clock, closed.browser)
    end_staff(closed.kit, staff_id=closed.staff_id)
    closed.clock.forward(seconds=1)
    again = make_desk(closed.app, closed.clock, closed.browser)

    assert [one.ended_at is None for one in list_staff(closed.kit)] == [False, True]
    assert again.enter().status_code == 201


def test_names_of_staff_are_sealed(closed: Desk) -> None:
    with closed.kit.read() as session:
        stored = session.get_one(Staff, closed.staff_id)
    assert "唐臨櫃".encode() not in stored.name
    assert b"T209000363" not in stored.holder_index + stored.national_id_index


def test_sessions_of_staff_are_erased_three_months_after_their_end(desk: Desk) -> None:
    desk.clock.forward(days=90)
    run_jobs(desk)
    assert count_sessions(desk) == 1

    desk.clock.forward(days=1)
    run_jobs(desk)
    assert count_sessions(desk) == 0


def run_jobs(desk: Desk) -> None:
    for job in jobs_of(desk.app):
        job(desk.kit)


def count_sessions(desk: Desk) -> int:
    with desk.kit.read() as session:
        return session.scalar(select(func.count()).select_from(StaffSession)) or 0


def test_the_commands_take_staff_on_list_and_end_them(closed: Desk) -> None:
    runner = closed.app.test_cli_runner()
    lin = closed.browser.person("lin")
    facts = ["--name", lin.name, "--national-id", lin.national_id, "--holder-number", lin.national_id]

    added = runner.invoke(args=["staff", "add", *facts, "--office", "高屏"])
    again = runner.invoke(args=["staff", "add", *facts, "--office", "高屏"])
    wrong = runner.invoke(args=["staff", "add", *facts[:-1], "x", "--office", "", "--role", "king"])
    listed = runner.invoke(args=["staff", "list"]).output
    ended = runner.invoke(args=["staff", "end", added.output.strip()])

    assert added.exit_code == 0
    assert (again.exit_code, "already" in again.output) == (1, True)
    assert (wrong.exit_code, "office, roles" in wrong.output) == (1, True)
    assert lin.name in listed
    assert ended.output == "Ended; 0 open sessions ended with it.\n"
    assert runner.invoke(args=["staff", "end", "nobody"]).exit_code == 1


def test_a_session_longer_than_a_day_is_not_configured(closed: Desk) -> None:
    assert closed.kit.settings.counter_idle == timedelta(minutes=15)
    assert timedelta(hours=8) <= closed.kit.settings.counter_absolute <= timedelta(hours=12)


def test_roles_are_known_ones(closed: Desk) -> None:
    facts = {"name": "x", "national_id": "A109000016", "holder_number": "1", "office": "x"}
    assert add_staff(closed.kit, roles=("counter",), **facts)
