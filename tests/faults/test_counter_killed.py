"""The service is killed while staff register people at the counter: nobody is half registered.

`AUTHSVC_FAULT_ROUNDS=100` kills so often.
"""

import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict

from sqlalchemy import func, select

from authsvc.core.audit import AuditEvent
from authsvc.core.jose import b64url
from authsvc.identity import people
from authsvc.identity.models import Person
from authsvc.identity.terms import CURRENT_TERMS
from authsvc.registration.models import Registration
from counter.models import CounterAct
from devtools.browser import Browser
from devtools.people import PASSWORD
from mocks.card.cards import SignRequest
from mocks.people import Person as Somebody
from tests.faults.site import Site, email_of
from tests.turns import rounds

ROUNDS = rounds(3, full=8, variable="AUTHSVC_FAULT_ROUNDS")
DESKS = 4
DICE = random.Random(2)  # noqa: S311 - moments to kill at, nothing secret


def enter(site: Site, browser: Browser, *, card: str, pin: str) -> None:
    """Let the member of staff in at a desk."""
    challenge = browser.card_challenge("staff")
    asked = SignRequest(site.stack.origin, "staff", challenge["id"], challenge["nonce"])
    answer = site.deck.sign(card, asked, pin=pin)
    signed = {"certificate": b64url(answer.certificate), "signature": b64url(answer.signature)}
    browser.call("POST", "/counter/sessions", {"card_proof": {"challenge_id": challenge["id"], **signed}})


def register(site: Site, browser: Browser, somebody: Somebody) -> None:
    """Register somebody who stands at the desk, and try again whenever the answer does not come."""
    assert somebody.household is not None
    body = {
        "household": asdict(somebody.household),
        "password": PASSWORD,
        "email": email_of(somebody),
        "mobile": "0900000101",
        "terms_version": CURRENT_TERMS,
        "reason": "came in person with both documents",
    }

    def once() -> object:
        proof = site.card_proof(browser, somebody, "counter")
        return browser.call("POST", "/counter/registrations", {**body, "card_proof": proof})

    site.insist(once, done="registered_already")


def register_all_the_time(site: Site, browser: Browser, stop: threading.Event, queue: threading.Lock) -> list[Somebody]:
    done = []
    while not stop.is_set():
        with queue:
            somebody = next(site.crowd, None)
        if somebody is None:
            break
        register(site, browser, somebody)
        done.append(somebody)
    return done


def require_whole(site: Site) -> int:
    """Require that each person has all that belongs to a registration at the counter, once; return how many."""
    with site.kit.read() as session:
        emails = {row.id: people.contact(site.kit, row).email for row in session.scalars(select(Person))}
        waiting = session.scalar(select(func.count()).select_from(Registration))
        kept = session.scalars(select(CounterAct.person_id).where(CounterAct.act == "registered")).all()
        events = session.scalars(select(AuditEvent).where(AuditEvent.action == "counter.act")).all()
    audited = [event.actor for event in events if event.details["act"] == "registered"]
    assert waiting == 0
    assert Counter(kept) == Counter(audited) == Counter(list(emails))
    texts = {address: [row.template for row in rows] for address, rows in site.outbox().items()}
    assert texts == {email: ["mail/completed"] for email in emails.values()}
    return len(emails)


def test_a_service_killed_while_staff_register_leaves_nobody_half_registered(site: Site) -> None:
    # given staff at several desks who register people all the time
    member, stop, queue = site.stack.add_staff(), threading.Event(), threading.Lock()
    desks = [Browser(site.stack.origin) for _ in range(DESKS)]
    for desk in desks:
        enter(site, desk, card=member.card_id, pin=member.pin)
    with ThreadPoolExecutor(DESKS) as pool:
        walks = [pool.submit(register_all_the_time, site, desk, stop, queue) for desk in desks]
        # when one of the service's processes is killed again and again, and now and then all of them
        try:
            for turn in range(ROUNDS):
                before = len(site.steps)
                site.wait_until(lambda before=before: len(site.steps) > before + 2)  # type: ignore[misc]
                time.sleep(DICE.uniform(0, 0.2))
                if turn % 4 == 3:
                    site.stack.kill("service")
                    site.stack.restart("service")
                else:
                    site.kill_one_of_the_service(DICE)
        finally:
            stop.set()
    registered = [somebody for walk in walks for somebody in walk.result()]
    for desk in desks:
        desk.close()

    # then every registration is whole or not at all
    assert site.broken  # a kill may find nobody waiting, but not each
    assert require_whole(site) == len(registered)
    for somebody in registered[-10:]:
        site.log_in(somebody)
