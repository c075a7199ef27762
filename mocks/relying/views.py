"""A service's page, where somebody arrives with a token in the fragment; and its backend, which asks who that is."""

from typing import Any

from flask import Blueprint, current_app, render_template, request

from mocks.relying.portal import Portal
from mocks.web import Problem, json_body, suffer, text

views = Blueprint("relying", __name__, template_folder="templates", static_folder="static", static_url_path="/files")
POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'"
LANGUAGES = ("zh", "en")


@views.get("/")
def index() -> tuple[str, int, dict[str, str]]:
    """Say which services live here."""
    page = render_template("index.html", services=portal().services)
    return page, 200, {"Content-Security-Policy": POLICY}


@views.get("/<service>/open")
def open_page(service: str) -> tuple[str, int, dict[str, str]]:
    """Show the page where people arrive; its script takes the token out of the address."""
    require_service(service)
    suffer("open")
    chosen = request.args.get("lang") or request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]
    page = render_template("open.html", service=service, lang=chosen if chosen in LANGUAGES else LANGUAGES[0])
    return page, 200, {"Content-Security-Policy": POLICY}


@views.post("/<service>/launches")
def take_launch(service: str) -> tuple[dict[str, Any], int]:
    """Take the token from the page and tell it what the portal answered."""
    require_service(service)
    token, struck = text(json_body(), "token"), suffer("redeem")
    status, told = portal().redeem(portal().other_than(service) if "other" in struck else service, token)
    if "twice" in struck:
        status, told = portal().redeem(service, token)
    return told, status


@views.get("/control/launches")
def list_launches() -> list[dict[str, Any]]:
    """List what the portal answered, the oldest first."""
    return portal().heard


def portal() -> Portal:
    """Return the portal of this simulator."""
    found = current_app.extensions["portal"]
    assert isinstance(found, Portal)  # noqa: S101  tells the type checker what `create_app` put there
    return found


def require_service(service: str) -> None:
    """Raise `Problem` (404) for a service that does not live here."""
    if service not in portal().services:
        raise Problem(404, "unknown_service", f"There are: {', '.join(portal().services)}.")
