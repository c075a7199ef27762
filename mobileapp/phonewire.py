"""The phone's side of the wire: a fresh DPoP proof a call, and answers as plain objects (RFC 9449)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import httpx2
from joserfc.jwk import ECKey

from mobileapp.phonekeys import proof

API = "/api/v1"
Body = Mapping[str, Any] | None


class Problem(Exception):
    """An answer that is no success: `status`, `code` and `detail` of its problem+json, and the `body`."""

    def __init__(self, response: httpx2.Response) -> None:
        self.status = response.status_code
        self.body = json_object(response)
        self.code = str(self.body.get("code", ""))
        self.detail = str(self.body.get("detail") or self.body.get("title") or response.text[:300])
        self.request = f"{response.request.method} {response.request.url.path}"
        super().__init__(f"{self.request}: {self.status} {self.code} {self.detail}".rstrip())


def json_object(response: httpx2.Response) -> dict[str, Any]:
    """Return the body as a JSON object: a list as `items`, `{}` when it is not JSON."""
    if "json" not in response.headers.get("content-type", ""):
        return {}
    body = response.json()
    return body if isinstance(body, dict) else {"items": body}


def answer_of(response: httpx2.Response) -> dict[str, Any]:
    """Return the JSON object of a success, empty where the answer is; raise `Problem` for everything else."""
    if not response.is_success:
        raise Problem(response)
    return json_object(response) if response.content else {}


class Wire:
    """One device key's line to the service; it remembers the newest nonce that the service gave."""

    def __init__(self, origin: str, *, key: ECKey, client: httpx2.Client, clock: Callable[[], datetime]) -> None:
        self.origin = origin
        self.key = key
        self.client = client
        self.clock = clock
        self.nonce: str | None = None

    def send(
        self,
        method: str,
        path: str,
        body: Body | Callable[[], Body] = None,
        *,
        access_token: str | None = None,
    ) -> httpx2.Response:
        """Make one call below `/api/v1`; when a nonce is demanded, once more, with a callable body made anew."""
        response = self._send_once(method, path, body, access_token)
        if wants_nonce(response):
            response = self._send_once(method, path, body, access_token)
        return response

    def _send_once(
        self, method: str, path: str, body: Body | Callable[[], Body], access_token: str | None
    ) -> httpx2.Response:
        url = f"{self.origin}{API}{path}"
        signature = proof(
            self.key,
            method=method,
            url=url.partition("?")[0],
            at=self.clock(),
            access_token=access_token,
            nonce=self.nonce,
        )
        headers = {"DPoP": signature} | ({"Authorization": f"DPoP {access_token}"} if access_token else {})
        payload = body() if callable(body) else body
        response = self.client.request(method, url, headers=headers, json=payload)
        self.nonce = response.headers.get("DPoP-Nonce", self.nonce)
        return response


def wants_nonce(response: httpx2.Response) -> bool:
    """Tell whether the service asks for a proof with its nonce (RFC 9449 section 8)."""
    return response.status_code == httpx2.codes.UNAUTHORIZED and (
        json_object(response).get("code") == "use_dpop_nonce"
        or "use_dpop_nonce" in response.headers.get("WWW-Authenticate", "")
    )


def wants_fresh_token(response: httpx2.Response) -> bool:
    """Tell whether it was the access token that the service did not take (RFC 6750 section 3.1)."""
    return response.status_code == httpx2.codes.UNAUTHORIZED and json_object(response).get("code") == "invalid_token"
