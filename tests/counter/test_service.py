from collections.abc import Callable

import pytest
from sqlalchemy import select

from authsvc.core.errors import Throttled
from authsvc.identity.accounts import AlreadyRegistered
from authsvc.identity.models import Device, Person
from authsvc.identity.standing import OnlineServicesSuspended
from counter import acts
from counter.models import CounterAct
from counter.service import LOOKS, CardOfAnother, NobodyFound
from mobileapp.phonewire import Problem as PhoneProblem
from tests.authsvc.registration import acts as registration
from tests.authsvc.registration.acts import code, mails
from tests.browser import Browser
from tests.counter.desk import WHY, Desk
from tests.factories import ask, make_phone
from tests.people import make_card_holder


def make_holder(desk: Desk, key: str = "wang", **how: str) -> str:
    return make_card_holder(desk.kit, desk.browser.deck, desk.browser.person(key), **how)


def test_a_record_is_opened_by_card_or_by_id_and_birth_date_and_shows_no_more_than_needed(desk: Desk) -> None:
    person_id = make_holder(desk)

    assert desk.look(by_card=True).get_json() == {"id": person_id}
    assert desk.look().get_json() == {"id": person_id}
    record = desk.browser.get(f"/counter/people/{person_id}").get_json()

    assert record["name"] == "王○明"
    assert record["national_id"] == "A10****016"
    assert set(record) == {
        *("id", "name", "national_id", "status", "registered_at", "registered_via", "phones", "sessions", "acts")
    }
    assert [(act["act"], act["reason"]) for act in record["acts"]] == [("looked", WHY)] * 2


def test_nobody_is_found_alike_and_every_look_is_audited(desk: Desk) -> None:
    make_holder(desk)
    wang = desk.browser.person("wang")
    body = {"national_id": wang.national_id, "birth_date": "1999-09-09", "reason": WHY}

    answers = [desk.look("lin"), desk.look("lin", by_card=True), desk.browser.post("/counter/looks", body)]

    assert [code(answer) for answer in answers] == [(404, NobodyFound.code)] * 3
    assert [event.object for event in desk.events("counter.look")] == [desk.staff_id] * 3
    desk.look()
    looked = desk.events("counter.act")[-1]
    assert (looked.details["staff"], looked.details["act"]) == (desk.staff_id, "looked")


def test_a_record_stays_shut_without_a_look_and_shuts_again(desk: Desk) -> None:
    person_id = make_holder(desk)
    shut = (404, acts.LookFirst.code)
    assert code(desk.browser.get(f"/counter/people/{person_id}")) == shut
    assert code(desk.act(person_id, "suspensions")) == shut

    desk.open()
    desk.clock.forward(minutes=14)
    assert desk.browser.get(f"/counter/people/{person_id}").status_code == 200
    desk.clock.forward(minutes=2)
    assert code(desk.browser.get(f"/counter/people/{person_id}")) == shut

    desk.open()
    desk.browser.call("DELETE", "/counter/sessions/current")
    desk.clock.forward(seconds=1)
    desk.enter()
    assert code(desk.browser.get(f"/counter/people/{person_id}")) == shut
    assert code(desk.browser.get("/counter/people/AAAA")) == shut


@pytest.mark.parametrize(
    "reason",
    ["abc", "   ab   ", "x" * 201, "for A109000016", "card 900000011037", "call 0912-345-678", "02-21234567 x"],
)
def test_every_act_needs_a_reason_without_numbers_of_people(desk: Desk, reason: str) -> None:
    person_id = make_holder(desk)
    desk.open()

    answers = [
        desk.look(reason=reason),
        desk.act(person_id, "suspensions", reason=reason),
        desk.act(person_id, "restorations", reason=reason),
        desk.act(person_id, "devices/AAAA/removals", reason=reason, why="lost"),
        desk.code(person_id, reason=reason),
        desk.register("lin", reason=reason),
    ]

    assert [(answer.status_code, list(answer.get_json()["errors"])) for answer in answers] == [(422, ["reason"])] * 6
    assert desk.acts() == ["looked"]


def test_a_reason_may_name_a_case_and_is_sealed(desk: Desk) -> None:
    make_holder(desk)
    assert desk.look(reason="lost phone, case 115-0421").status_code == 201
    with desk.kit.read() as session:
        stored = session.scalars(select(CounterAct)).one()
    assert b"lost phone" not in stored.reason
    assert stored.staff_id == desk.staff_id


def test_looks_are_counted_so_that_nobody_browses_through_people(desk: Desk) -> None:
    make_holder(desk)
    for _ in range(LOOKS.tries):
        assert desk.look().status_code == 201
    assert code(desk.look()) == (429, Throttled.code)


def test_staff_do_nothing_for_themselves(desk: Desk) -> None:
    answers = [desk.look("tang"), desk.look("tang", by_card=True), desk.register("tang")]
    own, nobody = (403, acts.OwnRecord.code), (404, NobodyFound.code)
    assert [code(answer) for answer in answers] == [own, nobody, own]

    make_holder(desk, "tang")
    assert [code(desk.look("tang")), code(desk.look("tang", by_card=True))] == [(403, acts.OwnRecord.code)] * 2
    assert desk.acts() == []


def test_a_person_is_registered_on_sight_of_card_and_household(desk: Desk, new_browser: Callable[[], Browser]) -> None:
    answer = desk.register()

    assert answer.status_code == 201, answer.text
    person = new_browser()
    assert person.log_in("wang").status_code == 201
    with desk.kit.read() as session:
        row = session.scalars(select(Person)).one()
    assert (row.id, row.registered_via, row.language) == (answer.get_json()["id"], "counter", "en")
    assert {mail.template for mail in mails(desk.kit)} == {"completed"}
    told = person.get("/me/events").get_json()["events"]
    assert "At the counter: you were registered." in [event["text"] for event in told]
    assert desk.browser.get(f"/counter/people/{row.id}").status_code == 200


def test_a_resident_is_registered_on_sight_of_the_chip_arc(desk: Desk) -> None:
    assert desk.register("smith").status_code == 201


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"password": "123456"}, (422, "invalid")),
        ({"terms_version": "1999-01"}, (422, "invalid")),
        ({"email": "nowhere"}, (422, "invalid")),
        ({"language": "fr"}, (422, "invalid")),
    ],
)
def test_a_registration_at_the_counter_follows_the_rules_of_every_other(
    desk: Desk, changes: dict[str, str], refusal: tuple[int, str]
) -> None:
    assert code(desk.register(**changes)) == refusal
    assert desk.acts() == []


def test_what_the_registries_do_not_confirm_registers_nobody_at_the_counter(desk: Desk) -> None:
    household = registration.household_of(desk.browser, "lin")
    assert code(desk.register(household=household)) == (422, "household_not_confirmed")


def test_who_is_registered_already_is_shown_instead(desk: Desk) -> None:
    person_id = make_holder(desk)

    answer = desk.register()

    assert code(answer) == (409, "registered_already")
    assert answer.get_json()["person_id"] == person_id
    assert desk.acts() == ["looked"]
    assert desk.browser.get(f"/counter/people/{person_id}").status_code == 200


def test_a_card_number_of_somebody_else_in_our_books_registers_nobody(desk: Desk) -> None:
    other = make_holder(desk, "lin")
    with desk.kit.begin() as session:
        number = desk.browser.person("wang").card_number
        session.get_one(Person, other).card_number_index = desk.kit.keys.index("card_number", number)

    assert code(desk.register()) == (409, AlreadyRegistered.code)


def test_an_own_application_is_superseded(desk: Desk, new_browser: Callable[[], Browser]) -> None:
    person = new_browser()
    assert registration.apply(person).status_code == 202
    token = registration.last_token(desk.kit)

    assert desk.register().status_code == 201

    assert code(registration.confirm(person, token)) == (401, "link_refused")
    assert code(registration.resend(person)) == (409, "no_pending_registration")
    assert code(registration.apply(person)) == (409, "already_registered")


def test_a_phone_is_bound_with_the_persons_card_in_the_counters_reader(desk: Desk) -> None:
    person_id = make_holder(desk)
    desk.open()

    made = desk.code(person_id).get_json()
    where = f"/counter/people/{person_id}/device-codes/{made['id']}"
    assert desk.browser.get(where).get_json() == {"status": "waiting"}
    phone = make_phone(desk.app, desk.clock)
    phone.bind_by_qr(made["qr_text"])

    assert desk.browser.get(where).get_json() == {"status": "used"}
    with desk.kit.read() as session:
        assert session.scalars(select(Device.via)).all() == ["counter"]
    assert desk.browser.get(f"/counter/people/{person_id}").get_json()["phones"][0]["via"] == "counter"
    assert {mail.template for mail in mails(desk.kit)} == {"notice", "bound"}


def test_a_code_is_made_for_the_card_that_is_there_and_no_other(desk: Desk) -> None:
    person_id = make_holder(desk)
    make_holder(desk, "lin")
    desk.open()

    answers = [desk.code(person_id, card="lin-nhi"), desk.code(person_id, card="chen-nhi")]

    assert [code(answer) for answer in answers] == [(403, CardOfAnother.code)] * 2
    assert code(desk.code(person_id, card="wang-nhi-forged")) == (401, "card_not_recognised")
    used = desk.browser.prove("wang-nhi", "counter")
    assert desk.act(person_id, "device-codes", card_proof=used).status_code == 201
    assert code(desk.act(person_id, "device-codes", card_proof=used)) == (401, "challenge_refused")


def test_a_code_of_another_person_is_not_followed(desk: Desk) -> None:
    wang, lin = make_holder(desk), make_holder(desk, "lin")
    desk.open()
    desk.open("lin")
    made = desk.code(wang).get_json()

    assert code(desk.browser.get(f"/counter/people/{lin}/device-codes/{made['id']}")) == (404, "not_found")


@pytest.mark.parametrize("why", ["unbound", "lost"])
def test_a_phone_is_unbound_or_reported_lost_at_the_counter(desk: Desk, why: str) -> None:
    person_id = make_holder(desk)
    desk.open()
    phone = desk.bound_phone(person_id)
    device_id = phone.binding["device"]["id"]

    assert desk.act(person_id, f"devices/{device_id}/removals", why=why).status_code == 204

    assert ask(phone, "GET", "/me/device").status_code == 401
    assert desk.acts()[-1] == why
    assert code(desk.act(person_id, f"devices/{device_id}/removals", why=why)) == (404, "not_found")
    assert code(desk.act(person_id, "devices/AAAA/removals", why="sold")) == (422, "invalid")


def test_suspending_ends_all_and_restoring_opens_nothing_by_itself(
    desk: Desk, new_browser: Callable[[], Browser]
) -> None:
    person_id, person = make_holder(desk), new_browser()
    person.log_in("wang")
    desk.open()
    phone = desk.bound_phone(person_id)

    assert desk.act(person_id, "suspensions").status_code == 204

    assert code(person.get("/me")) == (401, "login_required")
    assert code(person.log_in("wang")) == (403, OnlineServicesSuspended.code)
    with pytest.raises(PhoneProblem):
        phone.recover()
    assert code(desk.code(person_id)) == (403, OnlineServicesSuspended.code)
    assert code(desk.act(person_id, "suspensions")) == (409, "already_suspended")
    record = desk.browser.get(f"/counter/people/{person_id}").get_json()
    assert (record["status"], record["phones"], record["sessions"]) == ("suspended", [], 0)

    assert desk.act(person_id, "restorations").status_code == 204
    assert code(desk.act(person_id, "restorations")) == (409, "not_suspended")
    assert code(person.get("/me")) == (401, "login_required")
    with pytest.raises(PhoneProblem):
        phone.recover()
    assert person.log_in("wang").status_code == 201
    texts = [event["text"] for event in person.get("/me/events").get_json()["events"]]
    assert "At the counter: your online services were suspended." in texts
    assert "At the counter: your online services were restored." in texts
    assert [mail.values["what"] for mail in mails(desk.kit) if mail.template == "notice"] == [
        acts.TOLD["device_code"],
        acts.TOLD["suspended"],
        acts.TOLD["restored"],
    ]


def test_every_act_names_the_member_of_staff_in_row_and_audit(desk: Desk) -> None:
    person_id = make_holder(desk)
    desk.open()
    desk.act(person_id, "suspensions")

    with desk.kit.read() as session:
        rows = session.scalars(select(CounterAct)).all()
    events = desk.events("counter.act")
    assert {row.id for row in rows} == {event.object for event in events}
    assert {row.request_id for row in rows} == {event.request_id for event in events}
    assert {(event.actor, event.details["staff"]) for event in events} == {(person_id, desk.staff_id)}
