"""A phone that is bound already: its verification sets the forgotten password, and binds nothing."""

from typing import Any

import pytest
from sqlalchemy import select

from authsvc.core.kit import Kit
from authsvc.identity.models import Device, Person
from authsvc.identity.passwords import Passwords
from authsvc.settings import Settings
from devicebind.models import VOID, DeviceCode
from devicebind.service import issue_code
from mobileapp.byoperator import answer_over
from mobileapp.client import Phone
from mobileapp.phonewire import Problem
from mocks.card.cards import Deck
from otp.models import OtpSecret
from tests.browser import PASSWORD as CARD_PASSWORD
from tests.browser import Browser
from tests.clocks import MovableClock
from tests.devicebind.telco.lines import Verifier
from tests.letters import letters_of
from tests.people import make_card_holder

OTHER = {"password": "Boat-9oars"}


def begun(verifier: Verifier, phone: Phone, who: str = "wang") -> tuple[str, dict[str, str]]:
    claim = verifier.claim(who)
    made = phone.begin_verification(claim)
    return made["id"], answer_over(verifier.over(claim["mobile"]), made["authorization_url"])


def person(kit: Kit) -> Person:
    with kit.read() as session:
        return session.scalars(select(Person)).one()


def rows(kit: Kit, table: type[Any]) -> list[Any]:
    with kit.read() as session:
        return list(session.scalars(select(table)))


def has_password(kit: Kit, password: str) -> bool:
    return kit.port(Passwords).verify(person(kit).password_hash, password)


def test_a_bound_phone_sets_the_forgotten_password_and_stays_as_it_is(
    verifier: Verifier, kit: Kit, clock: MovableClock
) -> None:
    phone = verifier.phone()
    before = verifier.verify("wang", phone=phone)
    secret, code = rows(kit, OtpSecret)[0].secret, phone.otp_code()
    letters_of(kit)
    clock.forward(seconds=90)

    told = verifier.verify("wang", phone=phone, account=OTHER)

    assert has_password(kit, OTHER["password"])
    assert (told["device"]["id"], told["device"]["bound_at"]) == (before["device"]["id"], before["device"]["bound_at"])
    assert [row.id for row in rows(kit, Device)] == [before["device"]["id"]]
    assert rows(kit, OtpSecret)[0].secret == secret
    assert phone.otp_code() != code
    assert {(letter.to, letter.template) for letter in letters_of(kit)} == {("new@example.org", "mail/notice")}


def test_the_answer_is_200_with_new_tokens_and_without_a_secret_and_the_old_tokens_are_over(
    verifier: Verifier,
) -> None:
    phone = verifier.phone()
    old = dict(verifier.verify("wang", phone=phone))
    verification, answer = begun(verifier, phone)
    body = {name: answer[name] for name in ("state", "code", "iss") if name in answer} | OTHER
    path = f"/phone-verifications/{verification}/completions"

    told = phone.wire.send("POST", path, body)

    assert told.status_code == 200
    assert sorted(told.json()) == ["access_token", "device", "expires_in", "person", "refresh_token", "token_type"]
    phone.refresh_by_itself = False
    with pytest.raises(Problem) as caught:
        phone.device()
    assert (caught.value.status, phone.binding["access_token"]) == (401, old["access_token"])
    phone.binding |= told.json()
    assert phone.device()["id"] == old["device"]["id"]


def test_it_ends_every_session_and_every_code_that_waits(
    verifier: Verifier, browser: Browser, deck: Deck, kit: Kit
) -> None:
    make_card_holder(kit, deck, verifier.world.person("wang"))
    phone = verifier.phone()
    verifier.verify("wang", phone=phone, account={"password": CARD_PASSWORD})
    assert browser.log_in("wang").status_code == 201
    with kit.begin() as session:
        issue_code(session, kit, person_id=person(kit).id, via="card")
    letters_of(kit)

    verifier.verify("wang", phone=phone, account={"password": CARD_PASSWORD})

    assert browser.get("/sessions/current").status_code == 401
    assert [row.state for row in rows(kit, DeviceCode)] == [VOID]
    assert [(each.to, each.template) for each in letters_of(kit)] == [("wang@example.org", "mail/notice")]
    assert browser.log_in("wang").status_code == 201
    texts = {(each["what"], each["outcome"]) for each in (browser.get("/me/events").json or {})["events"]}
    assert {("password.set_by_number", "done"), ("phone_verification.answered", "password_set")} <= texts


def test_who_has_as_many_phones_as_are_allowed_sets_it_on_one_of_them(
    verifier: Verifier, kit: Kit, settings: Settings
) -> None:
    phones = [verifier.phone() for _ in range(settings.device_limit)]
    for phone in phones:
        verifier.verify("wang", phone=phone)

    verifier.verify("wang", phone=phones[0], account=OTHER)

    assert has_password(kit, OTHER["password"])
    assert len(phones[1].devices()) == settings.device_limit


def test_another_persons_phone_sets_nobodys_password(verifier: Verifier, kit: Kit) -> None:
    verifier.verify("wang", phone=verifier.phone())
    phone = verifier.phone()
    verifier.verify("lin", phone=phone)
    verification, answer = begun(verifier, phone, "wang")

    with pytest.raises(Problem) as caught:
        phone.finish_verification(verification, answer, OTHER)

    assert (caught.value.status, caught.value.code) == (409, "key_already_bound")
    with kit.read() as session:
        hashes = session.scalars(select(Person.password_hash)).all()
    assert not any(kit.port(Passwords).verify(each, OTHER["password"]) for each in hashes)


def test_a_phone_that_was_unbound_meanwhile_is_bound_anew(verifier: Verifier, kit: Kit) -> None:
    phone = verifier.phone()
    verifier.verify("wang", phone=phone)
    verification, answer = begun(verifier, phone)
    phone.unbind()

    told = phone.finish_verification(verification, answer, OTHER)

    assert "public_key" in told["otp"]
    assert len(rows(kit, Device)) == 2


def test_a_phone_that_was_lost_meanwhile_sets_nothing(verifier: Verifier, kit: Kit) -> None:
    phone, other = verifier.phone(), verifier.phone()
    verifier.verify("wang", phone=phone)
    verifier.verify("wang", phone=other)
    verification, answer = begun(verifier, phone)
    other.report_lost(phone.device_id)

    with pytest.raises(Problem) as caught:
        phone.finish_verification(verification, answer, OTHER)

    assert (caught.value.status, caught.value.code) == (410, "phone_verification_over")
    assert not has_password(kit, OTHER["password"])


def test_a_suspended_person_and_one_who_stopped_new_phones_keep_their_password(verifier: Verifier, kit: Kit) -> None:
    phone = verifier.phone()
    verifier.verify("wang", phone=phone)
    phone.call("PUT", "/me/binding-freeze")
    assert verifier.refusal("wang", phone=phone, account=OTHER) == "bindings_frozen"

    with kit.begin() as session:
        session.connection().exec_driver_sql("UPDATE person SET bindings_frozen_at = NULL, status = 'suspended'")
    assert verifier.refusal("wang", phone=phone, account=OTHER) == "suspended"

    assert not has_password(kit, OTHER["password"])


def test_without_the_yes_of_operator_and_registry_a_bound_phone_sets_nothing(verifier: Verifier, kit: Kit) -> None:
    phone = verifier.phone()
    verifier.verify("wang", phone=phone)

    assert verifier.refusal("wang", phone=phone, account=OTHER, over="wifi") == "not_mobile_data"
    assert verifier.refusal("wang", phone=phone, account=OTHER, card_last4="0000") == "details_not_confirmed"
    assert verifier.refusal("wang", phone=phone, account=OTHER, over="0900000106") == "number_not_yours"

    assert not has_password(kit, OTHER["password"])
