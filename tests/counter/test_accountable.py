"""Who did it, in which session, and why: also where it was refused, and where staff are ended meanwhile."""

from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from authsvc.core.web import LoginRequired
from authsvc.identity.models import Person
from counter import acts, service, sessions
from counter.models import CounterAct, StaffView
from counter.registering import RegisteredAlready
from counter.service import CardOfAnother
from counter.staff import end_staff
from tests.authsvc.registration import acts as registration
from tests.authsvc.registration.acts import code
from tests.browser import Browser
from tests.counter.desk import WHY, Desk
from tests.people import make_card_holder


def make_holder(desk: Desk, key: str = "wang") -> str:
    return make_card_holder(desk.kit, desk.browser.deck, desk.browser.person(key))


def present(desk: Desk) -> StaffView:
    """Return who stands at the counter, as a request in it knows them from its beginning."""
    cookie = desk.browser.client.get_cookie("authsvc")
    staff = sessions.find_staff(desk.kit, cookie.value) if cookie else None
    assert staff is not None
    return staff


def unpin(desk: Desk, person_id: str) -> None:
    with desk.kit.begin() as session:
        session.execute(update(Person).where(Person.id == person_id).values(card_key=None))


def pinned(desk: Desk, person_id: str) -> bool:
    with desk.kit.read() as session:
        return session.get_one(Person, person_id).card_key is not None


def test_refused_acts_name_the_member_of_staff(desk: Desk) -> None:
    person_id = make_holder(desk)
    make_holder(desk, "lin")
    assert code(desk.act(person_id, "suspensions")) == (404, "look_first")
    assert code(desk.act(person_id, "restorations")) == (404, "look_first")
    assert code(desk.act(person_id, "devices/AAAA/removals", why="lost")) == (404, "look_first")
    desk.open()
    assert code(desk.code(person_id, card="lin-nhi")) == (403, "card_of_another")
    household = registration.household_of(desk.browser, "lin")
    assert code(desk.register(household=household)) == (422, "household_not_confirmed")
    assert code(desk.register(password="123456")) == (409, "registered_already")

    for action in ("suspend", "restore", "phone", "device_code", "register"):
        events = desk.events(f"counter.{action}")
        assert {event.object for event in events} == {desk.staff_id}, action


def test_a_look_with_a_card_that_is_refused_names_the_member_of_staff(desk: Desk) -> None:
    forged = desk.browser.prove("wang-nhi-forged", "counter")
    desk.browser.post("/counter/looks", {"card_proof": forged, "reason": WHY})

    assert [(event.object, event.outcome) for event in desk.events("counter.look")] == [
        (desk.staff_id, "card_not_recognised")
    ]


def test_a_missed_look_keeps_its_reason_sealed(desk: Desk) -> None:
    assert code(desk.look()) == (404, "nobody_found")

    with desk.kit.read() as session:
        row = session.scalars(select(CounterAct)).one()
    assert (row.act, row.person_id, row.staff_id) == (acts.MISSED, None, desk.staff_id)
    assert WHY.encode() not in row.reason
    assert desk.kit.keys.place("counter_act", row.id).open("reason", row.reason) == WHY
    assert [event.details["act"] for event in desk.events("counter.look")] == [row.id]


def test_a_record_is_open_in_the_session_that_opened_it_and_in_no_other(
    desk: Desk, new_browser: Callable[[], Browser]
) -> None:
    make_holder(desk)
    person_id = desk.open()
    second = Desk(desk.app, desk.clock, new_browser(), desk.staff_id)
    assert second.enter().status_code == 201

    assert desk.browser.get(f"/counter/people/{person_id}").status_code == 200
    assert code(second.browser.get(f"/counter/people/{person_id}")) == (404, "look_first")
    assert code(second.act(person_id, "suspensions")) == (404, "look_first")


def test_who_is_ended_after_the_door_finishes_no_act(desk: Desk) -> None:
    person_id = make_holder(desk)
    desk.open()
    staff = present(desk)
    end_staff(desk.kit, staff_id=desk.staff_id)

    with pytest.raises(LoginRequired):
        service.suspend(desk.kit, staff=staff, person_id=person_id, reason=WHY)

    with desk.kit.read() as session:
        assert session.get_one(Person, person_id).status == "active"
    assert desk.acts() == ["looked"]


def test_who_left_after_the_door_finishes_no_act(desk: Desk) -> None:
    person_id = make_holder(desk)
    desk.open()
    staff = present(desk)
    sessions.log_out(desk.kit, staff=staff)

    with pytest.raises(LoginRequired):
        service.suspend(desk.kit, staff=staff, person_id=person_id, reason=WHY)


def test_a_refused_look_or_act_pins_no_card(desk: Desk) -> None:
    own, other = make_holder(desk, "tang"), make_holder(desk, "lin")
    unpin(desk, own)
    unpin(desk, other)
    wang = make_holder(desk)
    desk.open()

    assert code(desk.look("tang", by_card=True)) == (403, "own_record")
    assert code(desk.code(wang, card="lin-nhi")) == (403, CardOfAnother.code)

    assert not pinned(desk, own)
    assert not pinned(desk, other)


def test_a_look_and_an_act_with_the_card_pin_the_first_one(desk: Desk) -> None:
    for key in ("wang", "lin"):
        unpin(desk, make_holder(desk, key))

    looked = desk.look(by_card=True).get_json()["id"]
    made = desk.open("lin")
    assert not pinned(desk, made)
    assert desk.code(made, card="lin-nhi").status_code == 201

    assert pinned(desk, looked)
    assert pinned(desk, made)


def test_who_comes_with_a_new_card_is_told_what_helps(desk: Desk) -> None:
    person_id = make_holder(desk)
    with desk.kit.begin() as session:
        session.execute(update(Person).where(Person.id == person_id).values(card_key=b"of the card before"))
    desk.open()

    registered, made = desk.register(), desk.code(person_id)

    assert code(registered) == (409, RegisteredAlready.code)
    assert code(made) == (403, CardOfAnother.code)
    for answer in (registered, made):
        assert "take it down" in answer.get_json()["detail"]


@pytest.mark.parametrize("length", [33, 64])
def test_an_id_longer_than_any_of_ours_is_not_there(desk: Desk, length: int) -> None:
    answer = desk.act("A" * length, "suspensions")

    assert code(answer) == (404, "not_found")
    assert desk.events("counter.suspend") == []


@pytest.mark.parametrize("reason", ["came on 2026-11-21", "lost it 2026-11-20, case 115-0421", "at 2026-11-21 10:30"])
def test_a_reason_may_name_a_day(desk: Desk, reason: str) -> None:
    make_holder(desk)
    assert desk.look(reason=reason).status_code == 201


@pytest.mark.parametrize(
    "reason",
    [
        "call 0912.345.678", "call 0912/345/678", "call 0912–345–678", "call 0912  345  678", "(02) 2123 - 4567",
        "card 9000 0001 1037", "A109 000 016 asked", "born 2026-11-21 90000001", "0912-03-2145 said",
    ],
)  # fmt: skip
def test_a_number_is_found_however_it_is_set_apart(desk: Desk, reason: str) -> None:
    make_holder(desk)
    assert code(desk.look(reason=reason)) == (422, "invalid")


def test_a_page_says_only_what_its_record_bears_out(desk: Desk) -> None:
    person_id = make_holder(desk)
    desk.open()
    page = f"/counter/people/{person_id}"

    assert 'data-done="suspended"' not in desk.browser.client.get(f"{page}?done=suspended").text
    desk.act(person_id, "suspensions")
    assert 'data-done="suspended"' in desk.browser.client.get(f"{page}?done=suspended").text
    assert 'data-done="restored"' not in desk.browser.client.get(f"{page}?done=restored").text
    desk.act(person_id, "restorations")
    assert 'data-done="restored"' in desk.browser.client.get(f"{page}?done=restored").text


def test_a_session_of_staff_that_ends_because_a_person_enters_is_audited(desk: Desk) -> None:
    make_holder(desk)
    staff = present(desk)

    assert desk.browser.log_in("wang").status_code == 201

    left = [(event.object, event.details["staff"]) for event in desk.events("staff.left")]
    assert left == [(staff.session_id, desk.staff_id)]


def test_own_history_does_not_say_that_the_person_did_what_staff_did(
    desk: Desk, new_browser: Callable[[], Browser]
) -> None:
    person_id = make_holder(desk)
    desk.open()
    phone = desk.bound_phone(person_id)
    desk.act(person_id, f"devices/{phone.binding['device']['id']}/removals", why="lost")
    person = new_browser()
    person.log_in("wang")

    texts = [event["text"] for event in person.get("/me/events").get_json()["events"]]

    assert "A phone was reported lost; it was cut off at once." in texts
    assert "A device code was made for binding a phone." in texts
    assert [text for text in texts if text.startswith("You ")] == []
