"""An operator's token endpoint: a code turned into a token, and the proof that it was about our question.

OpenID Connect Core 1.0, RFC 7636 (PKCE), RFC 7523 (private_key_jwt and JWT bearer), within CAMARA's Security and
Interoperability Profile: ES256, assertions of a minute, access tokens of at most 300 s, no refresh.
"""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlencode

from authsvc.core import strictjson
from authsvc.core.jose import NotAuthentic, PublicKey, b64url, peek_header, read_public_key, verify_signature
from authsvc.core.keys import new_token
from authsvc.core.signing import SigningKey
from devicebind.lines import OK, Answer
from devicebind.operators import Operator

PURPOSE: Final = "dpv:FraudPreventionAndDetection"
POSSESSION: Final = "number-verification:verify"
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
JWT_BEARER: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ASSERTION_LIFE: Final = timedelta(seconds=60)
LONGEST_LIFE: Final = 300
SKEW: Final = 30
BY_NETWORK: Final = frozenset({"nba", "mnba"})
LONGEST_TOKEN: Final = 8192
# Plain segments only: a dot segment, an empty or an encoded one leads elsewhere at whoever resolves it.
PATH: Final = re.compile(r"(?:/(?!\.{1,2}(?:/|\Z))[A-Za-z0-9._~-]+)+")


class NotBelieved(Exception):
    """A token or a discovery document is not what it must be; the message never holds it."""


@dataclass(frozen=True, kw_only=True)
class Metadata:
    """Where an operator's endpoints are (OpenID Connect Discovery 1.0); all of them below its issuer."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


def read_metadata(answer: Answer, *, issuer: str) -> Metadata:
    """Return an issuer's endpoints; raise `NotBelieved` where the document is another's or leads elsewhere."""
    names = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
    told = {name: answer.body.get(name) for name in names}
    if answer.status != OK or told["issuer"] != issuer:
        raise NotBelieved("the document is not this issuer's")
    # A code sent to another operator's endpoint would be that operator's to use (RFC 9700 section 4.4).
    if not all(_is_below(told[name], issuer) for name in names[1:]):
        raise NotBelieved("an endpoint is elsewhere")
    return Metadata(**{name: str(value) for name, value in told.items()})


def _is_below(address: Any, issuer: str) -> bool:
    return isinstance(address, str) and address.startswith(issuer) and bool(PATH.fullmatch(address[len(issuer) :]))


def read_keys(answer: Answer) -> dict[str, PublicKey]:
    """Return an operator's ES256 keys by id; others are left out."""
    listed = answer.body.get("keys") if answer.status == OK else None
    found: dict[str, PublicKey] = {}
    for jwk in listed if isinstance(listed, list) else []:
        kid = jwk.get("kid") if isinstance(jwk, dict) else None
        if isinstance(kid, str) and jwk.get("use", "sig") == "sig" and jwk.get("alg", "ES256") == "ES256":
            try:
                found[kid] = read_public_key(jwk)
            except NotAuthentic:
                continue
    return found


def authorization_url(metadata: Metadata, operator: Operator, asked: Mapping[str, str], *, scopes: str) -> str:
    """Return the address that the phone opens over its own mobile data; no page may be shown (`prompt=none`)."""
    query = {
        "response_type": "code",
        "client_id": operator.client_id,
        "scope": f"openid {PURPOSE} {scopes}",
        "code_challenge": challenge_of(asked["verifier"]),
        "code_challenge_method": "S256",
        "prompt": "none",
        **{name: asked[name] for name in ("redirect_uri", "state", "nonce")},
    }
    return f"{metadata.authorization_endpoint}?{urlencode(query)}"


def challenge_of(verifier: str) -> str:
    """Return the code challenge of a verifier (RFC 7636 section 4.2)."""
    return b64url(sha256(verifier.encode()).digest())


def code_form(code: str, *, verifier: str, redirect_uri: str) -> dict[str, str]:
    """Return the form that redeems an authorization code."""
    return {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
    }


def bearer_form(
    operator: Operator, key: SigningKey, claims: Mapping[str, str], *, audience: str, at: datetime
) -> dict[str, str]:
    """Return the form that asks for a token about a number that was just proved (RFC 7523 section 2.1)."""
    purposeful = {**claims, "scope": f"{PURPOSE} {claims['scope']}"}
    return {"grant_type": JWT_BEARER, "assertion": signed(operator, key, purposeful, audience=audience, at=at)}


def authenticated(
    form: Mapping[str, str], operator: Operator, key: SigningKey, *, audience: str, at: datetime
) -> dict[str, str]:
    """Return a form with our proof of who asks (RFC 7523 section 2.2)."""
    assertion = signed(operator, key, {"sub": operator.client_id}, audience=audience, at=at)
    return {
        **form,
        "client_id": operator.client_id,
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": assertion,
    }


def signed(operator: Operator, key: SigningKey, claims: Mapping[str, Any], *, audience: str, at: datetime) -> str:
    """Return claims of ours for one endpoint, good for a minute and once."""
    times = {"iat": int(at.timestamp()), "exp": int((at + ASSERTION_LIFE).timestamp())}
    return key.sign({"iss": operator.client_id, "aud": audience, "jti": new_token(16), **times, **claims})


def read_token(answer: Answer) -> str:
    """Return the access token of an answer; raise `NotBelieved` for one that is not a short-lived bearer token."""
    token, kind, life = (answer.body.get(name) for name in ("access_token", "token_type", "expires_in"))
    if answer.status != OK or not isinstance(token, str) or not 0 < len(token) <= LONGEST_TOKEN or not token.isascii():
        raise NotBelieved("no token")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise NotBelieved("another type of token")
    if isinstance(life, bool) or not isinstance(life, int) or not 0 < life <= LONGEST_LIFE:
        raise NotBelieved("it does not say that it is short-lived")
    return token


def require_about_us(
    id_token: Any, keys: Mapping[str, PublicKey], *, issuer: str, client_id: str, nonce: str, at: datetime
) -> None:
    """Raise `NotBelieved` unless the ID token is this issuer's, for us, about this nonce, fresh, and by the network."""
    claims = _claims(id_token, keys)
    now = at.timestamp()
    issued, expires = _moment(claims, "iat"), _moment(claims, "exp")
    if claims.get("iss") != issuer or claims.get("aud") not in (client_id, [client_id]):
        raise NotBelieved("from another issuer or for another client")
    if claims.get("azp", client_id) != client_id:
        raise NotBelieved("for another party")
    if not hmac.compare_digest(str(claims.get("nonce")).encode(), nonce.encode()):
        raise NotBelieved("about another question")
    if expires <= now or not now - LONGEST_LIFE <= issued <= now + SKEW:
        raise NotBelieved("not of this moment")
    methods = claims.get("amr")
    if not isinstance(methods, list) or not methods or not all(method in BY_NETWORK for method in methods):
        raise NotBelieved("not recognised by the network")


def key_id(id_token: Any) -> str:
    """Return the id of the key that an ID token says it is signed with, unverified; empty where it is none."""
    try:
        kid = peek_header(id_token if isinstance(id_token, str) else "").get("kid")
    except NotAuthentic:
        return ""
    return kid if isinstance(kid, str) else ""


def _claims(id_token: Any, keys: Mapping[str, PublicKey]) -> dict[str, Any]:
    key = keys.get(key_id(id_token))
    if key is None:
        raise NotBelieved("signed by an unknown key")
    try:
        claims = strictjson.loads(verify_signature(id_token, key=key).decode("utf-8"))
    except (NotAuthentic, ValueError) as fault:
        raise NotBelieved("not signed as it must be") from fault
    if not isinstance(claims, dict):
        raise NotBelieved("not an object")
    return claims


def _moment(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NotBelieved("without its time")
    return value
