"""The one cookie of a browser, and the form token that hangs on it."""

import base64
import hmac
from typing import Final

from flask import Response, after_this_request, g, request

from authsvc.core.errors import Forbidden
from authsvc.core.i18n import N_
from authsvc.core.keys import Keys, new_token
from authsvc.settings import Settings

SHAPE: Final = 43


class FormExpired(Forbidden):
    """The form's token does not belong to this browser."""

    code, detail = "form_expired", N_("This form is too old. Please open the page again.")


def cookie_name(settings: Settings) -> str:
    """Return the cookie's name; `__Host-` ties it to exactly this host where https allows that."""
    return "__Host-authsvc" if settings.secure else "authsvc"


def browser_token(settings: Settings) -> str | None:
    """Return the secret that this browser carries, if it carries one that we could have made."""
    fresh: str | None = g.get("browser_token")
    token = fresh or request.cookies.get(cookie_name(settings))
    return token if token and len(token) == SHAPE and token.isascii() else None


def require_browser_token(settings: Settings) -> str:
    """Return this browser's secret; a browser without one gets it with this answer."""
    return browser_token(settings) or give_browser_token(settings, new_token())


def give_browser_token(settings: Settings, token: str) -> str:
    """Set the cookie on the answer to this request (at login its value changes)."""
    g.browser_token = token

    @after_this_request
    def _set(response: Response) -> Response:
        response.set_cookie(
            cookie_name(settings),
            g.browser_token,
            secure=settings.secure,
            httponly=True,
            samesite="Lax",
            path="/",
        )
        return response

    return token


def form_token(settings: Settings, keys: Keys) -> str:
    """Return the token that every HTML form of this browser carries."""
    token = require_browser_token(settings)
    return base64.urlsafe_b64encode(keys.mac("form", token)).rstrip(b"=").decode()


def check_form_token(settings: Settings, keys: Keys) -> None:
    """Raise `FormExpired` unless the posted form belongs to this browser."""
    given = request.form.get("csrf_token", "")
    if browser_token(settings) is None or not given.isascii():
        raise FormExpired
    if not hmac.compare_digest(given, form_token(settings, keys)):
        raise FormExpired
