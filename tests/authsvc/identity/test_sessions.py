from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from authsvc.core.errors import NotFound, StepUpRequired
from authsvc.core.keys import new_token
from authsvc.core.kit import Kit
from authsvc.identity import sessions
from authsvc.identity.models import WebSession
from mocks.card.cards import Deck
from mocks.people import World
from tests.browser import Browser
from tests.clocks import MovableClock
from tests.factories import Somebody, make_person, make_session
from tests.people import make_card_holder
from tests.simulators import acts


@pytest.fixture
def person(kit: Kit) -> Somebody:
    return make_person(kit)


@pytest.fixture
def wang(kit: Kit, deck: Deck, world: World) -> str:
    return make_card_holder(kit, deck, world.person("wang"))


def cookie(browser: Browser) -> str:
    found = browser.client.get_cookie("authsvc", domain="localhost")
    assert found is not None
    return found.value


def inside(browser: Browser) -> bool:
    return browser.get("/sessions/current").status_code == 200


def test_the_cookies_value_changes_at_login(browser: Browser, wang: str) -> None:
    # given
    assert wang
    browser.prove("wang-nhi", "login")
    before = cookie(browser)
    # when
    assert browser.log_in("wang").status_code == 201
    # then
    assert cookie(browser) != before
    assert inside(browser)


def test_each_login_gets_a_value_of_its_own(browser: Browser, wang: str) -> None:
    assert wang
    values = set()
    for _ in range(3):
        browser.log_in("wang")
        values.add(cookie(browser))
    assert len(values) == 3


def test_a_planted_cookie_never_becomes_logged_in(
    browser: Browser, new_browser: Callable[[], Browser], wang: str
) -> None:
    # given an attacker who puts the cookie of their own browser, and one they made up, into the victim's
    assert wang
    attacker = new_browser()
    attacker.prove("wang-nhi", "login")
    for planted in (cookie(attacker), new_token()):
        browser.client.set_cookie("authsvc", planted, domain="localhost")
        # when the victim logs in
        assert browser.log_in("wang").status_code == 201
        # then
        attacker.client.set_cookie("authsvc", planted, domain="localhost")
        assert not inside(attacker)
        assert inside(browser)


def test_a_session_is_of_the_browser_that_asked(
    browser: Browser, new_browser: Callable[[], Browser], wang: str
) -> None:
    assert wang
    browser.log_in("wang")
    assert not inside(new_browser())


def test_the_database_does_not_hold_the_cookie(browser: Browser, kit: Kit, wang: str) -> None:
    assert wang
    browser.log_in("wang")
    with kit.read() as session:
        row = session.scalars(select(WebSession)).one()
    assert row.token_digest == kit.keys.mac("browser", cookie(browser))
    assert cookie(browser).encode() not in row.token_digest


def test_an_idle_session_ends_after_a_quarter_of_an_hour(kit: Kit, person: Somebody, clock: MovableClock) -> None:
    token = make_session(kit, person).token
    clock.forward(minutes=14, seconds=59)
    assert sessions.find_session(kit, token)
    clock.forward(minutes=15, seconds=1)
    assert sessions.find_session(kit, token) is None


def test_a_session_in_constant_use_ends_after_twelve_hours(kit: Kit, person: Somebody, clock: MovableClock) -> None:
    # given
    token, opened = make_session(kit, person).token, clock.now()
    # when it is used every ten minutes
    while clock.now() - opened < timedelta(hours=12) - timedelta(minutes=10):
        clock.forward(minutes=10)
        assert sessions.find_session(kit, token)
    clock.forward(minutes=9, seconds=59)
    assert sessions.find_session(kit, token)
    # then
    clock.forward(seconds=2)
    assert sessions.find_session(kit, token) is None


def test_the_owner_sees_the_earlier_of_both_ends(kit: Kit, person: Somebody, clock: MovableClock) -> None:
    opened = make_session(kit, person)
    assert opened.view.expires_at == clock.now() + timedelta(minutes=15)
    end = clock.now() + timedelta(hours=12)
    for _ in range(72):
        clock.forward(minutes=9, seconds=55)
        view = sessions.find_session(kit, opened.token)
    assert view is not None
    assert view.expires_at == end


def test_two_looks_within_five_seconds_write_once(kit: Kit, person: Somebody, clock: MovableClock) -> None:
    opened = make_session(kit, person)
    clock.forward(seconds=4)
    view = sessions.find_session(kit, opened.token)
    assert view is not None
    assert view.expires_at == opened.view.expires_at
    clock.forward(seconds=1)
    view = sessions.find_session(kit, opened.token)
    assert view is not None
    assert view.expires_at == opened.view.expires_at + timedelta(seconds=5)


def test_logging_out_ends_the_session_for_good(browser: Browser, wang: str) -> None:
    # given
    assert wang
    browser.log_in("wang")
    value = cookie(browser)
    # when
    assert browser.call("DELETE", "/sessions/current").status_code == 204
    # then
    assert not inside(browser)
    browser.client.set_cookie("authsvc", value, domain="localhost")
    assert not inside(browser)
    assert browser.call("DELETE", "/sessions/current").status_code == 401


def test_logging_out_leaves_the_other_browser_logged_in(
    browser: Browser, new_browser: Callable[[], Browser], wang: str
) -> None:
    assert wang
    other = new_browser()
    browser.log_in("wang")
    other.log_in("wang")
    browser.call("DELETE", "/sessions/current")
    assert (inside(browser), inside(other)) == (False, True)


def test_a_session_is_ended_once(kit: Kit, person: Somebody) -> None:
    opened = make_session(kit, person)
    sessions.end_session(kit, view=opened.view, session_id=opened.view.id)
    with pytest.raises(NotFound):
        sessions.end_session(kit, view=opened.view, session_id=opened.view.id)
    with pytest.raises(NotFound):
        sessions.end_session(kit, view=opened.view, session_id="nothing")


def test_all_sessions_of_a_person_end_at_once(kit: Kit, person: Somebody) -> None:
    tokens = [make_session(kit, person).token for _ in range(3)]
    other = make_session(kit, make_person(kit, 2)).token
    with kit.begin() as session:
        assert sessions.end_sessions(session, kit, WebSession.person_id == person.id) == 3
    assert [sessions.find_session(kit, token) for token in tokens] == [None] * 3
    assert sessions.find_session(kit, other)


def test_a_session_is_opened_with_its_audit_row_or_not_at_all(kit: Kit, person: Somebody) -> None:
    make_session(kit, person)
    assert acts(kit) == [("session.opened", "done")]


def test_the_card_of_a_moment_ago_is_enough(kit: Kit, person: Somebody, clock: MovableClock) -> None:
    view = make_session(kit, person).view
    clock.forward(seconds=299)
    sessions.require_recent_card(kit, view, within=timedelta(minutes=5))


@pytest.mark.parametrize(("acr", "seconds"), [("card", 300), ("otp", 0), ("qr", 0)])
def test_an_older_card_or_another_way_in_is_not(
    kit: Kit, person: Somebody, clock: MovableClock, acr: str, seconds: int
) -> None:
    view = make_session(kit, person, acr=acr).view
    clock.forward(seconds=seconds)
    with pytest.raises(StepUpRequired) as refusal:
        sessions.require_recent_card(kit, view, within=timedelta(minutes=5))
    assert refusal.value.members == {"ways": ["card"]}


@pytest.mark.parametrize("token", ["", "x" * 43, "é", "x" * 5000])
def test_a_token_that_we_never_made_opens_nothing(kit: Kit, token: str) -> None:
    assert sessions.find_session(kit, token) is None
