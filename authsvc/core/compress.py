"""Files go out compressed. Pages do not: what is secret in them stands beside what others may put there (BREACH)."""

import gzip
from collections import OrderedDict
from threading import Lock
from typing import Final

from flask import Flask, Response, request

TEXTS: Final = frozenset({"text/css", "text/javascript", "application/javascript", "image/svg+xml", "application/json"})
WORTH_IT: Final = 512  # bytes: below, the header costs more than is won
MOST_KEPT: Final = 256


class Packed:
    """The compressed files of this process, by address and state; the ones that were asked for last are kept."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._lock = Lock()

    def find(self, key: tuple[str, str]) -> bytes | None:
        """Return what was packed before."""
        with self._lock:
            return self._kept.get(key)

    def keep(self, key: tuple[str, str], content: bytes) -> bytes:
        """Pack a file and keep it."""
        packed = gzip.compress(content, 6, mtime=0)
        with self._lock:
            self._kept[key] = packed
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return packed


def include(app: Flask) -> None:
    """Compress the files that `app` serves, for browsers that say that they can read it (RFC 9110 section 8.4)."""
    packed = Packed()

    @app.after_request
    def _pack(response: Response) -> Response:
        if not _is_file(response):
            return response
        response.vary.add("Accept-Encoding")
        etag, _ = response.get_etag()
        if request.accept_encodings["gzip"] <= 0 or etag is None or request.method != "GET" or _is_small(response):
            return response
        key = (request.path, etag)
        response.direct_passthrough = False
        content = packed.find(key) or packed.keep(key, response.get_data())
        response.close()  # the file itself is not sent
        response.set_data(content)
        response.set_etag(etag, weak=True)  # the same file in other bytes
        response.headers["Content-Encoding"] = "gzip"
        response.headers.pop("Accept-Ranges", None)
        return response


def _is_file(response: Response) -> bool:
    served = (request.endpoint or "").endswith("static")
    return served and response.status_code == 200 and response.mimetype in TEXTS  # noqa: PLR2004


def _is_small(response: Response) -> bool:
    return (response.content_length or 0) < WORTH_IT
