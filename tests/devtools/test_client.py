"""The phone client against a small stand-in that speaks the service's wire."""

import json
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from flask import Flask, Response, jsonify, request
from joserfc import jws
from joserfc.jwk import ECKey

from mobileapp.client import Phone
from mobileapp.phonekeys import otp_secret, public_jwk, totp
from mobileapp.phonewire import Problem

ORIGIN = "http://localhost:8000"
SERVICE_KEY = ECKey.generate_key("P-256")
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SCAN = {"id": "order_1", "portal": "網路承保", "purpose": "login", "match_codes": ["11", "42", "73"]}


def problem(status: int, code: str, **more: Any) -> Response:
    """Return a refusal as the service words it."""
    response = jsonify({"status": status, "code": code, "detail": "no", **more})
    response.status_code = status
    response.content_type = "application/problem+json"
    return response


def stand_in(seen: list[dict[str, Any]]) -> Flask:
    """Return an app that wants the nonce `fresh` in each proof, and writes down what it was sent."""
    app = Flask(__name__)

    @app.before_request
    def look() -> Response | None:
        proof = jws.extract_compact(request.headers["DPoP"].encode())
        claims = json.loads(proof.payload or b"")
        seen.append({"path": request.path, "proof": claims, "body": request.get_json(silent=True)})
        if claims.get("nonce") == "fresh":
            return None
        refusal = problem(401, "use_dpop_nonce")
        refusal.headers["DPoP-Nonce"] = "fresh"
        return refusal

    @app.post("/api/v1/devices")
    def bind() -> dict[str, Any]:
        return {
            "device": {"id": "dev_1"},
            "access_token": "old",
            "refresh_token": "r1",
            "otp": {"public_key": public_jwk(SERVICE_KEY), "digits": 8, "period": 30},
        }

    @app.get("/api/v1/me/device")
    def device() -> Response | dict[str, str]:
        return {"id": "dev_1"} if request.headers["Authorization"] == "DPoP new" else problem(401, "invalid_token")

    @app.post("/api/v1/tokens/refresh")
    def refresh() -> Response:
        return problem(409, "already_refreshed", access_token="new", refresh_token="r2")

    @app.post("/api/v1/qr-logins/scans")
    def scan() -> dict[str, Any]:
        return SCAN

    @app.post("/api/v1/qr-logins/order_1/approvals")
    def approve() -> tuple[str, int]:
        return "", 204

    return app


@pytest.fixture
def seen() -> list[dict[str, Any]]:
    return []


@pytest.fixture
def phone(seen: list[dict[str, Any]]) -> Iterator[Phone]:
    with Phone(ORIGIN, transport=httpx2.WSGITransport(stand_in(seen)), clock=lambda: NOON) as made:
        yield made


def test_a_demand_for_a_nonce_is_answered_once_and_remembered(phone: Phone, seen: list[dict[str, Any]]) -> None:
    # given a service that wants a nonce, when the phone binds and scans
    phone.bind_by_code("K7M2-9QXD", "A123456789")
    phone.scan(f"{ORIGIN}/app/q#token.7.abc")
    # then only the very first call was made twice
    assert [one["path"] for one in seen] == ["/api/v1/devices", "/api/v1/devices", "/api/v1/qr-logins/scans"]
    assert seen[0]["proof"]["htu"] == f"{ORIGIN}/api/v1/devices"


def test_binding_sends_the_public_half_of_the_code_key(phone: Phone, seen: list[dict[str, Any]]) -> None:
    phone.bind_by_qr(f"{ORIGIN}/app/b#secret")
    assert seen[-1]["body"]["otp_public_key"] == public_jwk(phone.keys.otp)
    assert seen[-1]["body"]["qr_text"] == f"{ORIGIN}/app/b#secret"


def test_an_expired_token_is_refreshed_even_when_the_reply_was_lost(phone: Phone) -> None:
    # given a phone whose token is not taken any more, and whose refresh token was used up by a lost reply
    phone.bind_by_code("K7M2-9QXD", "A123456789")
    # when it calls, then it takes the successor out of the 409 and goes on
    assert phone.device() == {"id": "dev_1"}
    assert phone.binding["refresh_token"] == "r2"


def test_a_refusal_carries_status_code_and_body(phone: Phone) -> None:
    phone.bind_by_code("K7M2-9QXD", "A123456789")
    phone.refresh_by_itself = False
    with pytest.raises(Problem) as caught:
        phone.device()
    assert (caught.value.status, caught.value.code, caught.value.body["detail"]) == (401, "invalid_token", "no")


def test_an_approval_signs_all_that_was_shown(phone: Phone, seen: list[dict[str, Any]]) -> None:
    # given a bound phone that scanned the frame of second 7
    phone.bind_by_code("K7M2-9QXD", "A123456789")
    scan = phone.scan(f"{ORIGIN}/app/q#token.7.abc")
    # when the person picks a number
    phone.approve(scan, "42")
    # then the device key signed the whole of it
    signed = jws.deserialize_compact(seen[-1]["body"]["jws"], phone.keys.device, algorithms=["ES256"])
    claims = json.loads(signed.payload or b"")
    assert signed.headers()["typ"] == "authsvc-decision+jwt"
    assert claims.pop("jti")
    assert claims == {
        "iss": "dev_1",
        "aud": ORIGIN,
        "iat": int(NOON.timestamp()),
        "nonce": "fresh",
        "order": "order_1",
        "decision": "approved",
        "match_code": "42",
        "portal": "網路承保",
        "purpose": "login",
        "frame": 7,
    }


def test_the_service_can_compute_the_same_code(phone: Phone) -> None:
    phone.bind_by_code("K7M2-9QXD", "A123456789")
    secret = otp_secret(SERVICE_KEY, other=public_jwk(phone.keys.otp), device_id="dev_1")
    later = NOON + timedelta(hours=1)
    assert phone.otp_code(later) == totp(secret, at=later)


def test_a_saved_phone_comes_back_with_its_keys(phone: Phone, seen: list[dict[str, Any]], tmp_path: Path) -> None:
    # given a bound phone that was saved
    phone.bind_by_code("K7M2-9QXD", "A123456789")
    phone.save(tmp_path / "phone.json")
    # when it is loaded
    with Phone.load(tmp_path / "phone.json", transport=httpx2.WSGITransport(stand_in(seen))) as again:
        # then it shows the same codes, and nobody else can read its file
        assert again.otp_code(NOON) == phone.otp_code(NOON)
        assert again.keys.saved() == phone.keys.saved()
    assert stat.S_IMODE((tmp_path / "phone.json").stat().st_mode) == 0o600
