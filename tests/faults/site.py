"""The whole set of processes on PostgreSQL, a crowd who registers, and what is stored and delivered in the end."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import select

from authsvc.core.jose import b64url
from authsvc.core.kit import Kit
from authsvc.core.outbox import OutboxMail
from devtools.browser import Browser
from devtools.people import LINK, PASSWORD
from devtools.stack import Stack
from mobileapp.phonewire import Problem
from mocks.card.cards import Deck, SignRequest
from mocks.people import Person as Somebody

PATIENCE_SECONDS = 40.0
LOOK_EVERY_SECONDS = 0.05
COPIES = "@copies.example.org"


class CrowdStack(Stack):
    """A stack whose simulators know as many more people."""

    crowd = 400

    def simulators(self) -> dict[str, list[str]]:
        more = {"card": ["--extra", str(self.crowd)], "registry": ["--extra", str(self.crowd)]}
        return {name: [*options, *more.get(name, [])] for name, options in super().simulators().items()}


@dataclass
class Site:
    """The running processes, and their database and cards at hand."""

    stack: Stack
    kit: Kit
    deck: Deck
    crowd: Iterator[Somebody]
    steps: list[str] = field(default_factory=list)  # what was answered in order
    broken: list[str] = field(default_factory=list)  # requests whose answer never came
    lost: list[str] = field(default_factory=list)  # and those of them that had been done nevertheless
    ahead: float = 0.0

    def move_clock(self, seconds: float) -> None:
        """Let everybody's clock be so much later."""
        self.ahead += seconds
        self.stack.move_clock(self.ahead)

    def kill_one_of_the_service(self, dice: random.Random) -> None:
        """Kill one of the processes that serve; gunicorn starts another in its place."""
        master = next(child.process.pid for child in self.stack.family.children if child.name == "service")
        serving = Path(f"/proc/{master}/task/{master}/children").read_text(encoding="ascii").split()
        if serving:
            with suppress(ProcessLookupError):
                os.kill(int(dice.choice(serving)), signal.SIGKILL)

    def card_proof(self, browser: Browser, somebody: Somebody, purpose: str) -> dict[str, str]:
        challenge = browser.card_challenge(purpose)
        asked = SignRequest(self.stack.origin, purpose, challenge["id"], challenge["nonce"])
        answer = self.deck.sign(f"{somebody.key}-nhi", asked)
        signed = {"certificate": b64url(answer.certificate), "signature": b64url(answer.signature)}
        return {"challenge_id": challenge["id"], **signed}

    def apply(self, browser: Browser, somebody: Somebody) -> None:
        assert somebody.household is not None
        household = asdict(somebody.household)

        def once() -> object:
            return browser.register(
                card_proof=self.card_proof(browser, somebody, "register"),
                evidence={"household": household},
                password=PASSWORD,
                email=email_of(somebody),
                mobile="0900000101",
            )

        self.insist(once, done="registration_pending")

    def confirm(self, browser: Browser, somebody: Somebody) -> None:
        token = self.link_of(somebody)

        def once() -> object:
            body = {"token": token, "card_proof": self.card_proof(browser, somebody, "confirm")}
            return browser.call("POST", "/registrations/confirmations", body)

        self.insist(once, done="link_refused")

    def register(self, somebody: Somebody) -> None:
        """Go the whole way, and try each step again whenever its answer does not come."""
        with Browser(self.stack.origin) as browser:
            self.apply(browser, somebody)
            self.confirm(browser, somebody)

    def log_in(self, somebody: Somebody) -> None:
        with Browser(self.stack.origin) as browser:
            body = {"card_proof": self.card_proof(browser, somebody, "login"), "password": PASSWORD}
            assert browser.call("POST", "/sessions/card", body)["acr"] == "card"

    def insist(self, step: Callable[[], object], *, done: str) -> None:
        """Do a step until it is done; a refusal that says so counts only when an answer was lost before."""
        deadline, before = time.monotonic() + PATIENCE_SECONDS, False
        while time.monotonic() < deadline:
            try:
                step()
            except Problem as problem:
                if before and problem.code == done:
                    self.lost.append(problem.code)
                    return
                if problem.status != httpx2.codes.SERVICE_UNAVAILABLE:
                    raise
            except httpx2.TransportError as fault:
                before = True
                self.broken.append(type(fault).__name__)
            else:
                self.steps.append(done)
                return
            time.sleep(LOOK_EVERY_SECONDS)
        raise TimeoutError(f"the service did not come back within {PATIENCE_SECONDS:.0f} s")

    def link_of(self, somebody: Somebody) -> str:
        """Return the token that reached somebody's mailbox."""
        found: list[str] = []

        def arrived() -> bool:
            found.extend(link[1] for mail in self.mailbox(email_of(somebody)) if (link := LINK.search(mail["text"])))
            return bool(found)

        self.wait_until(arrived)
        return found[0]

    def mailbox(self, address: str) -> list[dict[str, Any]]:
        url = f"{self.stack.urls['mail']}/messages"
        messages: list[dict[str, Any]] = httpx2.get(url, params={"to": address}, trust_env=False).json()
        return messages

    def put_mail_fault(self, **fault: str | float) -> None:
        url = f"{self.stack.urls['mail']}/control/faults"
        httpx2.put(url, json={"target": "smtp", **fault}, trust_env=False).raise_for_status()

    def clear_mail_faults(self) -> None:
        httpx2.delete(f"{self.stack.urls['mail']}/control/faults", trust_env=False).raise_for_status()

    def outbox(self) -> Mapping[str, list[OutboxMail]]:
        """Return every mail that was ever written, by its address."""
        with self.kit.read() as session:
            rows = session.scalars(select(OutboxMail)).all()
        found: dict[str, list[OutboxMail]] = {}
        for row in rows:
            place = self.kit.keys.place(OutboxMail.__tablename__, row.id)
            found.setdefault(place.open("recipient", row.recipient), []).append(row)
        return found

    def unsent(self) -> int:
        return sum(row.sent_at is None for rows in self.outbox().values() for row in rows)

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Wait until something is so; raise TimeoutError when it takes too long."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(f"not so within {PATIENCE_SECONDS:.0f} s")
            time.sleep(LOOK_EVERY_SECONDS)


def email_of(somebody: Somebody) -> str:
    return f"{somebody.key}@mail.example.tw"
