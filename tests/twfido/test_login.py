"""Logging in by TW FidO as it should go, how it ends otherwise, and how often the provider is asked."""

import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import select, update

from authsvc.core.kit import Kit
from authsvc.identity.models import Person
from mocks.twfido.office import SLOWEST_ALLOWED, Office
from tests.clocks import MovableClock
from tests.people import make_card_holder
from tests.simulators import Transports, acts, clear_faults, put_fault
from tests.twfido.conftest import DUE, Login
from twfido import service
from twfido.models import TwfidoLogin


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["code"]


def test_what_the_phone_signed_opens_a_session(login: Login, kit: Kit, account: str) -> None:
    begun = login.begin()
    assert (begun["status"], begun["mode"], begun["app_link"]) == ("waiting", "scan", None)
    assert begun["qr_text"] == login.transaction.ticket
    assert login.told() == ("waiting", None)
    login.approve()
    assert login.told() == ("approved", None)

    answer = login.enter()

    assert answer.status_code == 201
    body = answer.get_json()
    assert (body["acr"], body["amr"], body["tab_bound"]) == ("twfido", ["swk"], False)
    assert body["person"] == {"name": "王○明", "national_id": "A10****016"}
    expected = [("twfido.begun", "done"), ("twfido.approved", "done"), ("session.opened", "done")]
    assert acts(kit) == expected
    assert login.look().get_json()["status"] == "used"
    assert account not in answer.text


def test_on_the_same_phone_a_link_opens_the_app(login: Login, account: str) -> None:
    begun = login.begin(mode="tap")

    assert begun["qr_text"] is None
    assert begun["app_link"].startswith("mobilemoica://moica.moi.gov.tw/w2a/verifySign?sp_ticket=")
    assert (login.transaction.op_mode, login.transaction.op_code) == ("MWEB2APP", "SIGN")
    login.approve()
    assert login.told()[0] == "approved"
    assert login.enter().status_code == 201
    assert account


def test_the_phone_shows_which_site_asks(login: Login) -> None:
    login.begin()

    assert login.transaction.hint.startswith("登入 localhost")


def test_the_unit_goes_with_the_session(login: Login, account: str) -> None:
    login.begin(unit_code="110900011", appoint_managers=True)
    login.approve()
    login.look()

    body = login.enter().get_json()

    assert (body["unit_code"], body["appoint_managers"]) == ("110900011", True)
    assert account


def test_an_rsa_certificate_is_good_too(login: Login, kit: Kit, deck: Any, world: Any) -> None:
    make_card_holder(kit, deck, world.person("chen"))
    login.person = world.person("chen")
    login.begin()
    login.approve()

    assert login.told()[0] == "approved"


def test_a_no_on_the_phone_ends_it(login: Login, account: str) -> None:
    login.begin()
    login.deny()

    assert login.told() == ("denied", "SP-API-ATH-02-APP_USER_CANCEL")
    assert code(login.enter()) == (409, "twfido_not_approved")
    login.approve()
    assert login.told()[0] == "denied"
    assert account


@pytest.mark.parametrize(("key", "number"), [("kao", None), ("tsai", "SP-API-ATH-02-IDNUM_DEVPROF_NF")])
def test_a_phone_that_cannot_sign_is_told_by_its_number(login: Login, world: Any, key: str, number: str | None) -> None:
    login.person = world.person(key)
    login.begin()
    if number:
        login.approve()

    assert login.told() == ("failed" if number else "waiting", number)


def test_it_waits_three_minutes_and_a_little(login: Login, account: str) -> None:
    login.begin()
    login.clock.forward(seconds=178)
    login.approve()
    assert login.told(later=4)[0] == "approved"  # said yes in time, asked after it
    login.begin()

    assert login.told(later=187) == ("expired", None)
    assert account


def test_an_approval_must_be_taken_up_within_a_minute(login: Login, account: str) -> None:
    login.begin()
    login.approve()
    assert login.told()[0] == "approved"

    assert login.told(later=61)[0] == "expired"
    assert code(login.enter()) == (410, "twfido_expired")
    assert account


def test_the_provider_is_never_asked_faster_than_every_four_seconds(login: Login) -> None:
    login.begin()

    for _ in range(40):
        login.look(later=0.5)

    asked = login.transaction.asked
    assert len(asked) == 4
    gaps = [after - before for before, after in pairwise(asked)]
    assert min(gaps) >= SLOWEST_ALLOWED


def test_of_many_who_look_at_once_one_asks(login: Login, clock: MovableClock) -> None:
    login.begin()
    clock.forward(seconds=DUE)
    barrier = threading.Barrier(4)

    def look(_number: int) -> int:
        barrier.wait()
        status: int = login.browser.get(f"/twfido-logins/{login.begun['id']}").status_code
        return status

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(look, range(4))) == {200}

    assert len(login.transaction.asked) == 1


@pytest.mark.parametrize("fault", ["500", "garbage"])
def test_a_provider_that_is_away_is_waited_for(login: Login, account: str, transports: Transports, fault: str) -> None:
    login.begin()
    put_fault(transports, "twfido", "result", fault)
    assert login.told() == ("waiting", "no_answer")
    clear_faults(transports, "twfido")
    login.approve()

    assert login.told() == ("approved", None)
    assert account


@pytest.mark.parametrize(
    "fault", ["500", "garbage", "wrong_hash", "wrong_checksum", "other_person", "expired", "replay"]
)
def test_without_a_ticket_that_holds_nothing_begins(login: Login, kit: Kit, transports: Transports, fault: str) -> None:
    login.begin()
    put_fault(transports, "twfido", "ticket", fault)

    answer = login.browser.post("/twfido-logins", {"national_id": "F209000022", "birth_date": "1972-11-03"})

    assert code(answer) == (503, "twfido_unavailable")
    assert acts(kit)[-1] == ("twfido.begun", "twfido_unavailable")
    with kit.read() as session:
        assert len(session.scalars(select(TwfidoLogin)).all()) == 1


def test_what_the_provider_refuses_is_told_with_its_number(login: Login, twfido_party: Any) -> None:
    twfido_party.extensions["office"].provider = type(login.office.provider)("another", b"k" * 32)

    answer = login.browser.post("/twfido-logins", {"national_id": "F209000022", "birth_date": "1972-11-03"})

    assert code(answer) == (409, "twfido_refused")
    body = answer.get_json()
    assert body["number"] == "SP-API-ATH-01-SPSVCID_NF"
    assert body["detail"] == "TW FidO does not take our requests; that is not your fault. Please log in another way."


def test_a_new_request_takes_the_place_of_the_older_one_of_its_browser(login: Login, account: str) -> None:
    older = login.begin()
    login.approve()
    login.begin()

    body = login.browser.get(f"/twfido-logins/{older['id']}").get_json()

    assert (body["status"], body["number"], body["qr_text"]) == ("expired", "replaced", None)
    assert account


def test_a_cancelled_request_is_over(login: Login, account: str) -> None:
    login.begin()
    assert login.browser.call("DELETE", f"/twfido-logins/{login.begun['id']}").status_code == 204
    login.approve()

    assert login.told() == ("expired", "cancelled")
    assert code(login.browser.call("DELETE", f"/twfido-logins/{login.begun['id']}")) == (409, "twfido_not_approved")
    assert account


def test_the_picture_is_there_while_it_waits(login: Login, account: str) -> None:
    login.begin()
    path = f"/twfido-logins/{login.begun['id']}/qr.svg"
    assert login.browser.get(path).mimetype == "image/svg+xml"
    login.deny()
    login.look()

    assert login.browser.get(path).status_code == 404
    assert account


def test_what_was_typed_is_sealed_and_forgotten_after_an_hour(login: Login, kit: Kit) -> None:
    login.begin()
    with kit.read() as session:
        row = session.scalars(select(TwfidoLogin)).one()
    kept = b"".join(each for each in vars(row).values() if isinstance(each, bytes))
    assert login.person.national_id.encode() not in kept
    assert login.transaction.hashed_id.encode() not in kept

    login.clock.forward(seconds=3 * 60 + 3601)
    service.purge(kit)

    with kit.read() as session:
        assert session.scalars(select(TwfidoLogin)).all() == []


def test_a_suspended_person_is_told_after_their_signature(login: Login, kit: Kit, account: str) -> None:
    with kit.begin() as session:
        session.execute(update(Person).values(status="suspended"))
    login.begin()
    login.approve()

    assert login.told() == ("failed", "suspended")
    assert account


def test_a_suspension_between_approval_and_session_holds(login: Login, kit: Kit, account: str) -> None:
    login.begin()
    login.approve()
    login.look()
    with kit.begin() as session:
        session.execute(update(Person).values(status="suspended"))
        person = session.get_one(Person, account)
    assert code(login.enter()) == (403, "suspended")

    with kit.begin() as session:
        service.end_for_person(session, kit, person)
        session.execute(update(Person).values(status="active"))

    assert code(login.enter()) == (410, "twfido_expired")


def test_the_office_counts_too_fast_questions(office: Office, login: Login) -> None:
    login.begin()

    assert office.may_ask(login.transaction)
    assert not office.may_ask(login.transaction)
