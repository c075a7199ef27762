"""Number Verification 2.1: whether a number is the one in use on the connection that the token came from.

Source: `../reference/number-verification.yaml`.
"""

import hashlib
import hmac

from mocks.telco.apis.call import Body, Call, Number, Operation
from mocks.telco.apis.errors import CamaraError
from mocks.telco.operators import NUMBER_VERIFICATION, Operator

_FILE = "number-verification.yaml"


def verify(call: Call) -> Body:
    """Tell whether the given number, or its hash, is the token's; another number is an answer, not an error."""
    own = call.line.msisdn
    if "phoneNumber" in call.body:
        return {"devicePhoneNumberVerified": call.body["phoneNumber"] == own}
    digest = hashlib.sha256(own.encode()).hexdigest()
    return {"devicePhoneNumberVerified": hmac.compare_digest(call.body["hashedPhoneNumber"].lower(), digest)}


def share(call: Call) -> Body:
    """Return the token's number."""
    return {"devicePhoneNumber": call.line.msisdn}


def _demand_one_of_two(_operator: Operator, body: Body) -> None:
    # The schema counts properties without naming them: `{"foo": "bar"}` satisfies it.
    if not {"phoneNumber", "hashedPhoneNumber"} & set(body):
        raise CamaraError("INVALID_ARGUMENT", "Send phoneNumber or hashedPhoneNumber.")


OPERATIONS = (
    Operation(
        api=NUMBER_VERIFICATION,
        version="v2",
        path="/verify",
        number=Number.COMPARED,
        file=lambda _operator: _FILE,
        answer=verify,
        demand=_demand_one_of_two,
        network_only=True,
    ),
    Operation(
        api=NUMBER_VERIFICATION,
        version="v2",
        path="/device-phone-number",
        number=Number.COMPARED,
        file=lambda _operator: _FILE,
        answer=share,
        network_only=True,
    ),
)
