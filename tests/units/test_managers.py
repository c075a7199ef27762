"""Managers: named and deleted by the unit's own credential alone, told by mail, without access from that moment on."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from authsvc.core.kit import Kit
from authsvc.identity.acting import NotGranted
from mocks.card.cards import Deck
from mocks.people import World
from tests.browser import Browser
from tests.factories import make_person, national_id
from tests.insured import UNIT1, UNIT3, make_clerk, make_manager, make_unit
from tests.letters import letters_of
from tests.simulators import Transports, acts, put_fault
from tests.units.conftest import CHEN, as_owner, as_person, holder
from units import managers

HUANG: dict[str, Any] = CHEN | {"national_id": "H209000042", "name": "黃樣華", "email": "huang@example.org"}
PATH = f"/units/{UNIT1}/managers"


def refusal(answer: Any) -> tuple[int, str, list[str]]:
    body = answer.get_json()
    return answer.status_code, body["code"], sorted(body.get("errors", {}))


@pytest.fixture
def owner(kit: Kit, browser: Browser) -> Browser:
    make_unit(kit)
    return as_owner(browser)


def test_a_manager_is_named_listed_and_told_with_all_the_others(owner: Browser, kit: Kit) -> None:
    assert owner.post(PATH, CHEN).status_code == 201
    letters_of(kit)

    second = owner.post(PATH, HUANG | {"everything": True})

    assert second.status_code == 201
    assert {letter.to for letter in letters_of(kit)} == {
        "unit110900011@example.org",
        "chen@example.org",
        "huang@example.org",
    }
    listed = sorted(owner.get(PATH).get_json(), key=lambda each: str(each["national_id"]))
    assert [(each["name"], each["national_id"], each["everything"]) for each in listed] == [
        ("陳範例", "B10****035", False),
        ("黃樣華", "H20****042", True),
    ]
    assert ("unit.manager_added", "done") in acts(kit)


def test_a_manager_comes_in_with_their_own_card_and_leaves_the_moment_they_are_deleted(
    owner: Browser, kit: Kit, deck: Deck, world: World, new_browser: Callable[[], Browser]
) -> None:
    holder(kit, deck, world, "chen")
    member_id = owner.post(PATH, CHEN).get_json()["id"]
    chen = as_person(new_browser(), "chen")
    assert chen.get("/units").get_json()[0]["parts"] == ["manager"]
    letters_of(kit)

    assert owner.call("DELETE", f"{PATH}/{member_id}").status_code == 204

    assert chen.get(f"/units/{UNIT1}/functions").status_code == 404
    assert chen.get("/units").get_json() == []
    assert "chen@example.org" in {letter.to for letter in letters_of(kit)}
    assert owner.call("DELETE", f"{PATH}/{member_id}").status_code == 404


def test_one_known_by_a_certificate_has_it_read_and_comes_in_with_it_alone(
    owner: Browser, kit: Kit, deck: Deck, world: World, new_browser: Callable[[], Browser]
) -> None:
    holder(kit, deck, world, "chen")
    by_certificate = CHEN | {"credential": "certificate"}

    assert refusal(owner.post(PATH, by_certificate)) == (422, "invalid", ["card_proof"])
    other = owner.prove("huang-cert", "manager", pin="975310")
    assert refusal(owner.post(PATH, by_certificate | {"card_proof": other})) == (422, "invalid", ["national_id"])
    own = owner.prove("chen-cert", "manager", pin="86420246")
    added = owner.post(PATH, by_certificate | {"card_proof": own})

    assert added.status_code == 201
    assert added.get_json()["certificate_serial"] == f"{deck.certificate('chen-cert').serial_number:X}"
    chen = as_person(new_browser(), "chen")
    offers = {offer["id"]: offer for offer in chen.get(f"/units/{UNIT1}/functions").get_json()}
    assert offers["roles"]["open"] is False
    assert offers["roles"]["ways"] == ["certificate", "twfido"]
    other_way = new_browser()
    proof = other_way.prove("chen-cert", "login", pin="86420246")
    assert other_way.post("/sessions/certificate", {"card_proof": proof}).status_code == 201
    offers = {offer["id"]: offer for offer in other_way.get(f"/units/{UNIT1}/functions").get_json()}
    assert offers["roles"]["open"] is True


def test_a_mistyped_id_lets_no_stranger_in(owner: Browser) -> None:
    assert refusal(owner.post(PATH, CHEN | {"national_id": "H209000042"})) == (422, "invalid", ["name"])
    assert refusal(owner.post(PATH, CHEN | {"national_id": national_id(987654)})) == (422, "invalid", ["name"])


def test_nobodys_mailbox_is_filled_by_naming_and_deleting(owner: Browser) -> None:
    codes = []
    for _ in range(31):
        added = owner.post(PATH, CHEN)
        codes.append(added.status_code)
        if added.status_code == 201:
            owner.call("DELETE", f"{PATH}/{added.get_json()['id']}")

    assert codes == [*[201] * 30, 429]


def test_somebody_is_a_manager_once(owner: Browser) -> None:
    assert owner.post(PATH, CHEN).status_code == 201

    assert refusal(owner.post(PATH, CHEN))[:2] == (409, "manager_already_there")


def test_a_unit_has_fifty_managers_at_most(browser: Browser, kit: Kit) -> None:
    unit = make_unit(kit)
    for number in range(managers.MOST):
        make_manager(kit, unit, make_person(kit, number + 1))

    assert refusal(as_owner(browser).post(PATH, CHEN))[:2] == (409, "too_many_managers")


def test_managers_are_not_named_by_managers_clerks_or_other_units(
    kit: Kit, deck: Deck, world: World, new_browser: Callable[[], Browser]
) -> None:
    unit = make_unit(kit)
    make_unit(kit, UNIT3)
    make_manager(kit, unit, holder(kit, deck, world, "chen"), everything=True)
    make_clerk(kit, unit, holder(kit, deck, world, "wang"), functions=["managers", "roles", "grants", "unit_data"])
    holder(kit, deck, world, "lin")
    holder(kit, deck, world, "huang")

    manager, clerk = as_person(new_browser(), "chen"), as_person(new_browser(), "wang")
    untickled = as_person(new_browser(), "lin")
    elsewhere = as_person(new_browser(), "huang", unit_code=UNIT3, appoint_managers=True)

    assert refusal(manager.post(PATH, HUANG))[:2] == (403, NotGranted.code)
    assert refusal(clerk.post(PATH, HUANG))[:2] == (403, "not_granted")
    assert clerk.get(f"/units/{UNIT1}/functions").get_json() == []
    assert refusal(untickled.post(PATH, HUANG))[:2] == (404, "not_found")
    assert refusal(elsewhere.post(PATH, HUANG))[:2] == (404, "not_found")
    assert elsewhere.get(f"/units/{UNIT3}/managers").status_code == 200
    assert new_browser().post(PATH, HUANG).status_code == 401


def test_the_tick_of_somebody_who_is_not_responsible_opens_nothing(
    kit: Kit, deck: Deck, world: World, new_browser: Callable[[], Browser]
) -> None:
    make_unit(kit)
    holder(kit, deck, world, "wang")

    ticked = as_person(new_browser(), "wang", unit_code=UNIT1, appoint_managers=True)

    assert refusal(ticked.get(PATH))[:2] == (404, "not_found")
    assert ticked.get("/units").get_json() == []


def test_the_last_manager_does_not_delete_themselves_but_the_certificate_does(
    owner: Browser, kit: Kit, deck: Deck, world: World, new_browser: Callable[[], Browser]
) -> None:
    holder(kit, deck, world, "lin")
    lin = CHEN | {"national_id": "F209000022", "name": "林試安", "email": "lin@example.org"}
    member_id = owner.post(PATH, lin).get_json()["id"]
    herself = as_person(new_browser(), "lin", unit_code=UNIT1, appoint_managers=True)

    assert refusal(herself.call("DELETE", f"{PATH}/{member_id}"))[:2] == (409, "last_manager")
    assert herself.post(PATH, CHEN).status_code == 201
    assert herself.call("DELETE", f"{PATH}/{member_id}").status_code == 204
    (chen,) = owner.get(PATH).get_json()
    assert owner.call("DELETE", f"{PATH}/{chen['id']}").status_code == 204
    assert owner.get(PATH).get_json() == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_of_the_same_manager_named_many_times_at_once_one_stays(owner: Browser) -> None:
    with ThreadPoolExecutor(5) as pool:
        answers = sorted(pool.map(lambda _index: owner.post(PATH, CHEN).status_code, range(5)))

    assert answers == [201, *[409] * 4]


def test_another_units_manager_is_not_there(owner: Browser, kit: Kit, deck: Deck, world: World) -> None:
    elsewhere = make_manager(kit, make_unit(kit, UNIT3), holder(kit, deck, world, "chen"))

    gone = owner.call("DELETE", f"{PATH}/{elsewhere}")
    never = owner.call("DELETE", f"{PATH}/AAAAAAAAAAAAAAAAAAAAAA")

    assert gone.get_json() == never.get_json()
    assert gone.status_code == 404


@pytest.mark.parametrize("kind", ["500", "lie"])
def test_a_register_that_fails_or_lies_names_nobody(
    kit: Kit, deck: Deck, world: World, browser: Browser, transports: Transports, kind: str
) -> None:
    make_unit(kit)
    holder(kit, deck, world, "lin")
    owner = as_person(browser, "lin", unit_code=UNIT1, appoint_managers=True)

    put_fault(transports, "registry", target="units", kind=kind)

    assert refusal(owner.post(PATH, CHEN))[:2] == (503, "unavailable")


def test_the_managers_page_adds_and_deletes_without_a_script(owner: Browser) -> None:
    page = owner.client.get(PATH)
    assert 'data-testid="no-managers"' in page.text
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]

    wrong = owner.client.post(PATH, data=CHEN | {"csrf_token": token, "mobile": ""})
    right = owner.client.post(PATH, data=CHEN | {"csrf_token": token})

    assert wrong.status_code == 422
    assert 'id="phone-wrong"' in wrong.text
    assert 'value="陳範例"' in wrong.text
    assert right.location == f"{PATH}?done=added"
    listed = owner.client.get(right.location).text
    assert 'data-done="added"' in listed
    action = listed.split(f'action="{PATH}/')[1].split('"')[0]
    ended = owner.client.post(f"{PATH}/{action}", data={"csrf_token": token})
    assert ended.location == f"{PATH}?done=ended"
