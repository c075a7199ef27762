"""The operators' port: whose number is this, is it the one of this connection, and does its line vouch for the person.

One attempt has one verdict, and it is a no unless every answer is plainly a yes. Nothing of an answer or token is
logged or stored. All calls of one attempt end within `SECONDS`; the code and the possession check are sent once and
never again, a further question at most twice.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, runtime_checkable

import httpx2

from authsvc.core.clock import Clock
from authsvc.core.keys import Keys, new_token
from devicebind.inquiry import Inquiry, questions_for, scopes_of
from devicebind.lines import OK, Reason, read_possession
from devicebind.operators import Operator, Operators
from devicebind.party import Attempt, Party
from devicebind.telcotokens import POSSESSION, NotBelieved, authorization_url
from devicebind.telcowire import Deadline, NoAnswer, Wire, result_of

SECONDS: Final = 5.0
VERIFY: Final = "/number-verification/v2/verify"
log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What an attempt came to: confirmed where `reason` is None; `retry_after` in seconds where one was named."""

    reason: Reason | None
    retry_after: int | None = None


@runtime_checkable
class Telco(Protocol):
    """What we ask of the gateway and of the operators behind it."""

    def deadline(self) -> Deadline:
        """Return the moment by which whatever is begun now must be over; one for all calls of one request."""
        ...

    def find_operator(self, number: str, deadline: Deadline | None = None) -> Operator | None:
        """Return who serves a number, None for an operator that cannot vouch here; raise `NoAnswer`."""
        ...

    def operator(self, operator_id: str) -> Operator | None:
        """Return a configured operator, None where it was taken away."""
        ...

    def every_operator(self) -> Sequence[Operator]:
        """Return the configured operators."""
        ...

    def authorization_url(self, operator: Operator, asked: Mapping[str, str], deadline: Deadline | None = None) -> str:
        """Return the address that the phone opens; raise `NoAnswer`."""
        ...

    def issuer(self, operator: Operator) -> str:
        """Return who an operator says it is."""
        ...

    def confirm(self, operator: Operator, attempt: Attempt) -> Verdict:
        """Return the one verdict on an attempt; never raises for what an operator does."""
        ...


class HttpTelco:
    """The operators over HTTP, each at `<gateway>/<path>/`."""

    def __init__(
        self,
        gateway: str,
        operators: Operators,
        *,
        keys: Keys,
        clock: Clock,
        sim_hours: int,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        self._operators, self._clock, self._sim_hours = operators, clock, sim_hours
        self._gateway = Wire("gateway", gateway, transport=transport)
        self._parties = {
            each.id: Party(
                each, gateway=gateway, wire=Wire(each.id, gateway, transport=transport), keys=keys, clock=clock
            )
            for each in operators.by_id.values()
        }
        self.seconds = SECONDS

    def deadline(self) -> Deadline:
        """Return the moment by which whatever is begun now must be over; one for all calls of one request."""
        return Deadline.within(self.seconds)

    def find_operator(self, number: str, deadline: Deadline | None = None) -> Operator | None:
        """Return who serves a number, None for an operator that cannot vouch here; raise `NoAnswer`."""
        question = {"nonce": new_token(16), "number": number}
        answer = self._gateway.call_twice("POST", "/lookup", deadline or self.deadline(), json=question)
        if answer.status != OK or any(answer.body.get(name) != value for name, value in question.items()):
            raise NoAnswer("the gateway answered another question")
        if "operator" not in answer.body or not isinstance(answer.body["operator"], str | None):
            raise NoAnswer("the gateway does not say which operator")
        return self.operator(answer.body["operator"] or "")

    def operator(self, operator_id: str) -> Operator | None:
        """Return a configured operator, None where it was taken away."""
        return self._operators.find(operator_id)

    def every_operator(self) -> Sequence[Operator]:
        """Return the configured operators."""
        return tuple(self._operators.by_id.values())

    def authorization_url(self, operator: Operator, asked: Mapping[str, str], deadline: Deadline | None = None) -> str:
        """Return the address that the phone opens; raise `NoAnswer`."""
        further = scopes_of(operator) if operator.token_plan == "shared" else ()  # noqa: S105 - a plan's name
        try:
            metadata = self._parties[operator.id].metadata(deadline or self.deadline())
        except NotBelieved as fault:
            raise NoAnswer(str(fault)) from fault
        return authorization_url(metadata, operator, asked, scopes=" ".join((POSSESSION, *further)))

    def issuer(self, operator: Operator) -> str:
        """Return who an operator says it is."""
        return self._parties[operator.id].issuer

    def confirm(self, operator: Operator, attempt: Attempt) -> Verdict:
        """Return the one verdict on an attempt; never raises for what an operator does."""
        deadline = self.deadline()
        try:
            return Verdict(reason=self._judge(self._parties[operator.id], attempt, deadline))
        except NoAnswer as fault:
            log.warning("operator %s did not answer: %s", operator.id, fault)
            return Verdict(reason=Reason.TELCO_UNAVAILABLE, retry_after=fault.retry_after)
        except NotBelieved as fault:
            log.warning("operator %s is not believed: %s", operator.id, fault)
            return Verdict(reason=Reason.TELCO_UNAVAILABLE)

    def _judge(self, party: Party, attempt: Attempt, deadline: Deadline) -> Reason | None:
        token = party.redeem(attempt, deadline)
        asked = party.begin_question(VERIFY, token, {"phoneNumber": attempt.msisdn}, deadline)
        against = read_possession(result_of(asked, deadline))
        if against is not None or attempt.only_possession:
            return against
        inquiry = Inquiry(party, attempt, token, self._clock, deadline)
        questions = questions_for(party.operator, attempt, sim_hours=self._sim_hours, at=self._clock.now())
        return inquiry.ask(questions)

    def close(self) -> None:
        """Give every connection back."""
        for wire in (self._gateway, *(party.wire for party in self._parties.values())):
            wire.close()
