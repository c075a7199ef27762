"""`/<operator>/token`: a code, or a signed statement of the client, becomes an access token.

`private_key_jwt` only; grants: authorization code (RFC 6749, RFC 7636) and JWT bearer (RFC 7523). There are no refresh
tokens. With JWT bearer the operator takes the client's word for the number.
"""

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

from flask import Blueprint, g, request

from mocks.telco.authorize import PURPOSES, Returned, require_offered
from mocks.telco.clients import BadToken, Client, authenticated
from mocks.telco.errors import OAuthError
from mocks.telco.ground import ground, require_issuer
from mocks.telco.operators import PURPOSE_PREFIX, Operator
from mocks.telco.signing import OVERLAP
from mocks.telco.tokens import Code, Grant

BEARER_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ID_TOKEN_SECONDS = 300

issuing = Blueprint("issuing", __name__)


@issuing.post("/<operator_id>/token")
def issue_token(operator_id: str) -> dict[str, Any]:
    """Answer a token request; raises `OAuthError`."""
    operator = require_issuer(operator_id)
    form = _form()
    audience = f"{ground().issuer(operator)}/token"
    client = authenticated(ground().clients, form, audience=audience, at=ground().clock.now())
    grant_type = form.get("grant_type")
    if grant_type == "authorization_code":
        return _for_code(operator, client, form)
    if grant_type == BEARER_GRANT:
        return _for_statement(operator, client, form, audience=audience)
    raise OAuthError("unsupported_grant_type" if grant_type else "invalid_request", "grant_type is not served")


def _form() -> dict[str, str]:
    if request.mimetype != "application/x-www-form-urlencoded" or request.args:
        raise OAuthError("invalid_request", "send a form body")
    if any(len(request.form.getlist(name)) > 1 for name in request.form):
        raise OAuthError("invalid_request", "a parameter occurs twice")
    if "Authorization" in request.headers:
        raise OAuthError("invalid_client", "private_key_jwt is the only way", status=401)
    return request.form.to_dict()


def _for_code(operator: Operator, client: Client, form: dict[str, str]) -> dict[str, Any]:
    if not form.get("code"):
        raise OAuthError("invalid_request", "code is required")
    code = ground().tokens.take_code(form["code"])
    if code is None or not _is_theirs(code, operator, client, form):
        raise OAuthError("invalid_grant", "the code is unknown, used, expired or not for this request")
    answer = _issued(operator, code.grant, form["code"])
    return {**answer, "id_token": _id_token(operator, code)}


def _is_theirs(code: Code, operator: Operator, client: Client, form: dict[str, str]) -> bool:
    grant = code.grant
    return (
        (grant.operator, grant.client_id) == (operator.id, client.client_id)
        and form.get("redirect_uri") == code.redirect_uri
        and _proves(form.get("code_verifier"), code.challenge)
    )


def _proves(verifier: str | None, challenge: str | None) -> bool:
    """Tell whether a verifier fits its challenge (RFC 7636 section 4.6); one without a challenge fits nothing."""
    if verifier is None or challenge is None:
        return verifier is challenge
    digest = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return hmac.compare_digest(digest, challenge)


def _for_statement(operator: Operator, client: Client, form: dict[str, str], *, audience: str) -> dict[str, Any]:
    if "scope" in form or not form.get("assertion"):
        raise OAuthError("invalid_request", "assertion is required, and scope is a claim in it")
    here = ground()
    now = here.clock.now()
    try:
        claims = here.clients.read(client, form["assertion"], audience=audience, at=now, kind="grant")
    except BadToken as bad:
        raise OAuthError("invalid_grant", str(bad)) from bad
    subject = str(claims.get("sub", ""))
    line = here.world.line_of(operator.id, subject.removeprefix("tel:")) if subject.startswith("tel:+") else None
    scopes = _stated_scopes(operator, client, claims)
    if line is None or not line.consent:
        raise OAuthError("invalid_grant", "sub is no tel: of ours, or its subscriber has not agreed")
    grant = Grant(
        operator=operator.id,
        client_id=client.client_id,
        number=line.number,
        scopes=scopes,
        amr=(),
        granted_at=now,
        expires_at=now,
    )
    return _issued(operator, grant, None)


def _stated_scopes(operator: Operator, client: Client, claims: dict[str, Any]) -> frozenset[str]:
    wanted = frozenset(str(claims.get("scope", "")).split())
    purposes = {scope for scope in wanted if scope.startswith(PURPOSE_PREFIX)}
    if len(purposes) != 1 or not purposes <= PURPOSES:
        raise OAuthError("invalid_scope", "exactly one purpose dpv:… is required")
    try:
        return require_offered(operator, client, wanted - purposes)
    except Returned as refused:
        raise OAuthError("invalid_scope", str(refused)) from refused


def _issued(operator: Operator, grant: Grant, code: str | None) -> dict[str, Any]:
    token = ground().tokens.issue(grant, seconds=operator.token_seconds, code=code)
    return {
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": operator.token_seconds,
        "scope": " ".join(sorted(grant.scopes)),
    }


def _id_token(operator: Operator, code: Code) -> str:
    """Return the ID token; `sub` is a pseudonym for this client alone, never the number."""
    here, struck, grant = ground(), g.get("struck", ()), code.grant
    now = here.clock.now()
    if "rotated" in struck:
        here.keys[operator.id].rotate(at=now, overlap=OVERLAP)
    claims = {
        "iss": here.issuer(operator),
        "sub": here.tokens.pseudonym(operator.id, grant.client_id, grant.number),
        "aud": grant.client_id,
        "iat": int(now.timestamp()),
        "exp": int(now.timestamp()) + ID_TOKEN_SECONDS,
        "auth_time": int(grant.granted_at.timestamp()),
        "amr": list(grant.amr),
    }
    if code.nonce is not None:
        claims["nonce"] = "another" if "wrong_nonce" in struck else code.nonce
    return here.keys[operator.id].sign(claims, unknown_key="wrong_kid" in struck)
