"""`make bench`, third part: files of 1,000 and 50,000 rows entered by one worker on a PostgreSQL, and who waits for it.

Prints rows a second from the upload to the end, the worker's peak of memory, and how long logins by one-time code
take meanwhile: the slowest one of a hundred, with and without the file. Logins come at a steady pace and are timed from
the moment at which they are due. `AUTHSVC_DATABASE_URL` chooses the PostgreSQL (default: one of its own).
"""

import statistics
import sys
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

import httpx2
from sqlalchemy import select

from authsvc.core.clock import SystemClock
from authsvc.core.db import open_engine
from authsvc.core.keys import Keys, new_id
from authsvc.core.kit import Kit
from authsvc.core.localtime import local
from authsvc.identity.people import find_by_national_id, place_of
from authsvc.settings import Settings
from batch.models import DONE, Batch
from batch.naming import name_for
from devtools.bench import Bench
from devtools.bench_streams import database
from devtools.browser import Browser
from devtools.load import Connection, WrongAnswer
from devtools.people import PASSWORD, Person
from devtools.processes import StackError
from devtools.stack import Stack
from mocks.people import load_world
from units.models import HEALTH_CARD, MANAGER, UnitMember, UnitRegistration

SIZES = (1_000, 50_000)
UNIT = "110900011"
LOGINS_A_SECOND = 20
QUIET_SECONDS = 30.0
WORKER_STARTS = 4.0
STEP = timedelta(
    minutes=10
)  # after so long no address has too many tries; a batch is held by its token, not by the time
PATIENCE_SECONDS = 600.0


class Town(Stack):
    """A stack whose registry knows everybody who is in the files."""

    def simulators(self) -> dict[str, list[str]]:
        """Return the options of each simulator."""
        known = super().simulators()
        return known | {"registry": [*known["registry"], "--extra", str(sum(SIZES))]}


@dataclass
class Logins:
    """Logins by one-time code at a steady pace, in a thread of their own; `times` are milliseconds."""

    bench: Bench
    stop: threading.Event = field(default_factory=threading.Event)
    times: list[float] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)

    def __enter__(self) -> Self:
        self.thread = threading.Thread(target=self._go_on)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.thread.join()
        if self.faults:
            raise self.faults[0]

    @property
    def slow(self) -> float:
        """Return the slowest one of a hundred."""
        return statistics.quantiles(self.times, n=100)[98]

    def _go_on(self) -> None:
        wire = Connection(port=self.bench.stack.ports.service, origin=self.bench.stack.origin)
        try:
            while not self.stop.is_set():
                self._round(wire)
        except (WrongAnswer, OSError) as fault:
            self.faults.append(fault)

    def _round(self, wire: Connection) -> None:
        """Let every phone log in once; then the clock moves to the next step."""
        self.bench.ahead += STEP
        self.bench.stack.move_clock(self.bench.ahead.total_seconds())
        moment, begun = datetime.now(UTC) + self.bench.ahead, time.monotonic()
        for number, (person, phone) in enumerate(self.bench.bound):
            due = begun + number / LOGINS_A_SECOND
            body = {"national_id": person.national_id, "birth_date": person.birth_date, "otp": phone.otp_code(moment)}
            time.sleep(max(0.0, due - time.monotonic()))
            wire.cookie = ""
            wire.send("POST", "/api/v1/sessions/otp", body)
            self.times.append((time.monotonic() - due) * 1000)


@dataclass(frozen=True)
class Entered:
    """What one file took."""

    rows: int
    seconds: float
    megabytes: float
    slow: float


def kit_of(stack: Stack) -> Kit:
    """Return what is needed to look into the database."""
    settings = Settings(database_url=stack.database_url)
    engine, clock = open_engine(settings.database_url), SystemClock(stack.clock_file)
    return Kit(settings=settings, engine=engine, clock=clock, keys=Keys(settings.root_keys))


def make_manager(kit: Kit, person: Person) -> None:
    """Put the unit into the database, and a registered person on its list as a manager."""
    unit_id, member_id, now = new_id(), new_id(), kit.clock.now()
    unit, member = kit.keys.place("unit_registration", unit_id), kit.keys.place("unit_member", member_id)
    index = kit.keys.index("national_id", person.national_id)
    same = {"unit_code": UNIT, "name": "測試一號有限公司", "business_number": "00009001", "language": "en"}
    sealed = {name: unit.seal(name, "-") for name in ("responsible_id", "phone", "email")}
    with kit.begin() as session:
        there = find_by_national_id(session, kit, person.national_id)
        if there is None:
            raise StackError("nobody is registered")
        email = place_of(kit, there).open("email", there.email)
        facts = {"nhi_only": True, "responsible_index": index, "via": "card", "registered_at": now}
        session.add(UnitRegistration(id=unit_id, **same, **sealed, **facts))
        session.flush()
        known = {"registration_id": unit_id, "part": MANAGER, "person_index": index, "credential": HEALTH_CARD}
        names = {"national_id": person.national_id, "name": person.name, "email": email}
        shown = {name: member.seal(name, plain) for name, plain in names.items()}
        session.add(UnitMember(id=member_id, **known, **shown, everything=True, added_at=now))


def upload(stack: Stack, kit: Kit, person: Person, rows: int, skip: int) -> str:
    """Upload a file of so many people as the manager, and return the batch's id."""
    crowd = [one for one in load_world(extra=skip + rows).people if one.key.startswith("extra-")][skip:]
    content = "".join(f"{one.national_id},{one.key}@mail.example.tw,0912345678,02-21234567\n" for one in crowd)
    files = {"file": (name_for(UNIT, local(kit.clock.now()).date()), content.encode(), "text/csv")}
    with Browser(stack.origin, card_url=stack.urls["card"]) as browser:
        browser.card_proof("login", card=person.card_id)
        browser.login_by_card(PASSWORD)
        url = f"{stack.origin}/api/v1/units/{UNIT}/batches"
        answer = browser.http.post(url, files=files, headers={"Origin": stack.origin}, timeout=60.0)
    if answer.status_code != httpx2.codes.CREATED:
        raise StackError(f"the file was not taken: {answer.status_code} {answer.text[:300]}")
    return str(answer.json()["id"])


def wait_until_done(kit: Kit, batch_id: str) -> None:
    """Wait for the end of a batch."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends:
        with kit.read() as session:
            if session.scalar(select(Batch.state).where(Batch.id == batch_id)) == DONE:
                return
        time.sleep(0.1)
    raise StackError(f"a file was not entered within {PATIENCE_SECONDS:.0f} s")


def peak(stack: Stack) -> float:
    """Return the most memory that the worker has had at once, in megabytes (Linux)."""
    pid = next(child.process.pid for child in stack.family.children if child.name == "worker")
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def enter(bench: Bench, kit: Kit, rows: int, skip: int) -> Entered:
    """Enter a file with a worker that has done nothing before, while people log in."""
    stack, person = bench.stack, bench.bound[0][0]
    stack.kill("worker")
    stack.restart("worker")
    time.sleep(WORKER_STARTS)
    batch_id = upload(stack, kit, person, rows, skip)
    begun = time.monotonic()
    with Logins(bench) as logins:
        wait_until_done(kit, batch_id)
        seconds = time.monotonic() - begun
    return Entered(rows, seconds, peak(stack), logins.slow)


def quiet(bench: Bench) -> float:
    """Return how long the slowest one of a hundred logins takes while nothing is entered."""
    with Logins(bench) as logins:
        time.sleep(QUIET_SECONDS)
    return logins.slow


def report(before: float, entered: list[Entered]) -> None:
    """Print what each file took, and how much longer logins took meanwhile."""
    print(f"{'rows':>8}{'seconds':>10}{'rows/s':>9}{'worker MB':>11}{'login 99 % ms':>15}{'of quiet':>10}")
    print(f"{'none':>8}{'':>30}{before:>15.1f}")
    for one in entered:
        speed = f"{one.rows:>8}{one.seconds:>10.1f}{one.rows / one.seconds:>9.0f}{one.megabytes:>11.1f}"
        print(f"{speed}{one.slow:>15.1f}{one.slow / before:>10.2f}")
    print(f"\n{LOGINS_A_SECOND} logins a second, one worker, one service process, PostgreSQL on the same machine.")


def main() -> None:
    """Measure and print; exit status 1 when the stack does not start."""
    try:
        with ExitStack() as open_until:
            url = open_until.enter_context(database())
            stack = open_until.enter_context(Town(database_url=url))
            print("Registering people and binding phones …", flush=True)
            bench, kit = Bench(stack, open_until), kit_of(stack)
            make_manager(kit, bench.bound[0][0])
            print(f"Entering files of {' and '.join(f'{size:,}' for size in SIZES)} rows …\n", flush=True)
            before = quiet(bench)
            report(before, [enter(bench, kit, rows, sum(SIZES[:number])) for number, rows in enumerate(SIZES)])
    except StackError as fault:
        sys.exit(str(fault))
    except KeyboardInterrupt:
        sys.exit("stopped")


if __name__ == "__main__":
    main()
