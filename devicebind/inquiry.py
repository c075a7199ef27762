"""After possession: what is asked about the person and the line, all at once, and what the answers come to."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from authsvc.core.clock import Clock
from authsvc.core.localtime import TAIPEI
from devicebind.lines import (
    Answer,
    Reason,
    read_contract,
    read_eligibility,
    read_match,
    read_sim,
    read_status,
    worst,
)
from devicebind.operators import Operator
from devicebind.party import Attempt, Party
from devicebind.telcotokens import NotBelieved, read_token
from devicebind.telcowire import Deadline, NoAnswer, result_of

CITIZENS: Final = "12"
Read = TypeVar("Read")


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question about a line: its scope, its path, what is sent, and how its answer is read.

    The number is never sent: the token stands for it.
    """

    scope: str
    path: str
    body: dict[str, Any]
    read: Callable[[Answer], Reason | None]


def scopes_of(operator: Operator) -> tuple[str, ...]:
    """Return the scopes of all questions that this operator is asked after possession."""
    tenure = ("kyc-tenure:check-tenure",) if operator.tenure else ()
    status = "subscription-status:retrive-subscription-status"  # spelt so in CAMARA's file
    return ("kyc-match:match", *tenure, status, "tw-line-eligibility:check", "sim-swap:check")


def questions_for(operator: Operator, attempt: Attempt, *, sim_hours: int, at: datetime) -> tuple[Question, ...]:
    """Return the questions about a person's ID and line, with what is sent."""
    kind = "national_id_card" if attempt.national_id[1] in CITIZENS else "residence_permit"
    today = at.astimezone(TAIPEI).date().isoformat()
    about: dict[str, tuple[str, dict[str, Any], Callable[[Answer], Reason | None]]] = {
        "kyc-match": (
            f"v{operator.kyc}/match",
            {"idDocument": attempt.national_id, "idDocumentType": kind},
            read_match,
        ),
        "kyc-tenure": ("v0.2/check-tenure", {"tenureDate": today}, read_contract),
        "subscription-status": ("v0.1/retrive-subscription-status", {}, read_status),
        "tw-line-eligibility": ("v0.1/check", {}, read_eligibility),
        "sim-swap": ("v2/check", {"maxAge": sim_hours}, read_sim),
    }
    return tuple(_question(scope, *about[scope.partition(":")[0]]) for scope in scopes_of(operator))


def _question(scope: str, path: str, body: dict[str, Any], read: Callable[[Answer], Reason | None]) -> Question:
    return Question(scope=scope, path=f"/{scope.partition(':')[0]}/{path}", body=body, read=read)


@dataclass(frozen=True)
class Inquiry:
    """The questions of one attempt, asked with the token of the phone's own connection or with tokens of ours."""

    party: Party
    attempt: Attempt
    token: str
    clock: Clock
    deadline: Deadline

    def ask(self, questions: Sequence[Question]) -> Reason | None:
        """Ask all at once, those without an answer once more, and return the first reason against the line.

        Raise `NoAnswer` where nothing speaks against it but something was not answered.
        """
        answers = self._round(questions)
        again = [index for index, answer in enumerate(answers) if isinstance(answer, NoAnswer) and answer.may_repeat]
        wait = max((retry_after(answers[index]) for index in again), default=0)
        if again and wait < self.deadline.left:
            if wait:
                self.clock.sleep(wait)
            repeated = self._round([questions[index] for index in again])
            answers = [dict(zip(again, repeated, strict=True)).get(index, old) for index, old in enumerate(answers)]
        reason = worst(read_or_unclear(question, told) for question, told in zip(questions, answers, strict=True))
        silent = [answer for answer in answers if isinstance(answer, NoAnswer)]
        if reason is Reason.TELCO_UNAVAILABLE and silent:
            raise max(silent, key=retry_after)
        return reason

    def _round(self, questions: Sequence[Question]) -> list[Answer | NoAnswer]:
        tokens: list[str | NoAnswer] = [self.token] * len(questions)
        if self.party.operator.token_plan == "jwt_bearer":  # noqa: S105 - a plan's name
            asked = [self.party.begin_bearer(self.attempt.msisdn, each.scope, self.deadline) for each in questions]
            tokens = [_once(self._outcome(call, read_token)) for call in asked]
        begun = [
            held if isinstance(held, NoAnswer) else self.party.begin_question(each.path, held, each.body, self.deadline)
            for each, held in zip(questions, tokens, strict=True)
        ]
        return [call if isinstance(call, NoAnswer) else self._outcome(call, lambda answer: answer) for call in begun]

    def _outcome(self, call: "Future[Answer]", read: Callable[[Answer], Read]) -> Read | NoAnswer:
        try:
            return read(result_of(call, self.deadline))
        except NoAnswer as fault:
            return fault
        except NotBelieved as fault:
            return NoAnswer(str(fault))


def _once(token: str | NoAnswer) -> str | NoAnswer:
    """Return a token, or the fault as one that is not tried again: what a token endpoint refused, it refused."""
    return NoAnswer(str(token), retry_after=token.retry_after) if isinstance(token, NoAnswer) else token


def retry_after(answer: Answer | NoAnswer) -> int:
    """Return the seconds after which a party that did not answer wants to be asked again, 0 where it named none."""
    return (answer.retry_after or 0) if isinstance(answer, NoAnswer) else 0


def read_or_unclear(question: Question, answer: Answer | NoAnswer) -> Reason | None:
    """Return what an answer says; no answer is never a yes."""
    return Reason.TELCO_UNAVAILABLE if isinstance(answer, NoAnswer) else question.read(answer)
