"""A crowd of browsers in one light process: it opens event streams, counts frames and notes when the news came.

    python -m devtools.bench_listener PORT SECONDS < streams    (one `id path cookie` a line)

It prints `open N` when all have heard their first frame, and at the end one line of JSON. Moments are `time.monotonic`,
which all processes of a machine share.
"""

import asyncio
import contextlib
import json
import resource
import sys
import time
from typing import Final

from devtools.ports import HOST

AT_ONCE: Final = 100
NEWS: Final = b'"approved"'
FRAME: Final = b"event: frame"
HELLO: Final = "GET {path} HTTP/1.1\r\nHost: localhost:8000\r\nAccept: text/event-stream\r\nCookie: {cookie}\r\n\r\n"


class Listener(asyncio.Protocol):
    """One stream."""

    def __init__(self, stream_id: str, request: bytes) -> None:
        """Know what to ask for."""
        self.stream_id, self.request = stream_id, request
        self.frames, self.news_at, self.lost = 0, 0.0, False
        self.first: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask."""
        transport.write(self.request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        """Count frames, note the news."""
        if not data.startswith(b"HTTP/1.1 200") and not self.frames and FRAME not in data and b"event:" not in data:
            self.connection_lost(None)
        if FRAME in data:
            self.frames += 1
            if not self.first.done():
                self.first.set_result(None)
        if not self.news_at and NEWS in data:
            self.news_at = time.monotonic()

    def connection_lost(self, fault: Exception | None) -> None:
        """Note the end."""
        del fault
        self.lost = not self.news_at
        if not self.first.done():
            self.first.set_result(None)


async def open_all(port: int, lines: list[str]) -> list[Listener]:
    """Open all streams, so many at once, and wait until each has heard its first frame."""
    turn, loop = asyncio.Semaphore(AT_ONCE), asyncio.get_running_loop()

    async def begin(line: str) -> Listener:
        stream_id, path, cookie = line.split(" ", 2)
        async with turn:
            request = HELLO.format(path=path, cookie=cookie).encode()
            _, one = await loop.create_connection(lambda: Listener(stream_id, request), HOST, port)
            await one.first
            return one

    return list(await asyncio.gather(*(begin(line) for line in lines)))


async def listen(port: int, seconds: float, lines: list[str]) -> None:
    """Open, say so, listen, and print what was heard."""
    begun = time.monotonic()
    listeners = await open_all(port, lines)
    opened = sum(one.frames > 0 and not one.lost for one in listeners)
    print(f"open {opened} {time.monotonic() - begun:.1f}", flush=True)
    with contextlib.suppress(asyncio.CancelledError):
        before, at = sum(one.frames for one in listeners), time.monotonic()
        await asyncio.sleep(seconds)
        frames = (sum(one.frames for one in listeners) - before) / (time.monotonic() - at)
    heard = {one.stream_id: one.news_at for one in listeners if one.news_at}
    print(json.dumps({"heard": heard, "frames": frames, "lost": sum(one.lost for one in listeners)}), flush=True)


def main() -> None:
    """Listen to the streams named on standard input."""
    highest = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest, highest))
    lines = sys.stdin.read().splitlines()
    asyncio.run(listen(int(sys.argv[1]), float(sys.argv[2]), lines))


if __name__ == "__main__":
    main()
