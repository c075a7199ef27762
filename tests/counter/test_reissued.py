"""A card that was issued anew is taken down at the counter; what does not fit together changes nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from authsvc.identity import suspension
from authsvc.identity.evidence import HouseholdNotConfirmed
from authsvc.identity.models import EmailChange, Person
from authsvc.identity.registry import Registry
from authsvc.identity.registryanswers import Household
from counter import acts
from counter.reissued import SameCard
from counter.service import CardOfAnother
from counter.staff import end_staff
from mobileapp.phonewire import Problem
from tests.authsvc.registration import acts as registration
from tests.authsvc.registration.acts import code, household_of
from tests.browser import PASSWORD, Browser
from tests.counter.desk import WHY, Desk
from tests.factories import make_phone
from tests.people import make_card_holder

NEW, OLD = "chou-nhi", "chou-nhi-old"
MAIN, BACKUP = "chou@mail.example.tw", "second@mail.example.tw"


@pytest.fixture
def chou(desk: Desk, transports: dict[str, httpx2.BaseTransport]) -> str:
    """Return the id of 周, who registered with a card that was then replaced; the record is open."""
    registration.apply_with_old_card(desk.browser, transports)
    assert registration.confirm(desk.browser, registration.last_token(desk.kit), card=OLD).status_code == 200
    registration.forget_mails(desk.kit)
    return desk.open("chou")


def replace(desk: Desk, person_id: str, key: str = "chou", *, card: str = "", **more: Any) -> TestResponse:
    """Take down a card with the household data of a person."""
    body = {"household": household_of(desk.browser, key)} | more
    body.setdefault("card_proof", desk.browser.prove(card or f"{key}-nhi", "counter"))
    return desk.act(person_id, "cards", **body)


def pinned(desk: Desk, person_id: str) -> tuple[bytes, bytes | None]:
    with desk.kit.read() as session:
        person = session.get_one(Person, person_id)
        return person.card_number_index, person.card_key


def log_in(browser: Browser, card: str) -> TestResponse:
    return browser.post("/sessions/card", {"card_proof": browser.prove(card, "login"), "password": PASSWORD})


def test_a_new_card_takes_the_old_ones_place_and_the_old_one_and_all_logins_end(
    desk: Desk, chou: str, new_browser: Callable[[], Browser]
) -> None:
    home = new_browser()
    assert log_in(home, OLD).status_code == 201

    assert replace(desk, chou).status_code == 204

    assert home.get("/sessions/current").status_code == 401
    assert code(log_in(home, OLD)) == (401, "card_not_registered")
    assert log_in(home, NEW).status_code == 201
    assert registration.told(desk.kit, "notice") == {MAIN}
    assert registration.mails(desk.kit)[-1].values["what"] == acts.TOLD[acts.CARD_REPLACED]
    done = desk.events("counter.act")[-1]
    assert (done.actor, done.details["staff"], done.details["act"]) == (chou, desk.staff_id, "card_replaced")
    assert desk.browser.get(f"/counter/people/{chou}").get_json()["acts"][0]["reason"] == WHY
    told = [event["text"] for event in home.get("/me/events").get_json()["events"]]
    assert "At the counter: your new card was taken down." in told


def test_every_confirmed_address_is_told_and_what_the_old_card_asked_for_ends(
    desk: Desk, chou: str, new_browser: Callable[[], Browser]
) -> None:
    # given: a confirmed backup address; and whoever has the old card asked for an address and a device code
    home = new_browser()
    assert log_in(home, OLD).status_code == 201
    home.call("PATCH", "/me", {"backup_email": BACKUP})
    assert registration.confirm_backup(home, desk.kit).status_code == 204
    home.call("PATCH", "/me", {"email": "thief@mail.example.tw"})
    made = home.post("/device-codes", {}).get_json()
    registration.forget_mails(desk.kit)

    assert replace(desk, chou).status_code == 204

    assert registration.told(desk.kit, "notice") == {MAIN, BACKUP}
    with desk.kit.read() as session:
        assert session.scalar(select(EmailChange)) is None
    with pytest.raises(Problem) as refused:
        make_phone(desk.app, desk.clock).bind_by_qr(made["qr_text"])
    assert refused.value.status in (401, 410)


def test_phone_and_password_stay(desk: Desk, chou: str) -> None:
    phone = make_phone(desk.app, desk.clock)
    phone.bind_by_qr(desk.code(chou, card=OLD).get_json()["qr_text"])

    assert replace(desk, chou).status_code == 204

    assert phone.device()["id"] == phone.device_id


def test_the_wrong_household_or_another_persons_card_changes_nothing(desk: Desk, chou: str) -> None:
    before = pinned(desk, chou)
    wrong = household_of(desk.browser, "chou") | {"number": "A0900009"}

    answers = [
        replace(desk, chou, household=wrong),
        replace(desk, chou, household=household_of(desk.browser, "lin")),
        replace(desk, chou, card="lin-nhi"),
        replace(desk, chou, card=OLD),  # the registries know it no longer
        replace(desk, chou, "lin"),
    ]

    refused = (422, HouseholdNotConfirmed.code)
    assert [code(answer) for answer in answers] == [refused] * 4 + [(403, CardOfAnother.code)]
    assert pinned(desk, chou) == before
    assert registration.told(desk.kit, "notice") == set()
    events = [(event.actor, event.object, event.outcome) for event in desk.events("counter.card")]
    assert events == [(chou, desk.staff_id, answer[1]) for answer in map(code, answers)]


def test_the_card_that_is_there_already_is_not_replaced_by_itself(desk: Desk, new_browser: Any) -> None:
    home = new_browser()
    person_id = make_card_holder(desk.kit, desk.browser.deck, desk.browser.person("wang"))
    assert home.log_in("wang").status_code == 201
    desk.open()

    assert code(replace(desk, person_id, "wang")) == (409, SameCard.code)

    assert home.get("/sessions/current").status_code == 200
    assert registration.mails(desk.kit) == []


def test_a_suspended_person_gets_no_new_card(desk: Desk, chou: str) -> None:
    before = pinned(desk, chou)
    assert desk.act(chou, "suspensions").status_code == 204

    assert code(replace(desk, chou)) == (403, "suspended")

    assert pinned(desk, chou) == before
    assert desk.act(chou, "restorations").status_code == 204
    assert replace(desk, chou).status_code == 204


@pytest.mark.parametrize("kind", ["500", "garbage", "lie", "wrong_nonce"])
@pytest.mark.parametrize("target", ["insured", "household"])
def test_registries_that_are_away_or_lie_change_nothing(
    desk: Desk, chou: str, transports: dict[str, httpx2.BaseTransport], target: str, kind: str
) -> None:
    before = pinned(desk, chou)
    registration.put_fault(transports, target, kind)

    assert code(replace(desk, chou)) == (503, "unavailable")

    assert pinned(desk, chou) == before


def test_a_record_that_is_not_open_a_used_proof_or_no_reason_changes_nothing(desk: Desk, chou: str) -> None:
    before = pinned(desk, chou)
    proof = desk.browser.prove(NEW, "counter")
    wrong = household_of(desk.browser, "chou") | {"number": "A0900009"}
    assert code(replace(desk, chou, card_proof=proof, household=wrong)) == (422, HouseholdNotConfirmed.code)

    assert code(replace(desk, chou, card_proof=proof)) == (401, "challenge_refused")
    assert code(replace(desk, chou, card_proof=desk.browser.prove(NEW, "reset"))) == (401, "challenge_refused")
    assert code(replace(desk, chou, reason="card 900000119011")) == (422, "invalid")
    assert code(replace(desk, "AAAA")) == (404, "look_first")

    assert pinned(desk, chou) == before


def test_a_card_number_of_another_account_is_refused(desk: Desk, chou: str) -> None:
    lin = make_card_holder(desk.kit, desk.browser.deck, desk.browser.person("lin"))
    number = desk.kit.keys.index("card_number", desk.browser.person("chou").card_number)
    with desk.kit.begin() as session:
        session.execute(update(Person).where(Person.id == lin).values(card_number_index=number))

    assert code(replace(desk, chou)) == (422, HouseholdNotConfirmed.code)


def test_a_foreign_residents_new_card_is_taken_down_with_the_chip_arc(desk: Desk) -> None:
    person_id = make_card_holder(desk.kit, desk.browser.deck, desk.browser.person("nguyen"))
    with desk.kit.begin() as session:
        session.execute(update(Person).values(card_key=b"the card before", card_number_index=b"another number"))
    desk.open("nguyen")
    body: dict[str, Any] = {
        "card_proof": desk.browser.prove("nguyen-nhi", "counter"),
        "residence": {"card_proof": desk.browser.prove("nguyen-arc", "residence")},
    }

    assert desk.act(person_id, "cards", **body).status_code == 204
    assert code(desk.act(person_id, "cards", **body)) == (401, "challenge_refused")


def test_who_is_no_staff_takes_down_no_card(desk: Desk, chou: str, new_browser: Any) -> None:
    stranger = Desk(desk.app, desk.clock, new_browser(), desk.staff_id)

    assert code(replace(stranger, chou)) == (401, "login_required")


@dataclass(frozen=True)
class SlowRegistry:
    """The registry, while whose answer something else happens."""

    inner: Registry
    meanwhile: Callable[[], object]

    def household_matches(self, national_id: str, household: Household) -> bool:
        self.meanwhile()
        return self.inner.household_matches(national_id, household)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


@pytest.mark.parametrize("what", ["suspended", "dismissed"])
def test_who_is_suspended_or_dismissed_while_the_registries_are_asked_changes_nothing(
    desk: Desk, chou: str, what: str
) -> None:
    before = pinned(desk, chou)

    def suspend() -> None:
        with desk.kit.begin() as session:
            suspension.suspend(session, desk.kit, person_id=chou)

    meanwhile = {"suspended": suspend, "dismissed": lambda: end_staff(desk.kit, staff_id=desk.staff_id)}
    desk.kit.ports[Registry] = SlowRegistry(desk.kit.port(Registry), meanwhile[what])  # type: ignore[type-abstract]

    assert code(replace(desk, chou)) == {"suspended": (403, "suspended"), "dismissed": (401, "login_required")}[what]

    assert pinned(desk, chou) == before
