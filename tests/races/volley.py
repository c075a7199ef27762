"""Many requests that arrive at once: all but the last byte is sent and waits, then every last byte follows."""

import io
import json
import socket
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPResponse
from selectors import EVENT_READ, DefaultSelector
from typing import Any, cast

API = "/api/v1"
HOST = "127.0.0.1"
# So many requests fill every thread of both processes and still leave a queue.
SHOTS = 200
ANSWER_SECONDS = 30.0
# The service's threads take the connections and stand waiting for the last byte.
AIMING_SECONDS = 0.05


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back: the status and the JSON object (empty where there is none)."""

    status: int
    body: dict[str, Any]

    @property
    def code(self) -> str:
        """Return the refusal's code, or nothing for a success."""
        return str(self.body.get("code", ""))


@dataclass(frozen=True, kw_only=True)
class Shot:
    """One request, ready to be sent byte by byte."""

    method: str
    path: str
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] | None = None

    def to_bytes(self, port: int, number: int) -> bytes:
        """Return the request as HTTP/1.1; each `number` comes from an address of its own, as its proxy says."""
        payload = b"" if self.body is None else json.dumps(self.body).encode()
        headers = {
            "Host": f"localhost:{port}",
            "Connection": "close",
            "Accept-Language": "en",
            "X-Forwarded-For": f"10.0.{number // 250}.{number % 250 + 1}",
            **({"Content-Type": "application/json", "Content-Length": str(len(payload))} if payload else {}),
            **(self.headers or {}),
        }
        lines = [f"{self.method} {API}{self.path} HTTP/1.1", *(f"{name}: {text}" for name, text in headers.items())]
        return "\r\n".join([*lines, "", ""]).encode("ascii") + payload


def fire(port: int, shots: Sequence[Shot]) -> list[Answer]:
    """Send all requests at once and return all answers, in the order of the requests."""
    loaded = [shot.to_bytes(port, number) for number, shot in enumerate(shots)]
    with ExitStack() as opened:
        lines = [opened.enter_context(socket.create_connection((HOST, port))) for _ in loaded]
        for line, request in zip(lines, loaded, strict=True):
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            line.sendall(request[:-1])
        time.sleep(AIMING_SECONDS)
        for line, request in zip(lines, loaded, strict=True):
            line.sendall(request[-1:])
        return [_read(raw) for raw in _collect(lines)]


def _collect(lines: Sequence[socket.socket]) -> list[bytes]:
    """Read every connection to its end; raise `TimeoutError` when one stays silent."""
    heard = [bytearray() for _ in lines]
    deadline = time.monotonic() + ANSWER_SECONDS
    with DefaultSelector() as waiting:
        for number, line in enumerate(lines):
            line.settimeout(0)
            waiting.register(line, EVENT_READ, number)
        while waiting.get_map():
            for key, _ in waiting.select(1.0):
                line = lines[key.data]
                part = line.recv(65536)
                heard[key.data] += part
                if not part:  # closed at once: the server waits for that before it turns to the next
                    waiting.unregister(line)
                    line.close()
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(waiting.get_map())} requests without an answer")
    return [bytes(raw) for raw in heard]


class _Heard:
    """Bytes that were received, in the shape that the HTTP reader wants."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    def makefile(self, _mode: str) -> io.BytesIO:
        return io.BytesIO(self.raw)


def _read(raw: bytes) -> Answer:
    response = HTTPResponse(cast("socket.socket", _Heard(raw)))
    response.begin()
    body = json.loads(response.read() or b"{}")
    return Answer(status=response.status, body=body)
