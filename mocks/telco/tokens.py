"""Codes and access tokens of the operators, and the question that every API asks first: `require_grant`."""

import hmac
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256

from flask import current_app, request

from mocks.telco.apis.errors import CamaraError
from mocks.telco.operators import Operator


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What an access token stands for.

    `number`: the line's national number (look it up in the world at the time of the call: it may have changed).
    `amr`: `("nba",)` after network authentication, empty with a two-legged token (JWT bearer with `tel:`).
    `rat`, `roaming`, `apn`: the attachment at the moment of `/authorize`; `tethered`: FALSE or UNKNOWN, as far as the
    operator can tell (a detected tether gets no code). All None with a two-legged token.
    """

    operator: str
    client_id: str
    number: str
    scopes: frozenset[str]
    amr: tuple[str, ...]
    granted_at: datetime
    expires_at: datetime
    rat: str | None = None
    roaming: str | None = None
    tethered: str | None = None
    apn: str | None = None

    @property
    def two_legged(self) -> bool:
        """Tell whether no handset took part."""
        return not self.amr


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What an authorization code stands for; `grant.expires_at` is the code's own end."""

    grant: Grant
    redirect_uri: str
    nonce: str | None
    challenge: str | None


@dataclass(slots=True)
class Tokens:
    """All live codes and tokens of a run."""

    now: Callable[[], datetime]
    codes: dict[str, Code] = field(default_factory=dict)
    used: dict[str, str] = field(default_factory=dict)
    live: dict[str, Grant] = field(default_factory=dict)
    last: dict[str, str] = field(default_factory=dict)
    salt: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def issue_code(self, code: Code, *, again: bool = False) -> str:
        """Keep a code and return its secret; `again` returns the operator's last one a second time (a fault)."""
        operator = code.grant.operator
        with self.lock:
            if again and operator in self.last:
                return self.last[operator]
            secret = self.last[operator] = secrets.token_urlsafe(24)
            self.codes[secret] = code
        return secret

    def number_of_code(self, secret: str) -> str | None:
        """Return whose line an unused code is about, without using it."""
        code = self.codes.get(secret)
        return code.grant.number if code else None

    def pseudonym(self, *about: str) -> str:
        """Return a subject that is the same for the same operator, client and number, and tells nobody the number."""
        return hmac.new(self.salt, "\n".join(about).encode(), sha256).hexdigest()[:32]

    def take_code(self, secret: str) -> Code | None:
        """Use up a code and return what it stands for, or None; a second use revokes the token of the first."""
        with self.lock:
            code = self.codes.pop(secret, None)
            if code is None:
                self.live.pop(self.used.pop(secret, ""), None)
                return None
        return code if self.now() < code.grant.expires_at else None

    def issue(self, grant: Grant, *, seconds: int, code: str | None = None) -> str:
        """Return an opaque access token for a grant, good for so many seconds."""
        token = secrets.token_urlsafe(32)
        with self.lock:
            self.live[token] = replace(grant, expires_at=self.now() + timedelta(seconds=seconds))
            if code is not None:
                self.used[code] = token
        return token

    def peek(self, token: str) -> Grant | None:
        """Return what a live token stands for, without using it."""
        grant = self.live.get(token)
        return grant if grant is not None and self.now() < grant.expires_at else None

    def use(self, token: str, *, operator: Operator) -> Grant | None:
        """Return what a token stands for at its operator, or None; a single-use operator forgets it with that."""
        grant = self.peek(token)
        if grant is None or grant.operator != operator.id:
            return None
        with self.lock:
            return self.live.pop(token, None) if operator.single_use_tokens else grant


def require_grant(operator: Operator, scope: str, *more: str) -> Grant:
    """Return the grant of this request's bearer token; raise `CamaraError` UNAUTHENTICATED or PERMISSION_DENIED.

    `scope` or one of `more` must be among its scopes. Ask this first and once: it uses up a single-use token, whatever
    the API says afterwards.
    """
    grant = current_tokens().use(bearer(), operator=operator)
    if grant is None:
        raise CamaraError("UNAUTHENTICATED")
    if not grant.scopes & {scope, *more}:
        raise CamaraError("PERMISSION_DENIED")
    return grant


def bearer() -> str:
    """Return this request's bearer token, empty where there is none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def current_tokens() -> Tokens:
    """Return the running simulator's tokens."""
    found = current_app.extensions["tokens"]
    assert isinstance(found, Tokens)  # noqa: S101  tells the type checker what `create_app` put there
    return found
