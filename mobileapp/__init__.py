"""The phone: an installable web app under ``/app/`` that keeps the device key and answers for its owner."""

import hashlib
import json
from functools import cache
from mimetypes import guess_type
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, request

STATIC = Path(__file__).parent / "static"
TYPES = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
}


def include(app: Flask) -> None:
    """Serve the phone app under ``/app/``; it needs nothing else of the service."""
    phone = Blueprint("mobileapp", __name__, url_prefix="/app")
    phone.add_url_rule("/sw.js", "worker", worker)
    for path in ("/", "/b", "/q", "/phone"):
        phone.add_url_rule(path, "page", page)
    phone.add_url_rule("/<path:name>", "file", file)
    app.register_blueprint(phone)


def page() -> Response:
    """Answer the one page of the app; the script in it reads the address."""
    return file("index.html")


@cache
def files() -> dict[str, Path]:
    """Return the app's files by the name that they are asked for; nothing else is ever opened."""
    return {path.relative_to(STATIC).as_posix(): path for path in STATIC.rglob("*") if path.is_file()}


def file(name: str) -> Response:
    """Answer a file of the app, to be asked about again each time (it has an ETag), or 404.

    The files are read whole: they are small, and a phone that hangs up leaves no open file behind.
    """
    path = files().get(name)
    if path is None:
        abort(404)
    answer = Response(path.read_bytes(), mimetype=TYPES.get(path.suffix) or guess_type(path)[0])
    answer.cache_control.no_cache = True
    answer.add_etag()
    answer.make_conditional(request)
    return answer


def worker() -> Response:
    """Answer the service worker, which changes whenever any file of the app does."""
    answer = Response(worker_source(), mimetype="text/javascript")
    answer.cache_control.no_cache = True
    return answer


def worker_source() -> str:
    """Return the service worker with the list of files it keeps and a version made of their contents.

    A browser takes a new worker only where its bytes differ, so the version is what spreads an update.
    The QR reader is left to its first use: it is a megabyte, and nothing is scanned without a network.
    """
    kept = [p for p in sorted(STATIC.rglob("*")) if p.is_file() and p.parent.name != "vendor" and p.name != "sw.js"]
    digest = hashlib.sha256(b"".join(p.read_bytes() for p in kept)).hexdigest()[:16]
    names = [p.relative_to(STATIC).as_posix() for p in kept]
    files = ["/app/" if n == "index.html" else f"/app/{n}" for n in names]
    shell = json.dumps({"version": digest, "files": files})
    return f"self.SHELL = {shell};\n{(STATIC / 'sw.js').read_text('utf-8')}"
