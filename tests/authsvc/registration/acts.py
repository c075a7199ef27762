"""What people do in these tests, and the mails that they find."""

import json
from dataclasses import asdict, dataclass
from typing import Any

import httpx2
from sqlalchemy import delete, select
from werkzeug.test import TestResponse

from authsvc.core.audit import AuditEvent
from authsvc.core.kit import Kit
from authsvc.core.outbox import OutboxMail
from authsvc.identity.terms import CURRENT_TERMS
from mocks.card.cards import CardState
from tests.browser import PASSWORD, Browser

MOBILE = "0912345678"


@dataclass(frozen=True)
class Mail:
    """A mail that waits to be sent."""

    to: str
    template: str
    language: str
    values: dict[str, Any]

    @property
    def token(self) -> str:
        """Return what stands behind the # of its link."""
        return str(self.values["link"]).partition("#")[2]


def mails(kit: Kit) -> list[Mail]:
    """Return every mail written so far, the oldest first."""
    with kit.read() as session:
        rows = session.scalars(select(OutboxMail).order_by(OutboxMail.created_at)).all()
    places = [kit.keys.place(OutboxMail.__tablename__, row.id) for row in rows]
    return [
        Mail(
            to=place.open("recipient", row.recipient),
            template=row.template.rpartition("/")[2],
            language=row.language,
            values=json.loads(place.open("values", row.values)),
        )
        for row, place in zip(rows, places, strict=True)
    ]


def confirm_backup(browser: Browser, kit: Kit) -> TestResponse:
    """Open the link that went to a backup address last, and press the button."""
    return browser.post("/me/email-confirmations", {"token": last_token(kit, "backup_email")})


def forget_mails(kit: Kit) -> None:
    """Take all mails out of the outbox, so that only those count that come after this."""
    with kit.begin() as session:
        session.execute(delete(OutboxMail))


def told(kit: Kit, template: str) -> set[str]:
    """Return the addresses to which a kind of mail went."""
    return {mail.to for mail in mails(kit) if mail.template == template}


def last_token(kit: Kit, template: str = "confirm") -> str:
    """Return the token of the link that was mailed last."""
    return [mail for mail in mails(kit) if mail.template == template][-1].token


def outcomes(kit: Kit, action: str) -> list[str]:
    """Return how the acts of a kind ended, in order."""
    with kit.read() as session:
        found = select(AuditEvent.outcome).where(AuditEvent.action == action).order_by(AuditEvent.id)
        return list(session.scalars(found).all())


def household_of(browser: Browser, key: str) -> dict[str, str]:
    """Return what stands in a person's household register."""
    household = browser.person(key).household
    assert household is not None
    return asdict(household)


def form(browser: Browser, key: str = "wang", *, card: str | None = None, **changes: Any) -> dict[str, Any]:
    """Return an application as the page sends it."""
    body: dict[str, Any] = {
        "card_proof": browser.prove(card or f"{key}-nhi", "register"),
        "password": PASSWORD,
        "email": f"{key}@mail.example.tw",
        "mobile": MOBILE,
        "terms_version": CURRENT_TERMS,
    }
    if browser.person(key).kind == "citizen":
        body["household"] = household_of(browser, key)
    else:
        body["residence"] = {"card_proof": browser.prove(f"{key}-arc", "residence")}
    return {name: value for name, value in (body | changes).items() if value is not None}


def apply(browser: Browser, key: str = "wang", *, card: str | None = None, **changes: Any) -> TestResponse:
    """Apply with the health card and what else proves the person."""
    return browser.post("/registrations", form(browser, key, card=card, **changes))


def confirm(browser: Browser, token: str, *, card: str = "wang-nhi", **more: str) -> TestResponse:
    """Open the link and read the card once more."""
    return browser.post(
        "/registrations/confirmations", {"token": token, "card_proof": browser.prove(card, "confirm"), **more}
    )


def resend(browser: Browser, *, card: str = "wang-nhi", **more: str) -> TestResponse:
    return browser.post("/registrations/resends", {"card_proof": browser.prove(card, "resend"), **more})


def cancel(browser: Browser, *, card: str = "wang-nhi") -> TestResponse:
    return browser.post("/registrations/cancellations", {"card_proof": browser.prove(card, "cancel")})


def reset(browser: Browser, key: str = "wang", *, card: str | None = None, **changes: Any) -> TestResponse:
    """Set a new password with the card and the household."""
    body = {
        "card_proof": browser.prove(card or f"{key}-nhi", "reset"),
        "household": household_of(browser, key),
        "password": "Neu-ling7",
    }
    return browser.post("/passwords/resets", body | changes)


def register(browser: Browser, kit: Kit, key: str = "wang", *, card: str | None = None, **changes: Any) -> None:
    """Go the whole way: apply, open the link, read the card."""
    answer = apply(browser, key, card=card, **changes)
    assert answer.status_code == 202, answer.json
    answer = confirm(browser, last_token(kit), card=card or f"{key}-nhi")
    assert answer.status_code == 200, answer.json


def code(answer: TestResponse) -> tuple[int, str]:
    """Return status and code of a refusal."""
    return answer.status_code, (answer.json or {}).get("code", "")


def change_person(transports: dict[str, httpx2.BaseTransport], national_id: str, **changes: Any) -> None:
    """Change what the registries know of a person."""
    with httpx2.Client(transport=transports["registry"], base_url="http://registry") as client:
        client.patch(f"/control/people/{national_id}", json=changes).raise_for_status()


def put_fault(transports: dict[str, httpx2.BaseTransport], target: str, kind: str) -> None:
    """Let a registry fail or lie."""
    with httpx2.Client(transport=transports["registry"], base_url="http://registry") as client:
        client.put("/control/faults", json={"target": target, "kind": kind, "rate": 1}).raise_for_status()


def apply_with_old_card(browser: Browser, transports: dict[str, httpx2.BaseTransport]) -> None:
    """Let 周 apply with a card that is replaced by another right after."""
    person = browser.person("chou")
    old = next(card for card in person.cards if card.id == "chou-nhi-old")
    browser.deck.set_state(old.id, CardState.ACTIVE)
    change_person(transports, person.national_id, card_number=old.number)
    assert apply(browser, "chou", card=old.id).status_code == 202
    change_person(transports, person.national_id, card_number=person.card_number)
