"""Unit registration: by three kinds of proof, against the register, once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import func, select

from authsvc.core.kit import Kit
from mobileapp.client import Phone
from mocks.card.cards import Deck
from mocks.people import World
from tests.browser import PASSWORD, Browser
from tests.clocks import MovableClock
from tests.factories import Somebody
from tests.insured import UNIT1, Registered, make_clerk, make_unit
from tests.letters import letters_of
from tests.simulators import Transports, acts, put_fault
from tests.units.conftest import ENTRY, as_owner, as_person, by_certificate, holder
from units.letters import REGISTERED, TAKEN_OVER
from units.models import UnitMember, UnitRegistration

Answer = Any


def refusal(answer: Answer) -> tuple[int, str, list[str]]:
    body = answer.get_json()
    return answer.status_code, body["code"], sorted(body.get("errors", {}))


def by_card(browser: Browser, card: str = "lin-nhi", **more: Any) -> Answer:
    proof = browser.prove(card, "unit")
    return browser.post("/unit-registrations", ENTRY | {"card_proof": proof, "password": PASSWORD} | more)


def by_code(browser: Browser, phone: Phone, lin: Somebody, **more: Any) -> Answer:
    proof = {"birth_date": lin.birth_date.isoformat(), "otp": phone.otp_code()}
    return browser.post("/unit-registrations", ENTRY | proof | more)


def test_a_unit_registers_by_its_certificate_and_is_told_at_once_and_by_mail(browser: Browser, kit: Kit) -> None:
    answer = by_certificate(browser)

    assert answer.status_code == 201
    body = answer.get_json()
    assert (body["unit_code"], body["name"], body["status"]) == (UNIT1, "測試一號有限公司", "registered")
    (letter,) = letters_of(kit)
    assert (letter.to, letter.template) == ("unit1@example.org", "units/mail/notice")
    assert acts(kit) == [("unit.registered", "done")]


def test_its_responsible_person_registers_it_by_health_card_and_password(browser: Browser, lin: Somebody) -> None:
    del lin

    assert by_card(browser).status_code == 201


def test_its_responsible_person_registers_it_by_one_time_code(browser: Browser, phone: Phone, lin: Somebody) -> None:
    answer = by_code(browser, phone, lin)

    assert answer.status_code == 201
    assert browser.get("/sessions/current").status_code == 401  # a code that registers a unit opens nothing else


def test_a_code_that_registered_a_unit_is_used_up(browser: Browser, phone: Phone, lin: Somebody) -> None:
    code = phone.otp_code()
    proof = {"birth_date": lin.birth_date.isoformat(), "otp": code}
    assert browser.post("/unit-registrations", ENTRY | proof).status_code == 201

    login = {"national_id": lin.national_id, "birth_date": lin.birth_date.isoformat(), "otp": code}
    assert refusal(browser.post("/sessions/otp", login))[:2] == (401, "otp_refused")


def test_a_health_card_without_its_password_registers_nothing(browser: Browser, kit: Kit, lin: Somebody) -> None:
    del lin

    assert refusal(by_card(browser, password="Wrong-pw1"))[:2] == (401, "password_wrong")
    proof = browser.prove("lin-nhi", "unit")
    assert refusal(browser.post("/unit-registrations", ENTRY | {"card_proof": proof})) == (422, "invalid", ["password"])
    with kit.read() as session:
        assert session.scalar(select(func.count()).select_from(UnitRegistration)) == 0


def test_nobody_else_registers_the_unit(browser: Browser, kit: Kit, deck: Deck, world: World) -> None:
    holder(kit, deck, world, "chen")

    assert refusal(by_card(browser, "chen-nhi"))[:2] == (403, "not_responsible")
    # One who says that it is theirs learns nothing about it: not what is right, nor whether it is there.
    for claim in ({}, {"name": "別的名字", "business_number": "00009202"}, {"unit_code": "119999999"}):
        claimed = by_card(browser, "chen-nhi", responsible_id="B109000035", **claim)
        assert refusal(claimed) == (403, "not_responsible", [])


def test_a_certificate_registers_only_its_own_unit(browser: Browser) -> None:
    other = {"unit_code": "110900033", "name": "樣本三號診所", "business_number": "00009202"}

    answer = by_certificate(browser, **other, responsible_id="H209000042")

    assert refusal(answer) == (422, "unit_not_confirmed", ["business_number"])


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"name": "測試二號有限公司"}, ["name"]),
        ({"unit_code": "119999999"}, ["unit_code"]),
        ({"responsible_id": "B109000035"}, ["responsible_id"]),
        ({"nhi_only": False, "labour_number": "99999999Z"}, ["labour_number"]),
        ({"name": "測試", "responsible_id": "B109000035"}, ["name", "responsible_id"]),
    ],
)
def test_what_the_register_has_differently_is_marked(
    browser: Browser, kit: Kit, changes: dict[str, Any], fields: list[str]
) -> None:
    assert refusal(by_certificate(browser, **changes)) == (422, "unit_not_confirmed", fields)
    assert acts(kit) == [("unit.register", "unit_not_confirmed")]


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"business_number": "00009002"}, ["business_number"]),  # the check digit
        ({"business_number": "0000900"}, ["business_number"]),
        ({"unit_code": "12345678"}, ["unit_code"]),
        ({"phone": None}, ["phone"]),
        ({"phone": "21234567"}, ["phone"]),
        ({"email": "nobody"}, ["email"]),
        ({"nhi_only": False}, ["labour_number"]),
        ({"labour_number": "01109000A"}, ["labour_number"]),
        ({"nhi_only": False, "labour_number": "01109000"}, ["labour_number"]),
        ({"otp": "12345678"}, ["otp"]),
        ({"surprise": 1}, ["surprise"]),
    ],
)
def test_what_cannot_be_is_told_by_field(browser: Browser, changes: dict[str, Any], fields: list[str]) -> None:
    body = {name: value for name, value in (ENTRY | changes).items() if value is not None}

    answer = browser.post("/unit-registrations", body | {"card_proof": browser.prove("wang-nhi", "unit")})

    assert refusal(answer) == (422, "invalid", fields)


def test_a_labour_number_is_confirmed_and_numbers_may_be_typed_wide(browser: Browser) -> None:
    answer = by_certificate(
        browser, nhi_only=False, labour_number="０１１０９０００ａ", business_number="００００９００１"
    )

    assert answer.status_code == 201


def test_a_unit_registers_once(browser: Browser, new_browser: Callable[[], Browser]) -> None:
    assert by_certificate(browser).status_code == 201

    assert refusal(by_certificate(new_browser()))[:2] == (409, "unit_already_registered")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_of_many_at_once_one_registers(new_browser: Callable[[], Browser]) -> None:
    browsers = [new_browser() for _ in range(6)]
    proofs = [browser.prove("unit1-card", "unit", pin="10101010") for browser in browsers]

    def register(index: int) -> int:
        return browsers[index].post("/unit-registrations", ENTRY | {"card_proof": proofs[index]}).status_code

    with ThreadPoolExecutor(6) as pool:
        answers = sorted(pool.map(register, range(6)))

    assert answers == [201, *[409] * 5]


@pytest.mark.parametrize("kind", ["500", "garbage", "lie", "missing_field", "wrong_nonce"])
def test_a_register_that_fails_or_lies_registers_nothing(
    browser: Browser, kit: Kit, transports: Transports, kind: str
) -> None:
    put_fault(transports, "registry", target="units", kind=kind)

    assert refusal(by_certificate(browser))[:2] == (503, "unavailable")
    with kit.read() as session:
        assert session.scalar(select(func.count()).select_from(UnitRegistration)) == 0


def test_the_responsible_person_becomes_a_manager_when_ticked(
    browser: Browser, new_browser: Callable[[], Browser], lin: Somebody
) -> None:
    del lin
    assert by_certificate(browser, responsible_is_manager=True).status_code == 201

    mine = as_person(new_browser(), "lin").get("/units").get_json()

    assert mine == [{"unit_code": UNIT1, "name": "測試一號有限公司", "parts": ["manager"]}]


def test_guesses_at_a_unit_are_braked(browser: Browser, clock: MovableClock) -> None:
    for _ in range(10):
        by_certificate(browser, responsible_id="B109000035")

    assert refusal(by_certificate(browser))[:2] == (429, "too_many_tries")
    clock.forward(seconds=timedelta(hours=1).total_seconds() + 60)
    assert by_certificate(browser).status_code == 201


def test_its_data_are_changed_by_its_own_credential_and_the_former_address_is_told(browser: Browser, kit: Kit) -> None:
    by_certificate(browser)
    letters_of(kit)
    as_owner(browser)

    changed = browser.call(
        "PATCH", f"/units/{UNIT1}/registration", {"email": "new@example.org", "phone": None, "mobile": "0900000199"}
    )

    assert changed.status_code == 200
    assert (changed.get_json()["email"], changed.get_json()["phone"]) == ("new@example.org", None)
    assert [letter.to for letter in letters_of(kit)] == ["unit1@example.org"]
    assert changed.get_json()["responsible_id"] == "F20****022"


def test_what_did_not_change_is_told_to_nobody(browser: Browser, kit: Kit) -> None:
    by_certificate(browser)
    as_owner(browser)
    letters_of(kit)

    same = browser.call("PATCH", f"/units/{UNIT1}/registration", {"email": ENTRY["email"], "phone": ENTRY["phone"]})

    assert same.status_code == 200
    assert (same.get_json()["changed_at"], letters_of(kit)) == (None, [])


def test_a_unit_of_the_health_insurance_alone_keeps_no_labour_number(browser: Browser) -> None:
    by_certificate(browser)
    as_owner(browser)

    both = browser.call("PATCH", f"/units/{UNIT1}/registration", {"nhi_only": True, "labour_number": "01109000A"})

    assert refusal(both) == (422, "invalid", ["labour_number"])


def test_a_changed_name_is_the_registers(browser: Browser) -> None:
    by_certificate(browser)
    as_owner(browser)

    assert refusal(browser.call("PATCH", f"/units/{UNIT1}/registration", {"name": "別家公司"}))[2] == ["name"]
    emptied = {"phone": None}
    assert refusal(browser.call("PATCH", f"/units/{UNIT1}/registration", emptied)) == (422, "invalid", ["phone"])


def test_a_withdrawn_unit_is_nobodys_and_may_register_again(
    browser: Browser, new_browser: Callable[[], Browser], kit: Kit, lin: Somebody
) -> None:
    del lin
    by_certificate(browser, responsible_is_manager=True)
    manager = as_person(new_browser(), "lin")
    assert manager.get(f"/units/{UNIT1}/functions").status_code == 200
    letters_of(kit)
    as_owner(browser)

    assert browser.call("DELETE", f"/units/{UNIT1}/registration").status_code == 204

    assert manager.get(f"/units/{UNIT1}/functions").status_code == 404
    assert browser.get(f"/units/{UNIT1}/managers").status_code == 404
    assert {letter.to for letter in letters_of(kit)} == {"unit1@example.org"}
    assert by_certificate(new_browser()).status_code == 201
    assert manager.get("/units").get_json() == []


def change_hands(transports: Transports, responsible: str) -> None:
    with httpx2.Client(transport=transports["registry"], base_url="http://127.0.0.1") as control:
        control.patch("/control/units/00009001", json={"responsible": responsible}).raise_for_status()


def test_a_unit_that_changed_hands_is_taken_over_by_its_new_responsible_person(
    browser: Browser, new_browser: Callable[[], Browser], kit: Kit, deck: Deck, world: World, transports: Transports
) -> None:
    holder(kit, deck, world, "lin")
    holder(kit, deck, world, "wang")
    by_certificate(browser, responsible_is_manager=True)
    chen = holder(kit, deck, world, "chen")
    with kit.read() as session:
        unit = Registered(id=session.scalars(select(UnitRegistration.id)).one(), code=UNIT1)
    make_clerk(kit, unit, chen, functions=["survey"])
    clerk = as_person(new_browser(), "chen")
    assert clerk.get(f"/units/{UNIT1}/functions").get_json()[0]["id"] == "survey"
    former = as_person(new_browser(), "lin", unit_code=UNIT1, appoint_managers=True)
    assert former.get(f"/units/{UNIT1}/managers").status_code == 200

    change_hands(transports, "A109000016")

    assert refusal(former.get(f"/units/{UNIT1}/managers"))[:2] == (403, "not_responsible")
    letters_of(kit)
    taken = by_card(new_browser(), "wang-nhi", responsible_id="A109000016", email="wang@example.org")
    assert taken.status_code == 201
    assert former.get(f"/units/{UNIT1}/managers").status_code == 404
    assert clerk.get(f"/units/{UNIT1}/functions").status_code == 404
    told = {letter.to: letter.values["what"] for letter in letters_of(kit)}
    assert told == {"unit1@example.org": TAKEN_OVER, chen.email: TAKEN_OVER, "wang@example.org": REGISTERED}
    assert [kind for kind, _ in acts(kit)].count("unit.clerk_ended") == 1
    with kit.read() as session:
        live = select(func.count()).select_from(UnitMember).where(UnitMember.ended_at.is_(None))
        assert session.scalar(live) == 0
    owner = as_person(new_browser(), "wang", unit_code=UNIT1, appoint_managers=True)
    assert owner.get(f"/units/{UNIT1}/managers").status_code == 200


def test_the_page_registers_by_a_code_without_a_script(browser: Browser, kit: Kit, phone: Phone, lin: Somebody) -> None:
    page = browser.client.get("/units/register").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    typed = {name: value for name, value in ENTRY.items() if name != "nhi_only"} | {"nhi_only": "1", "way": "otp"}
    birth = {"birth_year": str(lin.birth_date.year - 1911), "birth_month": "11", "birth_day": "3"}

    wrong = browser.client.post("/units/register", data=typed | birth | {"csrf_token": token, "otp": "00000000"})
    right = browser.client.post("/units/register", data=typed | birth | {"csrf_token": token, "otp": phone.otp_code()})

    assert wrong.status_code == 401
    assert 'data-code="otp_refused"' in wrong.text
    assert 'value="測試一號有限公司"' in wrong.text
    assert right.location == "/units/register?done=registered"
    assert 'data-testid="unit-registered" >' in browser.client.get(right.location).text
    with kit.read() as session:
        assert session.scalars(select(UnitRegistration.via)).all() == ["otp"]


def test_what_a_unit_is_reached_at_is_sealed(browser: Browser, kit: Kit) -> None:
    make_unit(kit)

    with kit.read() as session:
        row = session.scalars(select(UnitRegistration)).one()

    assert b"example.org" not in row.email
    assert b"F209" not in row.responsible_id
    del browser
