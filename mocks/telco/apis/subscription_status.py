"""Subscription Status 0.1: which services of a line are active.

Source: `contracts/subscription-status.yaml` (this project's description of CAMARA Subscription Status 0.1.0, whose
path is spelt `retrive`).
"""

from mocks.telco.apis.call import Body, Call, Number, Operation
from mocks.telco.operators import SUBSCRIPTION_STATUS
from mocks.telco.records import Line


def retrieve_status(call: Call) -> Body:
    """Return the state of calls in, calls out and data; being overdue shows only once something is blocked."""
    return dict(call.line.services)


def _is_no_router(line: Line) -> bool:
    return line.purpose != "fixed_wireless"


OPERATIONS = (
    Operation(
        api=SUBSCRIPTION_STATUS,
        version="v0.1",
        path="/retrive-subscription-status",
        number=Number.EQUAL,
        file=lambda _operator: "subscription-status.yaml",
        answer=retrieve_status,
        serves=_is_no_router,
    ),
)
