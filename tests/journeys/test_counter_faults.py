"""What staff see when a registry fails while they register somebody; and a new card, in a browser."""

from collections.abc import Iterator, Mapping

import httpx2
import pytest
from playwright.sync_api import Page, expect

from devtools.browser import Browser as Portal
from devtools.browser import CardReader
from devtools.people import PASSWORD, Person
from devtools.stack import Stack
from mobileapp.phonewire import Problem
from tests.journeys import acts
from tests.journeys.examine import shape, violations, width_of

REASON = "came in person with both documents"
PAUSE_MS = 30_000  # the longest pause that the service asks for while a registry is away
NARROWEST = 320


@pytest.fixture
def registry(stack: Stack) -> Iterator[httpx2.Client]:
    """Return the registries' control; what they were told is taken back."""
    with httpx2.Client(base_url=stack.urls["registry"], trust_env=False) as client:
        yield client
        client.delete("/control/faults").raise_for_status()


def typed_of(person: Person) -> dict[str, str]:
    facts = {"password": PASSWORD, "password-again": PASSWORD, "email": person.email, "mobile": "0900000116"}
    return facts | {"registration-reason": REASON, "household-number": person.household["number"]}


@pytest.mark.parametrize(
    ("card", "fault"),
    [
        ("yeh-nhi", {"kind": "down"}),
        ("tseng-nhi", {"kind": "slow", "seconds": 20}),
        ("chiu-nhi", {"kind": "lie"}),
        ("lai-nhi", {"kind": "garbage"}),
    ],
    ids=["down", "slow", "lie", "garbage"],
)
def test_a_registry_that_fails_costs_staff_nothing_but_a_little_patience(
    stack: Stack,
    people: Mapping[str, Person],
    reader: CardReader,
    registry: httpx2.Client,
    pc: Page,
    card: str,
    fault: dict[str, str | float],
) -> None:
    # given a form that is filled in while the registry fails
    person = people[card]
    acts.enter_counter(pc, stack)
    reader.insert(card)
    pc.goto(f"{stack.origin}/counter/register")
    acts.fill_household(pc, person.household)
    typed = typed_of(person)
    for name, text in typed.items():
        pc.get_by_test_id(name).fill(text)
    pc.get_by_test_id("accept-terms").check()
    registry.put("/control/faults", json={"target": "household", **fault}).raise_for_status()
    # when it is sent
    pc.get_by_test_id("submit-registration").click()
    # then the page says to try later and keeps everything, and nobody is registered
    said = pc.get_by_test_id("registration-fault")
    expect(said).to_have_attribute("data-code", "unavailable", timeout=PAUSE_MS)
    expect(said).to_contain_text("已輸入的資料都還在")
    assert {name: pc.get_by_test_id(name).input_value() for name in typed} == typed
    expect(pc.get_by_test_id("choose-village")).to_have_value(person.household["village"])
    expect(pc.get_by_test_id("accept-terms")).to_be_checked()
    # and once it answers again, one press goes on
    registry.delete("/control/faults").raise_for_status()
    again = said.get_by_test_id("try-again")
    expect(again).to_be_enabled(timeout=PAUSE_MS)
    again.click()
    expect(pc.get_by_test_id("done")).to_have_attribute("data-done", "registered")


def test_a_card_issued_anew_is_taken_down_at_the_counter(
    stack: Stack, people: Mapping[str, Person], reader: CardReader, registry: httpx2.Client, pc: Page, portal: Portal
) -> None:
    # given 周, who registered with the card before it was replaced
    chou, old = people["chou-nhi"], "900000119011"
    card = httpx2.Client(base_url=stack.urls["card"], trust_env=False)
    card.put("/control/cards/chou-nhi-old", json={"state": "active"}).raise_for_status()
    known = {person["national_id"]: person for person in registry.get("/control/people").json()}[chou.national_id]
    registry.patch(f"/control/people/{chou.national_id}", json={"card_number": old}).raise_for_status()
    acts.enter_counter(pc, stack)
    reader.insert("chou-nhi-old")
    pc.goto(f"{stack.origin}/counter/register")
    acts.fill_household(pc, chou.household)
    for name, text in typed_of(chou).items():
        pc.get_by_test_id(name).fill(text)
    pc.get_by_test_id("accept-terms").check()
    pc.get_by_test_id("submit-registration").click()
    expect(pc.get_by_test_id("done")).to_have_attribute("data-done", "registered")
    registry.patch(f"/control/people/{chou.national_id}", json={"card_number": known["card_number"]})
    portal.login_by_card(PASSWORD)
    # when the new card is read at the counter
    pc.get_by_test_id("to-card").click()
    assert violations(pc) == []
    assert shape(pc, language="zh-Hant-TW", width=1280) == []
    assert width_of(pc, NARROWEST) == []
    pc.set_viewport_size({"width": 1280, "height": 900})
    acts.fill_household(pc, chou.household)
    pc.get_by_test_id("new-card-submit").click()
    expect(pc.get_by_test_id("new-card-reason")).to_be_focused()
    pc.get_by_test_id("new-card-reason").fill("new card, shown with both documents")
    reader.insert("chou-nhi")
    pc.get_by_test_id("new-card-submit").click()
    # then it is the person's, and the old one opens nothing and has nothing open
    expect(pc.get_by_test_id("done")).to_have_attribute("data-done", "card_replaced")
    expect(pc.get_by_test_id("sessions")).to_have_text("0")
    with pytest.raises(Problem):
        portal.session()
    assert portal.login_by_card(PASSWORD)["acr"] == "card"
    reader.insert("chou-nhi-old")
    with pytest.raises(Problem) as refused:
        portal.login_by_card(PASSWORD)
    assert refused.value.code == "card_not_registered"
    card.close()
