"""What an API operation is, and what it is told about a call."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from mocks.telco.apis.openapi import Described, described
from mocks.telco.operators import Operator
from mocks.telco.records import Line, World
from mocks.telco.tokens import Grant

Body = dict[str, Any]


class Number(Enum):
    """What `phoneNumber` in a body means where the token already identifies a line."""

    COMPARED = "it is the question itself, and the token must identify a line"
    EQUAL = "it may be repeated, but must be the token's"
    FORBIDDEN = "it must not be sent, not even the same one"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call that has passed the door: whose, about which line, when."""

    operator: Operator
    grant: Grant
    body: Body
    world: World
    line: Line
    now: datetime


def nothing_more(_operator: Operator, _body: Body) -> None:
    """Demand nothing of a body beyond its schema."""


def every_line(_line: Line) -> bool:
    """Serve every line."""
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation of an API: its address, its file, its rule for numbers and the function that answers.

    `file` names the OpenAPI file by operator (versions differ), `demand` raises for what a schema cannot say,
    `serves` tells for which lines the service is offered, `network_only` asks for a token from network authentication.
    """

    api: str
    version: str
    path: str
    number: Number
    file: Callable[[Operator], str]
    answer: Callable[[Call], Body]
    demand: Callable[[Operator, Body], None] = nothing_more
    serves: Callable[[Line], bool] = every_line
    network_only: bool = False

    def described(self, operator: Operator) -> Described:
        """Return what the operator's version of the file says about it."""
        return described(self.file(operator), self.path)
