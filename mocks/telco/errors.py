"""How operators refuse: CAMARA's form at the APIs, OAuth's at the token endpoint."""

from flask import Response, current_app, g


class ApiError(Exception):
    """A refusal of an API: `{status, code, message}` (CAMARA Commonalities)."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


class OAuthError(Exception):
    """A refusal of the token endpoint: `{error, error_description}` (RFC 6749 section 5.2)."""

    def __init__(self, error: str, description: str, *, status: int = 400) -> None:
        super().__init__(description)
        self.error, self.description, self.status = error, description, status


def tell_api_error(error: ApiError) -> Response:
    """Return CAMARA's error body."""
    body = {"status": error.status, "code": error.code, "message": error.message}
    return Response(current_app.json.dumps(body), status=error.status, mimetype="application/json")


def tell_oauth_error(error: OAuthError) -> Response:
    """Return OAuth's error body, and remember the code for the journal."""
    g.outcome = error.error
    body = {"error": error.error, "error_description": error.description}
    response = Response(current_app.json.dumps(body), status=error.status, mimetype="application/json")
    response.headers["Pragma"] = "no-cache"
    return response
