"""A browser with a card reader, in Python: one cookie jar, the card component, and the pages' JSON calls."""

from collections.abc import Iterator, Mapping
from typing import Any, Self

import httpx2

from mobileapp.phonewire import API, answer_of

TIMEOUT = 30.0
TERMS_VERSION = "2026-11"


class CardReader:
    """The reader component beside the browser and its one slot (loopback HTTP)."""

    def __init__(self, url: str, *, origin: str) -> None:
        """Reach the component at `url`, speaking for pages of `origin`."""
        self.origin = origin
        self.http = httpx2.Client(base_url=url, timeout=TIMEOUT, trust_env=False)

    def cards(self) -> list[dict[str, Any]]:
        """Return all virtual cards of the simulator: `{id, kind, national_id, pin, state}`."""
        return items_of(answer_of(self.http.get("/control/cards")))

    def insert(self, card_id: str | None) -> None:
        """Put a virtual card into the slot, or take it out with None."""
        answer_of(self.http.put("/control/reader", json={"card": card_id}))

    def status(self) -> dict[str, Any]:
        """Return version and readers, as a page would ask."""
        return answer_of(self.http.get("/status", headers={"Origin": self.origin}))

    def sign(self, *, purpose: str, challenge: Mapping[str, Any], pin: str | None = None) -> dict[str, Any]:
        """Let the inserted card sign a challenge; return the `card_proof` for the service."""
        wish = {
            "origin": self.origin,
            "purpose": purpose,
            "challenge_id": challenge["id"],
            "nonce": challenge["nonce"],
            **({} if pin is None else {"pin": pin}),
        }
        signed = answer_of(self.http.post("/sign", json=wish, headers={"Origin": self.origin}))
        return {"challenge_id": challenge["id"], **{k: signed[k] for k in ("certificate", "signature")}}


class Browser:
    """One browser profile: what it starts, only it can finish."""

    def __init__(
        self,
        origin: str,
        *,
        card_url: str | None = None,
        transport: httpx2.BaseTransport | None = None,
        language: str = "zh-Hant-TW",
    ) -> None:
        """Open an empty profile on a public origin; `card_url` is the card component's address."""
        self.origin = origin.rstrip("/")
        self.reader = CardReader(card_url, origin=self.origin) if card_url else None
        self.http = httpx2.Client(
            base_url=self.origin,
            transport=transport,
            headers={"Accept-Language": language},
            timeout=TIMEOUT,
            trust_env=False,
        )

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Make one JSON call as a page of the portal does; raise `Problem` when it is refused."""
        headers = {"Origin": self.origin, "Sec-Fetch-Site": "same-origin"}
        return answer_of(self.http.request(method, f"{API}{path}", json=body, headers=headers))

    def card_proof(self, purpose: str, *, card: str | None = None, pin: str | None = None) -> dict[str, Any]:
        """Return a fresh proof by the inserted card; `card` is put in first."""
        reader = self.require_reader()
        if card is not None:
            reader.insert(card)
        return reader.sign(purpose=purpose, challenge=self.card_challenge(purpose), pin=pin)

    def card_challenge(self, purpose: str) -> dict[str, Any]:
        """Return a fresh challenge `{id, nonce, expires_at}` for this purpose and this browser."""
        return self.call("POST", "/card-challenges", {"purpose": purpose})

    def require_reader(self) -> CardReader:
        """Return the reader beside this browser; raise ValueError when it has none."""
        if self.reader is None:
            raise ValueError("this browser has no card reader: give card_url")
        return self.reader

    def register(
        self, *, card_proof: Mapping[str, Any], evidence: Mapping[str, Any], password: str, email: str, mobile: str
    ) -> dict[str, Any]:
        """Apply with a proof for `register`; `evidence` is `{household}` or `{residence}`; a mail follows."""
        body = {
            "card_proof": card_proof,
            **evidence,
            "password": password,
            "email": email,
            "mobile": mobile,
            "terms_version": TERMS_VERSION,
        }
        return self.call("POST", "/registrations", body)

    def confirm(self, token: str, **more: str) -> dict[str, Any]:
        """Confirm the application of the mail's link with the inserted card."""
        body = {"token": token, "card_proof": self.card_proof("confirm"), **more}
        return self.call("POST", "/registrations/confirmations", body)

    def login_by_card(self, password: str, **more: Any) -> dict[str, Any]:
        """Open a session by the inserted card and the registered password."""
        body = {"card_proof": self.card_proof("login"), "password": password, **more}
        return self.call("POST", "/sessions/card", body)

    def login_by_otp(self, *, national_id: str, birth_date: str, otp: str, **more: Any) -> dict[str, Any]:
        """Open a session by ID, birth date and the code on the phone."""
        body = {"national_id": national_id, "birth_date": birth_date, "otp": otp, **more}
        return self.call("POST", "/sessions/otp", body)

    def session(self) -> dict[str, Any]:
        """Return the open session."""
        return self.call("GET", "/sessions/current")

    def logout(self) -> None:
        """End the open session."""
        self.call("DELETE", "/sessions/current")

    def device_code(self) -> dict[str, Any]:
        """Make a device code for the person who logged in by card: `{id, code, qr_text, …}`."""
        return self.call("POST", "/device-codes")

    def start_qr_login(self, *, national_id: str, birth_date: str, **more: Any) -> dict[str, Any]:
        """Start an order: `{id, expires_at, frame, match_code, events_url}`."""
        return self.call("POST", "/qr-logins", {"national_id": national_id, "birth_date": birth_date, **more})

    def events(self, order: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield `(event, data)` of an order's stream until the service ends it."""
        with self.http.sse(order["events_url"]) as source:
            if not source.response.is_success:
                source.response.read()
                answer_of(source.response)
            for event in source:
                data = event.json()
                yield event.event, data if isinstance(data, dict) else {}

    def next_frame(self, order: Mapping[str, Any]) -> str:
        """Return the text of the next frame that the stream draws."""
        for name, data in self.events(order):
            if name == "frame":
                return str(data["text"])
        raise ValueError("the stream ended without a frame")

    def wait_for_status(self, order: Mapping[str, Any], *wanted: str) -> str:
        """Follow the stream until the order has one of the wanted states; return it."""
        status = ""
        for name, data in self.events(order):
            if name == "state":
                status = str(data["status"])
            if status in wanted:
                return status
        raise ValueError(f"the stream ended in state {status!r}, wanted one of {wanted}")

    def redeem(self, order_id: str) -> dict[str, Any]:
        """Open the session of an approved order."""
        return self.call("POST", "/sessions/qr", {"order_id": order_id})

    def close(self) -> None:
        """Close the connections."""
        self.http.close()
        if self.reader is not None:
            self.reader.http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def items_of(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the list of an answer, whether it came bare or under one name."""
    lists = [value for value in answer.values() if isinstance(value, list)]
    return list(lists[0]) if lists else []
