"""Accounts of the underwriting service in an operator's hands: seen, their logins ended, their mail sent again."""

from dataclasses import replace

import pytest
from flask import Flask

from authsvc.core.kit import Kit
from authsvc.identity.models import Proof
from authsvc.identity.sessions import end_all_sessions, open_session
from authsvc.settings import Settings
from counter import acts
from counter.models import OPERATOR
from mocks.card.cards import Deck
from mocks.people import World
from tests.browser import Browser
from tests.clocks import MovableClock
from tests.conftest import client_of
from tests.counter.callers import Operators, command, refusal
from tests.counter.desk import make_desk
from tests.factories import AMR, make_person
from tests.insured import UNIT1, UNIT2
from tests.letters import letters_of
from tests.people import make_card_holder
from tests.underwriting.conftest import BOX, Clerk
from underwriting.helping import MAILS
from underwriting.service import ACTIVATION_LIFE

WHY = ("--reason", "called the help line")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Ask for very little work before somebody applies."""
    return replace(settings, proof_of_work=4)


@pytest.fixture
def operators(app: Flask, clock: MovableClock, browser: Browser) -> Operators:
    desk = make_desk(app, clock, browser, roles=(OPERATOR,))
    assert desk.enter().status_code == 201
    return Operators(desk)


@pytest.fixture
def clerk(app: Flask, kit: Kit, world: World) -> Clerk:
    """Let somebody who is not registered have an account that waits for its mail."""
    clerk = Clerk(kit, client_of(app), world.person("chen"))
    assert clerk.apply().status_code == 202
    return clerk


def enter(clerk: Clerk) -> None:
    """Activate the account and log in."""
    assert clerk.activate().status_code == 204
    assert clerk.log_in().status_code == 201


def live(clerk: Clerk) -> bool:
    return clerk.call("GET", "/underwriting/session").status_code == 200


def test_an_account_for_a_unit_stands_in_the_record_of_somebody_who_is_not_registered(
    operators: Operators, clerk: Clerk
) -> None:
    waiting = operators.page(operators.opened(clerk.person.national_id)).text

    for shown in ('data-testid="no-account"', f'data-unit="{UNIT1}"', 'data-part="account"', 'data-state="waiting"',
                  "測試一號有限公司", "waits for its activation", "c****@example.org", "Link good until"):  # fmt: skip
        assert shown in waiting, shown
    for hidden in (clerk.person.national_id, clerk.person.name, BOX):
        assert hidden not in waiting, hidden

    enter(clerk)
    active = operators.page(operators.opened(clerk.person.national_id)).text
    assert 'data-state="active"' in active
    assert 'data-testid="unit-account-logins"' in active
    assert "Send the activation e-mail again" not in active


def test_it_stands_in_a_registered_persons_record_too_and_a_deleted_one_nowhere(
    operators: Operators, clerk: Clerk, deck: Deck
) -> None:
    make_card_holder(operators.kit, deck, clerk.person)
    enter(clerk)
    page = operators.page(operators.opened(clerk.person.national_id)).text
    assert 'data-testid="account"' in page
    assert 'data-testid="unit-account"' in page

    assert clerk.post("/underwriting/account/deletions", {"password": "Kite-7tail"}).status_code == 204
    page = operators.page(operators.opened(clerk.person.national_id)).text
    assert 'data-testid="unit-account"' not in page


def test_ending_all_logins_of_a_person_ends_those_of_their_accounts(
    operators: Operators, clerk: Clerk, deck: Deck
) -> None:
    make_card_holder(operators.kit, deck, clerk.person)
    enter(clerk)
    page = operators.opened(clerk.person.national_id)
    clerk.letters()

    assert operators.post(f"{page}/sessions/end").headers["Location"] == f"{page}?done=ended_all"

    assert not live(clerk)
    assert 'data-testid="no-logins"' in operators.page(page).text
    assert {letter.template for letter in letters_of(operators.kit)} == {"mail/notice", "underwriting/mail/notice"}
    assert clerk.log_in().status_code == 201


def test_the_logins_of_somebody_who_has_only_such_an_account_end_too_and_are_told(
    operators: Operators, clerk: Clerk
) -> None:
    enter(clerk)
    page = operators.opened(clerk.person.national_id)
    assert 'data-testid="end-all"' in operators.page(page).text
    clerk.letters()

    assert operators.post(f"{page}/sessions/end").headers["Location"] == f"{page}?done=ended_all"

    assert not live(clerk)
    [letter] = letters_of(operators.kit)
    assert (letter.to, letter.template) == (BOX, "underwriting/mail/notice")
    assert acts.SESSIONS_ENDED in {kept.act for kept in operators.kept()}
    [event] = operators.desk.events("underwriting.ended")
    assert event.details["sessions"] == 1


def test_nobody_elses_account_is_ended_or_written_to_through_an_open_record(operators: Operators, clerk: Clerk) -> None:
    other = make_person(operators.kit, 1)
    page = operators.opened(other.national_id)
    assert refusal(operators.post(f"{page}/accounts/{UNIT1}/resend")) == (404, "nothing_known")
    enter(clerk)

    operators.post(f"{page}/sessions/end")

    assert live(clerk)


def test_a_person_who_logs_out_everywhere_leaves_no_login_of_an_account(kit: Kit, clerk: Clerk, deck: Deck) -> None:
    person_id = make_card_holder(kit, deck, clerk.person)
    enter(clerk)
    with kit.begin() as session:
        proof = Proof(person_id=person_id, acr="card", amr=AMR["card"], at=kit.clock.now())
        view = open_session(session, kit, proof).view

    end_all_sessions(kit, view=view)

    assert not live(clerk)


def test_a_waiting_accounts_mail_goes_again_to_its_own_address_and_kills_the_old_link(
    operators: Operators, clerk: Clerk, clock: MovableClock
) -> None:
    old = clerk.link()
    clock.forward(seconds=ACTIVATION_LIFE.total_seconds() - 60)
    operators.desk.enter()
    page = operators.opened(clerk.person.national_id)

    answer = operators.post(f"{page}/accounts/{UNIT1}/resend", email="thief@example.org")

    assert answer.headers["Location"] == f"{page}?done=resent"
    [letter] = letters_of(operators.kit)
    assert (letter.to, letter.template) == (BOX, "underwriting/mail/activate")
    assert refusal_of(clerk, old) == (410, "underwriting_link_refused")
    clock.forward(seconds=120)  # the first link would be dead
    assert clerk.activate(letter.values["link"].rpartition("#")[2]).status_code == 204
    assert acts.MAIL_RESENT in {kept.act for kept in operators.kept()}
    assert [event.details["by"] for event in operators.desk.events("underwriting.resent")] == ["help"]
    operators.desk.enter()
    page = operators.opened(clerk.person.national_id)
    assert refusal(operators.post(f"{page}/accounts/{UNIT1}/resend")) == (404, "nothing_known")


def refusal_of(clerk: Clerk, token: str) -> tuple[int, str]:
    answer = clerk.activate(token)
    return answer.status_code, answer.get_json()["code"]


def test_mails_of_accounts_have_a_brake_of_their_own(operators: Operators, clerk: Clerk) -> None:
    clerk.letters()
    page = operators.opened(clerk.person.national_id)

    answers = [operators.post(f"{page}/accounts/{UNIT1}/resend") for _ in range(MAILS.tries + 1)]

    assert [answer.status_code for answer in answers] == [303] * MAILS.tries + [429]
    assert refusal(answers[-1]) == (429, "too_many_tries")
    assert f'data-testid="resend-{UNIT1}-fault"' in answers[-1].text
    assert len(letters_of(operators.kit)) == MAILS.tries
    assert refusal(operators.post(f"{page}/accounts/{UNIT2}/resend")) == (404, "nothing_known")


def test_the_same_at_the_command_line(app: Flask, clerk: Clerk) -> None:
    who = clerk.person.national_id
    code, printed = command(app, "person", "show", *WHY, typed=who)
    assert (code, f"Unit: {UNIT1} 測試一號有限公司, account, waiting" in printed) == (0, True), printed
    clerk.letters()
    assert command(app, "person", "resend", *WHY, typed=who)[0] == 3
    assert command(app, "person", "resend", "--unit", UNIT2, *WHY, typed=who)[0] == 3
    assert command(app, "person", "resend", "--unit", UNIT1, *WHY, typed=who)[0] == 0

    enter(clerk)
    code, printed = command(app, "person", "end-sessions", *WHY, typed=who)

    assert (code, "Ended 1 logins." in printed, live(clerk)) == (0, True, False)


def test_the_page_says_it_in_chinese(operators: Operators, clerk: Clerk) -> None:
    page = operators.opened(clerk.person.national_id)
    text = operators.browser.client.get(page, headers={"Accept-Language": "zh-TW"}).text

    for shown in ("承保業務網路服務專區帳號", "等待啟用", "重寄啟用信"):
        assert shown in text, shown
