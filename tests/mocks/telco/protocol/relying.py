"""A relying party with a handset: asks the operators as a service would, and badly where a test wants it."""

import secrets
from base64 import urlsafe_b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
from flask import Flask
from joserfc import jwt
from joserfc.jwk import ECKey

from mocks.telco.app import BASE
from mocks.telco.clients import ASSERTION_TYPE
from mocks.telco.ground import Ground
from mocks.telco.issuing import BEARER_GRANT

CLIENT_ID = "party"
REDIRECT = "http://localhost:8000/app/phone"
NUMBER = "0900000101"
PURPOSE = "dpv:FraudPreventionAndDetection"
SCOPE = f"openid {PURPOSE} number-verification:verify"
ABSENT = object()
Fields = dict[str, Any]


class Party:
    """The client of one running simulator; `forward` moves the simulator's clock."""

    def __init__(self, app: Flask, http: httpx2.Client, *, offset_file: Path) -> None:
        self.http, self.offset_file = http, offset_file
        self.ground: Ground = app.extensions["ground"]
        self.key = ECKey.generate_key("P-256", {"kid": "party-1"})
        self.verifier = secrets.token_urlsafe(40)
        self.offset = 0.0
        self.put("/control/clients", client_id=CLIENT_ID, redirect_uris=[REDIRECT], jwks=self.jwks())

    def jwks(self) -> Fields:
        return {"keys": [self.key.as_dict(private=False)]}

    def put(self, path: str, **body: Any) -> httpx2.Response:
        return self.http.put(path, json=body).raise_for_status()

    def fault(self, target: str, kind: str, **more: Any) -> None:
        self.put("/control/faults", target=target, kind=kind, **more)

    def forward(self, seconds: float) -> None:
        self.offset += seconds
        self.offset_file.write_text(str(self.offset), encoding="ascii")

    def fields(self, **changes: Any) -> Fields:
        """Return a correct request's fields with some changed; `ABSENT` leaves one out."""
        usual = {
            "response_type": "code",
            "client_id": CLIENT_ID,
            "redirect_uri": REDIRECT,
            "scope": SCOPE,
            "state": "a-state",
            "nonce": "a-nonce",
            "code_challenge": challenge(self.verifier),
            "code_challenge_method": "S256",
            "prompt": "none",
        }
        return {name: value for name, value in {**usual, **changes}.items() if value is not ABSENT}

    def ask(
        self, operator: str, *, over: str | None = NUMBER, headers: Fields | None = None, **changes: Any
    ) -> httpx2.Response:
        """Open the operator's address over a connection (None: without a proxy, as this computer)."""
        stated = {} if over is None else self.ground.network.signed(over)
        return self.http.get(
            f"/{operator}/authorize", params=self.fields(**changes), headers={**(headers or {}), **stated}
        )

    def returned(self, operator: str, **how: Any) -> Fields:
        """Return what the operator sends back to the client's address."""
        response = self.ask(operator, **how)
        assert response.status_code == 302, response.text
        assert response.headers["location"].startswith(f"{REDIRECT}?")
        return dict(parse_qsl(urlsplit(response.headers["location"]).query))

    def signed(self, operator: str, *, audience: str = "", key: ECKey | None = None, **changes: Any) -> str:
        """Return a statement signed by this client, good for the token endpoint."""
        now = int(self.ground.clock.now().timestamp())
        usual = {
            "iss": CLIENT_ID,
            "sub": CLIENT_ID,
            "aud": audience or f"{BASE}/{operator}/token",
            "iat": now,
            "exp": now + 120,
            "jti": secrets.token_urlsafe(8),
        }
        claims = {name: value for name, value in {**usual, **changes}.items() if value is not ABSENT}
        used = key or self.key
        return jwt.encode({"alg": "ES256", "kid": used.kid}, claims, used, algorithms=["ES256"])

    def redeem(self, operator: str, code: str, **changes: Any) -> httpx2.Response:
        """Exchange a code, with some fields of the request changed."""
        usual = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": REDIRECT,
            "code_verifier": self.verifier,
        }
        return self.send(operator, **{**usual, **changes})

    def state_number(self, operator: str, number: str, **changes: Any) -> httpx2.Response:
        """Ask for a token by JWT bearer, for a number that this client states."""
        claims = {"sub": f"tel:{number}", "scope": f"{PURPOSE} kyc-match:match", **changes}
        return self.send(operator, grant_type=BEARER_GRANT, assertion=self.signed(operator, **claims))

    def send(self, operator: str, **fields: Any) -> httpx2.Response:
        """Send a request to the token endpoint; a client assertion is added where none is given."""
        usual = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": self.signed(operator)}
        form = {name: value for name, value in {**usual, **fields}.items() if value is not ABSENT}
        return self.http.post(f"/{operator}/token", data=form)

    def token(self, operator: str, *, over: str = NUMBER, **changes: Any) -> Fields:
        """Return the token response of a whole good run."""
        answer = self.redeem(operator, self.returned(operator, over=over, **changes)["code"])
        assert answer.status_code == 200, answer.text
        body: Fields = answer.json()
        return body

    def verify(self, operator: str, token: str, number: str = "+886900000101") -> httpx2.Response:
        """Ask Number Verification."""
        return self.http.post(
            f"/{operator}/number-verification/v2/verify",
            json={"phoneNumber": number},
            headers={"Authorization": f"Bearer {token}"},
        )

    def number_behind(self, token: str) -> str:
        """Return whose line a token stands for."""
        grant = self.ground.tokens.peek(token)
        assert grant is not None
        return grant.number


def challenge(verifier: str) -> str:
    """Return the S256 challenge of a verifier."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
