"""Device codes guessed at full speed from many addresses: how many guesses were compared, counted one by one."""

import os
import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx2
import pytest
from flask import Flask
from sqlalchemy import event, select

from authsvc.core.audit import AuditEvent
from authsvc.core.crockford import ALPHABET, LENGTH
from authsvc.core.errors import Throttled
from authsvc.core.kit import Kit
from authsvc.core.throttle import Limit, Tally
from authsvc.identity.tries import SOURCE, TYPED_ID
from authsvc.settings import Settings
from devicebind.service import PER_CODE
from mobileapp.client import DEFAULT_DEVICE
from mobileapp.phonekeys import PhoneKeys, proof, public_jwk
from tests.clocks import MovableClock
from tests.conftest import ORIGIN, client_of, empty
from tests.factories import Somebody, make_device_code, make_person, make_phone, national_id
from tests.hostile import odds
from tests.races.conftest import race_database, stage
from tests.races.stage import Stage
from tests.races.volley import SHOTS, Answer, Shot
from tests.rules.tree import ROOT
from wsgi import build

__all__ = ["race_database", "stage"]  # the real service as two processes on PostgreSQL

# 75 show more than a whole minute of it; then one more try is let in, for each pause is over once.
SECONDS = float(os.environ.get("AUTHSVC_GUESSING_SECONDS", "5"))
MINUTE, STEP = 60, 5
THREADS = 8
ONE_ADDRESS = "203.0.113.7"


def symbols(number: int) -> str:
    """Return the guess of this number; no two are the same."""
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(LENGTH)))


@dataclass(frozen=True, kw_only=True)
class Guess:
    """A code typed for somebody, from an address."""

    code: str
    national_id: str
    source: str

    def body(self, keys: PhoneKeys) -> dict[str, Any]:
        typed = {"code": self.code, "national_id": self.national_id}
        return typed | {"device": DEFAULT_DEVICE, "otp_public_key": public_jwk(keys.otp)}


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / "test.db")
        yield f"sqlite:///{tmp_path}/test.db"
    else:
        yield request.getfixturevalue("migrated_postgres")
        empty(request.getfixturevalue("migrated_postgres"))


@pytest.fixture
def app(settings: Settings, clock: MovableClock, transports: dict[str, httpx2.BaseTransport]) -> Iterator[Flask]:
    """Build the service behind a proxy, which names the address of each caller."""
    app = build(replace(settings, trusted_proxies=1), clock=clock, transports=transports)
    yield app
    app.extensions["kit"].engine.dispose()


class Watch:
    """Knows each guess by the digest that the service would compare, and sees it go to the database."""

    def __init__(self, kit: Kit, victim: Somebody) -> None:
        self.kit, self.victim, self.lock = kit, victim, threading.Lock()
        self.expected: dict[bytes, Guess] = {}
        self.compared: list[Guess] = []
        event.listen(kit.engine, "before_cursor_execute", self._look)

    def expect(self, guess: Guess) -> None:
        person_id = self.victim.id if guess.national_id == self.victim.national_id else ""
        self.expected[self.kit.keys.mac("device-code", f"{person_id} {guess.code}")] = guess

    def _look(self, _connection: Any, _cursor: Any, _statement: str, parameters: Any, *_: Any) -> None:
        # Drivers wrap bytes, each in a kind of its own whose `obj` they are.
        sent = [getattr(each, "obj", each) for each in _values(parameters)]
        with self.lock:
            self.compared += [self.expected[each] for each in sent if isinstance(each, bytes) and each in self.expected]


def _values(parameters: Any) -> list[Any]:
    return list(parameters.values() if isinstance(parameters, dict) else parameters)


def fire(app: Flask, clock: MovableClock, guesses: list[Guess]) -> list[tuple[int, str]]:
    """Send all from threads, each as fast as it can; return status and code of each answer."""
    keys = PhoneKeys.generate()

    def one(guess: Guess) -> tuple[int, str]:
        shown = proof(keys.device, method="POST", url=f"{ORIGIN}/api/v1/devices", at=clock.now())
        headers = {"X-Forwarded-For": guess.source, "DPoP": shown}
        answer = client_of(app).post("/api/v1/devices", json=guess.body(keys), headers=headers)
        return answer.status_code, answer.get_json()["code"]

    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(one, guesses))


def volley(step: int, victim: Somebody) -> list[Guess]:
    """Return guesses at one person from an address each, and from one address at a person each who was not there."""
    numbers = range(step * 14, step * 14 + 14)
    at_one = [
        Guess(code=symbols(n), national_id=victim.national_id, source=f"10.0.{step}.{n % 14 + 1}") for n in numbers
    ]
    by_one = [Guess(code=symbols(n), national_id=national_id(1000 + n), source=ONE_ADDRESS) for n in numbers]
    return [guess for pair in zip(at_one, by_one, strict=True) for guess in pair]


def test_in_a_minute_five_guesses_a_person_and_a_hundred_an_address_are_compared(
    app: Flask, clock: MovableClock
) -> None:
    # given
    kit: Kit = app.extensions["kit"]
    victim = make_person(kit)
    made = make_device_code(kit, victim)
    watch, heard = Watch(kit, victim), Counter[tuple[int, str]]()
    # when a minute long 168 guesses are fired at one person, and 168 from one address
    for step in range(MINUTE // STEP):
        guesses = volley(step, victim)
        for guess in guesses:
            watch.expect(guess)
        heard += Counter(fire(app, clock, guesses))
        clock.forward(seconds=STEP)
    # then
    at_victim = [guess for guess in watch.compared if guess.national_id == victim.national_id]
    from_one = [guess for guess in watch.compared if guess.source == ONE_ADDRESS]
    assert len(at_victim) == TYPED_ID.tries == PER_CODE.tries == odds.tries_within(TYPED_ID, timedelta(minutes=1)) == 5
    assert len(from_one) == SOURCE.tries == odds.tries_within(SOURCE, timedelta(minutes=1)) == 100
    assert heard == {(401, "device_code_refused"): 105, (429, "too_many_tries"): 2 * 168 - 105}
    # and the pause is over: one more of each; the code is dead, so the right one is not compared any more
    right = Guess(code=made.code.replace("-", ""), national_id=victim.national_id, source="10.9.9.9")
    late = Guess(code=symbols(99_999), national_id=national_id(99_999), source=ONE_ADDRESS)
    for guess in (right, late):
        watch.expect(guess)
    assert fire(app, clock, [right, right]).count((401, "device_code_refused")) == 1
    clock.forward(minutes=1)  # the address used its hundred up later
    assert fire(app, clock, [late, late]).count((401, "device_code_refused")) == 1
    assert watch.compared[105:] == [late]
    # and the phone that sees the picture is bound
    assert make_phone(app, clock).bind_by_qr(made.qr_text)["device"]["via"] == "card"


def shots(stage: Stage, victim: Somebody, numbers: Iterator[int]) -> list[Shot]:
    """Return as many guesses as go out at once, half of each kind."""
    keys, sent = PhoneKeys.generate(), []
    for _ in range(SHOTS // 2):
        n = next(numbers)
        address = f"10.{n // 250 // 250}.{n // 250 % 250}.{n % 250 + 1}"
        at_one = Guess(code=symbols(n), national_id=victim.national_id, source=address)
        by_one = Guess(code=symbols(n), national_id=national_id(5_000_000 + n), source=ONE_ADDRESS)
        for guess in (at_one, by_one):
            headers = {"X-Forwarded-For": guess.source, "DPoP": stage.one_proof(keys, "POST", "/devices")}
            sent.append(Shot(method="POST", path="/devices", body=guess.body(keys), headers=headers))
    return sent


def tries_of(kit: Kit, scope: str, subject: bytes) -> int:
    with kit.read() as session:
        return session.scalar(select(Tally.tries).where(Tally.scope == scope, Tally.subject == subject)) or 0


def let_in(answers: list[Answer]) -> tuple[int, int]:
    """Return how many guesses at the one person and from the one address were not turned away at the door."""
    assert {(each.status, each.code) for each in answers} <= {(401, "device_code_refused"), (429, "too_many_tries")}
    at_one, by_one = (sum(each.status == 401 for each in answers[half::2]) for half in (0, 1))
    return at_one, by_one


def test_two_processes_at_full_speed_let_in_not_one_guess_more(stage: Stage) -> None:
    # given
    kit, victim = stage.kit, stage.person()
    made = make_device_code(kit, victim)
    numbers, answers = count(), list[Answer]()
    began = time.monotonic()
    # when
    while time.monotonic() - began < SECONDS:
        answers += stage.fire(shots(stage, victim, numbers))
    # then
    span = timedelta(seconds=SECONDS)
    at_one, by_one = let_in(answers)
    print(
        f"{len(answers)} guesses in {time.monotonic() - began:.0f} s: {at_one} at one person, {by_one} from one address"
    )
    assert (at_one, by_one) == (odds.tries_within(TYPED_ID, span), odds.tries_within(SOURCE, span))
    assert tries_of(kit, PER_CODE.scope, made.id.encode()) == PER_CODE.tries
    ended = select(AuditEvent).where(AuditEvent.action == "device_code.killed", AuditEvent.object == made.id)
    with kit.read() as session:
        assert len(session.scalars(ended).all()) == 1
    # and the rightful phone is bound
    phone = stage.phone()
    assert phone.bind_by_qr(made.qr_text)["device"]["via"] == "card"


def let_in_now(kit: Kit, limit: Limit) -> int:
    """Try until the ledger says no; return how many tries it let in."""
    found = 0
    with suppress(Throttled):
        while True:
            kit.throttle.spend(limit, b"somebody")
            found += 1
    return found


def test_the_arithmetic_of_a_person_is_that_of_the_ledger(app: Flask, clock: MovableClock) -> None:
    kit: Kit = app.extensions["kit"]
    begun, let_in, first_day = clock.now(), 0, 0
    for moment in sorted(set(odds.moments(TYPED_ID))):
        if moment:
            clock.forward(seconds=(begun + moment - clock.now()).total_seconds() - 1)
            assert let_in_now(kit, TYPED_ID) == 0
            clock.forward(seconds=1)
        let_in += let_in_now(kit, TYPED_ID)
        first_day = let_in if moment < odds.DAY else first_day
    assert (first_day, let_in) == (odds.tries_within(TYPED_ID, odds.DAY), TYPED_ID.closes_at)
    clock.forward(days=365)
    assert let_in_now(kit, TYPED_ID) == 0


def test_the_arithmetic_of_an_address_is_that_of_the_ledger(app: Flask, clock: MovableClock) -> None:
    kit: Kit = app.extensions["kit"]
    begun, let_in = clock.now(), 0
    # The 103rd within ten minutes is paid with five minutes more: only the last window takes it.
    window = sorted(set(odds.moments_before(SOURCE, timedelta(minutes=10))))
    for moment in [*window[:-1], *(timedelta(minutes=10) + each for each in window)]:
        clock.forward(seconds=(begun + moment - clock.now()).total_seconds())
        let_in += let_in_now(kit, SOURCE)
    assert let_in == 102 + 103 == odds.tries_within(SOURCE, timedelta(minutes=20))


def test_the_threats_page_shows_what_a_guesser_gains() -> None:
    assert odds.table() in (ROOT / "docs/threats.md").read_text(encoding="utf-8")
