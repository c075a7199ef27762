"""A backup address gets no notice before its owner has confirmed it, however it came into the account."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from authsvc.core.kit import Kit
from authsvc.identity import people
from authsvc.identity.models import EmailChange, Person
from authsvc.registration import mailboxes
from tests.authsvc.registration import acts
from tests.browser import Browser
from tests.clocks import MovableClock
from tests.counter.desk import make_desk

MAIN, BACKUP, OTHER = "wang@mail.example.tw", "second@mail.example.tw", "third@mail.example.tw"


@pytest.fixture
def inside(browser: Browser, kit: Kit) -> Browser:
    """Return a browser in which 王 is logged in, who entered a backup address and has not confirmed it."""
    acts.register(browser, kit, backup_email=BACKUP)
    assert browser.log_in("wang").status_code == 201
    return browser


def addresses(kit: Kit) -> list[str]:
    """Return where notices to 王 go."""
    with kit.read() as session:
        return people.contact(kit, session.scalars(select(Person)).one()).addresses


def alter(browser: Browser, **changes: Any) -> dict[str, Any]:
    answer = browser.call("PATCH", "/me", changes)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def test_a_backup_address_of_an_application_gets_its_link_only_when_the_account_is_there(
    browser: Browser, kit: Kit
) -> None:
    assert acts.apply(browser, backup_email=BACKUP).status_code == 202
    assert acts.told(kit, "backup_email") == set()

    acts.confirm(browser, acts.last_token(kit))

    assert acts.told(kit, "backup_email") == {BACKUP}
    assert acts.told(kit, "completed") == {MAIN}
    assert addresses(kit) == [MAIN]


def test_before_it_is_confirmed_no_notice_goes_there_and_afterwards_every_one(inside: Browser, kit: Kit) -> None:
    alter(inside, phone="02-21234567")
    assert acts.told(kit, "notice") == {MAIN}

    assert acts.confirm_backup(inside, kit).status_code == 204

    assert acts.told(kit, "notice") == {MAIN, BACKUP}  # both are told that it counts
    acts.forget_mails(kit)
    acts.reset(inside)
    assert acts.told(kit, "notice") == {MAIN, BACKUP}


def test_opening_the_link_confirms_nothing(inside: Browser, kit: Kit) -> None:
    link = next(mail for mail in acts.mails(kit) if mail.template == "backup_email").values["link"]
    path = str(link).removeprefix("http://localhost:8000")

    for method in (inside.client.get, inside.client.head):
        assert method(path.replace("#", "?token=")).status_code == 200
        assert method(path).status_code == 200
    assert inside.client.get("/api/v1/me/email-confirmations").status_code == 405

    assert addresses(kit) == [MAIN]


def test_a_link_confirms_once_and_only_its_own_field(inside: Browser, kit: Kit) -> None:
    token = acts.last_token(kit, "backup_email")

    assert inside.post("/me/email-confirmations", {"token": token}).status_code == 204
    assert acts.code(inside.post("/me/email-confirmations", {"token": token})) == (401, "link_refused")

    answer = inside.get("/me").get_json()
    assert (answer["email"], answer["backup_email"], answer["pending_backup_email"]) == (MAIN, BACKUP, None)


def test_an_address_that_takes_the_place_of_a_confirmed_one_waits_too(inside: Browser, kit: Kit) -> None:
    acts.confirm_backup(inside, kit)
    acts.forget_mails(kit)

    answer = alter(inside, backup_email=OTHER)

    assert (answer["backup_email"], answer["pending_backup_email"]) == (BACKUP, OTHER)
    assert acts.told(kit, "notice") == {MAIN, BACKUP}
    assert acts.confirm_backup(inside, kit).status_code == 204
    assert acts.told(kit, "notice") == {MAIN, BACKUP, OTHER}
    assert addresses(kit) == [MAIN, OTHER]


def test_both_addresses_wait_beside_each_other(inside: Browser, kit: Kit) -> None:
    answer = alter(inside, email=OTHER)
    assert (answer["pending_email"], answer["pending_backup_email"]) == (OTHER, BACKUP)

    inside.post("/me/email-confirmations", {"token": acts.last_token(kit, "email")})

    answer = inside.get("/me").get_json()
    assert (answer["email"], answer["pending_email"], answer["pending_backup_email"]) == (OTHER, None, BACKUP)
    assert acts.confirm_backup(inside, kit).status_code == 204
    assert addresses(kit) == [OTHER, BACKUP]


def test_removing_a_backup_address_ends_the_wait_of_another(inside: Browser, kit: Kit) -> None:
    answer = alter(inside, backup_email=None)

    assert (answer["backup_email"], answer["pending_backup_email"]) == (None, None)
    assert acts.code(acts.confirm_backup(inside, kit)) == (401, "link_refused")
    assert addresses(kit) == [MAIN]


def test_the_link_lives_five_days_and_is_forgotten_after_ten(inside: Browser, kit: Kit, clock: MovableClock) -> None:
    clock.forward(days=5)
    mailboxes.purge(kit)
    assert acts.code(acts.confirm_backup(inside, kit)) == (410, "link_expired")

    clock.forward(days=5)
    mailboxes.purge(kit)

    assert acts.code(acts.confirm_backup(inside, kit)) == (401, "link_refused")
    with kit.read() as session:
        assert session.scalar(select(EmailChange)) is None


def test_a_reset_forgets_a_backup_address_that_waits(inside: Browser, kit: Kit) -> None:
    assert acts.reset(inside).status_code == 204

    assert acts.code(acts.confirm_backup(inside, kit)) == (401, "link_refused")
    assert acts.told(kit, "notice") == {MAIN}


def test_a_backup_address_that_is_the_main_one_gets_no_link(browser: Browser, kit: Kit) -> None:
    acts.register(browser, kit, backup_email=MAIN)

    assert acts.told(kit, "backup_email") == set()
    assert addresses(kit) == [MAIN]


def test_at_the_counter_it_waits_for_its_owner_too(
    app: Flask, clock: MovableClock, new_browser: Callable[[], Browser], kit: Kit
) -> None:
    desk = make_desk(app, clock, new_browser())
    desk.enter()

    assert desk.register(backup_email=BACKUP).status_code == 201

    assert (acts.told(kit, "completed"), acts.told(kit, "backup_email")) == ({MAIN}, {BACKUP})
    assert acts.confirm_backup(new_browser(), kit).status_code == 204
    assert addresses(kit) == [MAIN, BACKUP]


def test_the_history_names_which_address_it_was(inside: Browser, kit: Kit) -> None:
    alter(inside, email=OTHER)
    alter(inside, backup_email=OTHER)
    acts.confirm_backup(inside, kit)

    told = [event["text"] for event in inside.get("/me/events").get_json()["events"]]

    assert "The backup e-mail address of your account was changed." in told
    assert "A backup e-mail address was entered; it waits for its confirmation." in told
    assert "Another e-mail address was entered; it waits for its confirmation." in told
