"""One person who can prove themselves in every way there is; the real proofs, and the doors that each belongs to."""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Final

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from authsvc.core.kit import Kit
from mobileapp.client import Phone
from mocks.card.cards import Deck
from mocks.people import World
from mocks.twfido.office import Office
from tests.browser import PASSWORD, Browser
from tests.clocks import MovableClock
from tests.conftest import ORIGIN, client_of
from tests.factories import Somebody, make_bound_phone
from tests.passkeys.keys import SoftPasskey, added_passkey
from tests.people import make_card_holder
from tests.qrlogin.conftest import Page
from tests.twfido.conftest import Login

WHO: Final = "wang"
HEALTH_CARD, CERTIFICATE, PIN = "wang-nhi", "wang-cert", "246810"
UNIT, UNIT_PIN = "unit1-card", "10101010"
# Door → the fields that its body must have.
DOORS: Final = {
    "card": ("card_proof", "password"),
    "certificate": ("card_proof",),
    "otp": ("national_id", "birth_date", "otp"),
    "qr": ("order_id",),
    "twfido": ("login_id",),
    "passkey": ("challenge_id", "credential"),
}
# Kind of proof → its door, and the `acr` and `amr` that it gives.
KINDS: Final[dict[str, tuple[str, str, list[str]]]] = {
    "card": ("card", "card", ["sc", "pwd"]),
    "certificate": ("certificate", "certificate", ["sc"]),
    "unit_certificate": ("certificate", "unit_certificate", ["sc"]),
    "otp": ("otp", "otp", ["otp"]),
    "qr": ("qr", "qr", ["swk"]),
    "twfido": ("twfido", "twfido", ["swk"]),
    "passkey": ("passkey", "passkey", ["swk", "user"]),
}
Body = dict[str, Any]


@dataclass(frozen=True)
class Shown:
    """What somebody holds: the body of its own door, and the words in it that other doors' fields may be given."""

    browser: Browser
    body: Body
    words: tuple[str, ...]


@dataclass
class Prover:
    """One registered person with card, certificate, phone, TW FidO and passkey; each proof in a browser of its own."""

    app: Flask
    deck: Deck
    world: World
    office: Office
    clock: MovableClock
    person: Somebody = field(init=False)

    def __post_init__(self) -> None:
        known = self.world.person(WHO)
        self.person = Somebody(
            id=make_card_holder(self.kit, self.deck, known),
            national_id=known.national_id,
            birth_date=date.fromisoformat(known.birth_date),
            name=known.name,
            card_number=known.card_number,
            email=f"{WHO}@example.org",
            backup_email=None,
        )

    @property
    def kit(self) -> Kit:
        kit: Kit = self.app.extensions["kit"]
        return kit

    @property
    def named(self) -> Body:
        """Return what the person types to say who they are."""
        return {"national_id": self.person.national_id, "birth_date": self.person.birth_date.isoformat()}

    def browser(self, client: FlaskClient | None = None) -> Browser:
        """Return a browser that was never here before."""
        return Browser(client or client_of(self.app), self.deck, self.world, ORIGIN)

    @cached_property
    def phone(self) -> Phone:
        """Return the person's phone."""
        return make_bound_phone(self.app, self.clock, self.person)

    def passkey(self) -> SoftPasskey:
        """Return a passkey of the person's."""
        return added_passkey(self.app, self.person)

    def prove(self, kind: str, browser: Browser | None = None) -> Shown:
        """Make a whole proof of this kind, up to the call that opens the session."""
        made: Shown = getattr(self, f"_{kind}")(browser or self.browser())
        return made

    def _card(self, browser: Browser) -> Shown:
        return self._signed(browser, HEALTH_CARD, None, password=PASSWORD)

    def _certificate(self, browser: Browser) -> Shown:
        return self._signed(browser, CERTIFICATE, PIN)

    def _unit_certificate(self, browser: Browser) -> Shown:
        return self._signed(browser, UNIT, UNIT_PIN)

    def _signed(self, browser: Browser, card: str, pin: str | None, **more: str) -> Shown:
        signed = browser.prove(card, "login", pin=pin)
        return Shown(browser, {"card_proof": signed, **more}, (signed["challenge_id"], *more.values()))

    def _otp(self, browser: Browser) -> Shown:
        code = self.phone.otp_code()
        return Shown(browser, {**self.named, "otp": code}, (code,))

    def _qr(self, browser: Browser) -> Shown:
        begun = browser.post("/qr-logins", self.named).get_json()
        page, phone = Page(browser, begun), self.phone
        frame = page.frame()
        phone.approve(phone.scan(frame), begun["match_code"])
        assert page.status() == "approved"
        words = (begun["id"], frame, begun["match_code"], begun["typed_code"])
        return Shown(browser, {"order_id": begun["id"]}, words)

    def _twfido(self, browser: Browser) -> Shown:
        login = Login(browser, self.office, self.clock, self.world.person(WHO))
        begun = login.begin()
        login.approve()
        assert login.told()[0] == "approved"
        return Shown(browser, {"login_id": begun["id"]}, (begun["id"], login.transaction.transaction_id))

    def _passkey(self, browser: Browser) -> Shown:
        asked = browser.post("/passkey-challenges").get_json()
        credential = self.passkey().answer(asked["publicKey"])
        return Shown(browser, {"challenge_id": asked["id"], "credential": credential}, (asked["id"], credential["id"]))

    def bodies(self, door: str, shown: Shown) -> list[Body]:
        """Return bodies for a door that put what is shown where it fits best; all else in them is right."""
        return [self._body(door, shown, word) for word in shown.words]

    def _body(self, door: str, shown: Shown, word: str) -> Body:
        digits = "".join(mark for mark in word if mark in "0123456789")
        right: Body = {
            "card_proof": self._made_up_card_proof(shown, word),
            "password": PASSWORD,
            **self.named,
            "otp": f"{digits[:8]:0>8}",
            "order_id": word,
            "login_id": word,
            "challenge_id": word,
            "credential": SoftPasskey().sign(word.encode()) | {"id": word, "rawId": word},
        }
        return {name: shown.body.get(name, right[name]) for name in DOORS[door]}

    def _made_up_card_proof(self, shown: Shown, word: str) -> Body:
        """Return a proof with the person's own certificate, and the id and signature of something else."""
        real: Body = self.deck_proof
        signature = shown.body.get("credential", {}).get("response", {}).get("signature", real["signature"])
        return real | {"challenge_id": word, "signature": signature}

    @property
    def deck_proof(self) -> Body:
        """Return a proof by the person's health card over a challenge of another browser."""
        return self.browser().prove(HEALTH_CARD, "login")


def enter(browser: Browser, door: str, body: Body) -> TestResponse:
    """Call a door."""
    return browser.post(f"/sessions/{door}", body)


def inside(browser: Browser) -> bool:
    """Tell whether a browser's cookie opens a session."""
    return browser.get("/sessions/current").status_code == 200
