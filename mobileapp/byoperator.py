"""A phone is bound by its operator's word: begin, open one address over mobile data, hand in the answer."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2

TIMEOUT = 30.0
CONSENT = "2026-11"  # the text about asking the operator that this phone shows
ANSWER = ("state", "code", "error", "iss")


class ByOperator:
    """What a phone adds to its calls; `self_description` and `keep_binding` are the phone's."""

    def self_description(self) -> dict[str, Any]:
        """Return what the phone says of itself, and its key for one-time codes."""
        raise NotImplementedError

    def keep_binding(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Make the call that binds, and keep what it answers."""
        raise NotImplementedError

    def call(self, method: str, path: str, body: Any = None, *, with_token: bool = True) -> dict[str, Any]:
        """Make one API call."""
        raise NotImplementedError

    def verify_by_operator(
        self, claim: Mapping[str, str], account: Mapping[str, str], *, over: httpx2.BaseTransport | str
    ) -> dict[str, Any]:
        """Bind this phone by its operator's word; return the binding.

        `claim`: mobile, national_id, card_last4. `account`: password, and for new people email and terms_version.
        `over` is the line's data path: a transport, or the address of an HTTP proxy.
        """
        begun = self.begin_verification(claim)
        return self.finish_verification(begun["id"], answer_over(over, begun["authorization_url"]), account)

    def begin_verification(self, claim: Mapping[str, str]) -> dict[str, Any]:
        """Begin a verification; return its id, the address to open over mobile data, and when it is over."""
        body = {"consent_version": CONSENT, **claim, **self.self_description()}
        return self.call("POST", "/phone-verifications", body, with_token=False)

    def finish_verification(
        self, verification_id: str, answer: Mapping[str, str], account: Mapping[str, str]
    ) -> dict[str, Any]:
        """Hand in what the operator sent the phone back with, and what the person chose; return the binding."""
        told = {name: answer[name] for name in ANSWER if name in answer}
        chosen = {} if "error" in told else dict(account)
        return self.keep_binding(f"/phone-verifications/{verification_id}/completions", told | chosen)


def answer_over(path: httpx2.BaseTransport | str, address: str) -> dict[str, str]:
    """Open an operator's address over a line's data path and return what its redirect says; no page is ever shown.

    Raise `RuntimeError` where the operator sends the phone nowhere.
    """
    way: dict[str, Any] = {"proxy": path} if isinstance(path, str) else {"transport": path}
    with httpx2.Client(timeout=TIMEOUT, trust_env=False, follow_redirects=False, **way) as browser:
        answer = browser.get(address)
    if not answer.has_redirect_location:
        raise RuntimeError(f"the operator did not send the phone back: {answer.status_code}")
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))
