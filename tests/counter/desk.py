"""Given: a counter with a member of staff at it, and people who come to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from authsvc.core.audit import AuditEvent
from authsvc.core.kit import Kit
from authsvc.identity.terms import CURRENT_TERMS
from counter.models import COUNTER, CounterAct
from counter.staff import add_staff
from mobileapp.client import Phone
from tests.authsvc.registration.acts import MOBILE, household_of
from tests.browser import PASSWORD, Browser
from tests.clocks import MovableClock
from tests.factories import make_phone

PIN = "112358"
WHY = "came in person with both documents"


@dataclass
class Desk:
    """A browser of the office with a reader, and who sits at it."""

    app: Flask
    clock: MovableClock
    browser: Browser
    staff_id: str

    @property
    def kit(self) -> Kit:
        kit: Kit = self.app.extensions["kit"]
        return kit

    def enter(self, *, card: str = "tang-cert", pin: str = PIN) -> TestResponse:
        proof = self.browser.prove(card, "staff", pin=pin)
        return self.browser.post("/counter/sessions", {"card_proof": proof})

    def look(self, key: str = "wang", *, by_card: bool = False, reason: str = WHY) -> TestResponse:
        """Open a record, by the card or by ID and birth date."""
        body: dict[str, Any] = {"reason": reason}
        if by_card:
            body["card_proof"] = self.browser.prove(f"{key}-nhi", "counter")
        else:
            person = self.browser.person(key)
            body |= {"national_id": person.national_id, "birth_date": person.birth_date}
        return self.browser.post("/counter/looks", body)

    def open(self, key: str = "wang") -> str:
        """Open a record and return the person's id."""
        answer = self.look(key)
        assert answer.status_code == 201, answer.text
        return str(answer.get_json()["id"])

    def registration(self, key: str = "wang", *, card: str | None = None, **changes: Any) -> dict[str, Any]:
        body: dict[str, Any] = {
            "card_proof": self.browser.prove(card or f"{key}-nhi", "counter"),
            "password": PASSWORD,
            "email": f"{key}@mail.example.tw",
            "mobile": MOBILE,
            "terms_version": CURRENT_TERMS,
            "language": "en",
            "reason": WHY,
        }
        if self.browser.person(key).kind == "citizen":
            body["household"] = household_of(self.browser, key)
        else:
            body["residence"] = {"card_proof": self.browser.prove(f"{key}-arc", "residence")}
        return body | changes

    def register(self, key: str = "wang", **changes: Any) -> TestResponse:
        return self.browser.post("/counter/registrations", self.registration(key, **changes))

    def act(self, person_id: str, what: str, *, reason: str = WHY, **more: Any) -> TestResponse:
        return self.browser.post(f"/counter/people/{person_id}/{what}", {"reason": reason, **more})

    def code(self, person_id: str, *, card: str = "wang-nhi", reason: str = WHY) -> TestResponse:
        """Make a device code with a card in the reader."""
        return self.act(person_id, "device-codes", card_proof=self.browser.prove(card, "counter"), reason=reason)

    def bound_phone(self, person_id: str) -> Phone:
        phone = make_phone(self.app, self.clock)
        phone.bind_by_qr(self.code(person_id).get_json()["qr_text"])
        return phone

    def acts(self) -> list[str]:
        """Return what was done, in order."""
        with self.kit.read() as session:
            kept = session.scalar(select(func.count()).where(CounterAct.person_id.is_not(None)))
        done = [str(event.details["act"]) for event in self.events("counter.act") if event.outcome == "done"]
        assert len(done) == kept
        return done

    def events(self, action: str) -> list[AuditEvent]:
        with self.kit.read() as session:
            return list(session.scalars(select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.id)))


def make_desk(app: Flask, clock: MovableClock, browser: Browser, *, roles: Sequence[str] = (COUNTER,)) -> Desk:
    """Take on the member of staff whose certificate is `tang-cert`; nobody has logged in yet."""
    tang = browser.person("tang")
    staff_id = add_staff(
        app.extensions["kit"],
        name=tang.name,
        national_id=tang.national_id,
        holder_number=tang.national_id,
        office="臺北聯合服務中心",
        roles=roles,
    )
    return Desk(app, clock, browser, staff_id)
