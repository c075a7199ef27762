"""What every call passes before an API answers it, in the order in which an operator's gateway looks.

Correlator, method, token, media types, body, number; each refusal is CAMARA's. The answer is checked too: a simulator
that breaks the file it claims to follow must fail loudly.
"""

import json
from typing import Any

from flask import g, request

from mocks.telco.apis.call import Body, Call, Number, Operation
from mocks.telco.apis.errors import CamaraError
from mocks.telco.apis.openapi import Described, Mismatch, correlator_pattern
from mocks.telco.ground import ground, require_operator
from mocks.telco.operators import Operator
from mocks.telco.records import Line
from mocks.telco.tokens import Grant, require_grant

JSON = "application/json"
CORRELATOR = "x-correlator"
_CORRELATOR = correlator_pattern("number-verification.yaml")  # the same in every file
NETWORK_METHODS = frozenset({"nba", "mnba"})  # network-based authentication, as CAMARA's security profile names it


def answer(operation: Operation, operator_id: str) -> Body:
    """Return the operator's answer to this request; raise `CamaraError` for every refusal."""
    operator = require_operator(operator_id, operation.api)
    described = operation.described(operator)
    g.described = described
    _require_correlator()
    _require_method(described)
    grant = require_grant(operator, *sorted(described.scopes))
    if operation.network_only and not NETWORK_METHODS & set(grant.amr):
        raise CamaraError("NUMBER_VERIFICATION.USER_NOT_AUTHENTICATED_BY_MOBILE_NETWORK")
    _require_acceptable()
    body = _body(described, operator)
    operation.demand(operator, body)
    line = _line(operation, operator, grant, body)
    here = ground()
    call = Call(operator=operator, grant=grant, body=body, world=here.world, line=line, now=here.clock.now())
    told = operation.answer(call)
    described.check_response(200, told)
    return told


def correlator() -> str | None:
    """Return the request's x-correlator; None where it is malformed (then it must not reach any log)."""
    given = request.headers.get(CORRELATOR, "")
    return given if _CORRELATOR.fullmatch(given) else None  # `match` and `$` would let a trailing newline through


def _require_correlator() -> None:
    if correlator() is None:
        raise CamaraError("INVALID_ARGUMENT", "x-correlator has characters or a length that it may not have.")


def _require_method(described: Described) -> None:
    if request.method != described.method:
        raise CamaraError("METHOD_NOT_ALLOWED", headers={"Allow": described.method})


def _require_acceptable() -> None:
    if request.accept_mimetypes and not request.accept_mimetypes[JSON]:
        raise CamaraError("NOT_ACCEPTABLE")


def _body(described: Described, operator: Operator) -> Body:
    if described.request is None:
        return {}
    body = _json_body()
    try:
        described.check_request(body, strict=operator.strict_bodies)
    except Mismatch as mismatch:
        ranged = mismatch.range_only and described.allows("OUT_OF_RANGE", 400)
        raise CamaraError("OUT_OF_RANGE" if ranged else "INVALID_ARGUMENT") from mismatch
    return body


def _json_body() -> Body:
    raw = request.get_data()
    if not raw:
        raise CamaraError("INVALID_ARGUMENT", "A body is required.")
    if request.mimetype != JSON:
        raise CamaraError("UNSUPPORTED_MEDIA_TYPE")
    try:
        body = json.loads(raw, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as malformed:
        raise CamaraError("INVALID_ARGUMENT", "The body is not JSON.") from malformed
    if not isinstance(body, dict):
        raise CamaraError("INVALID_ARGUMENT", "The body is not a JSON object.")
    return body


def _unique(pairs: list[tuple[str, Any]]) -> Body:
    body = dict(pairs)
    if len(body) != len(pairs):
        raise ValueError("a name occurs twice")
    return body


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _line(operation: Operation, operator: Operator, grant: Grant, body: Body) -> Line:
    said = body.get("phoneNumber")
    if grant.number and said is not None and operation.number is Number.FORBIDDEN:
        raise CamaraError("UNNECESSARY_IDENTIFIER")
    if not grant.number and said is None:
        raise CamaraError("MISSING_IDENTIFIER")
    line = ground().world.line_of(operator.id, grant.number or str(said))
    if grant.number and operation.number is Number.EQUAL and said is not None and (line is None or said != line.msisdn):
        raise CamaraError("INVALID_TOKEN_CONTEXT")
    if line is None:  # gone or ported away; Number Verification knows no 404, there the token is worth nothing any more
        raise CamaraError("UNAUTHENTICATED" if operation.network_only else "IDENTIFIER_NOT_FOUND")
    if not operation.serves(line):
        raise CamaraError("SERVICE_NOT_APPLICABLE")
    return line
