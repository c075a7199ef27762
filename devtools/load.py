"""A closed loop of plain HTTP/1.1 connections: each sends its next request when the last answer is there."""

import http.client
import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from devtools.ports import HOST

TIMEOUT = 30.0


class WrongAnswer(RuntimeError):
    """The service answered something else than what is being measured."""


@dataclass(kw_only=True)
class Connection:
    """One keep-alive connection with one cookie, as one browser has."""

    port: int
    origin: str
    cookie: str = ""
    wire: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        """Connect lazily, to the loopback."""
        self.wire = http.client.HTTPConnection(HOST, self.port, timeout=TIMEOUT)

    def send(self, method: str, path: str, body: dict[str, Any] | None = None) -> None:
        """Make one request and read all of its answer; raise `WrongAnswer` unless it is a success."""
        headers = {"Host": self.origin.partition("://")[2], "Origin": self.origin, "Content-Type": "application/json"}
        if self.cookie:
            headers["Cookie"] = self.cookie
        self.wire.request(method, path, body=None if body is None else json.dumps(body), headers=headers)
        answer = self.wire.getresponse()
        text = answer.read()
        if answer.status not in (200, 201):
            raise WrongAnswer(f"{method} {path}: {answer.status} {text[:300]!r}")
        for set_cookie in answer.headers.get_all("Set-Cookie", []):
            self.cookie = set_cookie.partition(";")[0]


def together(connections: Sequence[Connection], work: Callable[[Connection, int], int]) -> float:
    """Run `work(connection, its number)` on all connections at once; return requests a second.

    `work` answers how many requests it made. The first fault of any of them is raised.
    """
    made: list[int] = []
    faults: list[Exception] = []

    def run(connection: Connection, number: int) -> None:
        try:
            made.append(work(connection, number))
        except (WrongAnswer, OSError, http.client.HTTPException) as fault:
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(one, number)) for number, one in enumerate(connections)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return sum(made) / (time.monotonic() - started)
