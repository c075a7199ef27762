"""`make bench`: our two busiest calls against a bare Flask hello, same machine, same gunicorn, in turns.

Only the ratios mean something elsewhere: the load generator and the database share the machine with the service.
`AUTHSVC_DATABASE_URL` chooses the database (default: SQLite in a temporary folder).
"""

import os
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

from devtools.browser import Browser
from devtools.load import Connection, together
from devtools.people import Person, citizens, make_ready
from devtools.ports import HOST, Ports
from devtools.processes import StackError
from devtools.stack import Stack, gunicorn
from mobileapp.client import Phone

ROUNDS = 3
SECONDS = 3.0
CONNECTIONS = 6
PEOPLE = 6  # the first of the registry: insured, with a card that works
PHONES_EACH = 3
STEP = timedelta(seconds=30)
API = "/api/v1"


class Bench:
    """A stack with bound phones, and the three loads."""

    def __init__(self, stack: Stack, open_until: ExitStack) -> None:
        """Start the floor's server; bind `PHONES_EACH` phones to each of up to `PEOPLE` people."""
        self.stack = stack
        self.ahead = timedelta()
        hello_port = Ports.free().service
        floor = stack.family.start("hello", gunicorn("devtools.hello:app", hello_port, workers=1), dict(os.environ))
        floor.wait_until_healthy(f"http://{HOST}:{hello_port}")
        self.floor_port = hello_port
        people = citizens(registry_url=stack.urls["registry"], card_url=stack.urls["card"])
        self.bound = [pair for person in people[:PEOPLE] for pair in self._bind(person, open_until)]

    def _bind(self, person: Person, open_until: ExitStack) -> list[tuple[Person, Phone]]:
        with Browser(self.stack.origin, card_url=self.stack.urls["card"]) as browser:
            make_ready(browser, person, mail_url=self.stack.urls["mail"])
            phones = [open_until.enter_context(Phone(self.stack.origin)) for _ in range(PHONES_EACH)]
            for phone in phones:
                phone.bind_by_qr(browser.device_code()["qr_text"])
        return [(person, phone) for phone in phones]

    def connections(self, port: int) -> list[Connection]:
        """Return fresh connections without cookies."""
        return [Connection(port=port, origin=self.stack.origin) for _ in range(CONNECTIONS)]

    def hello(self) -> float:
        """Return the floor: requests a second of a bare Flask application."""
        return together(self.connections(self.floor_port), repeat(lambda one: one.send("GET", "/healthz")))

    def qr_start(self) -> float:
        """Return QR orders started a second; each replaces the one before of its browser."""

        def start(one: Connection, number: int) -> int:
            person = self.bound[number * PHONES_EACH % len(self.bound)][0]
            body = {"national_id": person.national_id, "birth_date": person.birth_date}
            return repeat(lambda wire: wire.send("POST", f"{API}/qr-logins", body))(one, number)

        return together(self.connections(self.stack.ports.service), start)

    def otp_login(self) -> float:
        """Return successful OTP logins a second: every phone once, then the clock moves to the next step."""
        rates, connections = [], self.connections(self.stack.ports.service)
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            self.ahead += STEP
            self.stack.move_clock(self.ahead.total_seconds())
            moment = datetime.now(UTC) + self.ahead
            logins = [(person, phone.otp_code(moment)) for person, phone in self.bound]
            rates.append(together(connections, enter(logins)))
        return statistics.harmonic_mean(rates)


def repeat(send: Callable[[Connection], None]) -> Callable[[Connection, int], int]:
    """Return work that sends for `SECONDS`."""

    def work(one: Connection, _number: int) -> int:
        deadline, made = time.monotonic() + SECONDS, 0
        while time.monotonic() < deadline:
            send(one)
            made += 1
        return made

    return work


def enter(logins: list[tuple[Person, str]]) -> Callable[[Connection, int], int]:
    """Return work that shares these logins among the connections."""

    def work(one: Connection, number: int) -> int:
        mine = logins[number::CONNECTIONS]
        for person, code in mine:
            one.cookie = ""
            body = {"national_id": person.national_id, "birth_date": person.birth_date, "otp": code}
            one.send("POST", f"{API}/sessions/otp", body)
        return len(mine)

    return work


def measure(bench: Bench) -> dict[str, list[float]]:
    """Return each load's rates, one a round, the loads in turns."""
    loads = {"bare Flask hello": bench.hello, "OTP login": bench.otp_login, "QR order start": bench.qr_start}
    rates: dict[str, list[float]] = {name: [] for name in loads}
    for _ in range(ROUNDS):
        for name, load in loads.items():
            rates[name].append(load())
    return rates


def report(rates: dict[str, list[float]]) -> None:
    """Print medians, spread and the share of the floor, taken round by round."""
    floor = next(iter(rates.values()))
    print(f"{'':18}{'requests/s':>12}{'spread':>17}{'of the floor':>15}")
    for name, values in rates.items():
        spread = f"{min(values):.0f} to {max(values):.0f}"
        share = statistics.median(value / base for value, base in zip(values, floor, strict=True))
        print(f"{name:18}{statistics.median(values):>12.0f}{spread:>17}{share:>15.3f}")
    print(f"\nMedians of {ROUNDS} rounds in turns, {CONNECTIONS} connections, 1 worker process.")


def main() -> None:
    """Measure and print; exit status 1 when the stack does not start."""
    try:
        with ExitStack() as open_until:
            stack = open_until.enter_context(Stack(database_url=os.environ.get("AUTHSVC_DATABASE_URL")))
            print("Registering people and binding phones …", flush=True)
            bench = Bench(stack, open_until)
            print(f"{len(bench.bound)} phones. Measuring about {ROUNDS * 3 * SECONDS:.0f} s …\n", flush=True)
            report(measure(bench))
    except StackError as fault:
        sys.exit(str(fault))
    except KeyboardInterrupt:
        sys.exit("stopped")


if __name__ == "__main__":
    main()
