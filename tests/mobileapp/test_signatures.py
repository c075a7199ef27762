"""What the phone signs: proofs of possession and decisions, read by another implementation."""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey
from playwright.sync_api import Page

PROOF = """async (call) => {
  const { makeDeviceKey } = await import("/app/js/keys.js");
  const { proof } = await import("/app/js/dpop.js");
  const key = await makeDeviceKey();
  return { jws: await proof(key, call), jwk: key.publicJwk, extractable: key.privateKey.extractable };
}"""

DECISION = """async ({ order, text, answer }) => {
  const { makeDeviceKey } = await import("/app/js/keys.js");
  const { decisionClaims } = await import("/app/js/decision.js");
  const { sign } = await import("/app/js/jws.js");
  const key = await makeDeviceKey();
  const claims = decisionClaims({ deviceId: "dev-7Q", order, text, ...answer });
  return { jws: await sign(key.privateKey, { typ: "authsvc-decision+jwt", alg: "ES256" }, claims), jwk: key.publicJwk };
}"""

ORDER = {"id": "ord-1", "portal": "多憑證網路承保作業", "purpose": "login"}


def test_a_proof_names_the_call_the_key_the_token_and_the_nonce(modules: Page, phone_origin: str) -> None:
    call = {"method": "POST", "path": "/api/v1/devices", "token": "at-1", "nonce": "n-1"}

    made = modules.evaluate(PROOF, call)

    header, claims = read(made)
    assert header == {"typ": "dpop+jwt", "alg": "ES256", "jwk": made["jwk"]}
    assert set(header["jwk"]) == {"kty", "crv", "x", "y"}
    assert claims.pop("jti")
    assert isinstance(claims.pop("iat"), int)
    expected_hash = urlsafe_b64encode(hashlib.sha256(b"at-1").digest()).rstrip(b"=").decode()
    htu = f"{phone_origin}/api/v1/devices"
    assert claims == {"htm": "POST", "htu": htu, "ath": expected_hash, "nonce": "n-1"}


def test_a_proof_without_token_or_nonce_claims_neither(modules: Page) -> None:
    made = modules.evaluate(PROOF, {"method": "GET", "path": "/api/v1/me/device?wait=5"})

    _, claims = read(made)
    assert set(claims) == {"jti", "htm", "htu", "iat"}
    assert claims["htu"].endswith("/api/v1/me/device")


def test_the_device_key_cannot_be_taken_out(modules: Page) -> None:
    made = modules.evaluate(PROOF, {"method": "GET", "path": "/"})

    assert made["extractable"] is False


def test_an_approval_is_signed_over_everything_that_was_shown(modules: Page, phone_origin: str) -> None:
    text = f"{phone_origin}/app/q#start.42.{'ab' * 16}"

    made = modules.evaluate(
        DECISION, {"order": ORDER, "text": text, "answer": {"decision": "approved", "matchCode": "07"}}
    )

    header, claims = read(made)
    assert header == {"typ": "authsvc-decision+jwt", "alg": "ES256"}
    assert claims.pop("jti")
    assert isinstance(claims.pop("iat"), int)
    shown = {"order": "ord-1", "portal": ORDER["portal"], "purpose": "login", "match_code": "07", "frame": 42}
    assert claims == {"iss": "dev-7Q", "aud": phone_origin, "decision": "approved", **shown}


def test_a_denial_says_why_and_carries_no_number(modules: Page, phone_origin: str) -> None:
    text = f"{phone_origin}/app/q#start.3.{'ab' * 16}"

    made = modules.evaluate(
        DECISION, {"order": ORDER, "text": text, "answer": {"decision": "denied", "reason": "not_me"}}
    )

    _, claims = read(made)
    assert (claims["decision"], claims["reason"], claims["match_code"]) == ("denied", "not_me", "")


def read(made: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Check the signature (raw 64 bytes, not DER) and return header and claims."""
    assert len(urlsafe_b64decode(made["jws"].split(".")[2] + "==")) == 64
    registry = jws.JWSRegistry(algorithms=["ES256"], strict_check_header=False)
    signed = jws.deserialize_compact(made["jws"], ECKey.import_key(made["jwk"]), registry=registry)
    return signed.headers(), json.loads(signed.payload)
