"""Logging in with a natural-person certificate: whose it is, what it opens, and what it does not."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select, update

from authsvc.core.audit import AuditEvent
from authsvc.core.kit import Kit
from authsvc.core.outbox import OutboxMail
from authsvc.identity.registry import Registry
from authsvc.identity.registryanswers import Insured
from certlogin.models import HeldCertificate
from mocks.card.cards import CardState, Deck
from mocks.people import World
from tests.browser import PASSWORD, Browser
from tests.people import make_card_holder
from tests.simulators import Transports, acts, clear_faults, put_fault

CARD, PIN = "wang-cert", "246810"
Answer = Any


@pytest.fixture
def wang(kit: Kit, deck: Deck, world: World) -> str:
    return make_card_holder(kit, deck, world.person("wang"))


def log_in(browser: Browser, *, card: str = CARD, pin: str = PIN, **more: Any) -> Answer:
    return browser.post("/sessions/certificate", {"card_proof": browser.prove(card, "login", pin=pin), **more})


def code(answer: Answer) -> tuple[int, str, int | None]:
    body = answer.get_json()
    return answer.status_code, body["code"], body.get("reader_code")


def test_a_certificate_opens_a_session_of_its_holder(browser: Browser, kit: Kit, wang: str) -> None:
    answer = log_in(browser)

    assert answer.status_code == 201
    body = answer.get_json()
    assert (body["acr"], body["amr"]) == ("certificate", ["sc"])
    assert body["person"] == {"name": "王○明", "national_id": "A10****016"}
    assert acts(kit) == [("certificate.known", "done"), ("session.opened", "done")]
    assert wang not in answer.text


def test_the_registry_is_asked_once(browser: Browser, kit: Kit, wang: str, transports: Transports) -> None:
    assert log_in(browser).status_code == 201
    put_fault(transports, "registry", "insured", "garbage")

    assert log_in(browser).status_code == 201
    clear_faults(transports, "registry")
    assert acts(kit).count(("certificate.known", "done")) == 1
    assert wang


@pytest.mark.parametrize("kind", ["500", "garbage", "lie", "missing_field", "wrong_nonce"])
def test_a_registry_that_fails_or_lies_opens_nothing(
    browser: Browser, kit: Kit, wang: str, transports: Transports, kind: str
) -> None:
    put_fault(transports, "registry", "insured", kind)

    assert code(log_in(browser))[:2] == (503, "unavailable")
    clear_faults(transports, "registry")
    assert acts(kit) == [("login.certificate", "unavailable")]
    assert log_in(browser).status_code == 201
    assert wang


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (CardState.EXPIRED, (401, "card_expired", 66501)),
        (CardState.NOT_YET_VALID, (401, "card_expired", 66501)),
        (CardState.REVOKED, (401, "card_revoked", 9041)),
        (CardState.FOREIGN_CA, (401, "card_not_recognised", 9057)),
        (CardState.BAD_SIGNATURE, (401, "card_signature_wrong", 66501)),
    ],
)
def test_a_certificate_that_is_not_in_order_is_told_by_its_number(
    browser: Browser, wang: str, deck: Deck, state: CardState, expected: tuple[int, str, int]
) -> None:
    assert log_in(browser).status_code == 201
    deck.set_state(CARD, state)

    assert code(log_in(browser)) == expected
    assert wang


@pytest.mark.parametrize(("card", "pin"), [("wang-nhi", ""), ("nguyen-arc", "")])
def test_only_certificates_open_this_door(browser: Browser, wang: str, card: str, pin: str) -> None:
    assert code(log_in(browser, card=card, pin=pin)) == (401, "card_not_recognised", 9057)
    assert wang


def test_a_certificate_does_not_open_the_door_of_the_health_card(browser: Browser, wang: str) -> None:
    proof = browser.prove(CARD, "login", pin=PIN)

    assert code(browser.post("/sessions/card", {"card_proof": proof, "password": PASSWORD}))[1] == "card_not_recognised"
    assert wang


def test_a_proof_opens_once_and_only_in_the_browser_that_asked(browser: Browser, wang: str, new_browser: Any) -> None:
    proof = browser.prove(CARD, "login", pin=PIN)
    elsewhere = new_browser().post("/sessions/certificate", {"card_proof": proof})
    assert code(elsewhere)[1] == "challenge_refused"

    assert browser.post("/sessions/certificate", {"card_proof": proof}).status_code == 201
    assert code(browser.post("/sessions/certificate", {"card_proof": proof}))[1] == "challenge_refused"
    assert wang


def test_somebody_without_an_account_is_9043(browser: Browser, kit: Kit, wang: str) -> None:
    assert code(log_in(browser, card="lin-cert", pin="135791")) == (401, "card_not_registered", 9043)
    assert acts(kit) == [("login.certificate", "card_not_registered")]
    assert wang


def test_a_suspended_holder_is_refused_and_sees_it_later(browser: Browser, kit: Kit, deck: Deck, world: World) -> None:
    make_card_holder(kit, deck, world.person("lin"), status="suspended")

    assert code(log_in(browser, card="lin-cert", pin="135791")) == (403, "suspended", None)
    with kit.read() as session:
        assert session.scalar(select(func.count()).select_from(HeldCertificate)) == 0


def test_a_certificate_that_was_issued_anew_is_asked_about_and_told_once(browser: Browser, kit: Kit, wang: str) -> None:
    assert log_in(browser).status_code == 201
    with kit.begin() as session:
        session.execute(update(HeldCertificate).values(key=b"the key before"))

    assert log_in(browser).status_code == 201
    assert log_in(browser).status_code == 201

    assert acts(kit).count(("certificate.replaced", "done")) == 1
    with kit.read() as session:
        assert len(session.scalars(select(OutboxMail)).all()) == 1
        assert session.scalar(select(func.count()).select_from(HeldCertificate)) == 2  # both open from now on
    assert wang


class Renamed:
    """A registry that names somebody else as the holder of every certificate."""

    def __init__(self, real: Registry, other: str) -> None:
        self.real, self.other = real, other

    def __getattr__(self, question: str) -> Any:
        return getattr(self.real, question)

    def find_by_holder(self, holder_number: str) -> Insured | None:
        del holder_number
        facts: dict[str, Any] = {"card_number": "900000011037", "card_valid": True, "name": "x", "kind": "citizen"}
        return Insured(**facts, national_id=self.other, birth_date=date(1980, 1, 1))


def test_a_holder_stays_the_same_person_whatever_the_registry_says_later(
    browser: Browser, kit: Kit, deck: Deck, world: World, wang: str
) -> None:
    make_card_holder(kit, deck, world.person("lin"))
    assert log_in(browser).status_code == 201
    with kit.begin() as session:
        session.execute(update(HeldCertificate).values(key=b"the key before"))
    kit.ports[Registry] = Renamed(kit.port(Registry), world.person("lin").national_id)  # type: ignore[type-abstract]

    assert code(log_in(browser)) == (401, "card_not_registered", 9043)
    with kit.read() as session:
        moved = session.scalars(select(AuditEvent).where(AuditEvent.action == "certificate.moved")).one()
    assert moved.actor == wang


def test_the_unit_goes_with_the_session(browser: Browser, wang: str) -> None:
    body = log_in(browser, unit_code="110900011", appoint_managers=True).get_json()

    assert (body["unit_code"], body["appoint_managers"]) == ("110900011", True)
    assert log_in(browser, unit_code="110900011").status_code == 422
    assert wang
