import socket
import time
from collections.abc import Callable, Iterator

import httpx2
import pytest
from flask import Flask, redirect, request
from werkzeug.wrappers import Response

from authsvc.core.errors import Unavailable
from authsvc.core.remote import LONGEST_ANSWER, Remote
from devtools.ports import free_port
from mocks.people import World
from mocks.registry.app import create_app
from tests.served import answering, served

QUESTION = {"nonce": "n", "national_id": "A109000016"}
LOOKUP = "/v1/insured/lookup"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.fixture
def remote_at() -> Iterator[Callable[[str], Remote]]:
    """Make remotes and close them in the end."""
    made: list[Remote] = []

    def make(url: str) -> Remote:
        made.append(Remote(url, url))
        return made[-1]

    yield make
    for remote in made:
        remote.close()


@pytest.fixture
def registry(world: World) -> Iterator[str]:
    with served(create_app(world)) as url:
        yield url


def fault(url: str, kind: str, **more: float) -> None:
    httpx2.put(f"{url}/control/faults", json={"target": "insured", "kind": kind, **more}).raise_for_status()


def refused_within(call: Callable[[], object], seconds: float) -> bool:
    before = time.monotonic()
    with pytest.raises(Unavailable):
        call()
    return time.monotonic() - before < seconds


def test_a_question_gets_its_answer(registry: str, remote_at: Callable[[str], Remote]) -> None:
    assert remote_at(registry).ask(LOOKUP, QUESTION)["name"] == "王測明"


def test_a_document_is_fetched_as_it_is(registry: str, remote_at: Callable[[str], Remote]) -> None:
    assert b"A109000016" in remote_at(registry).fetch("/control/people")


def test_bytes_are_exchanged_as_they_are(remote_at: Callable[[str], Remote]) -> None:
    app = Flask("echo")

    @app.post("/q")
    def answer() -> bytes:
        return f"{request.mimetype} ".encode() + request.get_data()

    with served(app) as url:
        assert (
            remote_at(url).exchange("/q", b"\x00\xff", "application/ocsp-request")
            == b"application/ocsp-request \x00\xff"
        )
        with pytest.raises(Unavailable):
            remote_at(url).exchange("/elsewhere", b"", "application/ocsp-request")


@pytest.mark.parametrize("kind", ["500", "garbage", "down"])
def test_a_party_that_fails_is_unavailable(registry: str, kind: str, remote_at: Callable[[str], Remote]) -> None:
    fault(registry, kind)
    assert refused_within(lambda: remote_at(registry).ask(LOOKUP, QUESTION), 3)


def test_a_party_that_failed_once_is_asked_once_more() -> None:
    # given a party that fails the first time
    app, asked = Flask("flaky"), []

    @app.post("/q")
    def answer() -> tuple[dict[str, str], int]:
        asked.append(1)
        return {"a": "b"}, 500 if len(asked) == 1 else 200

    # then
    assert Remote("x", "http://x", transport=httpx2.WSGITransport(app)).ask("/q", {}) == {"a": "b"}
    assert len(asked) == 2


def test_a_party_that_does_not_answer_is_given_up_within_five_seconds(
    registry: str, remote_at: Callable[[str], Remote]
) -> None:
    fault(registry, "slow", seconds=6)
    assert refused_within(lambda: remote_at(registry).ask(LOOKUP, QUESTION), 5)


def test_a_party_that_sends_drop_by_drop_is_cut_off(remote_at: Callable[[str], Remote]) -> None:
    def drip(connection: socket.socket) -> None:
        connection.sendall(OK + b"Content-Length: 1000\r\n\r\n")
        while True:
            connection.sendall(b" ")
            time.sleep(0.3)

    with answering(drip) as url:
        assert refused_within(lambda: remote_at(url).ask("/", {}), 6)


def test_an_endless_answer_is_cut_off(remote_at: Callable[[str], Remote]) -> None:
    def flood(connection: socket.socket) -> None:
        connection.sendall(OK + b"\r\n")
        while True:
            connection.sendall(b" " * 65536)

    with answering(flood) as url:
        assert refused_within(lambda: remote_at(url).ask("/", {}), 3)


def test_an_answer_may_be_as_long_as_it_says_on_the_tin(remote_at: Callable[[str], Remote]) -> None:
    def long(connection: socket.socket) -> None:
        body = b'{"a": "%s"}' % (b"x" * (LONGEST_ANSWER - 9))
        connection.sendall(OK + b"Content-Length: %d\r\n\r\n" % len(body) + body)

    with answering(long) as url:
        assert len(remote_at(url).ask("/", {})["a"]) == LONGEST_ANSWER - 9


def test_nobody_listening_is_unavailable(remote_at: Callable[[str], Remote]) -> None:
    assert refused_within(lambda: remote_at(f"http://127.0.0.1:{free_port()}").fetch("/"), 2)


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"Content-Length: 2\r\n\r\n[]",
        OK + b'Content-Length: 3\r\n\r\n"x"',
        OK + b"Content-Length: 5\r\n\r\n{\x22a\x22:",
        OK + b"Content-Length: 4\r\n\r\n\xff\xfe\xfa\xfb",
        OK.replace(b"application/json", b"text/html") + b"Content-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"not http at all\r\n\r\n",
        b"",
    ],
)
def test_an_answer_of_another_form_is_no_answer(answer: bytes, remote_at: Callable[[str], Remote]) -> None:
    with answering(lambda connection: connection.sendall(answer)) as url:
        assert refused_within(lambda: remote_at(url).ask("/", {}), 3)


def test_a_redirect_is_not_followed(registry: str) -> None:
    app, followed = Flask("elsewhere"), []

    @app.post("/q")
    def away() -> Response:
        followed.append(1)
        return redirect(f"{registry}{LOOKUP}", 307)

    remote = Remote("x", "http://x", transport=httpx2.WSGITransport(app))
    assert refused_within(lambda: remote.ask("/q", QUESTION), 2)
    assert followed == [1, 1]


def test_after_five_failures_a_party_is_left_alone_and_others_are_not(
    registry: str, remote_at: Callable[[str], Remote]
) -> None:
    # given
    failing, healthy = remote_at(registry), remote_at(registry)
    fault(registry, "500")
    for _ in range(5):
        with pytest.raises(Unavailable):
            failing.ask(LOOKUP, QUESTION)
    # when all is well again
    httpx2.delete(f"{registry}/control/faults").raise_for_status()
    # then the one rests, at no cost of time, and the other works
    assert refused_within(lambda: failing.ask(LOOKUP, QUESTION), 0.05)
    assert healthy.ask(LOOKUP, QUESTION)["found"] is True
