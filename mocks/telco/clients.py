"""The clients that operators know: where they are sent back to, what they may ask, and how they prove themselves.

Client authentication is `private_key_jwt` only (CAMARA Security and Interoperability Profile; RFC 7523).
"""

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeGuard

import httpx2
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from mocks.telco.errors import OAuthError

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST_LIFE = 300
SKEW = 30
CACHE_SECONDS = 60.0
_FETCH_SECONDS = 3.0
_LONGEST_TOKEN = 8192


class BadToken(ValueError):
    """A signed token of a client is refused; the message says why."""


@dataclass(slots=True)
class Client:
    """A client. `scopes` None: every scope that an operator offers. Keys: `jwks`, or fetched from `jwks_uri`."""

    client_id: str
    redirect_uris: tuple[str, ...]
    jwks: Mapping[str, Any] | None = None
    jwks_uri: str | None = None
    scopes: frozenset[str] | None = None
    fetched_at: float = 0.0
    cached: Mapping[str, Any] | None = None

    def may_ask(self, scope: str) -> bool:
        """Tell whether the scope is on this client's list."""
        return self.scopes is None or scope in self.scopes

    def keys(self, *, fresh: bool = False) -> KeySet:
        """Return its public keys, at most a minute old; `fresh` fetches them again. Raises `BadToken`."""
        if self.jwks_uri and (fresh or self.cached is None or time.monotonic() - self.fetched_at > CACHE_SECONDS):
            self.cached, self.fetched_at = _fetched(self.jwks_uri), time.monotonic()
        try:
            return KeySet.import_key_set({"keys": list((self.jwks or self.cached or {})["keys"])})
        except (JoseError, KeyError, TypeError, ValueError) as error:
            raise BadToken("the client's keys cannot be read") from error


@dataclass(slots=True)
class Clients:
    """All clients, and the ids of signed tokens that were already used (RFC 7519 section 4.1.7)."""

    by_id: dict[str, Client] = field(default_factory=dict)
    seen: dict[tuple[str, str, str], float] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, client: Client) -> None:
        """Add a client or replace the one of that id."""
        self.by_id[client.client_id] = client

    def find(self, client_id: str) -> Client | None:
        """Return the client of that id, or None."""
        return self.by_id.get(client_id)

    def read(self, client: Client, token: str, *, audience: str, at: datetime, kind: str = "client") -> dict[str, Any]:
        """Return the claims of a client's signed token, once for its kind of use; raise `BadToken`.

        Checked: ES256 by a key of the client, `iss`, `aud`, `iat` and `exp` (at most 300 s apart, `exp` at most 300 s
        ahead), `jti` not seen before at that audience.
        """
        claims = _verified(client, token)
        now = at.timestamp()
        issued, expires = claims.get("iat"), claims.get("exp")
        if claims.get("iss") != client.client_id:
            raise BadToken("iss is not the client")
        if audience not in _listed(claims.get("aud")):
            raise BadToken("aud is not the address called")
        if not _is_number(issued) or not _is_number(expires):
            raise BadToken("iat and exp are required")
        if expires <= now or issued > now + SKEW:
            raise BadToken("it is expired or not yet valid")
        if expires - issued > LONGEST_LIFE or expires > now + LONGEST_LIFE + SKEW:
            raise BadToken("it lives longer than 300 s")
        self._use_once((client.client_id, f"{kind} {audience}"), claims.get("jti"), until=expires, now=now)
        return claims

    def _use_once(self, used_for: tuple[str, str], jti: object, *, until: float, now: float) -> None:
        if not isinstance(jti, str) or not jti:
            raise BadToken("jti is required")
        with self.lock:
            self.seen = {key: end for key, end in self.seen.items() if end > now}
            if (*used_for, jti) in self.seen:
                raise BadToken("jti was used before")
            self.seen[(*used_for, jti)] = until


def authenticated(clients: Clients, form: Mapping[str, str], *, audience: str, at: datetime) -> Client:
    """Return the client that a token request proves itself as; raise `OAuthError` (401 invalid_client)."""
    assertion = form.get("client_assertion", "")
    if form.get("client_assertion_type") != ASSERTION_TYPE or not assertion or "client_secret" in form:
        raise OAuthError("invalid_client", "private_key_jwt is the only way", status=401)
    client = clients.find(form.get("client_id") or _claimed_issuer(assertion))
    if client is None:
        raise OAuthError("invalid_client", "unknown client", status=401)
    try:
        claims = clients.read(client, assertion, audience=audience, at=at)
    except BadToken as bad:
        raise OAuthError("invalid_client", str(bad), status=401) from bad
    if claims.get("sub") != client.client_id:
        raise OAuthError("invalid_client", "sub is not the client", status=401)
    return client


def _claimed_issuer(assertion: str) -> str:
    """Return who a token says it is from; only to find the key with which it is then checked."""
    try:
        claims = json.loads(jws.extract_compact(assertion.encode()).payload)
    except (JoseError, ValueError):
        return ""
    issuer = claims.get("iss") if isinstance(claims, dict) else None
    return issuer if isinstance(issuer, str) else ""


def _verified(client: Client, token: str) -> dict[str, Any]:
    """Return the claims of a token signed by the client; an unknown key id makes its keys be fetched again."""
    if len(token) > _LONGEST_TOKEN:
        raise BadToken("it is too long")
    try:
        kid = jws.extract_compact(token.encode()).headers().get("kid")
        keys = client.keys()
        if client.jwks_uri and kid not in {key.kid for key in keys}:
            keys = client.keys(fresh=True)
        return jwt.decode(token, keys, algorithms=["ES256"]).claims
    except (JoseError, ValueError) as error:
        raise BadToken("its signature is not the client's (ES256)") from error


def _fetched(address: str) -> Mapping[str, Any]:
    try:
        answer = httpx2.get(address, timeout=_FETCH_SECONDS, trust_env=False, follow_redirects=False)
        answer.raise_for_status()
        found = answer.json()
    except (httpx2.HTTPError, ValueError) as error:
        raise BadToken("the client's keys cannot be fetched") from error
    return found if isinstance(found, dict) else {}


def _listed(audience: object) -> list[object]:
    return audience if isinstance(audience, list) else [audience]


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
