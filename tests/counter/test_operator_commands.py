"""What whoever runs the service looks up at the command line: reason, trace, masks, and no ID among the arguments."""

import os
import pwd
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from authsvc.core.audit import AuditEvent
from authsvc.core.kit import Kit
from counter import acts
from counter.models import CounterAct
from counter.service import LOOKS
from tests.authsvc.registration.acts import form
from tests.browser import Browser
from tests.counter.callers import command
from tests.factories import log_in, make_person, national_id
from tests.insured import UNIT1, make_clerk, make_manager, make_unit
from tests.letters import letters_of

WHY = ("--reason", "called the help line")
ME = f"operator:{pwd.getpwuid(os.getuid()).pw_name}"


def kept(kit: Kit) -> list[CounterAct]:
    with kit.read() as session:
        return list(session.scalars(select(CounterAct).order_by(CounterAct.at)))


def actors(kit: Kit, action: str) -> list[tuple[str | None, str]]:
    with kit.read() as session:
        rows = session.scalars(select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.id))
        return [(row.actor, row.outcome) for row in rows]


def test_a_person_is_shown_masked_by_an_id_from_standard_input(app: Flask, kit: Kit, browser: Browser) -> None:
    person = make_person(kit, 1)
    make_clerk(kit, make_unit(kit), person)
    log_in(browser.client, kit, person)

    exit_code, printed = command(app, "person", "show", *WHY, typed=f"{person.national_id.lower()}\n")

    assert exit_code == 0, printed
    for word in ("王○明", "Account: active", "Login: card", f"Unit: {UNIT1}", "Application: none", "help desk looked"):
        assert word in printed, word
    shown = printed.partition("\n")[2] if printed.startswith("National ID") else printed
    assert person.national_id not in shown
    assert person.email not in printed
    [row] = kept(kit)
    assert (row.act, row.operator, row.staff_id, row.person_id) == (acts.EXAMINED, ME, None, person.id)
    assert kit.keys.place("counter_act", row.id).open("reason", row.reason) == WHY[1]
    assert actors(kit, "operator.act") == [(ME, "done")]
    assert actors(kit, "counter.act") == [(person.id, "done")]


def test_the_id_of_an_account_may_stand_among_the_arguments_and_an_id_of_a_person_not(app: Flask, kit: Kit) -> None:
    person = make_person(kit, 1)

    assert command(app, "person", "show", person.id, *WHY)[0] == 0
    exit_code, printed = command(app, "person", "show", person.national_id, *WHY)

    assert (exit_code, "list of processes" in printed, len(kept(kit))) == (2, True, 1)


NOBODY = ((("person", "show"), national_id(9)), (("person", "show", "x" * 22), None), (("unit", "show", UNIT1), None))
OF_A_PERSON = (("person", "show"), ("person", "end-sessions"), ("person", "resend"))
OF_A_UNIT = (("unit", "show", UNIT1), ("unit", "end-sessions", UNIT1), ("unit", "resend", UNIT1))


@pytest.mark.parametrize(("words", "typed"), NOBODY)
def test_a_look_that_finds_nothing_says_so_and_is_kept(
    app: Flask, kit: Kit, words: tuple[str, ...], typed: str | None
) -> None:
    exit_code, printed = command(app, *words, *WHY, typed=typed)

    assert (exit_code, "Nothing is known" in printed) == (3, True)
    assert [(row.act, row.operator) for row in kept(kit)] == [(acts.MISSED, ME)]
    assert actors(kit, "counter.look") == [(ME, "nothing_known")]


@pytest.mark.parametrize("words", [*OF_A_PERSON, *OF_A_UNIT])
def test_no_command_works_without_a_reason(app: Flask, kit: Kit, words: tuple[str, ...]) -> None:
    person = make_person(kit, 1)
    make_unit(kit)

    assert command(app, *words, typed=person.national_id)[0] == 2
    for wrong in ("x", "number A123456789"):
        exit_code, printed = command(app, *words, "--reason", wrong, typed=person.national_id)
        assert (exit_code, "reason" in printed) == (1, True)
    assert kept(kit) == []


def test_an_id_that_cannot_be_right_is_used_wrongly(app: Flask, kit: Kit) -> None:
    assert command(app, "person", "show", *WHY, typed="A123")[0] == 2
    assert kept(kit) == []


def test_ended_logins_are_out_at_once(app: Flask, kit: Kit, browser: Browser) -> None:
    person = make_person(kit, 1)
    log_in(browser.client, kit, person)

    exit_code, printed = command(app, "person", "end-sessions", *WHY, typed=person.national_id)

    assert (exit_code, "Ended 1 logins." in printed) == (0, True)
    assert browser.get("/sessions/current").status_code == 401
    assert [letter.to for letter in letters_of(kit)] == [person.email]
    assert command(app, "person", "end-sessions", *WHY, typed=national_id(9))[0] == 3


def test_a_link_is_sent_again_to_its_own_address(app: Flask, kit: Kit, new_browser: Callable[[], Browser]) -> None:
    browser = new_browser()
    browser.post("/registrations", form(browser, "wang"))
    letters_of(kit)

    exit_code, _printed = command(app, "person", "resend", *WHY, typed=browser.person("wang").national_id)

    assert exit_code == 0
    assert [letter.to for letter in letters_of(kit)] == ["wang@mail.example.tw"]
    assert command(app, "person", "resend", *WHY, typed=national_id(9))[0] == 3
    assert actors(kit, "operator.act") == [(ME, "done")]


def test_a_unit_is_shown_its_logins_ended_and_its_result_sent(app: Flask, kit: Kit) -> None:
    make_manager(kit, make_unit(kit), make_person(kit, 1))

    shown = command(app, "unit", "show", "00009001", *WHY)
    assert (shown[0], "Manager: 王○明" in shown[1], "State: registered" in shown[1]) == (0, True, True)
    assert command(app, "unit", "end-sessions", UNIT1, *WHY) == (0, "Ended 0 logins.\n")
    assert command(app, "unit", "resend", UNIT1, *WHY)[0] == 0
    assert [letter.to for letter in letters_of(kit)] == [f"unit{UNIT1}@example.org"]
    assert command(app, "unit", "resend", "999999999", *WHY)[0] == 3
    assert [row.act for row in kept(kit)] == [acts.EXAMINED, acts.SESSIONS_ENDED, acts.MAIL_RESENT]


def test_looks_at_the_command_line_are_braked_too(app: Flask, kit: Kit) -> None:
    for _ in range(LOOKS.tries):
        kit.throttle.spend(LOOKS, ME.encode())

    exit_code, printed = command(app, "unit", "show", UNIT1, *WHY)

    assert (exit_code, "Too many tries" in printed) == (1, True)
