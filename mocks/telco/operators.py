"""The operators and their habits, as data: one more, one fewer or two merged is a change of data, not of code.

The five names are those of the reference documents. The habits are made up so that a gateway that gets along with
all of them gets along with a real one; no figure here was measured at a real operator.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

NUMBER_VERIFICATION = "number-verification"
KYC_MATCH = "kyc-match"
SIM_SWAP = "sim-swap"
TENURE = "kyc-tenure"
SUBSCRIPTION_STATUS = "subscription-status"
LINE_ELIGIBILITY = "tw-line-eligibility"

APIS = frozenset({NUMBER_VERIFICATION, KYC_MATCH, SIM_SWAP, TENURE, SUBSCRIPTION_STATUS, LINE_ELIGIBILITY})
OWN_ENDPOINTS = frozenset({"authorize", "token", "jwks", "discovery"})
PURPOSE_PREFIX = "dpv:"
RESERVED = frozenset({"control", "gateway", "handset", "healthz", "lookup", "other", "static"})
_ID = re.compile(r"[a-z0-9-]{1,40}")


class BadOperators(ValueError):
    """The file of operators cannot be used; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """One operator (or one merged brand that still has an issuer of its own).

    `apis` are the API names it offers (a scope is `<api>:<deed>`). `identification`: how it recognises the line, by
    `address` (address, port and time) or by the `header` that its own gateway inserts. `no_session_error` is what
    `/authorize` says to a connection that is none of its lines. `latency` is in seconds, lowest and highest.
    `busy_every`: each so-many-th call gets 429 with Retry-After (0: never). `vague`: the share of attributes that it
    does not keep, and answers `not_available` to. `scores`: KYC Match tells how close a text that differs comes.
    `monitored_days`: for how long SIM changes are kept (0: for ever). `absorbed`: no issuer any more, `owner` serves
    its numbers.
    """

    id: str
    name: str
    name_zh: str
    owner: str | None = None
    absorbed: bool = False
    apis: frozenset[str] = APIS
    pkce_required: bool = False
    single_use_tokens: bool = False
    strict_bodies: bool = False
    kyc_version: Literal["0.4", "0.5"] = "0.4"
    id_document_first: bool = False
    knows_former_numbers: bool = False
    contract_type_given: bool = True
    vague: float = 0.0
    scores: bool = False
    identification: Literal["address", "header"] = "address"
    no_session_error: Literal["login_required", "interaction_required", "access_denied"] = "login_required"
    latency: tuple[float, float] = (0.0, 0.0)
    busy_every: int = 0
    monitored_days: int = 100
    sends_issuer: bool = False
    code_seconds: int = 60
    token_seconds: int = 300

    def offers(self, scope: str) -> bool:
        """Tell whether a scope (`kyc-match:match`, or the bare `sim-swap`) belongs to an API of this operator."""
        return scope.partition(":")[0] in self.apis


FIVE = (
    Operator(  # the newest of the five
        id="chunghwa",
        name="Chunghwa Telecom",
        name_zh="中華電信",
        pkce_required=True,
        sends_issuer=True,
        single_use_tokens=True,
        strict_bodies=True,
        kyc_version="0.5",
        knows_former_numbers=True,
        scores=True,
        monitored_days=0,
        code_seconds=30,
        token_seconds=120,
    ),
    Operator(  # says "somebody else" as 403 ID_DOCUMENT_MISMATCH
        id="taiwan-mobile",
        name="Taiwan Mobile",
        name_zh="台灣大哥大",
        id_document_first=True,
        no_session_error="access_denied",
    ),
    Operator(  # the contract type only by the extension; keeps few attributes
        id="fareastone",
        name="FarEasTone",
        name_zh="遠傳電信",
        apis=APIS - {TENURE},
        knows_former_numbers=True,
        vague=0.5,
        no_session_error="interaction_required",
        monitored_days=60,
    ),
    Operator(  # slow and easily busy
        id="taiwan-star",
        name="Taiwan Star",
        name_zh="台灣之星",
        latency=(0.3, 0.9),
        busy_every=5,
        scores=True,
        no_session_error="access_denied",
    ),
    Operator(  # a merged brand with an issuer of its own, whose gateway inserts the number
        id="asia-pacific",
        name="Asia Pacific Telecom",
        name_zh="亞太電信",
        owner="fareastone",
        identification="header",
        contract_type_given=False,
        single_use_tokens=True,
        vague=0.2,
    ),
)


class Operators:
    """The operators in force."""

    def __init__(self, operators: tuple[Operator, ...] = FIVE) -> None:
        """Take them over; raise `BadOperators` where an id is doubled or no part of an address, or an owner unknown."""
        self._by_id = {operator.id: operator for operator in operators}
        owners = {operator.owner for operator in operators if operator.owner}
        absorbed_alone = [each.id for each in operators if each.absorbed and not each.owner]
        if not all(_ID.fullmatch(each) and each not in RESERVED for each in self._by_id):
            raise BadOperators(f"an id is lower-case letters, digits and dashes, and none of {sorted(RESERVED)}")
        if len(self._by_id) != len(operators) or owners - set(self._by_id) or absorbed_alone:
            raise BadOperators("ids must differ, an owner must be one of them, and an absorbed brand needs an owner")

    def all(self) -> tuple[Operator, ...]:
        """Return every operator that has an issuer."""
        return tuple(operator for operator in self._by_id.values() if not operator.absorbed)

    def find(self, operator_id: str) -> Operator | None:
        """Return the operator with an issuer of that id, or None."""
        operator = self._by_id.get(operator_id)
        return None if operator is None or operator.absorbed else operator

    def serving(self, operator_id: str) -> Operator | None:
        """Return who serves the numbers of an operator or brand: itself, or its owner where it was absorbed."""
        operator = self._by_id.get(operator_id)
        while operator is not None and operator.absorbed:
            operator = self._by_id.get(operator.owner or "")
        return operator

    def knows(self, operator_id: str) -> bool:
        """Tell whether there is an operator or brand of that id."""
        return operator_id in self._by_id


def load_operators(path: Path | None) -> Operators:
    """Return the five, or those of a JSON file: a list of objects with the fields of `Operator`.

    An object whose id is one of the five takes the rest of its fields from there. Raises `BadOperators`.
    """
    if path is None:
        return Operators()
    rows = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(rows, list) or not all(isinstance(row, dict) and "id" in row for row in rows):
        raise BadOperators(f"{path} is not a list of objects with an id")
    return Operators(tuple(_operator(row) for row in rows))


def _operator(row: dict[str, Any]) -> Operator:
    known = {each.id: each for each in FIVE}.get(row["id"])
    start = {name: getattr(known, name) for name in Operator.__slots__} if known else {}
    wanted = {**start, **row}
    unknown = set(wanted) - set(Operator.__slots__)
    if unknown or not {"name", "name_zh"} <= set(wanted):
        raise BadOperators(f"{row['id']}: unknown {sorted(unknown)} or name, name_zh missing")
    wanted["apis"] = frozenset(wanted.get("apis", APIS))
    wanted["latency"] = tuple(wanted.get("latency", (0.0, 0.0)))
    return Operator(**wanted)
