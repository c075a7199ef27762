"""Tenure 0.2: how long a line has been held without a break, and under what kind of contract.

Source: `contracts/kyc-tenure.yaml` (this project's description of CAMARA Tenure 0.2.0).
"""

from datetime import date, datetime, timedelta, timezone

from mocks.telco.apis.call import Body, Call, Number, Operation
from mocks.telco.apis.errors import CamaraError
from mocks.telco.operators import TENURE
from mocks.telco.records import Line

_TAIPEI = timezone(timedelta(hours=8))  # no daylight saving since 1979; `tenureDate` is a day there


def check_tenure(call: Call) -> Body:
    """Tell whether the line has been held since a day, and the contract type where the operator gives it."""
    asked = date.fromisoformat(call.body["tenureDate"])
    if asked > call.now.astimezone(_TAIPEI).date():
        raise CamaraError("OUT_OF_RANGE", "tenureDate lies in the future.")
    told = call.operator.contract_type_given and call.line.contract_known
    kind = {"contractType": call.line.contract_type} if told else {}
    return {"tenureDateCheck": held_since(call.line).astimezone(_TAIPEI).date() <= asked, **kind}


def held_since(line: Line) -> datetime:
    """Return since when this operator has had this holder: activation, port-in or new contract, whichever is latest."""
    moments = (line.activated_at, line.ported_at, line.recycled_at)
    return max(moment for moment in moments if moment is not None)


def _is_own_customer(line: Line) -> bool:
    return line.plan != "mvno"  # the host carries the line, but the contract is the virtual operator's


OPERATIONS = (
    Operation(
        api=TENURE,
        version="v0.2",
        path="/check-tenure",
        number=Number.FORBIDDEN,
        file=lambda _operator: "kyc-tenure.yaml",
        answer=check_tenure,
        serves=_is_own_customer,
    ),
)
