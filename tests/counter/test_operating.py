"""Looking somebody up for who calls: never without a reason, a role and a trace; and the little that may be done."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from authsvc.core.keys import new_id
from authsvc.core.outbox import OutboxMail
from authsvc.core.web import LoginRequired
from authsvc.identity.models import Proof, WebSession
from authsvc.identity.sessions import open_session
from authsvc.identity.units import Unit, UnitProof, UnitSession
from authsvc.identity.units import open_session as open_unit_session
from authsvc.registration.models import Registration
from counter import acts, looks, operating, sessions, unitdesk
from counter.models import COUNTER, OPERATOR
from counter.service import LOOKS
from tests.authsvc.registration.acts import code, form
from tests.browser import Browser
from tests.clocks import MovableClock
from tests.counter.callers import HOME, Operators, refusal
from tests.counter.desk import WHY, Desk, make_desk
from tests.factories import AMR, Somebody, log_in, make_person, national_id
from tests.insured import UNIT1, make_clerk, make_manager, make_unit
from tests.letters import letters_of
from units.models import UnitRegistration


@pytest.fixture
def operators(app: Flask, clock: MovableClock, browser: Browser) -> Operators:
    desk = make_desk(app, clock, browser, roles=(OPERATOR,))
    assert desk.enter().status_code == 201
    return Operators(desk)


def applied(operators: Operators, new_browser: Callable[[], Browser], key: str = "wang") -> str:
    """Let somebody apply, and return their ID; the mail that they got is read."""
    browser = new_browser()
    assert browser.post("/registrations", form(browser, key)).status_code == 202
    letters_of(operators.kit)
    return browser.person(key).national_id


def came_for_unit(operators: Operators, person: Somebody) -> None:
    """Open a session of somebody who came to name the unit's managers."""
    kit = operators.kit
    facts: dict[str, Any] = {
        "acr": "card",
        "amr": AMR["card"],
        "at": kit.clock.now(),
        "unit_code": UNIT1,
        "appoint_managers": True,
    }
    with kit.begin() as session:
        open_session(session, kit, Proof(person_id=person.id, **facts))


def test_a_look_shows_how_things_stand_masked(operators: Operators, new_browser: Callable[[], Browser]) -> None:
    person, unit = make_person(operators.kit, 1), make_unit(operators.kit)
    make_clerk(operators.kit, unit, person)
    log_in(new_browser().client, operators.kit, person)

    page = operators.page(operators.opened(person.national_id)).text

    for shown in ('data-status="active"', 'data-testid="login"', 'data-testid="no-application"', UNIT1, "王○明",
                  "Login with your health card and password.", "p****@example.org", WHY):  # fmt: skip
        assert shown in page, shown
    for hidden in (person.national_id, person.name, person.email, ">127.0.0.1", "0900000001"):
        assert hidden not in page, hidden


def test_a_look_is_an_act_and_an_event_and_in_the_persons_own_history(
    operators: Operators, new_browser: Callable[[], Browser]
) -> None:
    person = make_person(operators.kit, 1)
    operators.opened(person.national_id)

    [kept] = operators.kept()
    assert (kept.act, kept.person_id, kept.staff_id) == (acts.EXAMINED, person.id, operators.desk.staff_id)
    assert operators.kit.keys.place("counter_act", kept.id).open("reason", kept.reason) == WHY
    [event] = operators.desk.events("counter.act")
    assert (event.actor, event.object, event.details["act"]) == (person.id, kept.id, acts.EXAMINED)
    own = new_browser()
    log_in(own.client, operators.kit, person)
    assert (
        "The help desk looked at your account." in own.client.get("/security", headers={"Accept-Language": "en"}).text
    )


@pytest.mark.parametrize("number", [national_id(9), UNIT1])
def test_a_look_that_finds_nobody_is_kept_too(operators: Operators, number: str) -> None:
    answer = operators.look_unit(number) if number.isdigit() else operators.look(number)

    assert refusal(answer) == (404, looks.NothingKnown.code)
    [kept] = operators.kept()
    assert (kept.act, kept.person_id) == (acts.MISSED, None)
    assert operators.kit.keys.place("counter_act", kept.id).open("reason", kept.reason) == WHY
    assert [event.outcome for event in operators.desk.events("counter.look")] == ["nothing_known"]


@pytest.mark.parametrize("reason", ["", "x", "ID A123456789 called", "call 0912345678"])
def test_nobody_is_looked_up_without_a_reason(operators: Operators, reason: str) -> None:
    person = make_person(operators.kit, 1)

    assert refusal(operators.look(person.national_id, reason=reason)) == (422, "invalid")
    assert refusal(operators.look_unit(UNIT1, reason=reason)) == (422, "invalid")
    assert operators.kept() == []


def test_staff_without_the_role_neither_see_nor_do_it(desk: Desk) -> None:
    operators, person = Operators(desk), make_person(desk.kit, 1)

    assert "/counter/operator" not in operators.page("/counter").text
    for answer in (
        operators.page(),
        operators.page(f"{HOME}/people/AAAA"),
        operators.page(f"{HOME}/units/{UNIT1}"),
    ):
        assert refusal(answer) == (403, acts.RoleMissing.code)
    page = operators.page("/counter").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    sent = {"csrf_token": token[1] if token else "", "reason": WHY, "national_id": person.national_id}
    for path in ("people", "people/AAAA/sessions/end", "people/AAAA/resend", f"units/{UNIT1}/resend"):
        assert refusal(desk.browser.client.post(f"{HOME}/{path}", data=sent)) == (403, acts.RoleMissing.code)
    assert desk.acts() == []
    assert {event.outcome for event in desk.events("counter.act")} == {"role_missing"}


def test_an_operator_does_nothing_of_the_counters(operators: Operators) -> None:
    person = make_person(operators.kit, 1)
    look = operators.opened(person.national_id)
    desk = operators.desk

    assert operators.page("/counter").headers["Location"] == HOME
    for path in ("/counter/register", f"/counter/people/{person.id}", f"/counter/people/{person.id}/phone"):
        assert refusal(operators.page(path)) == (403, "role_missing")
    assert refusal(operators.post(f"/counter/people/{person.id}/suspend")) == (403, "role_missing")
    assert code(desk.look("wang")) == (403, "role_missing")
    assert code(desk.act(person.id, "suspensions")) == (403, "role_missing")
    assert desk.browser.get("/counter/sessions/current").get_json()["roles"] == [OPERATOR]
    assert operators.page(look).status_code == 200


def test_a_look_of_an_operator_opens_no_record_for_the_counters_deeds(
    app: Flask, clock: MovableClock, browser: Browser
) -> None:
    both = Operators(make_desk(app, clock, browser, roles=(COUNTER, OPERATOR)))
    assert both.desk.enter().status_code == 201
    person = make_person(both.kit, 1)
    both.opened(person.national_id)

    assert code(both.desk.act(person.id, "suspensions")) == (404, "look_first")
    assert both.page("/counter").text.count('data-testid="to-operator"') == 1


def test_staff_do_not_look_at_themselves_nor_at_a_unit_of_theirs(operators: Operators) -> None:
    tang = operators.browser.person("tang")
    assert refusal(operators.look(tang.national_id)) == (403, "own_record")

    unit = make_unit(operators.kit, responsible_id=tang.national_id)
    assert refusal(operators.look_unit(unit.code)) == (403, "own_record")
    assert operators.kept() == []
    assert {event.outcome for event in operators.desk.events("counter.act")} == {"own_record"}


def test_looks_are_not_made_without_end(operators: Operators) -> None:
    answers = [operators.look(national_id(9)) for _ in range(LOOKS.tries + 1)]

    assert refusal(answers[-2]) == (404, "nothing_known")
    assert refusal(answers[-1]) == (429, "too_many_tries")
    assert operators.desk.events("counter.look")[-1].outcome == "too_many_tries"


def test_a_record_closes_after_a_quarter_of_an_hour_and_is_open_in_one_session(
    operators: Operators, clock: MovableClock, new_browser: Callable[[], Browser]
) -> None:
    person = make_person(operators.kit, 1)
    page = operators.opened(person.national_id)
    second = Operators(Desk(operators.desk.app, clock, new_browser(), operators.desk.staff_id))
    assert second.desk.enter().status_code == 201

    assert refusal(second.page(page)) == (404, "look_first")
    assert refusal(second.post(f"{page}/sessions/end")) == (404, "look_first")
    assert operators.page(page).status_code == 200
    clock.forward(seconds=acts.OPEN_FOR.total_seconds() + 1)
    assert operators.desk.enter().status_code == 201
    assert refusal(operators.page(page)) == (404, "look_first")


def test_one_login_or_all_of_them_end_at_once_and_the_person_is_told(
    operators: Operators, new_browser: Callable[[], Browser]
) -> None:
    person = make_person(operators.kit, 1)
    browsers = [new_browser() for _ in range(3)]
    opened = [log_in(each.client, operators.kit, person) for each in browsers]
    page = operators.opened(person.national_id)

    one = operators.post(f"{page}/sessions/{opened[0].view.id}/end")
    assert one.headers["Location"] == f"{page}?done=ended"
    assert [each.get("/sessions/current").status_code for each in browsers] == [401, 200, 200]
    again = operators.post(f"{page}/sessions/{opened[0].view.id}/end")
    assert refusal(again) == (404, "not_found")
    assert operators.post(f"{page}/sessions/end").headers["Location"] == f"{page}?done=ended_all"

    assert [each.get("/sessions/current").status_code for each in browsers] == [401] * 3
    assert [letter.to for letter in letters_of(operators.kit)] == [person.email] * 2
    assert [kept.act for kept in operators.kept()].count(acts.SESSION_ENDED) == 1
    done = [event.details["act"] for event in operators.desk.events("counter.act")]
    assert done == [acts.EXAMINED, acts.SESSION_ENDED, acts.SESSIONS_ENDED]


def test_nobody_ends_another_persons_login_through_an_open_record(
    operators: Operators, new_browser: Callable[[], Browser]
) -> None:
    page = operators.opened(make_person(operators.kit, 1).national_id)
    other = new_browser()
    opened = log_in(other.client, operators.kit, make_person(operators.kit, 2))

    assert refusal(operators.post(f"{page}/sessions/{opened.view.id}/end")) == (404, "not_found")
    assert other.get("/sessions/current").status_code == 200


def test_an_applications_mail_goes_again_to_its_own_address_and_kills_the_old_link(
    operators: Operators, new_browser: Callable[[], Browser], clock: MovableClock
) -> None:
    page = operators.opened(applied(operators, new_browser))
    assert 'data-testid="no-account"' in operators.page(page).text
    with operators.kit.read() as session:
        before = session.scalars(select(Registration)).one()
    clock.forward(seconds=60)

    answer = operators.post(f"{page}/resend", email="thief@example.org")

    assert answer.headers["Location"] == f"{page}?done=resent"
    [letter] = letters_of(operators.kit)
    assert (letter.to, letter.template) == ("wang@mail.example.tw", "registration/mail/confirm")
    with operators.kit.read() as session:
        after = session.scalars(select(Registration)).one()
    assert after.token_digest != before.token_digest
    assert after.link_expires_at - before.link_expires_at == timedelta(seconds=60)
    assert operators.kept()[-1].act == acts.MAIL_RESENT
    assert [event.details["by"] for event in operators.desk.events("registration.resent")] == ["help"]


def test_mails_to_a_person_are_braked_together_with_their_own(
    operators: Operators, new_browser: Callable[[], Browser]
) -> None:
    page = operators.opened(applied(operators, new_browser))
    answers = [operators.post(f"{page}/resend") for _ in range(20)]

    assert [answer.status_code for answer in answers] == [303] * 19 + [429]
    with operators.kit.read() as session:
        assert len(session.scalars(select(OutboxMail)).all()) == 20


def test_where_no_application_waits_nothing_is_sent(operators: Operators) -> None:
    page = operators.opened(make_person(operators.kit, 1).national_id)

    assert refusal(operators.post(f"{page}/resend")) == (404, "nothing_known")
    assert letters_of(operators.kit) == []


def test_a_unit_is_looked_up_by_code_or_business_number(operators: Operators) -> None:
    unit = make_unit(operators.kit)
    make_manager(operators.kit, unit, make_person(operators.kit, 1))
    make_clerk(operators.kit, unit, make_person(operators.kit, 2))

    for number in (UNIT1, "00009001"):
        answer = operators.look_unit(number)
        assert answer.headers["Location"] == f"{HOME}/units/{UNIT1}"
    page = operators.page(answer.headers["Location"]).text
    assert page.count('data-testid="member"') == 2
    for shown in ("測試一號有限公司", "王○明", "F20****022", "u****@example.org"):
        assert shown in page, shown
    assert "F209000022" not in page
    assert [kept.act for kept in operators.kept()] == [acts.EXAMINED] * 2


def test_a_business_number_of_several_units_asks_for_the_code(operators: Operators) -> None:
    make_unit(operators.kit)
    with operators.kit.begin() as session:
        session.execute(update(UnitRegistration).values(unit_code="110900099"))
    make_unit(operators.kit)

    answer = operators.look_unit("00009001")

    assert refusal(answer) == (409, unitdesk.SeveralUnits.code)
    assert 'data-testid="unit-codes"' in answer.text
    assert [kept.act for kept in operators.kept()] == [acts.MISSED]


def test_a_units_own_logins_end_and_its_peoples_stay(operators: Operators, new_browser: Callable[[], Browser]) -> None:
    kit, unit = operators.kit, make_unit(operators.kit)
    manager = make_person(kit, 1)
    make_manager(kit, unit, manager)
    stays = new_browser()
    log_in(stays.client, kit, manager)
    came_for_unit(operators, make_person(kit, 2))
    with kit.begin() as session:
        row = Unit(id=new_id(), business_number="00009001", name="單", known_at=kit.clock.now())
        session.add(row)
        session.flush()
        facts: dict[str, Any] = {"acr": "unit_certificate", "amr": ("sc",), "at": kit.clock.now()}
        open_unit_session(session, kit, UnitProof(unit_id=row.id, **facts))
    page = operators.look_unit(UNIT1).headers["Location"]
    assert 'data-testid="unit-logins">2<' in operators.page(page).text

    assert operators.post(f"{page}/sessions/end").headers["Location"] == f"{page}?done=ended_all"

    assert 'data-testid="unit-logins">0<' in operators.page(page).text
    assert stays.get("/sessions/current").status_code == 200
    with kit.read() as session:
        assert all(session.scalars(select(UnitSession.ended_at)))
        came = session.scalars(select(WebSession).where(WebSession.appoint_managers.is_(True))).one()
    assert came.ended_at is not None


def test_a_units_result_goes_again_to_the_units_own_address(operators: Operators) -> None:
    make_unit(operators.kit)
    page = operators.look_unit(UNIT1).headers["Location"]

    answers = [operators.post(f"{page}/resend", email="thief@example.org") for _ in range(21)]

    assert [answer.status_code for answer in answers] == [303] * 20 + [429]
    assert {letter.to for letter in letters_of(operators.kit)} == {f"unit{UNIT1}@example.org"}
    assert len(operators.desk.events("unit.result_resent")) == 20


def test_who_is_ended_after_the_door_does_nothing_more(operators: Operators) -> None:
    person = make_person(operators.kit, 1)
    page = operators.opened(person.national_id)
    cookie = operators.browser.client.get_cookie("authsvc")
    assert cookie is not None
    staff = sessions.find_staff(operators.kit, cookie.value)
    assert staff is not None
    operators.post("/counter/logout")

    with pytest.raises(LoginRequired):
        operating.end_sessions(operators.kit, by=staff, target=page.rpartition("/")[2], reason=WHY)
