"""Apply, confirm, resend, cancel."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx2
import pytest
from sqlalchemy import func, select, update

from authsvc.core.kit import Kit
from authsvc.identity.models import Person
from authsvc.registration import service
from authsvc.registration.models import Registration
from tests.authsvc.registration import acts
from tests.browser import Browser
from tests.clocks import MovableClock

FIVE_DAYS = 432_000


def count(kit: Kit, table: type[Person] | type[Registration]) -> int:
    with kit.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_person_applies_and_confirms_and_can_log_in(browser: Browser, kit: Kit) -> None:
    answer = acts.apply(browser, backup_email="second@mail.example.tw", phone="02-21234567#12")

    assert answer.status_code == 202
    assert answer.json is not None
    assert answer.json["status"] == "pending"
    assert browser.log_in("wang").status_code == 401

    answer = acts.confirm(browser, acts.last_token(kit))

    assert (answer.status_code, answer.json) == (200, {"status": "active"})
    assert browser.log_in("wang").status_code == 201
    assert count(kit, Registration) == 0
    assert acts.told(kit, "completed") == {"wang@mail.example.tw"}
    assert acts.told(kit, "backup_email") == {"second@mail.example.tw"}


def test_the_link_is_told_by_mail_only_and_stands_in_the_fragment(browser: Browser, kit: Kit) -> None:
    answer = acts.apply(browser)

    mail = acts.mails(kit)[-1]
    assert mail.values["link"].startswith("http://localhost:8000/registration/confirm#")
    assert len(mail.token) >= 22
    assert mail.token not in answer.text
    assert browser.person("wang").national_id not in str(mail.values)
    assert (mail.to, mail.language) == ("wang@mail.example.tw", "en")


def test_a_foreign_resident_shows_the_chip_arc_as_second_card(browser: Browser, kit: Kit) -> None:
    acts.register(browser, kit, "nguyen")

    assert browser.log_in("nguyen").status_code == 201


def test_a_resident_insured_under_the_old_number_applies_with_the_new_chip_arc(browser: Browser, kit: Kit) -> None:
    acts.register(browser, kit, "tanaka")

    assert browser.log_in("tanaka").status_code == 201


def test_another_persons_chip_arc_proves_nothing(browser: Browser) -> None:
    foreign = {"card_proof": browser.prove("smith-arc", "residence")}

    answer = acts.apply(browser, "nguyen", residence=foreign)

    assert acts.code(answer) == (422, "household_not_confirmed")


def test_what_the_registries_do_not_confirm_is_refused_in_one_way(browser: Browser, kit: Kit) -> None:
    right = acts.household_of(browser, "wang")
    answers = [
        acts.apply(browser, household=right | {"number": "A0900009"}),
        acts.apply(browser, household=right | {"village": "別里"}),
        acts.apply(browser, "hsieh", household=acts.household_of(browser, "wang")),
        acts.apply(browser, "hsu"),
        acts.apply(browser, household=None, residence={"card_proof": browser.prove("nguyen-arc", "residence")}),
        acts.apply(browser, "nguyen", residence=None, household=right),
    ]

    assert {acts.code(answer) for answer in answers} == {(422, "household_not_confirmed")}
    assert len({answer.text for answer in answers}) == 1
    assert acts.outcomes(kit, "registration.register") == ["household_not_confirmed"] * 6
    assert count(kit, Registration) == 0


def test_households_are_not_guessed_without_end(browser: Browser, clock: MovableClock) -> None:
    wrong = acts.household_of(browser, "wang") | {"number": "A0900009"}
    for _ in range(5):
        assert acts.apply(browser, household=wrong).status_code == 422

    answer = acts.apply(browser)

    assert acts.code(answer) == (429, "too_many_tries")
    assert 60 <= int(answer.headers["Retry-After"]) <= 61
    clock.forward(seconds=61)
    assert acts.apply(browser).status_code == 202


@pytest.mark.parametrize(
    ("card", "expected"),
    [
        ("zhang-nhi", (401, "card_expired")),
        ("lee-nhi", (401, "card_revoked")),
        ("liu-nhi", (401, "card_expired")),
        ("wang-nhi-forged", (401, "card_not_recognised")),
        ("wang-nhi-badsign", (401, "card_signature_wrong")),
        ("chou-nhi-old", (401, "card_revoked")),
    ],
)
def test_a_card_that_is_not_in_order_registers_nobody(
    browser: Browser, kit: Kit, card: str, expected: tuple[int, str]
) -> None:
    answer = acts.apply(browser, card.partition("-")[0], card=card)

    assert acts.code(answer) == expected
    assert count(kit, Registration) == 0


@pytest.mark.parametrize(
    "password",
    ["abcde", "abcdefgh12345", "123456", "aaaaaa", "109000016", "19800520", "690520x", "069-05-20", "12345678"],
)
def test_a_password_that_others_would_try_is_refused_with_the_reason(browser: Browser, password: str) -> None:
    answer = acts.apply(browser, password=password)

    assert acts.code(answer) == (422, "invalid")
    assert answer.json is not None
    assert answer.json["errors"]["password"][0]


def test_a_password_may_be_of_any_characters(browser: Browser, kit: Kit) -> None:
    acts.register(browser, kit, password="春眠不覺曉處處聞啼鳥夜來")

    proof = browser.prove("wang-nhi", "login")
    answer = browser.post("/sessions/card", {"card_proof": proof, "password": "春眠不覺曉處處聞啼鳥夜去"})

    assert acts.code(answer) == (401, "password_wrong")


def test_only_the_terms_in_force_can_be_accepted(browser: Browser, kit: Kit) -> None:
    answer = acts.apply(browser, terms_version="2001-01")

    assert acts.code(answer) == (422, "invalid")
    assert answer.json is not None
    assert list(answer.json["errors"]) == ["terms_version"]
    assert count(kit, Registration) == 0


def test_nobody_applies_twice(browser: Browser, kit: Kit) -> None:
    acts.apply(browser)

    assert acts.code(acts.apply(browser)) == (409, "registration_pending")

    acts.confirm(browser, acts.last_token(kit))

    assert acts.code(acts.apply(browser)) == (409, "already_registered")
    assert count(kit, Registration) == 0


def test_of_several_applications_at_once_exactly_one_stands(new_browser: Callable[[], Browser], kit: Kit) -> None:
    browsers = [new_browser() for _ in range(4)]
    barrier = Barrier(len(browsers))

    def send(browser: Browser) -> tuple[int, str]:
        body = acts.form(browser)
        barrier.wait()
        return acts.code(browser.post("/registrations", body))

    for _ in range(3):
        with ThreadPoolExecutor(len(browsers)) as pool:
            answers = sorted(pool.map(send, browsers))

        assert answers == [(202, ""), *[(409, "registration_pending")] * 3]
        assert acts.cancel(browsers[0]).status_code == 204
    assert count(kit, Registration) == 0


def test_of_several_confirmations_at_once_exactly_one_counts(new_browser: Callable[[], Browser], kit: Kit) -> None:
    browsers = [new_browser() for _ in range(4)]
    acts.apply(browsers[0])
    token, barrier = acts.last_token(kit), Barrier(len(browsers))

    def send(browser: Browser) -> tuple[int, str]:
        body = {"token": token, "card_proof": browser.prove("wang-nhi", "confirm")}
        barrier.wait()
        return acts.code(browser.post("/registrations/confirmations", body))

    with ThreadPoolExecutor(len(browsers)) as pool:
        answers = sorted(pool.map(send, browsers))

    assert answers == [(200, ""), *[(401, "link_refused")] * 3]
    assert count(kit, Person) == 1


@pytest.mark.parametrize(
    ("age", "expected"),
    [(FIVE_DAYS - 1, (200, "")), (FIVE_DAYS, (410, "link_expired")), (FIVE_DAYS + 1, (410, "link_expired"))],
)
def test_a_link_lives_five_days_to_the_second(
    browser: Browser, kit: Kit, clock: MovableClock, age: int, expected: tuple[int, str]
) -> None:
    acts.apply(browser)
    clock.forward(seconds=age)

    assert acts.code(acts.confirm(browser, acts.last_token(kit))) == expected


def test_a_link_works_once_and_an_unknown_one_never(browser: Browser, kit: Kit) -> None:
    acts.register(browser, kit)

    assert acts.code(acts.confirm(browser, acts.last_token(kit))) == (401, "link_refused")
    assert acts.code(acts.confirm(browser, "A" * 43)) == (401, "link_refused")
    assert acts.outcomes(kit, "registration.confirm") == ["link_refused"] * 2


def test_another_persons_card_on_the_link_changes_nothing(browser: Browser, kit: Kit, clock: MovableClock) -> None:
    acts.apply(browser)
    token = acts.last_token(kit)

    assert acts.code(acts.confirm(browser, token, card="lin-nhi")) == (401, "link_refused")
    clock.forward(days=6)
    # Not even that it has expired is told to somebody else's card.
    assert acts.code(acts.confirm(browser, token, card="lin-nhi")) == (401, "link_refused")
    assert count(kit, Registration) == 1


def test_neither_number_nor_key_of_the_card_may_differ_from_those_that_applied(browser: Browser, kit: Kit) -> None:
    acts.apply(browser)
    token = acts.last_token(kit)
    with kit.begin() as session:
        session.execute(update(Registration).values(card_key=b"of another card with the same number"))
    assert acts.code(acts.confirm(browser, token)) == (401, "link_refused")

    with kit.begin() as session:
        session.execute(update(Registration).values(card_key=None))
    assert acts.code(acts.confirm(browser, token, card="lin-nhi")) == (401, "link_refused")
    assert acts.confirm(browser, token).status_code == 200


def test_looking_at_the_link_confirms_nothing(browser: Browser, kit: Kit) -> None:
    acts.apply(browser)
    for _ in range(3):
        assert browser.client.get("/registration/confirm").status_code == 200
        assert browser.client.head("/registration/confirm").status_code == 200

    assert browser.call("GET", "/registrations/confirmations").status_code == 405
    assert count(kit, Person) == 0


def test_who_chose_a_password_when_applying_cannot_bring_another_with_the_link(browser: Browser, kit: Kit) -> None:
    acts.apply(browser)

    answer = acts.confirm(browser, acts.last_token(kit), password="Other-ling7", terms_version="2026-11")

    assert acts.code(answer) == (422, "invalid")
    assert count(kit, Person) == 0


def test_who_was_registered_by_an_employer_brings_password_and_terms(browser: Browser, kit: Kit) -> None:
    acts.apply(browser)
    with kit.begin() as session:
        row = session.scalars(select(Registration)).one()
        row.password_hash = row.terms_version = row.terms_at = row.card_key = None
    token = acts.last_token(kit)

    answer = acts.confirm(browser, token)
    assert acts.code(answer) == (422, "invalid")
    assert answer.json is not None
    assert list(answer.json["errors"]) == ["password"]
    assert acts.confirm(browser, token, password="Tang-fu9x").status_code == 422
    assert acts.confirm(browser, token, password="19800520", terms_version="2026-11").status_code == 422

    assert acts.confirm(browser, token, password="Tang-fu9x", terms_version="2026-11").status_code == 200
    assert browser.log_in("wang").status_code == 201


def test_a_resend_kills_the_old_link_and_may_correct_the_address(
    browser: Browser, kit: Kit, clock: MovableClock
) -> None:
    acts.apply(browser)
    old = acts.last_token(kit)
    clock.forward(days=4)

    answer = acts.resend(browser, email="right@mail.example.tw")

    assert answer.status_code == 202
    assert acts.mails(kit)[-1].to == "right@mail.example.tw"
    assert acts.code(acts.confirm(browser, old)) == (401, "link_refused")
    clock.forward(days=4)
    assert acts.confirm(browser, acts.last_token(kit)).status_code == 200
    assert acts.told(kit, "completed") == {"right@mail.example.tw"}


def test_a_resend_revives_an_application_for_thirty_days(browser: Browser, kit: Kit, clock: MovableClock) -> None:
    acts.apply(browser)
    clock.forward(days=30, seconds=-1)

    assert acts.resend(browser).status_code == 202
    clock.forward(seconds=1)
    assert acts.code(acts.resend(browser)) == (409, "no_pending_registration")
    # The link that was sent in time keeps its five days.
    service.purge(kit)
    assert acts.confirm(browser, acts.last_token(kit)).status_code == 200


def test_after_thirty_days_the_application_is_erased_and_a_new_one_is_possible(
    browser: Browser, kit: Kit, clock: MovableClock
) -> None:
    acts.apply(browser)
    clock.forward(days=30, seconds=-1)
    service.purge(kit)
    assert count(kit, Registration) == 1
    assert acts.code(acts.apply(browser)) == (409, "registration_pending")

    clock.forward(seconds=1)
    assert acts.apply(browser).status_code == 202
    clock.forward(days=30)
    service.purge(kit)
    assert count(kit, Registration) == 0


def test_mails_are_not_resent_without_end(browser: Browser) -> None:
    acts.apply(browser)
    for _ in range(19):
        assert acts.resend(browser).status_code == 202

    assert acts.code(acts.resend(browser)) == (429, "too_many_tries")


def test_an_application_can_be_cancelled_with_the_card_while_it_waits(browser: Browser, kit: Kit) -> None:
    acts.apply(browser)
    token = acts.last_token(kit)

    assert acts.code(acts.cancel(browser, card="lin-nhi")) == (409, "no_pending_registration")
    assert acts.cancel(browser).status_code == 204
    assert acts.code(acts.confirm(browser, token)) == (401, "link_refused")
    assert acts.code(acts.cancel(browser)) == (409, "no_pending_registration")
    assert acts.code(acts.resend(browser)) == (409, "no_pending_registration")
    assert count(kit, Registration) == 0


def test_an_active_account_cannot_be_cancelled(browser: Browser, kit: Kit) -> None:
    acts.register(browser, kit)

    assert acts.code(acts.cancel(browser)) == (409, "no_pending_registration")
    assert count(kit, Person) == 1


def test_a_card_issued_anew_applies_in_the_place_of_the_old_one(
    browser: Browser, kit: Kit, transports: dict[str, httpx2.BaseTransport]
) -> None:
    acts.apply_with_old_card(browser, transports)

    assert acts.apply(browser, "chou").status_code == 202
    assert acts.confirm(browser, acts.last_token(kit), card="chou-nhi").status_code == 200


def test_a_registry_that_is_down_or_lies_registers_nobody(
    browser: Browser, kit: Kit, transports: dict[str, httpx2.BaseTransport]
) -> None:
    acts.put_fault(transports, "household", "lie")

    answer = acts.apply(browser)

    assert acts.code(answer) == (503, "unavailable")
    assert count(kit, Registration) == 0


def test_a_proof_for_something_else_does_not_register(browser: Browser) -> None:
    answer = acts.apply(browser, card_proof=browser.prove("wang-nhi", "login"))

    assert acts.code(answer) == (401, "challenge_refused")
