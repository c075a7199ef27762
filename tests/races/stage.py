"""What a race needs beforehand: the real service as two processes, people, phones, cards, and a count of what is."""

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2
from flask import Flask
from sqlalchemy import delete, func, select, update

from authsvc.core.audit import AuditEvent
from authsvc.core.cookies import cookie_name
from authsvc.core.jose import b64url
from authsvc.core.keys import new_id, new_token
from authsvc.core.kit import Kit
from authsvc.core.outbox import OutboxMail
from authsvc.core.throttle import Tally
from authsvc.identity import challenges
from authsvc.identity.models import CardChallenge, Device, Person, RefreshToken, WebSession
from authsvc.registration import applications
from authsvc.registration.models import Registration
from devtools.browser import TERMS_VERSION, Browser
from devtools.people import PASSWORD
from devtools.people import Person as Citizen
from devtools.stack import Stack
from mobileapp.client import Phone
from mobileapp.phonekeys import PhoneKeys, proof
from mocks.card.cards import Deck, SignRequest
from tests.factories import Somebody, make_device_code, make_person
from tests.races.volley import API, SHOTS, Answer, Shot, fire

# No table whose old rows the worker clears away meanwhile.
COUNTED = (Person, Registration, Device, WebSession, RefreshToken, OutboxMail)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The running service, and the same service in this process as the hand that prepares its database."""

    stack: Stack
    app: Flask
    deck: Deck
    citizens: Sequence[Citizen]
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    @property
    def kit(self) -> Kit:
        kit: Kit = self.app.extensions["kit"]
        return kit

    def fire(self, shots: Sequence[Shot]) -> list[Answer]:
        """Send all requests at once to the two processes."""
        return fire(self.stack.ports.service, shots)

    def census(self) -> Counter[str]:
        """Count the rows of each kind, and the acts in the audit by name (refusals apart)."""
        acts = select(AuditEvent.action, func.count()).where(AuditEvent.outcome == "done").group_by(AuditEvent.action)
        with self.kit.read() as session:
            rows = {each.__tablename__: session.scalar(select(func.count()).select_from(each)) or 0 for each in COUNTED}
            return Counter(rows | {f"audit {action}": number for action, number in session.execute(acts)})

    def person(self) -> Somebody:
        """Make a registered person that was not there before."""
        return make_person(self.kit, next(self.numbers))

    def phone(self) -> Phone:
        """Make an unbound phone that speaks to this process."""
        phone = Phone(self.stack.origin, transport=httpx2.WSGITransport(self.app), language="en")
        phone.refresh_by_itself = False
        return phone

    def bound_phone(self, person: Somebody) -> Phone:
        phone = self.phone()
        phone.bind_by_qr(self.device_code(person))
        return phone

    def device_code(self, person: Somebody) -> str:
        return make_device_code(self.kit, person).qr_text

    def browser(self) -> Browser:
        """Open an empty browser that speaks to this process."""
        return Browser(self.stack.origin, transport=httpx2.WSGITransport(self.app), language="en")

    def one_proof(self, keys: PhoneKeys, method: str, path: str, *, token: str | None = None) -> str:
        """Sign a fresh proof of a phone for one call."""
        url = f"{self.stack.origin}{API}{path}"
        return proof(keys.device, method=method, url=url, at=self.kit.clock.now(), access_token=token)

    def cookie(self, token: str) -> dict[str, str]:
        return {"Cookie": f"{cookie_name(self.kit.settings)}={token}"}

    def cookie_of(self, browser: Browser) -> dict[str, str]:
        return self.cookie(browser.http.cookies[cookie_name(self.kit.settings)])

    def card_proofs(self, citizen: Citizen, purpose: str, browser: str, *, number: int = SHOTS) -> list[dict[str, Any]]:
        """Let a card answer as many challenges of one browser."""
        rows = [
            CardChallenge(
                id=new_id(),
                nonce=new_token(32),
                purpose=purpose,
                browser_digest=self.kit.keys.mac("browser", browser),
                expires_at=self.kit.clock.now() + challenges.LIFE,
            )
            for _ in range(number)
        ]
        with self.kit.begin() as session:
            session.add_all(rows)
        return [self._signed(citizen, row) for row in rows]

    def _signed(self, citizen: Citizen, row: CardChallenge) -> dict[str, Any]:
        asked = SignRequest(self.stack.origin, row.purpose, row.id, row.nonce)
        answer = self.deck.sign(citizen.card_id, asked)
        return {
            "challenge_id": row.id,
            "certificate": b64url(answer.certificate),
            "signature": b64url(answer.signature),
        }

    def application(self, citizen: Citizen, card_proof: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "card_proof": card_proof,
            "household": citizen.household,
            "password": PASSWORD,
            "email": citizen.email,
            "mobile": "0900000101",
            "terms_version": TERMS_VERSION,
        }

    def applied(self, citizen: Citizen) -> str:
        """Let a citizen apply, and return the token of the link (which only the mail would tell)."""
        token, browser = new_token(), self.browser()
        body = self.application(citizen, self._own_proof(browser, citizen, "register"))
        applied = browser.call("POST", "/registrations", body)
        mine = update(Registration).where(Registration.id == applied["id"])
        with self.kit.begin() as session:
            session.execute(mine.values(token_digest=applications.digest(self.kit, token)))
        return token

    def registered(self) -> Citizen:
        """Return a citizen with an account."""
        citizen, browser = self.citizens[0], self.browser()
        self.forget(citizen)
        token = self.applied(citizen)
        card_proof = self._own_proof(browser, citizen, "confirm")
        browser.call("POST", "/registrations/confirmations", {"token": token, "card_proof": card_proof})
        return citizen

    def _own_proof(self, browser: Browser, citizen: Citizen, purpose: str) -> dict[str, Any]:
        browser.card_challenge(purpose)  # for the cookie
        cookie = browser.http.cookies[cookie_name(self.kit.settings)]
        return self.card_proofs(citizen, purpose, cookie, number=1)[0]

    def forget(self, citizen: Citizen) -> None:
        """Let the citizen be unknown again, and no try be counted."""
        index = self.kit.keys.index("national_id", citizen.national_id)
        with self.kit.begin() as session:
            session.execute(delete(Person).where(Person.national_id_index == index))
            session.execute(delete(Registration).where(Registration.national_id_index == index))
            session.execute(delete(Tally))
