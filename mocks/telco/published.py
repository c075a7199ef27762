"""The gateway's look-up, and what every operator publishes about itself."""

from typing import Any

from flask import Blueprint, Response, g

from mocks.telco.authorize import PURPOSES
from mocks.telco.ground import ground, require_issuer
from mocks.telco.hooks import failed
from mocks.telco.issuing import BEARER_GRANT
from mocks.telco.operators import Operator
from mocks.telco.signing import ALGORITHM
from mocks.web import json_body, text

GATEWAY = "gateway"

published = Blueprint("published", __name__)


@published.post("/lookup")
def look_up() -> dict[str, Any] | Response:
    """Tell which operator serves a number (the portability database); operator null: none of those here."""
    body = json_body()
    nonce, number = text(body, "nonce"), text(body, "number")
    here = ground()
    g.struck = struck = here.faults.strike(GATEWAY)
    if (answer := failed(struck)) is not None:
        return answer
    line = here.world.routed(number, stale="stale" in struck)
    serving = here.operators.serving(line.operator) if line else None
    found = _another(serving) if serving and "lie" in struck else serving
    told = {
        "nonce": "another" if "wrong_nonce" in struck else nonce,
        "number": number,
        "operator": found.id if found else None,
        "brand": line.brand if line and found else None,
    }
    return {name: value for name, value in told.items() if name != "operator" or "missing_field" not in struck}


@published.get("/<operator_id>/.well-known/openid-configuration")
def discovery(operator_id: str) -> dict[str, Any]:
    """Describe an operator's issuer (OpenID Connect Discovery 1.0, RFC 8414)."""
    operator = require_issuer(operator_id)
    issuer = ground().issuer(operator)
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "jwks_uri": f"{issuer}/jwks",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", BEARER_GRANT],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": [ALGORITHM],
        "request_object_signing_alg_values_supported": [ALGORITHM],
        "request_parameter_supported": True,
        "request_uri_parameter_supported": False,
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": operator.sends_issuer,
        "prompt_values_supported": ["none"],
        "scopes_supported": ["openid", *sorted(PURPOSES)],
        "apis": sorted(operator.apis),
        "kyc_match_version": operator.kyc_version,
        "simulator": True,
    }


@published.get("/<operator_id>/jwks")
def jwks(operator_id: str) -> dict[str, Any]:
    """Publish an operator's keys: in use, next, retired not long ago (RFC 7517)."""
    operator = require_issuer(operator_id)
    return {**ground().keys[operator.id].published(at=ground().clock.now())}


def _another(operator: Operator) -> Operator:
    """Return another operator than the one given (the same where there is only one)."""
    others = [each for each in ground().operators.all() if each.id != operator.id]
    return others[0] if others else operator
