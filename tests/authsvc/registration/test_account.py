"""Forgotten and changed passwords."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from authsvc.core.kit import Kit
from authsvc.identity.models import EmailChange, Person
from authsvc.identity.passwords import Passwords
from authsvc.identity.people import Contact
from authsvc.identity.suspension import suspend
from authsvc.registration import account
from tests.authsvc.registration import acts
from tests.browser import PASSWORD, Browser
from tests.clocks import MovableClock
from tests.factories import log_in, make_person

NEW = "Neu-ling7"


def log_in_with(browser: Browser, password: str, *, card: str = "wang-nhi") -> TestResponse:
    return browser.post("/sessions/card", {"card_proof": browser.prove(card, "login"), "password": password})


def change(browser: Browser, **changes: Any) -> TestResponse:
    return browser.call("PUT", "/me/password", {"current": PASSWORD, "new": NEW} | changes)


def test_a_forgotten_password_is_set_anew_with_card_and_household(browser: Browser, kit: Kit) -> None:
    acts.register(browser, kit, backup_email="second@mail.example.tw")
    assert acts.confirm_backup(browser, kit).status_code == 204

    assert acts.reset(browser).status_code == 204

    assert acts.code(log_in_with(browser, PASSWORD)) == (401, "password_wrong")
    assert log_in_with(browser, NEW).status_code == 201
    assert acts.told(kit, "notice") == {"wang@mail.example.tw", "second@mail.example.tw"}
    assert acts.outcomes(kit, "password.reset") == ["done"]
    assert acts.mails(kit)[-1].values["what"] == account.RESET  # the card is the one that belonged to it before
    assert acts.outcomes(kit, "card.replaced") == []


def test_a_reset_ends_every_session(new_browser: Callable[[], Browser], kit: Kit) -> None:
    browsers = [new_browser() for _ in range(3)]
    acts.register(browsers[0], kit)
    for browser in browsers:
        assert browser.log_in("wang").status_code == 201

    acts.reset(new_browser())

    assert [browser.get("/sessions/current").status_code for browser in browsers] == [401] * 3


def test_a_reset_opens_a_password_that_was_tried_too_often(browser: Browser, kit: Kit) -> None:
    acts.register(browser, kit)
    for _ in range(5):
        log_in_with(browser, "wrong-one")
    assert log_in_with(browser, PASSWORD).status_code == 429

    acts.reset(browser)

    assert log_in_with(browser, NEW).status_code == 201


def test_a_resident_sets_a_forgotten_password_with_the_chip_arc(browser: Browser, kit: Kit) -> None:
    acts.register(browser, kit, "nguyen")
    body = {
        "card_proof": browser.prove("nguyen-nhi", "reset"),
        "residence": {"card_proof": browser.prove("nguyen-arc", "residence")},
        "password": NEW,
    }

    assert browser.post("/passwords/resets", body).status_code == 204
    assert log_in_with(browser, NEW, card="nguyen-nhi").status_code == 201


def test_a_reset_needs_the_right_household_and_a_good_password(browser: Browser, kit: Kit) -> None:
    acts.register(browser, kit)
    wrong = acts.household_of(browser, "wang") | {"number": "A0900009"}

    assert acts.code(acts.reset(browser, household=wrong)) == (422, "household_not_confirmed")
    assert acts.code(acts.reset(browser, password="123456")) == (422, "invalid")
    assert acts.code(acts.reset(browser, password="19800520")) == (422, "invalid")
    assert acts.code(acts.reset(browser, card_proof=browser.prove("wang-nhi", "register"))) == (
        401,
        "challenge_refused",
    )
    assert browser.log_in("wang").status_code == 201


def test_who_has_no_account_cannot_reset_its_password(browser: Browser, kit: Kit) -> None:
    acts.apply(browser)

    assert acts.code(acts.reset(browser)) == (401, "card_not_registered")
    assert acts.outcomes(kit, "password.reset") == ["card_not_registered"]


def test_who_is_suspended_cannot_reset(browser: Browser, kit: Kit) -> None:
    acts.register(browser, kit)
    with kit.begin() as session:
        session.execute(update(Person).values(status="suspended"))

    assert acts.code(acts.reset(browser)) == (403, "suspended")


def test_a_card_issued_anew_is_pinned_by_a_reset(
    browser: Browser, kit: Kit, transports: dict[str, httpx2.BaseTransport]
) -> None:
    acts.apply_with_old_card(browser, transports)
    acts.confirm(browser, acts.last_token(kit), card="chou-nhi-old")
    assert acts.code(log_in_with(browser, PASSWORD, card="chou-nhi")) == (401, "card_not_registered")

    assert acts.reset(browser, "chou").status_code == 204

    told = acts.mails(kit)[-1]
    assert (told.to, told.values["what"]) == ("chou@mail.example.tw", account.RESET_BY_ANOTHER)
    assert acts.outcomes(kit, "card.replaced") == ["done"]
    assert log_in_with(browser, NEW, card="chou-nhi").status_code == 201
    assert acts.code(log_in_with(browser, NEW, card="chou-nhi-old")) == (401, "card_not_registered")
    assert acts.code(acts.reset(browser, "chou", card="chou-nhi-old")) == (422, "household_not_confirmed")


def test_a_reset_forgets_an_address_that_waits_for_confirmation(browser: Browser, kit: Kit) -> None:
    acts.register(browser, kit)
    browser.log_in("wang")
    browser.call("PATCH", "/me", {"email": "thief@mail.example.tw"})

    acts.reset(browser)

    answer = browser.post("/me/email-confirmations", {"token": acts.last_token(kit, "email")})
    assert acts.code(answer) == (401, "link_refused")
    with kit.read() as session:
        assert session.scalar(select(EmailChange)) is None


def test_a_changed_password_forgets_an_address_that_waits_for_confirmation(browser: Browser, kit: Kit) -> None:
    # given: whoever knew the old password has asked for an address of theirs
    acts.register(browser, kit)
    browser.log_in("wang")
    browser.call("PATCH", "/me", {"email": "thief@mail.example.tw"})
    # when
    assert change(browser).status_code == 204
    # then
    answer = browser.post("/me/email-confirmations", {"token": acts.last_token(kit, "email")})
    assert acts.code(answer) == (401, "link_refused")


@dataclass(frozen=True)
class SuspendingPasswords(Passwords):
    """Suspends everybody while a password is hashed: the slow moment between asking and writing."""

    kit: Kit = field(kw_only=True)

    def hash(self, password: str) -> str:
        with self.kit.begin() as session:
            for person_id in session.scalars(select(Person.id)).all():
                suspend(session, self.kit, person_id=person_id)
        return super().hash(password)


@pytest.mark.parametrize("act", [acts.reset, change], ids=["reset", "change"])
def test_who_is_suspended_meanwhile_keeps_the_old_password(
    act: Callable[[Browser], TestResponse], browser: Browser, kit: Kit
) -> None:
    # given
    acts.register(browser, kit)
    browser.log_in("wang")
    before = len(acts.mails(kit))
    plain = kit.port(Passwords)
    kit.ports[Passwords] = SuspendingPasswords(plain.keys, plain.hasher, kit=kit)
    # when
    answer = act(browser)
    # then
    with kit.read() as session:
        person = session.scalars(select(Person)).one()
    assert acts.code(answer) == (403, "suspended")
    assert plain.verify(person.password_hash, PASSWORD)
    assert len(acts.mails(kit)) == before


@dataclass(frozen=True)
class OvertakenPasswords(Passwords):
    """Lets another card or password take the old one's place while a password is checked."""

    kit: Kit = field(kw_only=True)
    values: dict[str, Any] = field(kw_only=True)

    def verify(self, stored: str | None, password: str) -> bool:
        with self.kit.begin() as session:
            session.execute(update(Person).values(**self.values))
        return super().verify(stored, password)


@pytest.mark.parametrize(
    ("values", "code"),
    [({"card_key": b"another card"}, "card_not_registered"), ({"password_hash": "another"}, "password_wrong")],
    ids=["card", "password"],
)
def test_a_login_that_another_card_or_password_overtook_opens_nothing(
    browser: Browser, kit: Kit, values: dict[str, Any], code: str
) -> None:
    acts.register(browser, kit)
    plain = kit.port(Passwords)
    kit.ports[Passwords] = OvertakenPasswords(plain.keys, plain.hasher, kit=kit, values=values)

    answer = log_in_with(browser, PASSWORD)

    assert acts.code(answer) == (401, code)
    assert acts.outcomes(kit, "session.opened") == []
    assert acts.outcomes(kit, "login.card") == [code]


def test_a_changed_password_ends_all_sessions_but_this_one(new_browser: Callable[[], Browser], kit: Kit) -> None:
    browsers = [new_browser() for _ in range(5)]
    acts.register(browsers[0], kit)
    for browser in browsers:
        browser.log_in("wang")

    assert change(browsers[0]).status_code == 204

    assert [browser.get("/sessions/current").status_code for browser in browsers] == [200, 401, 401, 401, 401]
    assert log_in_with(browsers[1], NEW).status_code == 201
    assert acts.told(kit, "notice") == {"wang@mail.example.tw"}


def test_a_change_needs_the_present_password_and_counts_the_tries(browser: Browser, kit: Kit) -> None:
    acts.register(browser, kit)
    browser.log_in("wang")

    for _ in range(5):
        answer = change(browser, current="wrong-one")
        assert acts.code(answer) == (401, "password_wrong")
        assert answer.json is not None
        assert answer.json["reader_code"] == 9039

    assert acts.code(change(browser)) == (429, "too_many_tries")
    # The login's tries are counted together with these.
    assert acts.code(log_in_with(browser, PASSWORD)) == (429, "too_many_tries")
    assert acts.outcomes(kit, "password.change") == ["password_wrong"] * 5 + ["too_many_tries"]


@pytest.mark.parametrize("new", ["abcde", "123456", "19800520", "912345678"])
def test_a_bad_new_password_is_refused_and_costs_no_try(browser: Browser, kit: Kit, new: str) -> None:
    acts.register(browser, kit)
    browser.log_in("wang")
    for _ in range(6):
        answer = change(browser, new=new)
        assert acts.code(answer) == (422, "invalid")
        assert answer.json is not None
        assert list(answer.json["errors"]) == ["new"]

    assert change(browser).status_code == 204


@pytest.mark.parametrize("acr", ["otp", "qr", "certificate"])
def test_only_a_session_opened_by_card_changes_password_or_contact_data(
    client: FlaskClient, browser: Browser, kit: Kit, acr: str
) -> None:
    del client
    log_in(browser.client, kit, make_person(kit), acr=acr)

    for answer in (change(browser), browser.call("PATCH", "/me", {"email": "new@mail.example.tw"})):
        assert acts.code(answer) == (403, "step_up_required")
        assert answer.json is not None
        assert answer.json["ways"] == ["card"]
    assert browser.get("/me").status_code == 200
    assert acts.mails(kit) == []


def test_without_a_session_nothing_is_changed(browser: Browser, clock: MovableClock) -> None:
    del clock

    assert acts.code(change(browser)) == (401, "login_required")
    assert acts.code(browser.get("/me")) == (401, "login_required")
    assert acts.code(browser.call("PATCH", "/me", {"phone": None})) == (401, "login_required")


def test_contact_has_the_columns_that_are_sealed() -> None:
    assert set(Contact.__dataclass_fields__) == {"email", "backup_email", "phone", "mobile"}
