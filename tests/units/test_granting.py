"""Roles and grants: a manager decides what a clerk can do, from the next call on; nobody decides for themselves."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from authsvc.core.errors import Throttled
from authsvc.core.kit import Kit
from authsvc.core.localtime import local
from tests.browser import Browser
from tests.clocks import MovableClock
from tests.factories import make_person
from tests.insured import UNIT1, UNIT2, Registered, make_clerk, make_manager, make_unit
from tests.letters import letters_of
from tests.units.office import Office, code, make_office
from units import clerks, deciding, granting, roles
from units.models import UnitAct, UnitGrant, UnitMember, UnitRegistration, UnitRole


@pytest.fixture
def office(app: Flask, new_browser: Callable[[], Browser]) -> Office:
    return make_office(app, new_browser)


def test_a_clerk_can_do_what_was_granted_and_nothing_else(office: Office) -> None:
    person = make_person(office.kit, 2)
    clerk_id = office.add(person)
    browser = office.come(person)
    assert office.asks(browser, "filing_a") == "not_granted"

    office.give(clerk_id, office.make_role(functions=["filing_a", "filing_b"]))

    assert [office.asks(browser, name) for name in ("filing_a", "filing_b", "filing_c")] == [
        "open", "open", "not_granted",
    ]  # fmt: skip
    assert office.asks(browser, "grants") == "not_granted"
    for path in ("/roles", "/clerks", "/grants", "/acts"):
        assert code(office.call("GET", path, browser=browser)) == (403, "not_granted")


@pytest.mark.parametrize("wrong", [["roles"], ["grants"], ["managers"], ["unit_data"], ["security"], ["nothing"],
                                   ["filing_a", "roles"], []])  # fmt: skip
def test_a_role_holds_only_what_can_be_granted(office: Office, wrong: list[str]) -> None:
    assert code(office.call("POST", "/roles", {"name": "Personnel", "functions": wrong})) == (422, "invalid")

    role_id = office.make_role()
    answer = office.call("PUT", f"/roles/{role_id}", {"name": "Personnel", "functions": wrong})
    assert code(answer) == (422, "invalid")
    listed = office.call("GET", "/roles").get_json()
    assert [role["functions"] for role in listed["roles"]] == [["filing_a"]]
    assert {"roles", "grants", "managers", "unit_data"}.isdisjoint(each["id"] for each in listed["grantable"])


@pytest.mark.parametrize("again", ["Personnel", " Personnel ", "Ｐｅｒｓｏｎｎｅｌ"])
def test_a_unit_has_each_name_of_a_role_once(office: Office, again: str) -> None:
    role_id = office.make_role("Personnel")
    other = office.make_role("Wages")
    make = {"name": again, "functions": ["filing_b"]}

    assert code(office.call("POST", "/roles", make)) == (409, "role_named_already")
    assert code(office.call("PUT", f"/roles/{other}", make)) == (409, "role_named_already")

    assert office.call("DELETE", f"/roles/{role_id}").status_code == 204
    assert office.call("POST", "/roles", make).status_code == 201


@pytest.mark.parametrize("name", ["see http://x.example", "a@b", "<b>", "x.example", "   "])
def test_a_role_has_no_name_that_a_mail_would_make_a_link_of(office: Office, name: str) -> None:
    assert code(office.call("POST", "/roles", {"name": name, "functions": ["filing_a"]})) == (422, "invalid")


def test_other_functions_of_a_role_count_from_the_next_call_on(office: Office) -> None:
    person = make_person(office.kit, 2)
    role_id = office.make_role(functions=["filing_a"])
    office.give(office.add(person), role_id)
    browser = office.come(person)
    letters_of(office.kit)

    answer = office.call("PUT", f"/roles/{role_id}", {"name": "Wages", "functions": ["filing_b"]})

    assert answer.status_code == 204
    assert (office.asks(browser, "filing_a"), office.asks(browser, "filing_b")) == ("not_granted", "open")
    [letter] = letters_of(office.kit)
    assert (letter.to, letter.values["what"], letter.values["role"]) == (person.email, roles.CHANGED, "Wages")
    office.call("PUT", f"/roles/{role_id}", {"name": "Money", "functions": ["filing_b"]})
    assert letters_of(office.kit) == []  # a name alone changes nothing for anybody


def test_a_deleted_role_takes_its_grants_along(office: Office) -> None:
    person = make_person(office.kit, 2)
    role_id, other = office.make_role("One", ["filing_a"]), office.make_role("Two", ["filing_b"])
    clerk_id = office.add(person)
    office.give(clerk_id, role_id)
    office.give(clerk_id, other)
    browser = office.come(person)
    letters_of(office.kit)

    assert office.call("DELETE", f"/roles/{role_id}").status_code == 204

    assert (office.asks(browser, "filing_a"), office.asks(browser, "filing_b")) == ("not_granted", "open")
    assert [grant["role"] for grant in office.call("GET", "/grants").get_json()] == ["Two"]
    assert [letter.values["what"] for letter in letters_of(office.kit)] == [roles.ENDED]
    assert code(office.call("DELETE", f"/roles/{role_id}")) == (404, "not_found")
    assert code(office.call("POST", "/grants", {"clerk_id": clerk_id, "role_id": role_id})) == (404, "not_found")


def test_a_deleted_clerk_is_refused_at_the_next_call(office: Office) -> None:
    person = make_person(office.kit, 2)
    clerk_id = office.add(person)
    office.give(clerk_id, office.make_role())
    browser = office.come(person)
    assert office.asks(browser, "filing_a") == "open"
    letters_of(office.kit)

    assert office.call("DELETE", f"/clerks/{clerk_id}").status_code == 204

    assert office.asks(browser, "filing_a") == "not_found"
    assert [letter.values["what"] for letter in letters_of(office.kit)] == [clerks.ENDED]
    with office.kit.read() as session:
        assert session.scalars(select(UnitGrant.id).where(UnitGrant.ended_at.is_(None))).all() == []
    assert code(office.call("DELETE", f"/clerks/{clerk_id}")) == (404, "not_found")
    back = office.add(person)  # who comes back begins with nothing
    assert (back != clerk_id, office.asks(browser, "filing_a")) == (True, "not_granted")


def test_a_taken_role_is_gone_at_the_next_call(office: Office) -> None:
    person = make_person(office.kit, 2)
    clerk_id, role_id = office.add(person), office.make_role()
    grant_id = office.give(clerk_id, role_id)
    browser = office.come(person)
    letters_of(office.kit)

    assert office.call("DELETE", f"/grants/{grant_id}").status_code == 204

    assert office.asks(browser, "filing_a") == "not_granted"
    assert [letter.values["what"] for letter in letters_of(office.kit)] == [granting.TAKEN]
    assert code(office.call("DELETE", f"/grants/{grant_id}")) == (404, "not_found")
    office.give(clerk_id, role_id)
    assert office.asks(browser, "filing_a") == "open"


def test_a_grant_counts_through_its_last_day_in_taiwan(office: Office, clock: MovableClock) -> None:
    person = make_person(office.kit, 2)
    clerk_id, role_id = office.add(person), office.make_role()
    here = local(clock.now())
    today = here.date()
    yesterday = {"clerk_id": clerk_id, "role_id": role_id, "until": (today - timedelta(days=1)).isoformat()}
    assert code(office.call("POST", "/grants", yesterday)) == (422, "invalid")

    office.give(clerk_id, role_id, until=today.isoformat())
    midnight = here.replace(hour=0, minute=0, second=0) + timedelta(days=1)
    clock.forward(seconds=(midnight - here).total_seconds() - 1)
    assert office.asks(office.come(person), "filing_a") == "open"
    clock.forward(seconds=1)
    assert office.asks(office.come(person), "filing_a") == "not_granted"

    office.browser = office.come(office.manager)
    [grant] = office.call("GET", "/grants").get_json()
    assert (grant["over"], grant["until"]) == (True, today.isoformat())
    office.give(clerk_id, role_id)  # what is over stands in nobody's way
    [grant] = office.call("GET", "/grants").get_json()
    assert (grant["over"], grant["until"]) == (False, None)


def test_a_clerk_has_a_role_once(office: Office) -> None:
    clerk_id, role_id = office.add(make_person(office.kit, 2)), office.make_role()
    office.give(clerk_id, role_id)

    answer = office.call("POST", "/grants", {"clerk_id": clerk_id, "role_id": role_id, "until": "2199-01-01"})

    assert code(answer) == (409, "granted_already")


def test_a_person_is_a_clerk_of_a_unit_once(office: Office) -> None:
    person = make_person(office.kit, 2)
    office.add(person)

    assert code(office.call("POST", "/clerks", office.listed(person))) == (409, "clerk_already")


@pytest.mark.parametrize(
    "changes",
    [{"mobile": None}, {"phone": "2123"}, {"mobile": "12"}, {"email": "x"}, {"credential": "seal"},
     {"national_id": "A123456788"}, {"name": ""}],
)  # fmt: skip
def test_a_clerk_needs_an_id_a_name_and_a_way_to_be_reached(office: Office, changes: dict[str, str]) -> None:
    person = make_person(office.kit, 2)

    assert code(office.call("POST", "/clerks", office.listed(person, **changes))) == (422, "invalid")


def test_a_telephone_instead_of_a_mobile_number_is_enough(office: Office) -> None:
    office.add(make_person(office.kit, 2), mobile=None, phone="02-21234567")

    [clerk] = office.call("GET", "/clerks").get_json()
    assert (clerk["phone"], clerk["mobile"]) == ("02-21234567", None)
    assert "****" in clerk["national_id"]


def test_a_clerk_comes_in_with_the_credential_of_the_list(office: Office) -> None:
    person = make_person(office.kit, 2)
    office.give(office.add(person, credential="certificate"), office.make_role())

    assert office.asks(office.come(person, acr="certificate"), "filing_a") == "open"
    assert office.asks(office.come(person, acr="card"), "filing_a") == "step_up_required"


def test_managers_give_nothing_to_themselves(office: Office) -> None:
    assert code(office.call("POST", "/clerks", office.listed(office.manager))) == (403, "own_powers")

    own = make_clerk(office.kit, office.unit, office.manager, functions=["filing_a"])  # listed by a colleague
    mine = office.call("GET", "/grants").get_json()[0]
    give = {"clerk_id": own, "role_id": office.make_role(functions=["filing_b"])}
    assert code(office.call("POST", "/grants", give)) == (403, "own_powers")
    more = {"name": "More", "functions": ["filing_a", "filing_b"]}
    assert code(office.call("PUT", f"/roles/{mine['role_id']}", more)) == (403, "own_powers")
    assert office.asks(office.browser, "filing_b") == "not_granted"

    colleague = make_person(office.kit, 2)
    make_manager(office.kit, office.unit, colleague)
    answer = office.call("POST", "/grants", give, browser=office.come(colleague))
    assert answer.status_code == 201
    assert office.asks(office.browser, "filing_b") == "open"


def test_what_is_another_units_is_not_there(office: Office) -> None:
    other = make_unit(office.kit, UNIT2)
    make_manager(office.kit, other, office.manager)
    clerk_id, role_id = office.add(make_person(office.kit, 2)), office.make_role()
    grant_id = office.give(clerk_id, role_id)
    theirs = Office(office.kit, office.browser, office.new_browser, other, office.manager)

    make = {"name": "X", "functions": ["filing_a"]}
    there = [
        theirs.call("PUT", f"/roles/{role_id}", make),
        theirs.call("DELETE", f"/roles/{role_id}"),
        theirs.call("DELETE", f"/clerks/{clerk_id}"),
        theirs.call("DELETE", f"/grants/{grant_id}"),
        theirs.call("POST", "/grants", {"clerk_id": clerk_id, "role_id": theirs.make_role()}),
    ]
    own = theirs.add(make_person(office.kit, 3))
    there.append(theirs.call("POST", "/grants", {"clerk_id": own, "role_id": role_id}))

    assert [code(answer) for answer in there] == [(404, "not_found")] * len(there)
    assert theirs.call("GET", "/grants").get_json() == []
    assert [grant["id"] for grant in office.call("GET", "/grants").get_json()] == [grant_id]


def test_strangers_are_told_that_there_is_nothing(office: Office) -> None:
    stranger = office.come(make_person(office.kit, 2))

    for path in ("/roles", "/clerks", "/grants", "/acts"):
        assert code(office.call("GET", path, browser=stranger)) == (404, "not_found")
    assert code(office.call("POST", "/roles", {"name": "X", "functions": ["filing_a"]}, browser=stranger)) == (
        404, "not_found",
    )  # fmt: skip
    assert code(office.call("GET", "/roles", browser=office.new_browser())) == (401, "login_required")


def test_when_the_unit_withdraws_nothing_is_reachable(office: Office) -> None:
    role_id = office.make_role()
    with office.kit.begin() as session:
        session.execute(update(UnitRegistration).values(ended_at=office.kit.clock.now()))

    assert code(office.call("GET", "/roles")) == (404, "not_found")
    assert code(office.call("DELETE", f"/roles/{role_id}")) == (404, "not_found")


def test_a_manager_who_was_removed_does_nothing_more(office: Office) -> None:
    view = office.view(office.browser)
    with office.kit.begin() as session:
        session.execute(update(UnitMember).values(ended_at=office.kit.clock.now()))

    assert code(office.call("POST", "/roles", {"name": "X", "functions": ["filing_a"]})) == (404, "not_found")
    assert [event.outcome for event in office.events("unit.role")] == ["not_found"]
    assert view.person_id == office.events("unit.role")[0].actor


def test_every_deed_is_in_the_units_log_and_in_the_audit(office: Office) -> None:
    person = make_person(office.kit, 2)
    clerk_id, role_id = office.add(person), office.make_role()
    grant_id = office.give(clerk_id, role_id)
    office.call("DELETE", f"/grants/{grant_id}")
    office.call("PUT", f"/roles/{role_id}", {"name": "Wages", "functions": ["filing_b"]})
    office.call("DELETE", f"/roles/{role_id}")
    office.call("DELETE", f"/clerks/{clerk_id}")

    acts = office.call("GET", "/acts").get_json()["acts"]
    assert {act["act"] for act in acts} == {
        "clerk_added", "clerk_ended", "role_made", "role_changed", "role_ended", "granted", "grant_ended",
    }  # fmt: skip
    assert {act["by"] for act in acts} == {"王○明"}
    assert {act["about"] for act in acts} == {"王○明", "Personnel", "Wages", "王○明 · Personnel"}
    audited = [event for name in ("unit.role", "unit.clerk", "unit.grant") for event in office.events(name)]
    assert {event.details["act"] for event in audited} == {act["act"] for act in acts}
    assert {(event.actor, event.outcome) for event in audited} == {(office.manager.id, "done")}
    own = office.browser.get("/me/events").get_json()["events"]
    assert "You gave a clerk of your unit a role." in {event["text"] for event in own}
    with office.kit.read() as session:
        assert b"Personnel" not in b"".join(session.scalars(select(UnitAct.about)))


def test_the_log_is_read_page_by_page_and_shows_every_deed_once(office: Office, clock: MovableClock) -> None:
    for number in range(60):
        office.make_role(f"Role {number}")
        clock.forward(microseconds=number % 3)

    first = office.call("GET", "/acts").get_json()
    second = office.call("GET", f"/acts?before={first['next']}").get_json()

    assert (len(first["acts"]), len(second["acts"]), second["next"]) == (50, 10, None)
    assert len({act["about"] for act in first["acts"] + second["acts"]}) == 60
    elsewhere = Office(office.kit, office.browser, office.new_browser, make_unit(office.kit, UNIT2), office.manager)
    make_manager(office.kit, elsewhere.unit, office.manager)
    assert elsewhere.call("GET", f"/acts?before={first['next']}").get_json()["acts"] == []


def test_nobodys_mailbox_is_filled_through_a_unit(office: Office) -> None:
    person = make_person(office.kit, 2)
    role_id, clerk_id = office.make_role(), office.add(person)
    answers = [office.call("POST", "/grants", {"clerk_id": clerk_id, "role_id": role_id}) for _ in range(31)]

    assert code(answers[-1]) == (429, Throttled.code)
    assert len(letters_of(office.kit)) == 2


@pytest.mark.parametrize(("path", "most", "refusal"), [("/roles", "MOST_ROLES", "too_many_roles"),
                                                       ("/clerks", "MOST_CLERKS", "too_many_clerks")])  # fmt: skip
def test_a_unit_has_a_limit(office: Office, path: str, most: str, refusal: str) -> None:
    limit = getattr(roles if path == "/roles" else clerks, most)
    fill(office.kit, office.unit, path, limit)
    person = make_person(office.kit, 2)
    body = {"name": "One more", "functions": ["filing_a"]} if path == "/roles" else office.listed(person)

    assert code(office.call("POST", path, body)) == (409, refusal)


def fill(kit: Kit, unit: Registered, path: str, number: int) -> None:
    """Put as many roles or clerks into a unit as it may have, without their data."""
    now = kit.clock.now()
    with kit.begin() as session:
        for each in range(number):
            row_id = f"{path[1:]}{each}"
            if path == "/roles":
                row = {"id": row_id, "name": row_id, "functions": [], "made_at": now}
                session.add(UnitRole(registration_id=unit.id, **row))
            else:
                facts = {"national_id": b"", "person_index": row_id.encode(), "name": b"", "email": b""}
                more = {"part": "clerk", "credential": "card", "everything": False, "added_at": now}
                session.add(UnitMember(id=row_id, registration_id=unit.id, **facts, **more))


def test_the_units_code_alone_opens_nothing(office: Office) -> None:
    assert office.unit.code == UNIT1
    assert deciding.GRANTS == "grants"
    assert code(office.browser.get(f"/units/{UNIT2}/grants")) == (404, "not_found")
