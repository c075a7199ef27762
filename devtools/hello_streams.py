"""The floor of the streams: what a bare gevent worker needs to hold one, and to pass a word on to it."""

import threading
from collections.abc import Callable, Iterable, Iterator

BELLS: dict[str, threading.Event] = {}
EVERY_SECONDS = 3.0


def app(environ: dict[str, str], start_response: Callable[[str, list[tuple[str, str]]], object]) -> Iterable[bytes]:
    """Stream a frame every 3 s at /stream/<id>, until /ring/<id> is asked for."""
    _, act, name = (environ["PATH_INFO"] + "//").split("/")[:3]
    start_response("200 OK", [("Content-Type", "text/event-stream")])
    if act == "stream":
        BELLS[name] = threading.Event()
        return stream(BELLS[name])
    if act == "ring":
        BELLS[name].set()
    return [b"ok"]


def stream(bell: threading.Event) -> Iterator[bytes]:
    """Yield frames until the bell rings, then the news."""
    yield b"event: frame\ndata: {}\n\n"
    while not bell.wait(EVERY_SECONDS):
        yield b"event: frame\ndata: {}\n\n"
    yield b'event: state\ndata: {"status": "approved"}\n\n'
