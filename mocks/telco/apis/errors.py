"""The error catalogue that all CAMARA APIs share, and the form in which an error is told.

Sources: CAMARA Commonalities (CAMARA_common.yaml) and the three API files in `../reference/`. `status` and `code`
are the promise; `message` is for people.
"""

from mocks.telco.errors import ApiError

CATALOGUE: dict[str, tuple[int, str]] = {
    "INVALID_ARGUMENT": (400, "The request is not as the API describes it."),
    "OUT_OF_RANGE": (400, "A value lies outside the range that is served."),
    "KNOW_YOUR_CUSTOMER.INVALID_PARAM_COMBINATION": (400, "Send at least one attribute besides the phone number."),
    "UNAUTHENTICATED": (401, "The access token is missing, unknown, expired or used."),
    "PERMISSION_DENIED": (403, "The access token does not allow this call."),
    "INVALID_TOKEN_CONTEXT": (403, "phoneNumber is not consistent with the access token."),
    "NUMBER_VERIFICATION.USER_NOT_AUTHENTICATED_BY_MOBILE_NETWORK": (
        403,
        "The user must be authenticated by the mobile network.",
    ),
    "KNOW_YOUR_CUSTOMER.ID_DOCUMENT_REQUIRED": (403, "This operator matches nothing without idDocument."),
    "KNOW_YOUR_CUSTOMER.ID_DOCUMENT_MISMATCH": (403, "idDocument is not the one of this phone number."),
    "NOT_FOUND": (404, "There is nothing at this address."),
    "IDENTIFIER_NOT_FOUND": (404, "The phone number belongs to no customer of this operator."),
    "METHOD_NOT_ALLOWED": (405, "This address does not take that method."),
    "NOT_ACCEPTABLE": (406, "Answers are application/json only."),
    "ABORTED": (409, "The request was aborted by another one."),
    "ALREADY_EXISTS": (409, "That exists already."),
    "INCOMPATIBLE_STATE": (409, "The state does not allow this."),
    "GONE": (410, "That is no longer here."),
    "FAILED_PRECONDITION": (412, "A precondition does not hold."),
    "UNSUPPORTED_MEDIA_TYPE": (415, "Send application/json."),
    "SERVICE_NOT_APPLICABLE": (422, "The service is not offered for this phone number."),
    "MISSING_IDENTIFIER": (422, "No phone number is known, neither from the token nor from the request."),
    "UNSUPPORTED_IDENTIFIER": (422, "This kind of identifier is not supported."),
    "UNNECESSARY_IDENTIFIER": (422, "The phone number is known from the token; do not send it."),
    "QUOTA_EXCEEDED": (429, "The agreed quota is used up."),
    "TOO_MANY_REQUESTS": (429, "Too many requests in a short time."),
    "INTERNAL": (500, "Something went wrong at the operator."),
    "NOT_IMPLEMENTED": (501, "This operator does not offer the service."),
    "BAD_GATEWAY": (502, "A system behind the operator's gateway did not answer."),
    "UNAVAILABLE": (503, "The service is not available now."),
    "TIMEOUT": (504, "A system behind the operator's gateway answered too late."),
}


class CamaraError(ApiError):
    """A refusal of an API by its code in the catalogue; `message` replaces the usual text, `headers` go with it."""

    def __init__(self, code: str, message: str | None = None, *, headers: dict[str, str] | None = None) -> None:
        status, usual = CATALOGUE[code]
        super().__init__(status, code, message or usual)
        self.headers = headers or {}
