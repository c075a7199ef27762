"""The data paths: one HTTP proxy per connection, which states the connection to operators and to nobody else.

A proxy forwards plain HTTP to any address. Towards an operator of this simulator it adds the signed flow; whatever
a client sent under that name, or as a number, it takes away (any case, any number of times).
"""

import re
import selectors
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from http.server import BaseHTTPRequestHandler
from urllib.parse import SplitResult, urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.serving import BaseWSGIServer, make_server

from mocks.server import QuietHandler
from mocks.telco.captive import CAPTIVE, has_no_data
from mocks.telco.network import FLOW_HEADER, Network

HOST = "127.0.0.1"
SECONDS = 120.0
NUMBER_LIKE = re.compile(r"msisdn|upsubno|upcallinglineid|subscriberid|phonenumber|hpguserid")
_HOP = {"connection", "keepalive", "proxyconnection", "proxyauthorization", "te", "trailer", "upgrade"}
_HOP |= {"transferencoding", "proxyauthenticate", "contentlength"}
_HIDDEN = ("/control", "/handset")
_CHUNK = 65536
_PHRASES = BaseHTTPRequestHandler.responses


@dataclass(frozen=True, slots=True)
class Proxy:
    """The proxy of a connection, a WSGI application; `own` are the hosts (with port) of the operators."""

    network: Network
    connection: str
    own: frozenset[str]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Forward a request, or say why not; raises `ConnectionAbortedError` where there is no signal."""
        target = urlsplit(environ.get("REQUEST_URI", ""))
        attachment = self.network.attachment(self.connection)
        if environ["REQUEST_METHOD"] == "CONNECT" or target.scheme != "http" or not target.hostname:
            return _say(start_response, 501, "This proxy forwards http:// addresses only.")
        if attachment.kind == "cellular" and attachment.rat == "none":
            raise ConnectionAbortedError
        if has_no_data(self.network, self.connection):
            return _say(start_response, 511, CAPTIVE, kind="text/html; charset=utf-8")
        headers = _kept(environ)
        if target.netloc.lower() in self.own:
            if target.path.startswith(_HIDDEN):
                return _say(start_response, 403, "A handset does not reach the simulator's controls.")
            headers |= self.network.signed(self.connection, claimed=environ.get("HTTP_X_MSISDN"))
        return _forwarded(environ, start_response, target=target, headers=headers)


class Listeners:
    """Listens on one port per connection, all in one thread, each request in one of its own."""

    def __init__(self, make: Callable[[str], WSGIApplication]) -> None:
        """Prepare; `make` gives a connection's proxy."""
        self._make = make
        self._servers: dict[str, BaseWSGIServer] = {}

    def open(self, connections: Iterable[str], *, first_port: int) -> dict[str, str]:
        """Listen for each connection, from a port upwards (0: anywhere), and return their addresses.

        A port that is taken is replaced by any free one.
        """
        for offset, connection in enumerate(connections):
            port = first_port + offset if first_port else 0
            self._servers[connection] = self._server(connection, port)
        threading.Thread(target=self._run, name="connections", daemon=True).start()
        return {name: f"http://{HOST}:{server.server_port}" for name, server in self._servers.items()}

    def _server(self, connection: str, port: int) -> BaseWSGIServer:
        app = self._make(connection)
        try:
            return make_server(HOST, port, app, threaded=True, request_handler=QuietHandler)
        except (OSError, SystemExit):
            return make_server(HOST, 0, app, threaded=True, request_handler=QuietHandler)

    def _run(self) -> None:
        with selectors.DefaultSelector() as ready:
            for server in self._servers.values():
                server.timeout = 0
                ready.register(server, selectors.EVENT_READ, server)
            while True:
                for key, _ in ready.select():
                    key.data.handle_request()


def _forwarded(
    environ: WSGIEnvironment, start: StartResponse, *, target: SplitResult, headers: dict[str, str]
) -> Iterable[bytes]:
    upstream = HTTPConnection(target.hostname or "", target.port or 80, timeout=SECONDS)
    path = f"{target.path or '/'}{'?' + target.query if target.query else ''}"
    try:
        upstream.request(environ["REQUEST_METHOD"], path, body=_body(environ), headers=headers)
        answer = upstream.getresponse()
    except (OSError, HTTPException):
        upstream.close()
        return _say(start, 502, "There is no answer from that address.")
    kept = [(name, value) for name, value in answer.getheaders() if _plain(name) not in _HOP]
    if (length := answer.getheader("Content-Length")) is not None:
        kept.append(("Content-Length", length))
    start(f"{answer.status} {answer.reason}", kept)
    return _streamed(upstream, answer)


def _kept(environ: WSGIEnvironment) -> dict[str, str]:
    """Return the client's headers that go on: none that names a number or pretends to be ours."""
    headers = {name[5:].replace("_", "-").title(): value for name, value in environ.items() if name.startswith("HTTP_")}
    if environ.get("CONTENT_TYPE"):
        headers["Content-Type"] = environ["CONTENT_TYPE"]
    return {name: value for name, value in headers.items() if not _is_dropped(_plain(name))}


def _is_dropped(plain: str) -> bool:
    return plain in _HOP or plain == _plain(FLOW_HEADER) or NUMBER_LIKE.search(plain) is not None


def _plain(name: str) -> str:
    return re.sub(r"[-_]", "", name).lower()


def _body(environ: WSGIEnvironment) -> bytes | None:
    length = environ.get("CONTENT_LENGTH")
    if not length and not environ.get("wsgi.input_terminated"):
        return None
    content: bytes = environ["wsgi.input"].read(int(length)) if length else environ["wsgi.input"].read()
    return content or None


def _streamed(upstream: HTTPConnection, answer: HTTPResponse) -> Iterator[bytes]:
    try:
        while part := answer.read1(_CHUNK):
            yield part
    except HTTPException as broken:
        raise ConnectionAbortedError from broken
    finally:
        upstream.close()


def _say(start: StartResponse, status: int, words: str, *, kind: str = "text/plain; charset=utf-8") -> Iterable[bytes]:
    content = words.encode()
    start(f"{status} {_PHRASES.get(status, ('',))[0]}", [("Content-Type", kind), ("Content-Length", str(len(content)))])
    return [content]
