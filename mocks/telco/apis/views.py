"""The APIs' addresses: `/<operator>/<api>/<version>/<operation>`, every one of them told in CAMARA's form."""

from flask import Blueprint, Response, current_app, g, request

from mocks.telco.apis import door, eligibility, kyc_match, number_verification, sim_swap, subscription_status, tenure
from mocks.telco.apis.call import Operation
from mocks.telco.apis.errors import CamaraError
from mocks.telco.errors import ApiError, tell_api_error

OPERATIONS = (
    *number_verification.OPERATIONS,
    *kyc_match.OPERATIONS,
    *sim_swap.OPERATIONS,
    *tenure.OPERATIONS,
    *subscription_status.OPERATIONS,
    *eligibility.OPERATIONS,
)
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

apis = Blueprint("apis", __name__)


@apis.errorhandler(ApiError)
def tell(error: ApiError) -> Response:
    """Return CAMARA's error body, and remember the code for the journal."""
    response = tell_api_error(error)
    if "described" in g:
        g.described.check_response(error.status, response.get_json())
    g.outcome = error.code
    if isinstance(error, CamaraError):
        response.headers.update(error.headers)
    return response


@apis.after_request
def echo_correlator(response: Response) -> Response:
    """Send the request's correlator back where it had a valid one, whoever answered."""
    if correlator := door.correlator():
        response.headers[door.CORRELATOR] = correlator
    return response


def _add(operation: Operation) -> None:
    # Every method comes here, so that a wrong one is refused in CAMARA's form and not in the framework's.
    rule = f"/<operator_id>/{operation.api}/{operation.version}{operation.path}"
    apis.add_url_rule(
        rule,
        endpoint=f"{operation.api}{operation.path.replace('/', '-')}",
        view_func=lambda operator_id: _json(door.answer(operation, operator_id), 200),
        methods=_METHODS,
        provide_automatic_options=False,
    )


def _nothing_here(operator_id: str, rest: str) -> Response:
    raise CamaraError("NOT_FOUND", f"{request.path} is no operation of {operator_id}: {rest}.")


def _json(body: object, status: int) -> Response:
    return Response(current_app.json.dumps(body), status=status, mimetype=door.JSON)


for _operation in OPERATIONS:
    _add(_operation)
for _api in sorted({operation.api for operation in OPERATIONS}):
    apis.add_url_rule(
        f"/<operator_id>/{_api}/<path:rest>",
        endpoint=f"{_api}-elsewhere",
        view_func=_nothing_here,
        methods=_METHODS,
        provide_automatic_options=False,
    )
