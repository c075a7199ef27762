"""Everything that a running service leaves behind, and everything that nobody may find in it."""

import json
import logging
import re
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, unquote

from flask import Flask
from sqlalchemy import event, select

from authsvc.core.db import Base
from authsvc.core.kit import Kit

# What a body calls something that identifies a person or opens a door. Short ones (four digits) prove nothing.
HIDDEN = frozenset(
    {
        *(
            "national_id",
            "idDocument",
            "mobile",
            "phone",
            "phoneNumber",
            "number",
            "card_number",
            "email",
            "backup_email",
        ),
        *(
            "password",
            "current",
            "new",
            "code",
            "otp",
            "qr_text",
            "text",
            "token",
            "voucher",
            "url",
            "jws",
            "signature",
        ),
        *(
            "access_token",
            "refresh_token",
            "id_token",
            "code_verifier",
            "client_assertion",
            "assertion",
            "state",
        ),
        *("username", "login_hint", "id_token_hint", "secret", "match"),
    }
)
SHORTEST = 8
BYTES = (bytes, memoryview)
JWT = re.compile(r"eyJ[\w-]+\.(eyJ[\w-]+)")
# The operator's redirect puts them into addresses (RFC 6749 section 4.1.2); the code is used once, with our key.
BY_PROTOCOL = frozenset({"state", "nonce", "code"})
FALSE_FRIENDS = re.compile(r"[a-z_]*|HS256|ES256|public-key|twfido")  # names of things, not things


# What every record has, and what the formatter shows of it; the rest is what somebody added.
OF_THE_RECORD = frozenset(vars(logging.makeLogRecord({}))) - {"args"}


@dataclass(frozen=True)
class Place:
    """Something that was left: where, and what it says."""

    kind: str
    name: str
    said: str


@dataclass
class Vault:
    """All that must not be found, with the name under which it came."""

    held: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    def add(self, name: str, value: object) -> None:
        """Keep a value, and the shapes in which it would be written elsewhere."""
        text = str(value)
        if name in HIDDEN and FALSE_FRIENDS.fullmatch(text):
            return
        shapes = {text, text.partition("#")[2], text.rpartition(".")[2] if text.startswith("eyJ") else ""}
        if re.fullmatch(r"(\+886|0)9\d{8}", text):
            shapes |= {text.removeprefix("+886").removeprefix("0"), text.replace("0", "+886", 1)}
        if re.fullmatch(r"\w{4}-\w{4}", text):
            shapes.add(text.replace("-", ""))
        for shape in shapes:
            if len(shape) >= SHORTEST:
                self.held.setdefault(shape, name)
                self.names.add(name)

    def harvest(self, body: object) -> None:
        """Keep every field of a body that has a name of something hidden."""
        if isinstance(body, dict):
            for name, value in body.items():
                if name in HIDDEN and isinstance(value, str | int):
                    self.add(name, value)
                self.harvest(value)
        elif isinstance(body, list):
            for each in body:
                self.harvest(each)


@dataclass
class Traces:
    """What is left, place by place, and the vault that it is held against."""

    vault: Vault = field(default_factory=Vault)
    places: dict[Place, None] = field(default_factory=dict)

    def leave(self, kind: str, name: str, said: str) -> None:
        self.places[Place(kind, name, said)] = None

    def tap(self, app: Flask, party: str) -> None:
        """Watch everything that is asked of an app and what it answers."""
        app.wsgi_app = Tap(app.wsgi_app, party, self)  # type: ignore[method-assign, assignment]

    def find(self, allowed: Callable[[Place, str], bool]) -> list[str]:
        """Return each hidden thing that lies in the open, as kind, place and name, unless `allowed(place, name)`."""
        held = sorted(self.vault.held, key=len, reverse=True)
        sought = _matcher(held)
        found = []
        for place in self.places:
            for value in set(sought(place.said)):
                name = self.vault.held[value]
                if not allowed(place, name):
                    found.append(f"{place.kind} {place.name}: {name} {value[:4]}…")
        return sorted(set(found))


def _matcher(held: list[str]) -> Callable[[str], Iterator[str]]:
    """Return a search for many texts at once: windows of the shortest length lead to the candidates."""
    by_start: dict[str, list[str]] = {}
    for value in held:
        by_start.setdefault(value[:SHORTEST], []).append(value)

    def search(said: str) -> Iterator[str]:
        for at in range(len(said) - SHORTEST + 1):
            for value in by_start.get(said[at : at + SHORTEST], ()):
                if said.startswith(value, at):
                    yield value

    return search


class Tap:
    """A listener between a server and an app (PEP 3333)."""

    def __init__(self, app: Any, party: str, traces: Traces) -> None:
        self.app, self.party, self.traces = app, party, traces

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        sent = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = BytesIO(sent)
        path = environ["PATH_INFO"]
        self._heard(environ, path, sent)
        told: list[Any] = []

        def begin(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            told.extend((status, headers))
            return start(status, headers, *more)

        answer = b"".join(self.app(environ, begin))
        self._answered(path, told, answer)
        return [answer]

    def _heard(self, environ: dict[str, Any], path: str, sent: bytes) -> None:
        query = environ.get("QUERY_STRING", "")
        self.traces.leave("url", f"{self.party} {path}", unquote(f"{path}?{query}") + opened(query))
        vault = self.traces.vault
        for name in ("HTTP_AUTHORIZATION", "HTTP_COOKIE", "HTTP_DPOP"):
            for part in re.findall(r"[\w.~+/=-]{20,}", environ.get(name, "")):
                vault.add(name.removeprefix("HTTP_").lower(), part)
        body = read(sent)
        vault.harvest(body)
        asked = dict(parse_qsl(query))
        vault.harvest(asked)
        if self.party == "telco":  # a card's or a proof's nonce is no secret; this one ties an ID token to a phone
            vault.add("nonce", asked.get("nonce", ""))
        if self.party != "service":
            sent_along = {
                name: value for name, value in environ.items() if name not in ("HTTP_AUTHORIZATION", "wsgi.input")
            }
            self.traces.leave(
                "header", f"{self.party} {path}", str({n: v for n, v in sent_along.items() if n[:5] == "HTTP_"})
            )
        if self.party == "telco":
            self.traces.leave("telco", path, unquote(sent.decode(errors="replace")))

    def _answered(self, path: str, told: list[Any], answer: bytes) -> None:
        status, headers = told[0], told[1]
        body = read(answer)
        self.traces.vault.harvest(body)
        for name, value in headers:
            if name.lower() == "set-cookie":
                self.traces.vault.add("cookie", value.partition("=")[2].partition(";")[0])
        if self.party == "service" and status[0] in "45":
            shown = [value for name, value in headers if name.lower() != "set-cookie"]
            code = body.get("code", status) if isinstance(body, dict) else status
            self.traces.leave("refusal", f"{code} {path}", answer.decode(errors="replace") + str(shown))


def read(body: bytes) -> object:
    """Return a JSON or form body as fields; nothing where it is neither."""
    try:
        return json.loads(body)
    except ValueError:
        return dict(parse_qsl(body.decode("ascii", errors="replace"))) if b"=" in body[:4096] else None


def opened(text: str) -> str:
    """Return what the tokens in a text say (RFC 7519), which base64 hides from a search."""
    return "".join(urlsafe_b64decode(each + "==").decode(errors="replace") for each in JWT.findall(text))


class Listener(logging.Handler):
    """Takes every record with all that it carries, as a collector of logs would."""

    def __init__(self, traces: Traces) -> None:
        super().__init__(logging.DEBUG)
        self.traces, self.shown = traces, logging.Formatter()

    def emit(self, record: logging.LogRecord) -> None:
        carried = {name: value for name, value in vars(record).items() if name not in OF_THE_RECORD}
        self.traces.leave("log", record.name, f"{self.shown.format(record)} {record.msg} {carried}")


@contextmanager
def listening(traces: Traces, kit: Kit) -> Iterator[None]:
    """Take down every log record of every logger, and every value that goes to the database, inside the block."""
    listener, root, level = Listener(traces), logging.getLogger(), logging.root.level
    levels = {name: logging.getLogger(name).level for name in logging.root.manager.loggerDict}
    for name in levels:
        logging.getLogger(name).setLevel(logging.NOTSET)

    def sent(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        verb = statement.split(None, 3)
        traces.leave("statement", " ".join(verb[:3]), statement)
        traces.leave("statement", " ".join(verb[:3]), spelt(parameters))

    root.setLevel(logging.DEBUG)
    root.addHandler(listener)
    event.listen(kit.engine, "before_cursor_execute", sent)
    try:
        yield
    finally:
        event.remove(kit.engine, "before_cursor_execute", sent)
        root.removeHandler(listener)
        root.setLevel(level)
        for name, before in levels.items():
            logging.getLogger(name).setLevel(before)


def spelt(value: Any) -> str:
    """Return a value of the database as text, bytes letter by letter."""
    value = getattr(value, "obj", value)
    if isinstance(value, BYTES):
        return " " + bytes(value).decode("latin-1")
    if isinstance(value, dict):
        return "".join(spelt(each) for each in value.values())
    if isinstance(value, list | tuple):
        return "".join(spelt(each) for each in value)
    return f" {value}"


def leave_tables(traces: Traces, kit: Kit) -> None:
    """Take down every column of every row of every table: audit, outbox and all others."""
    with kit.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            for row in connection.execute(select(table)).mappings():
                for column, value in row.items():
                    traces.leave("table", f"{table.name}.{column}", spelt(value))
