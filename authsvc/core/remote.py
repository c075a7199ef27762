"""One way of asking a remote party: total time limit, one retry of what may be repeated, a breaker per party."""

import ssl
from collections.abc import Mapping
from contextlib import closing
from functools import cache
from typing import Any, Final

import httpx2
import stamina
from purgatory import SyncCircuitBreakerFactory
from purgatory.domain.model import OpenedState

from authsvc.core.clock import ticks
from authsvc.core.errors import Unavailable

SECONDS: Final = 2.0
LONGEST_ANSWER: Final = 256 * 1024
LONGEST_DOCUMENT: Final = 16 * 1024 * 1024


@cache
def trusted_issuers() -> ssl.SSLContext:
    """Return the machine's trusted issuers, read once for all clients of a process: each reading takes 20 ms."""
    return httpx2.create_ssl_context()


class Remote:
    """A remote party at a base address; whatever goes wrong with it is `Unavailable`."""

    def __init__(self, name: str, base_url: str, *, transport: httpx2.BaseTransport | None = None) -> None:
        self._name = name
        timeout = httpx2.Timeout(SECONDS)
        self._client = httpx2.Client(
            base_url=base_url, timeout=timeout, transport=transport, follow_redirects=False, verify=trusted_issuers()
        )
        self._breakers = SyncCircuitBreakerFactory(default_threshold=5, default_ttl=10)

    def ask(self, path: str, question: Mapping[str, Any]) -> dict[str, Any]:
        """POST a question that may be repeated and return the answer's object; raise `Unavailable`."""
        return _object(self._guarded("POST", path, longest=LONGEST_ANSWER, json=question))

    def ask_once(self, path: str, question: Mapping[str, Any]) -> dict[str, Any]:
        """POST a question that must not be sent twice and return the answer's object; raise `Unavailable`."""
        return _object(self._guarded("POST", path, longest=LONGEST_ANSWER, attempts=1, json=question))

    def exchange(self, path: str, body: bytes, content_type: str) -> bytes:
        """POST a document that may be sent twice and return the answer's document; raise `Unavailable`."""
        headers = {"Content-Type": content_type}
        return self._guarded("POST", path, longest=LONGEST_ANSWER, content=body, headers=headers).content

    def fetch(self, path: str) -> bytes:
        """GET a document; raise `Unavailable`."""
        return self._guarded("GET", path, longest=LONGEST_DOCUMENT).content

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def _guarded(self, method: str, path: str, *, longest: int, attempts: int = 2, **more: Any) -> httpx2.Response:
        try:
            with self._breakers.get_breaker(self._name):
                return self._tried(self._client.build_request(method, path, **more), longest, attempts)
        except (httpx2.HTTPError, OpenedState) as fault:
            raise Unavailable from fault

    def _tried(self, question: httpx2.Request, longest: int, attempts: int) -> httpx2.Response:
        for attempt in stamina.retry_context(
            on=httpx2.HTTPError, attempts=attempts, timeout=5.0, wait_initial=0.1, wait_jitter=0.1
        ):
            with attempt:
                answer = self._once(question, longest)
        return answer

    def _once(self, question: httpx2.Request, longest: int) -> httpx2.Response:
        """Ask once; a party that sends drop by drop, or without end, is cut off."""
        ends, content = ticks() + SECONDS, bytearray()
        with closing(self._client.send(question, stream=True)) as answer:
            answer.raise_for_status()
            for part in answer.iter_bytes():
                content += part
                if len(content) > longest or ticks() > ends:
                    raise httpx2.ReadTimeout("too long", request=question)
        kind = answer.headers.get("content-type", "")
        return httpx2.Response(answer.status_code, headers={"content-type": kind}, content=bytes(content))


def _object(answer: httpx2.Response) -> dict[str, Any]:
    if answer.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise Unavailable
    try:
        body = answer.json()
    except ValueError as fault:
        raise Unavailable from fault
    if not isinstance(body, dict):
        raise Unavailable
    return body
