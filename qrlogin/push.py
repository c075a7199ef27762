"""The push process: the same service in another role, which answers streams, long polls and probes alone."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from flask import Flask, request

from authsvc.core.errors import NotFound
from authsvc.core.kit import Kit
from qrlogin.hub import Hub
from qrlogin.lookout import Lookout

SERVED: Final = frozenset({"healthz", "readyz", "qrlogin.events", "qrlogin.poll"})
OPENING_AT_ONCE: Final = 8  # fewer than connections to the database
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def include(app: Flask) -> None:
    """Put a lookout at its port: a hub in the push process, which serves nothing else; plain looks elsewhere."""
    kit: Kit = app.extensions["kit"]
    kit.ports[Lookout] = Lookout()
    if kit.settings.role != "push":
        return
    kit.ports[Lookout] = app.extensions["lookout"] = Hub(kit)
    app.wsgi_app = Opener(app.wsgi_app)  # type: ignore[method-assign]

    @app.before_request
    def _only_what_is_pushed() -> None:
        if request.endpoint not in SERVED:
            raise NotFound


class Opener:
    """Has streams opened by a few threads, which hand them to the ones that hold them.

    A thread (under gevent a greenlet) keeps for life the stack that it touched at its deepest: some kilobytes more
    for a request's work than for waiting. And the rest queues here, not at the pool of connections, which times out.
    """

    def __init__(self, app: Wsgi) -> None:
        """Begin no thread before the first stream."""
        self._app = app
        self._threads = ThreadPoolExecutor(OPENING_AT_ONCE, thread_name_prefix="opener")

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer as the app does."""
        if not environ["PATH_INFO"].endswith("/events"):
            return self._app(environ, start_response)
        return self._threads.submit(self._app, environ, start_response).result()
