"""Given: a person with an account and a phone with TW FidO, and a browser that logs in with it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from authsvc.core.kit import Kit
from mocks.card.cards import Deck
from mocks.people import Person, World
from mocks.twfido.office import Office, Transaction
from tests.browser import Browser
from tests.clocks import MovableClock
from tests.people import make_card_holder
from twfido.service import ASK_EVERY

DUE = ASK_EVERY.total_seconds()


@dataclass
class Login:
    """One person's login in one browser, and their phone."""

    browser: Browser
    office: Office
    clock: MovableClock
    person: Person
    begun: dict[str, Any] = field(default_factory=dict)

    def begin(self, **more: Any) -> dict[str, Any]:
        """Type ID and birth date and return the answer."""
        typed = {"national_id": self.person.national_id, "birth_date": self.person.birth_date}
        answer = self.browser.post("/twfido-logins", typed | more)
        assert answer.status_code == 201, answer.text
        self.begun = answer.get_json()
        return self.begun

    @property
    def transaction(self) -> Transaction:
        """Return what the provider wrote down last."""
        return self.office.all()[-1]

    def approve(self, key: str | None = None) -> None:
        """Say yes by finger, on the person's own phone or on somebody else's."""
        phone = self.office.phones.find(key or self.person.key)
        assert phone is not None
        self.office.approve(self.transaction, phone, pin=None)

    def deny(self) -> None:
        self.office.deny(self.transaction)

    def look(self, *, later: float = DUE, browser: Browser | None = None) -> Any:
        """Ask how it stands, so many seconds later."""
        self.clock.forward(seconds=later)
        return (browser or self.browser).get(f"/twfido-logins/{self.begun['id']}")

    def told(self, *, later: float = DUE) -> tuple[str, str | None]:
        """Return status and number, so many seconds later."""
        body = self.look(later=later).get_json()
        return body["status"], body["number"]

    def enter(self, browser: Browser | None = None) -> Any:
        """Go on into the session."""
        return (browser or self.browser).post("/sessions/twfido", {"login_id": self.begun["id"]})


@pytest.fixture
def account(kit: Kit, deck: Deck, world: World) -> str:
    """Return the id of the account of the person who logs in here."""
    return make_card_holder(kit, deck, world.person("wang"))


@pytest.fixture
def login(new_browser: Callable[[], Browser], office: Office, clock: MovableClock, world: World) -> Login:
    """Return the login of the person who may have an account."""
    return Login(new_browser(), office, clock, world.person("wang"))
