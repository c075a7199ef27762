"""Where somebody is logged in and what happened with their account, in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from devtools.browser import Browser as Portal
from devtools.people import PASSWORD, Person, make_ready
from devtools.stack import Stack
from tests.journeys import acts
from tests.journeys.conftest import complaints


@pytest.fixture
def liao(people: dict[str, Person]) -> Person:
    return people["liao-nhi"]


def test_a_login_elsewhere_is_ended_and_older_events_come_below(
    stack: Stack, liao: Person, portal: Portal, pc: Page
) -> None:
    # given a person with a long history, logged in at the desk and elsewhere
    heard = complaints(pc.context)
    make_ready(portal, liao, mail_url=stack.urls["mail"])
    for _ in range(11):
        portal.login_by_card(PASSWORD)
        portal.logout()
    portal.login_by_card(PASSWORD)
    pc.goto(f"{stack.origin}/login#card")
    acts.log_in_by_card(pc, liao)
    # when the other login is ended
    pc.goto(f"{stack.origin}/security")
    expect(pc.get_by_test_id("session")).to_have_count(2)
    pc.get_by_test_id("session-end").click()
    # then
    expect(pc.get_by_test_id("nowhere-else")).to_be_visible()
    expect(pc.get_by_test_id("event").first).to_have_attribute("data-what", "session.ended")
    # and when older events are asked for, they are put below, and the reader is led to them
    expect(pc.get_by_test_id("event")).to_have_count(20)
    pc.wait_for_load_state()  # before its script is there the link leads to a page of the older events alone
    pc.get_by_test_id("older").click()
    expect(pc.get_by_test_id("history-end")).to_be_visible()
    expect(pc.get_by_test_id("event").nth(20)).to_be_focused()
    ids = pc.get_by_test_id("event").evaluate_all("events => events.map(({ dataset }) => Number(dataset.id))")
    assert ids == sorted(set(ids), reverse=True)
    assert heard == []
