"""One operator as a party: its endpoints and keys, a code redeemed once, a question asked with a token of its own."""

from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

from authsvc.core.clock import Clock, ticks
from authsvc.core.jose import PublicKey
from authsvc.core.keys import Keys
from authsvc.core.signing import SigningKey, signing_keys
from devicebind.lines import Answer
from devicebind.operators import Operator
from devicebind.telcotokens import (
    Metadata,
    authenticated,
    bearer_form,
    code_form,
    key_id,
    read_keys,
    read_metadata,
    read_token,
    require_about_us,
)
from devicebind.telcowire import Deadline, NoAnswer, Wire, result_of

METADATA_SECONDS: Final = 600.0
KEYS_SECONDS: Final = 600.0
REFRESH_SECONDS: Final = 5.0


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """What is to be confirmed about whom, and the code that the phone brought back.

    `number` is national (09…). With `only_possession` no question about the person or the line is sent.
    """

    number: str
    national_id: str
    code: str
    verifier: str
    nonce: str
    redirect_uri: str
    only_possession: bool = False

    @property
    def msisdn(self) -> str:
        """Return the number in E.164."""
        return f"+886{self.number[1:]}"


def client_keys(keys: Keys, operator: Operator) -> tuple[SigningKey, ...]:
    """Return our keys for one operator: the one that signs, and the one before it, which is still published."""
    return signing_keys(keys, f"telco/{operator.id}")


class Party:
    """An operator below the gateway; what is remembered of it is read anew when it is old."""

    def __init__(self, operator: Operator, *, gateway: str, wire: Wire, keys: Keys, clock: Clock) -> None:
        self.operator, self.wire = operator, wire
        self.issuer = f"{gateway}/{operator.path}"
        self._key, self._clock = client_keys(keys, operator)[0], clock
        self._metadata: tuple[float, Metadata] | None = None
        self._signers: tuple[float, Mapping[str, PublicKey]] | None = None
        self._lock = Lock()

    def metadata(self, deadline: Deadline) -> Metadata:
        """Return where the endpoints are; raise `NoAnswer` or `NotBelieved`."""
        if self._metadata is None or ticks() - self._metadata[0] > METADATA_SECONDS:
            answer = self.wire.call_twice("GET", f"{self.issuer}/.well-known/openid-configuration", deadline)
            self._metadata = ticks(), read_metadata(answer, issuer=self.issuer)
        return self._metadata[1]

    def redeem(self, attempt: Attempt, deadline: Deadline) -> str:
        """Exchange the code, once, and return the token that came with a proof about our question.

        Raise `NoAnswer` or `NotBelieved`.
        """
        metadata, client_id = self.metadata(deadline), self.operator.client_id
        form = code_form(attempt.code, verifier=attempt.verifier, redirect_uri=attempt.redirect_uri)
        answer = result_of(self.begin_token(form, deadline), deadline)
        token, id_token = read_token(answer), answer.body.get("id_token")
        signers, now = self._signers_of(id_token, deadline), self._clock.now()
        require_about_us(id_token, signers, issuer=metadata.issuer, client_id=client_id, nonce=attempt.nonce, at=now)
        return token

    def begin_token(self, form: Mapping[str, str], deadline: Deadline) -> "Future[Answer]":
        """Start to ask for a token; a request is never sent twice."""
        endpoint = self.metadata(deadline).token_endpoint
        proved = authenticated(form, self.operator, self._key, audience=endpoint, at=self._clock.now())
        return self.wire.begin("POST", endpoint, deadline, data=proved)

    def begin_bearer(self, msisdn: str, scope: str, deadline: Deadline) -> "Future[Answer]":
        """Start to ask for a token of one scope about a number that was proved a moment ago."""
        endpoint, now = self.metadata(deadline).token_endpoint, self._clock.now()
        claims = {"sub": f"tel:{msisdn}", "scope": scope}
        return self.begin_token(bearer_form(self.operator, self._key, claims, audience=endpoint, at=now), deadline)

    def begin_question(self, path: str, token: str, body: Mapping[str, Any], deadline: Deadline) -> "Future[Answer]":
        """Start to ask a question; its answer must carry the same correlator."""
        headers = {"Authorization": f"Bearer {token}"}
        return self.wire.begin("POST", f"{self.issuer}{path}", deadline, json=body, headers=headers, correlated=True)

    def _signers_of(self, id_token: Any, deadline: Deadline) -> Mapping[str, PublicKey]:
        """Return the operator's keys, read anew for one that we do not know, but not over and over."""
        with self._alone(deadline):
            age = None if self._signers is None else ticks() - self._signers[0]
            missing = self._signers is None or key_id(id_token) not in self._signers[1]
            if self._signers is None or age is None or age > KEYS_SECONDS or (missing and age > REFRESH_SECONDS):
                answer = self.wire.call_twice("GET", self.metadata(deadline).jwks_uri, deadline)
                self._signers = ticks(), read_keys(answer)
            return self._signers[1]

    @contextmanager
    def _alone(self, deadline: Deadline) -> Iterator[None]:
        """Hold the lock; raise `NoAnswer` where somebody else waits for the operator beyond the deadline."""
        if not self._lock.acquire(timeout=deadline.left):
            raise NoAnswer("the time is over")
        try:
            yield
        finally:
            self._lock.release()
