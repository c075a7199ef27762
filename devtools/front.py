"""The front door of `make run`: one origin, streams and long polls to the push process, the rest to the service.

    python -m devtools.front PORT SERVICE_PORT PUSH_PORT

It stands for the reverse proxy of a real place: one request a connection, no TLS. Where the push process does not
answer, the service does.
"""

import asyncio
import contextlib
import re
import sys
from typing import Final

from devtools.ports import HOST

PUSHED: Final = re.compile(rb"GET /api/v1/qr-logins/[A-Za-z0-9_-]+(/events)?(\?\S*)? HTTP/1\.1\r\n")
OURS: Final = (b"connection", b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host")
LONGEST_HEAD: Final = 65536
CHUNK: Final = 65536
LOST: Final = (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError)


def with_our_headers(head: bytes, address: str) -> bytes:
    """Return a request's head as a proxy passes it on."""
    first, *lines = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    kept = [line for line in lines if line.partition(b":")[0].strip().lower() not in OURS]
    host = next((line.partition(b":")[2].strip() for line in kept if line.lower().startswith(b"host:")), b"")
    added = [b"X-Forwarded-For: " + address.encode(), b"X-Forwarded-Proto: http", b"X-Forwarded-Host: " + host]
    return b"\r\n".join([first, *kept, *added, b"Connection: close", b"", b""])


async def pipe(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    """Pass on all that comes."""
    with contextlib.suppress(*LOST):
        while chunk := await source.read(CHUNK):
            sink.write(chunk)
            await sink.drain()
    sink.close()


async def connect(head: bytes, *, service: int, push: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Return a connection to whom a request belongs."""
    if PUSHED.match(head):
        with contextlib.suppress(OSError):
            return await asyncio.open_connection(HOST, push)
    return await asyncio.open_connection(HOST, service)


async def serve(port: int, service: int, push: int) -> None:
    """Pass requests on until the process ends."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(*LOST):
            head = await reader.readuntil(b"\r\n\r\n")
            answers, to = await connect(head, service=service, push=push)
            to.write(with_our_headers(head, writer.get_extra_info("peername")[0]))
            sending = asyncio.create_task(pipe(reader, to))  # a browser that leaves ends its stream
            await pipe(answers, writer)
            sending.cancel()
            to.close()
        writer.close()

    server = await asyncio.start_server(handle, HOST, port, limit=LONGEST_HEAD)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(*(int(number) for number in sys.argv[1:4])))
