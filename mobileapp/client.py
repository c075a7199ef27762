"""A phone in Python: it binds itself, shows codes and decides on QR logins, over HTTP alone.

Example::

    phone = Phone("http://localhost:8000")
    phone.bind_by_code("K7M2-9QXD", national_id)
    phone.otp_code()
    scan = phone.scan(frame_text)
    phone.approve(scan, "42")
"""

import json
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import httpx2

from mobileapp.byoperator import ByOperator
from mobileapp.phonekeys import DECISION_TYPE, KEY_TYPE, MOVE_TYPE, PhoneKeys, otp_secret, public_jwk, signed, totp
from mobileapp.phonewire import Body, Problem, Wire, answer_of, wants_fresh_token

TIMEOUT = 30.0
TOKENS = ("access_token", "refresh_token", "expires_in", "token_type")
DEFAULT_DEVICE = {"name": "示範手機", "platform": "android", "model": "Python client", "app_version": "1.0"}


def _system_clock() -> datetime:
    return datetime.now(UTC)


class Phone(ByOperator):
    """One phone with one pair of key pairs, bound to at most one person."""

    def __init__(
        self,
        origin: str,
        *,
        transport: httpx2.BaseTransport | None = None,
        device: Mapping[str, str] = DEFAULT_DEVICE,
        keys: PhoneKeys | None = None,
        clock: Callable[[], datetime] = _system_clock,
        language: str = "zh-Hant-TW",
    ) -> None:
        """Make an unbound phone for a public origin; `transport` may be `httpx2.WSGITransport(app)`."""
        self.origin = origin.rstrip("/")
        self.device_facts = dict(device)
        self.keys = keys or PhoneKeys.generate()
        self.clock = clock
        self.attestation: list[str] = []  # what an Android phone shows of its key: base64url DER, the key's own first
        self.binding: dict[str, Any] = {}
        self.clock_offset = timedelta()
        self.refresh_by_itself = True
        client = httpx2.Client(
            transport=transport, headers={"Accept-Language": language}, timeout=TIMEOUT, trust_env=False
        )
        self.wire = Wire(self.origin, key=self.keys.device, client=client, clock=clock)

    def bind_by_code(self, code: str, national_id: str) -> dict[str, Any]:
        """Bind this phone with the code that the person typed; return the binding."""
        return self.keep_binding("/devices", {"code": code, "national_id": national_id, **self.self_description()})

    def bind_by_qr(self, text: str) -> dict[str, Any]:
        """Bind this phone with the text of the device code's QR picture; return the binding."""
        return self.keep_binding("/devices", {"qr_text": text, **self.self_description()})

    def self_description(self) -> dict[str, Any]:
        """Return what the phone says of itself, its key for one-time codes, and where its first key is kept."""
        said = {"device": self.device_facts, "otp_public_key": public_jwk(self.keys.otp)}
        return said | ({"attestation": self.attestation} if self.attestation else {})

    def keep_binding(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Make the call that binds, and keep what it answers; what a phone that stays is not told again stays."""
        told = self.call("POST", path, body, with_token=False)
        self.binding = {**self.binding, **told}
        if made := told.get("otp", {}).get("server_time"):  # a phone's own clock is often wrong
            self.clock_offset = datetime.fromisoformat(made) - self.clock()
        return self.binding

    @property
    def device_id(self) -> str:
        """The id under which the service knows this phone; KeyError when it is not bound."""
        return str(self.binding["device"]["id"])

    def refresh(self) -> None:
        """Swap the refresh token; a lost reply (409 `already_refreshed`) hands out the successor again."""
        try:
            tokens = self.call(
                "POST", "/tokens/refresh", {"refresh_token": self.binding["refresh_token"]}, with_token=False
            )
        except Problem as problem:
            if problem.code != "already_refreshed":
                raise
            tokens = problem.body
        self._keep(tokens)

    def recover(self) -> None:
        """Get new tokens for a family that was revoked, by the bound key over a nonce of the service."""
        self._keep(self.call("POST", "/tokens/recoveries", with_token=False))

    def _keep(self, tokens: Mapping[str, Any]) -> None:
        self.binding.update({name: tokens[name] for name in TOKENS if name in tokens})

    def device(self) -> dict[str, Any]:
        """Return this phone as the service knows it; `Problem` 401 when it is not bound (any more)."""
        return self.call("GET", "/me/device")

    def is_bound(self) -> bool:
        """Tell whether the service still knows this phone; the app asks at every start."""
        try:
            self.device()
        except Problem as problem:
            if problem.status == httpx2.codes.UNAUTHORIZED:
                return False
            raise
        return True

    def devices(self) -> list[dict[str, Any]]:
        """Return all phones of this person."""
        listed = self.call("GET", "/devices")
        return list(listed.get("items", listed.get("devices", [])))

    def unbind(self, device_id: str | None = None) -> None:
        """Unbind a phone of this person, by default this one."""
        self.call("DELETE", f"/devices/{device_id or self.device_id}")

    def report_lost(self, device_id: str) -> None:
        """Report a phone of this person as lost: it is unbound and its tokens end at once."""
        self.call("POST", f"/devices/{device_id}/loss-reports")

    def rename(self, name: str, device_id: str | None = None) -> None:
        """Give a phone of this person another name, by default this one."""
        self.call("PATCH", f"/devices/{device_id or self.device_id}", {"name": name})

    def move(self) -> str:
        """Return the text of the QR code by which a new phone takes this phone's place (10 minutes, once)."""
        move = self.call("POST", "/device-moves", lambda: {"jws": self._signed(MOVE_TYPE, {})})
        return str(move["qr_text"])

    def change_keys(self) -> None:
        """Put new keys in the place of this phone's; all its tokens are new, and its codes."""
        new = PhoneKeys.generate()
        claims = {"replaces": self.keys.device.thumbprint()}

        def body() -> Body:
            return {"jws": self._signed(KEY_TYPE, claims, keys=new), "otp_public_key": public_jwk(new.otp)}

        changed = self.call("POST", f"/devices/{self.device_id}/keys", body)
        self.keys = new
        self.wire.key = new.device
        self._keep(changed)
        self.binding["otp"] = changed["otp"]

    def _signed(self, typ: str, claims: Mapping[str, Any], *, keys: PhoneKeys | None = None) -> str:
        """Return claims about this phone, signed by its key, or by a new one that comes along in the header."""
        said = {"iss": self.device_id, "aud": self.origin, "iat": int(self.clock().timestamp()), **claims}
        said |= {"jti": secrets.token_urlsafe(16)} | ({"nonce": self.wire.nonce} if self.wire.nonce else {})
        header = {"typ": typ} | ({"jwk": public_jwk(keys.device)} if keys else {})
        return signed((keys or self.keys).device, header=header, claims=said)

    def otp_code(self, at: datetime | None = None, *, page_tag: str | None = None) -> str:
        """Return the code for `at` (aware; default: now by the service's clock), for one page or any; offline."""
        facts = self.binding["otp"]
        secret = otp_secret(self.keys.otp, other=facts["public_key"], device_id=self.device_id, page_tag=page_tag)
        moment = at or self.clock() + self.clock_offset
        return totp(secret, at=moment, digits=int(facts["digits"]), period=int(facts["period"]))

    def scan(self, text: str) -> dict[str, Any]:
        """Report a scanned frame; return what is asked for, with `frame` (its t) added for the decision."""
        shown = self.call("POST", "/qr-logins/scans", {"text": text})
        return {**shown, "frame": int(urlsplit(text).fragment.split(".")[1])}

    def approve(self, scan: Mapping[str, Any], match_code: str) -> None:
        """Sign and send "yes, this is me" with the number that the person saw in the browser."""
        self._decide(scan, "approvals", {"decision": "approved", "match_code": match_code})

    def deny(self, scan: Mapping[str, Any], reason: str = "not_me") -> None:
        """Sign and send a refusal; `reason` is `not_me` or `cancelled`."""
        self._decide(scan, "denials", {"decision": "denied", "match_code": "", "reason": reason})

    def decision(self, scan: Mapping[str, Any], choice: Mapping[str, str]) -> str:
        """Return the signed decision (compact JWS) over everything that the scan showed."""
        claims: dict[str, Any] = {
            "iss": self.device_id,
            "aud": self.origin,
            "iat": int(self.clock().timestamp()),
            "jti": secrets.token_urlsafe(16),
            "order": scan["id"],
            # All of them; what this phone was not shown is not signed, and the service judges that.
            **{name: scan[name] for name in ("portal", "purpose", "frame", "from", "browser") if name in scan},
            **choice,
        }
        if self.wire.nonce is not None:
            claims["nonce"] = self.wire.nonce
        return signed(self.keys.device, header={"typ": DECISION_TYPE}, claims=claims)

    def _decide(self, scan: Mapping[str, Any], path: str, choice: Mapping[str, str]) -> None:
        self.call("POST", f"/qr-logins/{scan['id']}/{path}", lambda: {"jws": self.decision(scan, choice)})

    def call(
        self, method: str, path: str, body: Body | Callable[[], Body] = None, *, with_token: bool = True
    ) -> dict[str, Any]:
        """Make one API call with a proof and, if so, the token; an expired token is refreshed once."""
        response = self.wire.send(method, path, body, access_token=self._token() if with_token else None)
        if with_token and wants_fresh_token(response) and self._may_refresh():
            self.refresh()
            response = self.wire.send(method, path, body, access_token=self._token())
        return answer_of(response)

    def _token(self) -> str | None:
        return self.binding.get("access_token")

    def _may_refresh(self) -> bool:
        return self.refresh_by_itself and "refresh_token" in self.binding

    def close(self) -> None:
        """Close the connections."""
        self.wire.client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def save(self, path: Path) -> None:
        """Write keys, tokens and settings to a JSON file that only its owner can read."""
        state = {
            "origin": self.origin,
            "device": self.device_facts,
            "keys": self.keys.saved(),
            "binding": self.binding,
            "clock_offset": self.clock_offset.total_seconds(),
        }
        path.touch(mode=0o600)
        path.write_text(json.dumps(state, ensure_ascii=False, indent=2), encoding="utf-8")

    @classmethod
    def load(cls, path: Path, *, transport: httpx2.BaseTransport | None = None) -> Self:
        """Return the phone that `save` wrote."""
        state = json.loads(path.read_text(encoding="utf-8"))
        keys = PhoneKeys.restore(state["keys"])
        phone = cls(state["origin"], transport=transport, device=state["device"], keys=keys)
        phone.binding = state["binding"]
        phone.clock_offset = timedelta(seconds=state["clock_offset"])
        return phone
