"""The parts of one running simulator, and how a view gets at them."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import current_app
from werkzeug.exceptions import NotFound

from mocks.clock import Clock
from mocks.telco.apis.errors import CamaraError
from mocks.telco.clients import Clients
from mocks.telco.failures import Failures
from mocks.telco.journal import Journal
from mocks.telco.network import Network
from mocks.telco.operators import Operator, Operators
from mocks.telco.records import World
from mocks.telco.signing import KeyRing
from mocks.telco.tokens import Tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What every operator stands on; `base` is the public address, `pace` multiplies the operators' latency.

    `addresses`: the proxy of each connection that has one.
    """

    base: str
    operators: Operators
    world: World
    network: Network
    tokens: Tokens
    clients: Clients
    keys: Mapping[str, KeyRing]
    faults: Failures
    journal: Journal
    clock: Clock
    dice: random.Random
    pace: float = 1.0
    addresses: dict[str, str] = field(default_factory=dict)

    def issuer(self, operator: Operator) -> str:
        """Return an operator's issuer, as `http://127.0.0.1:8103/chunghwa`."""
        return f"{self.base}/{operator.id}"


def ground() -> Ground:
    """Return the running simulator's parts."""
    found = current_app.extensions["ground"]
    assert isinstance(found, Ground)  # noqa: S101  tells the type checker what `create_app` put there
    return found


def require_issuer(operator_id: str) -> Operator:
    """Return the operator of that id; raise `NotFound` where there is none."""
    operator = ground().operators.find(operator_id)
    if operator is None:
        raise NotFound
    return operator


def require_operator(operator_id: str, api: str) -> Operator:
    """Return the operator where it offers that API; raise `CamaraError` (404 NOT_FOUND) otherwise."""
    operator = ground().operators.find(operator_id)
    if operator is None or api not in operator.apis:
        raise CamaraError("NOT_FOUND", "This operator does not offer that.")
    return operator
