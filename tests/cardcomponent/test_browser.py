"""The whole way: a page in Chromium, the component, PC/SC, a card that answers APDUs, and the service."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from playwright.sync_api import Page, Playwright, expect

from authsvc.identity.readerfaults import READER_FAULTS
from devtools.people import Person, citizens
from devtools.stack import Stack
from mocks.card.cards import open_deck
from mocks.card.vault import Vault
from tests.cardcomponent.component import Component
from tests.cardcomponent.pcscd import Pcscd
from tests.cardcomponent.virtual_card import VirtualCard
from tests.journeys.acts import confirm, log_in_by_card, register
from tests.journeys.conftest import launch, open_page


@pytest.fixture
def beside(migrated_sqlite: Path, pcscd: Pcscd, tmp_path: Path) -> Iterator[tuple[Stack, Component]]:
    """Start the service, its surroundings, and the real component as the one beside its pages."""
    stack = Stack(migrated=migrated_sqlite)
    environment = {"PCSCLITE_CSOCK_NAME": str(pcscd.socket)}
    component = Component.start(tmp_path / "component", "", environment, origins=[stack.origin])
    stack.extra_env["AUTHSVC_CARD_COMPONENT_URL"] = component.url
    with stack:
        yield stack, component
    component.stop()


@pytest.fixture
def pc(playwright: Playwright) -> Iterator[Page]:
    browser = launch(playwright)
    yield open_page(browser, viewport={"width": 1280, "height": 900})
    browser.close()


def card_of(stack: Stack, person: Person) -> VirtualCard:
    """Return the card that the issuer of this stack made for a person."""
    folder = stack.folder / "card"
    certificate = open_deck(folder, crl_url=f"{stack.urls['card']}/ca/crl").certificate(person.card_id)
    return VirtualCard(Vault(folder).key(person.card_id), certificate.public_bytes(Encoding.DER))


def test_a_person_registers_and_logs_in_on_the_pages_with_a_card_in_a_reader(
    beside: tuple[Stack, Component], pcscd: Pcscd, pc: Page
) -> None:
    stack, component = beside
    person = citizens(registry_url=stack.urls["registry"], card_url=stack.urls["card"])[0]
    pcscd.slots[0].insert(card_of(stack, person))

    register(pc, stack, person)
    assert component.asked() == [stack.origin]
    confirm(pc, stack, person)
    pc.goto(f"{stack.origin}/login#card")
    log_in_by_card(pc, person)
    assert component.asked() == [stack.origin]

    # And a site that the person takes their yes back from gets no signature, and the page says why.
    (component.folder / "origins.json").unlink()
    component.person_says("no")
    pc.context.clear_cookies()
    pc.goto(f"{stack.origin}/login?lang=en#card")
    pc.get_by_test_id("card-password").fill("whatever-9")
    pc.get_by_test_id("card-submit").click()
    (fault,) = [each for each in READER_FAULTS if each.code == "signing_denied"]
    box = pc.get_by_test_id("fault-card")
    expect(box).to_have_attribute("data-code", "signing_denied")
    expect(box).to_contain_text("[61006]")
    expect(box).to_contain_text(fault.remedy)
