"""A verification is begun by a key, answered once, and binds all or nothing."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from authsvc.core.audit import AuditEvent
from authsvc.core.kit import Kit
from authsvc.identity.login import PASSWORD as PASSWORD_TRIES
from authsvc.identity.models import Device, Person
from authsvc.identity.passwords import Passwords
from authsvc.identity.tries import TYPED_ID
from devicebind.attempts import PER_KEY, PER_NUMBER
from devicebind.models import VOID, DeviceCode, PhoneVerification
from devicebind.service import issue_code
from mobileapp.byoperator import answer_over
from mobileapp.client import Phone
from mobileapp.phonewire import Problem
from mocks.card.cards import Deck
from tests.browser import PASSWORD as CARD_PASSWORD
from tests.browser import Browser
from tests.clocks import MovableClock
from tests.devicebind.telco.lines import NEW, Verifier
from tests.letters import letters_of
from tests.people import make_card_holder

OTHER = "Boat-9oars"


def problem_of(act: Any, *args: Any, **more: Any) -> Problem:
    with pytest.raises(Problem) as caught:
        act(*args, **more)
    return caught.value


def told(problem: Problem) -> tuple[int, str]:
    return problem.status, problem.code


def people(kit: Kit) -> list[Person]:
    with kit.read() as session:
        return list(session.scalars(select(Person)))


def phones(kit: Kit) -> list[Device]:
    with kit.read() as session:
        return list(session.scalars(select(Device)))


def test_a_new_person_is_registered_and_the_phone_bound_in_one_go(verifier: Verifier, kit: Kit) -> None:
    phone = verifier.phone()
    binding = verifier.verify("wang", phone=phone)

    person = people(kit)[0]
    assert binding["person"]["name"] == "王○明"
    assert (person.registered_via, person.card_key, person.status, person.terms_version) == (
        "telco",
        None,
        "active",
        "2026-11",
    )
    assert kit.port(Passwords).verify(person.password_hash, NEW["password"])
    assert phone.device()["via"] == "telco"
    assert {(letter.to, letter.template) for letter in letters_of(kit)} == {
        ("new@example.org", "mail/completed"),
        ("new@example.org", "devicebind/mail/bound"),
    }


def test_the_card_is_pinned_at_its_first_login_after_that(verifier: Verifier, browser: Browser, kit: Kit) -> None:
    verifier.verify("wang", account=NEW | {"password": CARD_PASSWORD})

    assert browser.log_in("wang").status_code == 201
    assert people(kit)[0].card_key is not None


def test_a_registered_persons_password_is_set_and_every_session_ends(
    verifier: Verifier, browser: Browser, deck: Deck, kit: Kit
) -> None:
    make_card_holder(kit, deck, verifier.world.person("wang"))
    assert browser.log_in("wang").status_code == 201
    with kit.begin() as session:
        issue_code(session, kit, person_id=people(kit)[0].id, via="card")
    letters_of(kit)

    verifier.verify("wang", account={"password": OTHER, "email": "thief@example.org"})

    with kit.read() as session:
        assert session.scalars(select(DeviceCode.state)).all() == [VOID]
    assert browser.get("/sessions/current").status_code == 401
    assert kit.port(Passwords).verify(people(kit)[0].password_hash, OTHER)
    assert {letter.to for letter in letters_of(kit)} == {"wang@example.org"}


def test_a_set_password_forgives_the_tries_that_were_counted_on_the_old_one(
    verifier: Verifier, deck: Deck, kit: Kit
) -> None:
    make_card_holder(kit, deck, verifier.world.person("wang"))
    for _ in range(5):
        kit.throttle.spend(PASSWORD_TRIES, people(kit)[0].national_id_index)

    verifier.verify("wang", account={"password": OTHER})

    assert kit.throttle.spend(PASSWORD_TRIES, people(kit)[0].national_id_index) == 1


def test_somebody_who_is_suspended_is_refused_and_nothing_changes(verifier: Verifier, deck: Deck, kit: Kit) -> None:
    make_card_holder(kit, deck, verifier.world.person("wang"), status="suspended")
    before = people(kit)[0].password_hash

    assert verifier.refusal("wang", account={"password": OTHER}) == "suspended"
    assert people(kit)[0].password_hash == before
    assert phones(kit) == []


def test_a_poor_password_is_told_before_the_code_is_used(verifier: Verifier) -> None:
    phone, begun, answer = verifier.begun()
    typed = verifier.claim("wang")

    for password in ("short", "password1", typed["mobile"][1:], f"x{typed['national_id'][1:]}"):
        refused = problem_of(phone.finish_verification, begun["id"], answer, NEW | {"password": password})
        assert (*told(refused), list(refused.body["errors"])) == (422, "invalid", ["password"])
    assert not any("token" in entry["path"] for entry in verifier.journal())
    assert phone.finish_verification(begun["id"], answer, NEW)["device"]["via"] == "telco"


def test_what_only_the_registry_knows_is_told_after_the_yes_and_can_be_mended(verifier: Verifier, kit: Kit) -> None:
    phone, begun, answer = verifier.begun()
    born = verifier.world.person("wang").birth_date.replace("-", "")

    for account, field in (
        (NEW | {"password": f"ab{born}"}, "password"),
        ({"password": NEW["password"]}, "email"),
        ({"password": NEW["password"], "email": "new@example.org"}, "terms_version"),
        (NEW | {"terms_version": "1999-01"}, "terms_version"),
    ):
        refused = problem_of(phone.finish_verification, begun["id"], answer, account)
        assert (*told(refused), list(refused.body["errors"])) == (422, "invalid", [field])
        assert people(kit) == []
    assert phone.finish_verification(begun["id"], answer, NEW)["device"]["via"] == "telco"
    assert sum("/verify" in entry["path"] for entry in verifier.journal()) == 1


def test_a_code_without_a_password_is_judged_at_once_and_what_is_missing_is_named(
    verifier: Verifier, deck: Deck, kit: Kit, clock: MovableClock
) -> None:
    """Somebody needs longer for choosing a password than an operator's code lives."""
    phone, begun, answer = verifier.begun()

    refused = problem_of(phone.finish_verification, begun["id"], answer, {})
    assert (*told(refused), sorted(refused.body["errors"])) == (422, "invalid", ["email", "password"])
    assert (people(kit), phones(kit)) == ([], [])
    clock.forward(seconds=200)
    assert phone.finish_verification(begun["id"], answer, NEW)["device"]["via"] == "telco"

    make_card_holder(kit, deck, verifier.world.person("wu"))
    phone, begun, answer = verifier.begun("wu")
    refused = problem_of(phone.finish_verification, begun["id"], answer, {})
    assert (*told(refused), list(refused.body["errors"])) == (422, "invalid", ["password"])


def test_without_a_yes_nobody_learns_who_is_registered(verifier: Verifier, deck: Deck, kit: Kit) -> None:
    make_card_holder(kit, deck, verifier.world.person("wang"))
    answers = set()
    for who in ("wang", "wu"):
        phone = verifier.phone()
        begun = phone.begin_verification(verifier.claim(who, card_last4="0000"))
        answer = answer_over(verifier.over(verifier.claim(who)["mobile"]), begun["authorization_url"])
        answers.add(told(problem_of(phone.finish_verification, begun["id"], answer, {})))

    assert answers == {(403, "details_not_confirmed")}


def test_a_birth_date_is_not_learned_by_trying_it_as_a_password(verifier: Verifier) -> None:
    """Somebody without the line gets the same answer whatever they try."""
    born = verifier.world.person("wang").birth_date.replace("-", "")
    answers = {
        verifier.refusal("wang", over="0900000106", account=NEW | {"password": password})
        for password in (f"ab{born}", "ab19990101")
    }

    assert answers == {"number_not_yours"}


def test_a_verification_is_answered_once(verifier: Verifier, kit: Kit) -> None:
    phone, begun, answer = verifier.begun()
    phone.finish_verification(begun["id"], answer, NEW)

    assert told(problem_of(phone.finish_verification, begun["id"], answer, NEW)) == (410, "phone_verification_over")
    assert len(phones(kit)) == 1


def test_a_refused_verification_is_over(verifier: Verifier) -> None:
    phone, begun, answer = verifier.begun("hung")

    assert told(problem_of(phone.finish_verification, begun["id"], answer, NEW)) == (403, "prepaid_line")
    assert told(problem_of(phone.finish_verification, begun["id"], answer, NEW)) == (410, "phone_verification_over")


def test_a_verification_lives_five_minutes(verifier: Verifier, clock: MovableClock) -> None:
    phone, begun, answer = verifier.begun()
    clock.forward(seconds=300)

    assert told(problem_of(phone.finish_verification, begun["id"], answer, NEW)) == (410, "phone_verification_over")


def test_a_yes_is_not_kept_beyond_the_five_minutes(verifier: Verifier, clock: MovableClock) -> None:
    phone, begun, answer = verifier.begun()
    problem_of(phone.finish_verification, begun["id"], answer, {"password": NEW["password"]})
    clock.forward(seconds=300)

    assert told(problem_of(phone.finish_verification, begun["id"], answer, NEW)) == (410, "phone_verification_over")


def test_another_key_finds_nothing(verifier: Verifier) -> None:
    _phone, begun, answer = verifier.begun()

    assert told(problem_of(verifier.phone().finish_verification, begun["id"], answer, NEW)) == (404, "not_found")
    assert told(problem_of(verifier.phone().finish_verification, "nothing", answer, NEW)) == (404, "not_found")


def test_code_of_other_session(verifier: Verifier, kit: Kit) -> None:
    """An attacker's own verification does not take the victim's code: neither with his state nor with the victim's."""
    thief, begun, _own = verifier.begun()
    _victim, _begun, stolen = verifier.begun()

    refused = problem_of(thief.finish_verification, begun["id"], stolen, NEW)
    assert told(refused) == (401, "phone_verification_refused")
    mixed = stolen | {"state": _own["state"]}
    assert told(problem_of(thief.finish_verification, begun["id"], mixed, NEW)) == (403, "telco_unavailable")
    assert phones(kit) == []


@pytest.mark.parametrize("state", ["", "another"])
def test_state_missing(verifier: Verifier, state: str) -> None:
    phone, begun, answer = verifier.begun()
    changed = answer | {"state": state} if state else {"code": answer["code"]}

    refused = problem_of(phone.finish_verification, begun["id"], changed, NEW)

    assert told(refused) == ((401, "phone_verification_refused") if state else (422, "invalid"))
    assert phone.finish_verification(begun["id"], answer, NEW)["device"]["via"] == "telco"


def test_an_answer_that_names_another_issuer_is_refused(verifier: Verifier) -> None:
    """Mix-up between operators (RFC 9207)."""
    phone, begun, answer = verifier.begun()
    wrong = answer | {"iss": "http://127.0.0.1:8103/fareastone"}

    assert told(problem_of(phone.finish_verification, begun["id"], wrong, NEW)) == (401, "phone_verification_refused")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("login_required", "not_mobile_data"),
        ("interaction_required", "not_mobile_data"),
        ("access_denied", "not_mobile_data"),
        ("consent_required", "telco_unavailable"),
        ("server_error", "telco_unavailable"),
        ("temporarily_unavailable", "telco_unavailable"),
        ("invalid_scope", "telco_unavailable"),
        ("never seen", "telco_unavailable"),
    ],
)
def test_an_error_of_the_operator_ends_it_with_the_reason_that_fits(verifier: Verifier, error: str, code: str) -> None:
    phone, begun, answer = verifier.begun()
    back = {"state": answer["state"], "error": error}

    assert told(problem_of(phone.finish_verification, begun["id"], back, NEW)) == (403, code)
    assert told(problem_of(phone.finish_verification, begun["id"], answer, NEW)) == (410, "phone_verification_over")


def test_wrong_guesses_are_counted_on_the_typed_id_before_anything_is_asked(verifier: Verifier) -> None:
    for _ in range(TYPED_ID.tries):
        assert verifier.refusal("wang", card_last4="0000") == "details_not_confirmed"
    asked = len(verifier.journal())

    refused = problem_of(verifier.verify, "wang")

    assert told(refused) == (429, "too_many_tries")
    assert refused.body["retry_after"] > 0
    assert len(verifier.journal()) == asked


def test_attempt_limit_per_person_and_device(verifier: Verifier, clock: MovableClock) -> None:
    """A device key and a number have budgets of their own, over all IDs."""
    phone = verifier.phone()
    for person in verifier.world.people[: PER_KEY.tries]:
        phone.begin_verification(verifier.claim("wang", national_id=person.national_id))
    other = verifier.claim("wang", "0900000102", national_id=verifier.world.person("sun").national_id)

    assert told(problem_of(phone.begin_verification, other)) == (429, "too_many_tries")
    assert PER_NUMBER.tries == PER_KEY.tries
    fresh = verifier.claim("wang", national_id=verifier.world.person("sun").national_id)
    assert told(problem_of(verifier.phone().begin_verification, fresh)) == (429, "too_many_tries")
    clock.forward(seconds=61)
    assert verifier.phone().begin_verification(fresh)["id"]


def test_result_known_then_card_wrong(verifier: Verifier, kit: Kit) -> None:
    """The operator's yes alone binds nothing: hotspot_undetected_stopped_by_card_digits."""
    assert verifier.refusal("wang", over="hotspot-undetected", card_last4="0000") == "details_not_confirmed"
    assert phones(kit) == []


def test_no_full_id_in_logs(verifier: Verifier, kit: Kit, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the audit, nor the log, nor the table holds ID, number, code or token in the open."""
    claim = verifier.claim("wang")
    verifier.fault("chunghwa/kyc-match", "garbage")
    verifier.refusal("wang")
    with kit.read() as session:
        rows = [vars(row) for table in (AuditEvent, PhoneVerification) for row in session.scalars(select(table))]

    written = str(rows) + caplog.text
    assert "chunghwa" in caplog.text
    assert [
        secret for secret in (claim["mobile"], claim["mobile"][1:], claim["national_id"]) if secret in written
    ] == []


def test_a_refusal_stands_in_the_persons_own_history(
    verifier: Verifier, browser: Browser, deck: Deck, kit: Kit
) -> None:
    make_card_holder(kit, deck, verifier.world.person("wang"))
    verifier.refusal("wang", card_last4="0000")
    browser.log_in("wang")

    events = (browser.get("/me/events").json or {})["events"]
    assert ("phone_verification.answered", "details_not_confirmed") in {
        (each["what"], each["outcome"]) for each in events
    }


def test_too_many_phones_can_be_mended_with_the_same_answer(verifier: Verifier, kit: Kit) -> None:
    bound = []
    for _ in range(3):
        bound.append(phone := verifier.phone())
        verifier.verify("wang", phone=phone)
    phone, begun, answer = verifier.begun()

    assert told(problem_of(phone.finish_verification, begun["id"], answer, NEW)) == (409, "device_limit_reached")
    bound[0].unbind()
    assert phone.finish_verification(begun["id"], answer, NEW)["device"]["via"] == "telco"
    assert len(phones(kit)) == 4


def test_two_new_phones_of_one_person_at_once_make_one_account(verifier: Verifier, kit: Kit) -> None:
    first, second = verifier.begun(), verifier.begun()
    for phone, begun, answer in (first, second):
        phone.finish_verification(begun["id"], answer, NEW)

    assert len(people(kit)) == 1
    assert len(phones(kit)) == 2


@pytest.mark.parametrize("missing", ["mobile", "national_id", "card_last4", "device", "otp_public_key"])
def test_what_a_verification_needs_is_asked_for(verifier: Verifier, missing: str) -> None:
    phone: Phone = verifier.phone()
    body = {**verifier.claim("wang"), **phone.self_description(), "consent_version": "2026-11"}
    del body[missing]

    refused = problem_of(phone.call, "POST", "/phone-verifications", body, with_token=False)
    assert (told(refused), list(refused.body["errors"])) == ((422, "invalid"), [missing])


@pytest.mark.parametrize("digits", ["123", "12345", "12a4", "１２３４", " 1234"])
def test_card_digits_are_four(verifier: Verifier, digits: str) -> None:
    refused = problem_of(verifier.phone().begin_verification, verifier.claim("wang", card_last4=digits))

    assert list(refused.body["errors"]) == ["card_last4"]


def test_an_old_text_of_consent_is_not_agreed_to(verifier: Verifier) -> None:
    refused = problem_of(verifier.phone().begin_verification, verifier.claim("wang") | {"consent_version": "1999"})

    assert (told(refused), list(refused.body["errors"])) == ((422, "invalid"), ["consent_version"])


def test_a_gateway_that_is_down_is_told_as_such(verifier: Verifier) -> None:
    verifier.fault("gateway", "500")

    assert told(problem_of(verifier.phone().begin_verification, verifier.claim("wang"))) == (403, "telco_unavailable")


def test_a_registry_that_is_down_binds_nobody(verifier: Verifier, app: Flask, kit: Kit) -> None:
    assert app is verifier.app
    claim, phone = verifier.claim("wang"), verifier.phone()
    begun = phone.begin_verification(claim)
    answer = answer_over(verifier.over(claim["mobile"]), begun["authorization_url"])
    verifier.registry_fault("insured", "500")

    assert told(problem_of(phone.finish_verification, begun["id"], answer, NEW)) == (503, "unavailable")
    assert phones(kit) == []
