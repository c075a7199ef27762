import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import event, insert, text

from authsvc.core import audit
from authsvc.core.audit import AuditEvent
from authsvc.core.i18n import translate
from authsvc.core.kit import Caller, Kit
from authsvc.identity import happenings, history
from authsvc.identity.models import SessionView
from mocks.card.cards import Deck
from mocks.people import World
from tests.browser import Browser
from tests.clocks import MovableClock
from tests.factories import Somebody, log_in, make_bound_phone, make_person, make_session
from tests.people import make_card_holder
from tests.rules.tree import SERVICE, files

HERE, THERE = "192.0.2.7", "198.51.100.20"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0.0.0 Safari/537.36"


@pytest.fixture
def person(kit: Kit) -> Somebody:
    return make_person(kit)


@pytest.fixture
def stranger(kit: Kit) -> Somebody:
    return make_person(kit, 2)


@pytest.fixture
def view(kit: Kit, person: Somebody) -> SessionView:
    return make_session(kit, person).view


def note(kit: Kit, somebody: Somebody, count: int, *, source: str = "") -> None:
    """Write events of somebody's into the audit."""
    caller = kit.on_behalf_of(Caller(source=source))
    with kit.begin() as session:
        for _ in range(count):
            audit.record(session, caller, "contact.changed", actor=somebody.id, fields="phone")


def events(browser: Browser, query: str = "") -> list[dict[str, Any]]:
    answer = browser.get(f"/me/events{query}")
    assert answer.status_code == 200
    found: list[dict[str, Any]] = (answer.json or {})["events"]
    return found


def told(browser: Browser) -> list[tuple[str, str]]:
    return [(each["what"], each["outcome"]) for each in events(browser)]


def test_events_stand_the_newest_first_with_what_they_mean(
    browser: Browser, kit: Kit, deck: Deck, world: World
) -> None:
    # given
    make_card_holder(kit, deck, world.person("wang"))
    wrong = {"card_proof": browser.prove("wang-nhi", "login"), "password": "Wrong-pw1"}
    assert browser.post("/sessions/card", wrong).status_code == 401
    browser.log_in("wang")
    # when
    found = events(browser)
    # then
    assert [(each["what"], each["outcome"]) for each in found] == [
        ("session.opened", "done"),
        ("login.card", "password_wrong"),
    ]
    assert found[0]["text"] == "Login with your health card and password."
    assert found[1]["text"] == "A login with your card was refused: the password was wrong."
    assert set(found[0]) == {"id", "at", "what", "text", "outcome", "here", "receipt"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", found[0]["at"])


def test_the_text_is_in_the_readers_language(browser: Browser, kit: Kit, person: Somebody) -> None:
    log_in(browser.client, kit, person, acr="qr")
    answer = browser.call("GET", "/me/events", Accept_Language="zh-TW")

    assert (answer.json or {})["events"][0]["text"] == "以 QR Code 登入，並在手機上同意。"


def test_an_event_says_whether_it_came_from_the_address_of_now(browser: Browser, kit: Kit, person: Somebody) -> None:
    # given
    for source in (HERE, THERE, ""):
        note(kit, person, 1, source=source)
    log_in(browser.client, kit, person)
    # when
    browser.client.environ_base["REMOTE_ADDR"] = HERE
    found = events(browser)
    # then
    changes = [each["here"] for each in found if each["what"] == "contact.changed"]
    assert changes == [False, False, True]


def test_nobody_sees_events_of_somebody_else(browser: Browser, kit: Kit, person: Somebody, stranger: Somebody) -> None:
    note(kit, stranger, 3)
    log_in(browser.client, kit, person)

    assert told(browser) == [("session.opened", "done")]


def test_an_event_holds_no_personal_data(browser: Browser, kit: Kit, person: Somebody) -> None:
    note(kit, person, 2, source=THERE)
    token = log_in(browser.client, kit, person).token
    for path in ("/me/events", "/me/sessions"):
        said = browser.get(path).get_data(as_text=True)
        hidden = (person.national_id, person.name, person.email, person.card_number, THERE, token, person.id)
        assert [word for word in hidden if word in said] == []


def test_what_means_nothing_to_people_is_left_out(kit: Kit, person: Somebody, view: SessionView) -> None:
    with kit.begin() as session:
        audit.record(session, kit, "qr.collected", actor=person.id)
        audit.record(session, kit, "password.change", actor=person.id, outcome="invalid")
        audit.record(session, kit, "password.change", actor=person.id, outcome="password_wrong")

    shown = history.show_history(kit, view=view)
    assert [(each.what, each.outcome) for each in shown.events] == [
        ("password.change", "password_wrong"),
        ("session.opened", "done"),
    ]


@pytest.mark.parametrize("limit", [1, 7, 25, 100])
def test_paging_shows_every_event_once(kit: Kit, person: Somebody, stranger: Somebody, limit: int) -> None:
    # given events of two people, among events without a meaning
    view = make_session(kit, person).view
    for _ in range(12):
        note(kit, person, 2)
        note(kit, stranger, 1)
        audit.record_refusal(kit, "password.change", outcome="invalid", actor=person.id)
    # when
    pages = [history.show_history(kit, view=view, limit=limit)]
    while pages[-1].next is not None and len(pages) < 30:
        pages.append(history.show_history(kit, view=view, before=pages[-1].next, limit=limit))
    # then every page but the last is full, and none is empty
    ids = [int(each.id) for page in pages for each in page.events]
    assert (len(ids), sorted(set(ids), reverse=True)) == (25, ids)
    assert all(len(page.events) == limit for page in pages[:-1])
    assert pages[-1].events


def test_a_page_stays_the_same_while_new_events_come(kit: Kit, person: Somebody, view: SessionView) -> None:
    note(kit, person, 9)
    first = history.show_history(kit, view=view, limit=4)
    second = history.show_history(kit, view=view, before=first.next, limit=4)
    note(kit, person, 5)

    assert history.show_history(kit, view=view, before=first.next, limit=4) == second


@pytest.mark.parametrize(
    "query",
    ["?limit=0", "?limit=101", "?limit=x", "?limit=９", "?limit=-1", "?before=x", "?before=", f"?before={'9' * 19}"],
)
def test_a_page_that_nobody_can_ask_for_is_refused(browser: Browser, kit: Kit, person: Somebody, query: str) -> None:
    log_in(browser.client, kit, person)
    answer = browser.get(f"/me/events{query}")

    assert (answer.status_code, (answer.json or {})["code"]) == (422, "invalid")


def test_the_oldest_and_the_furthest_place_are_asked_for_without_harm(
    browser: Browser, kit: Kit, person: Somebody
) -> None:
    log_in(browser.client, kit, person)

    assert events(browser, "?before=0") == []
    assert len(events(browser, f"?before={'9' * 18}")) == 1


def test_the_database_finds_a_persons_events_by_their_index(kit: Kit, person: Somebody, view: SessionView) -> None:
    # given an audit of many people
    facts = {"at": kit.clock.now(), "action": "session.opened", "outcome": "done", "request_id": "-", "details": {}}
    rows = [facts | {"actor": person.id if number % 100 == 0 else f"p{number % 500}"} for number in range(5000)]
    with kit.begin() as session:
        session.execute(insert(AuditEvent), rows)
        session.execute(text("ANALYZE"))
    asked: list[tuple[str, Any]] = []
    event.listen(kit.engine, "before_cursor_execute", lambda _c, _k, sql, values, *_: asked.append((sql, values)))
    # when
    history.show_history(kit, view=view, before="4000")
    # then it reads that person's rows only (PostgreSQL may sort those few)
    sql, values = asked[-1]
    explain = "EXPLAIN QUERY PLAN " if kit.engine.name == "sqlite" else "EXPLAIN "
    with kit.engine.connect() as connection:
        plan = " ".join(str(row) for row in connection.exec_driver_sql(explain + sql, values))
    assert "ix_audit_event_actor_id" in plan
    assert not re.search(r"TEMP B-TREE|Seq Scan|SCAN audit", plan)


@pytest.mark.parametrize(
    ("action", "variant"), [(action, variant) for action, texts in happenings.TEXTS.items() for variant in texts]
)
def test_every_event_has_words_in_both_languages(app: Flask, action: str, variant: str) -> None:
    words = happenings.TEXTS[action][variant]
    with app.test_request_context(), force_locale("zh_Hant_TW"):
        assert translate(words) not in ("", words)


def test_every_event_with_words_is_written_somewhere() -> None:
    service = [path for path in files(*SERVICE) if path.name != "happenings.py"]
    written = "".join(path.read_text(encoding="utf-8") for path in service)

    assert [action for action in happenings.TEXTS if f'"{action}"' not in written] == []


@pytest.mark.parametrize("variant", sorted(happenings.TEXTS["session.opened"]))
def test_a_login_is_told_by_how_it_was_opened(kit: Kit, person: Somebody, view: SessionView, variant: str) -> None:
    with kit.begin() as session:
        audit.record(session, kit, "session.opened", actor=person.id, acr=variant or "another")

    newest = history.show_history(kit, view=view).events[0]
    assert newest.text == happenings.TEXTS["session.opened"][variant]


def test_a_phones_life_is_told(app: Flask, kit: Kit, clock: MovableClock, browser: Browser, person: Somebody) -> None:
    # given
    phone = make_bound_phone(app, clock, person)
    log_in(browser.client, kit, person)
    device = (browser.get("/devices").json or [])[0]
    # when
    browser.post(f"/devices/{device['id']}/loss-reports")
    # then
    assert phone.binding
    found = events(browser)
    assert [each["what"] for each in found] == [
        "device.unbound",
        "session.opened",
        "device.bound",
        "device_code.made",
        "session.opened",
    ]
    assert found[0]["text"] == "A phone was reported lost; it was cut off at once."


# ---- sessions ----------------------------------------------------------------


def listed(browser: Browser) -> list[dict[str, Any]]:
    answer = browser.get("/me/sessions")
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.get_json()
    return found


def inside(browser: Browser) -> bool:
    return browser.get("/sessions/current").status_code == 200


@pytest.fixture
def other(new_browser: Callable[[], Browser], kit: Kit, person: Somebody) -> Browser:
    """Open a second browser of the same person."""
    browser = new_browser()
    log_in(browser.client, kit, person, acr="otp")
    return browser


def test_a_session_says_where_it_was_opened_and_in_what(browser: Browser, kit: Kit, deck: Deck, world: World) -> None:
    # given
    make_card_holder(kit, deck, world.person("wang"))
    browser.client.environ_base.update(REMOTE_ADDR=HERE, HTTP_USER_AGENT=CHROME)
    browser.log_in("wang")
    # when it is looked at from somewhere else
    browser.client.environ_base["REMOTE_ADDR"] = THERE
    found = listed(browser)[0]
    # then
    assert (found["from"], found["browser"], found["current"]) == (HERE, "Chrome, Windows", True)
    assert (found["acr"], found["amr"]) == ("card", ["sc", "pwd"])
    assert set(found) == {
        "id",
        "current",
        "acr",
        "amr",
        "auth_time",
        "last_seen_at",
        "expires_at",
        "from",
        "browser",
    }


def test_the_database_holds_the_address_sealed(browser: Browser, kit: Kit, deck: Deck, world: World) -> None:
    make_card_holder(kit, deck, world.person("wang"))
    browser.client.environ_base["REMOTE_ADDR"] = HERE
    browser.log_in("wang")
    with kit.engine.connect() as connection:
        place = bytes(connection.execute(text("SELECT place FROM web_session")).scalar_one())
    assert HERE.encode() not in place


def test_a_session_from_before_this_was_known_is_listed(browser: Browser, kit: Kit, person: Somebody) -> None:
    log_in(browser.client, kit, person)
    with kit.begin() as session:
        session.execute(text("UPDATE web_session SET place = NULL, browser = '?'"))

    assert [(each["from"], each["browser"]) for each in listed(browser)] == [("", "?")]


def test_only_own_live_sessions_are_listed_and_this_one_stands_first(
    browser: Browser, kit: Kit, person: Somebody, stranger: Somebody, clock: MovableClock
) -> None:
    # given one that idled out, one that was ended, one of somebody else
    make_session(kit, person)
    clock.forward(minutes=16)
    current = log_in(browser.client, kit, person).view.id
    clock.forward(minutes=1)
    newer = make_session(kit, person, acr="otp").view.id
    gone = make_session(kit, person).view.id
    make_session(kit, stranger)
    assert browser.call("DELETE", f"/me/sessions/{gone}").status_code == 204
    # then
    assert [(each["id"], each["current"]) for each in listed(browser)] == [(current, True), (newer, False)]


def test_a_session_ended_from_the_list_is_out_at_once(
    browser: Browser, other: Browser, kit: Kit, person: Somebody
) -> None:
    # given
    log_in(browser.client, kit, person)
    ended = next(each for each in listed(browser) if not each["current"])
    # when
    assert browser.call("DELETE", f"/me/sessions/{ended['id']}").status_code == 204
    # then
    assert other.get("/me/sessions").status_code == 401
    assert inside(browser)
    assert told(browser)[0] == ("session.ended", "done")
    assert browser.call("DELETE", f"/me/sessions/{ended['id']}").status_code == 404


def test_ending_this_one_is_logging_out(browser: Browser, other: Browser, kit: Kit, person: Somebody) -> None:
    current = log_in(browser.client, kit, person).view.id

    assert browser.call("DELETE", f"/me/sessions/{current}").status_code == 204
    assert (inside(browser), inside(other)) == (False, True)
    assert told(other)[0] == ("session.ended", "logged_out")


def test_nobody_ends_a_session_of_somebody_else(browser: Browser, other: Browser, kit: Kit, stranger: Somebody) -> None:
    log_in(browser.client, kit, stranger)
    theirs = listed(other)[0]["id"]
    for session_id in (theirs, "nothing"):
        answer = browser.call("DELETE", f"/me/sessions/{session_id}")
        assert (answer.status_code, (answer.json or {})["code"]) == (404, "not_found")
    browser.call("DELETE", "/me/sessions")
    assert inside(other)


def test_ending_all_others_keeps_this_one(browser: Browser, other: Browser, kit: Kit, person: Somebody) -> None:
    # given
    make_session(kit, person)
    log_in(browser.client, kit, person)
    # when
    assert browser.call("DELETE", "/me/sessions").status_code == 204
    # then
    assert (inside(browser), inside(other)) == (True, False)
    assert [each["current"] for each in listed(browser)] == [True]
    assert told(browser)[0] == ("sessions.ended", "done")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/me/sessions"), ("DELETE", "/me/sessions"), ("DELETE", "/me/sessions/x"), ("GET", "/me/events")],
)
def test_only_a_session_opens_these_doors(browser: Browser, method: str, path: str) -> None:
    answer = browser.call(method, path)
    assert (answer.status_code, (answer.json or {})["code"]) == (401, "login_required")


def test_another_sites_page_ends_nothing(browser: Browser, other: Browser, kit: Kit, person: Somebody) -> None:
    log_in(browser.client, kit, person)

    assert browser.call("DELETE", "/me/sessions", Origin="https://evil.example").status_code == 403
    assert inside(other)
