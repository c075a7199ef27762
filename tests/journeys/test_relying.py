"""A function of another system is opened in a real browser, through to that system's page."""

import httpx2
import pytest
from playwright.sync_api import Page, expect

from devtools.browser import Browser as Portal
from devtools.browser import CardReader
from devtools.people import Person, make_ready
from devtools.stack import Stack
from tests.journeys import acts


@pytest.fixture(scope="module")
def wang(people: dict[str, Person], stack: Stack) -> Person:
    person = people["wang-nhi"]
    with Portal(stack.origin, card_url=stack.urls["card"]) as portal:
        make_ready(portal, person, mail_url=stack.urls["mail"])
    return person


@pytest.fixture
def inside(stack: Stack, wang: Person, reader: CardReader, pc: Page) -> Page:
    """Log in by card and come to the page of a function."""
    reader.insert(wang.card_id)
    pc.goto(f"{stack.origin}/login?next=/functions/filings#card")
    acts.log_in_by_card(pc, wang)
    expect(pc.get_by_test_id("function-host")).to_have_text("127.0.0.1")
    return pc


def put_fault(stack: Stack, kind: str) -> None:
    fault = {"target": "redeem", "kind": kind}
    httpx2.put(f"{stack.urls['relying']}/control/faults", json=fault).raise_for_status()


def test_the_button_leads_to_the_other_system_which_knows_who_came(stack: Stack, inside: Page, wang: Person) -> None:
    inside.get_by_test_id("function-go").click()

    expect(inside.get_by_test_id("told")).to_be_visible()
    assert inside.url == f"{stack.urls['relying']}/personal/open"  # the token is gone from the address
    name = inside.locator("[data-told=name]")
    expect(name).to_contain_text(wang.name[0])
    expect(name).not_to_contain_text(wang.name)
    expect(inside.locator("[data-told=function]")).to_have_text("filings")
    # neither a reload nor the way back opens it a second time
    inside.reload()
    expect(inside.get_by_test_id("nothing")).to_be_visible()
    inside.go_back()
    expect(inside.get_by_test_id("function-go")).to_be_visible()
    heard = httpx2.get(f"{stack.urls['relying']}/control/launches").json()
    assert [each["status"] for each in heard] == [200]


@pytest.mark.parametrize(("kind", "code"), [("twice", "launch_used"), ("other", "launch_refused")])
def test_a_service_that_asks_twice_or_as_another_is_told_nothing(
    stack: Stack, inside: Page, kind: str, code: str
) -> None:
    put_fault(stack, kind)

    inside.get_by_test_id("function-go").click()

    expect(inside.get_by_test_id("refused")).to_contain_text(code)
    put_fault(stack, "none")


def test_without_script_the_button_leads_there_too(stack: Stack, inside: Page) -> None:
    plain = inside.context.browser
    assert plain is not None
    context = plain.new_context(java_script_enabled=False)
    context.add_cookies(inside.context.cookies())  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{stack.origin}/functions/filings")

    page.get_by_test_id("function-go").click()

    assert page.url.startswith(f"{stack.urls['relying']}/personal/open#launch=ey")
    context.close()
