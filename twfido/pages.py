"""TW FidO without script: a form, a page that asks again every four seconds, a button to go on; and the way back."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Flask, redirect, render_template, request
from werkzeug.wrappers import Response

import twfido.service as service
from authsvc.core.cookies import browser_token, require_browser_token
from authsvc.core.errors import NotFound, Problem
from authsvc.core.web import door, kit
from authsvc.identity.forms import INSIDE, enter_page, in_service_hours, login_again, next_page, person_form
from authsvc.identity.present import current_session, current_unit
from twfido.logins import leading_to
from twfido.schemas import TwfidoIn

bp = Blueprint(
    "twfido_pages",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/static/twfido",
)
SHAPE = 22


@bp.post("/login/twfido")
@door("anyone")
@in_service_hours
def begin() -> Any:
    """Begin a login, or show the form again with what to do."""
    try:
        body = person_form(TwfidoIn())
        login = service.begin(kit(), browser=require_browser_token(kit().settings), **body)
    except Problem as refusal:
        return login_again("twfido", refusal)
    return redirect(f"/login/twfido/{login.id}?next={next_page()}", 303)


@bp.get("/login/twfido/<login_id>")
@door("anyone")
def wait(login_id: str) -> str:
    """Show this browser's login as it stands; with script it goes on by itself."""
    login = service.follow(kit(), login_id=login_id, browser=browser_token(kit().settings))
    told = leading_to(login, next_page())
    return render_template("twfido/waiting.html", login=told, next=next_page(), anew=_login_page())


def _login_page() -> str:
    """Return the login page that leads on to the same place; whoever is in already comes for a next step."""
    kept = {} if (current_session() or current_unit()) is None else {"again": "1", "ways": "twfido"}
    kept |= {} if next_page() == "/me" else {"next": next_page()}
    return f"/login?{urlencode(kept, safe='/')}" if kept else "/login"


@bp.get("/login/twfido/return")
@door("anyone")
def come_back() -> Response:
    """Go on in the browser to which the app leads back; the name of a login and a place of ours prove nothing."""
    value = request.args.get("rtn_val", "")
    login_id, place = value[:SHAPE], value[SHAPE:]
    if len(login_id) != SHAPE or not login_id.replace("-", "").replace("_", "").isalnum() or not login_id.isascii():
        raise NotFound
    on = f"?{urlencode({'next': place}, safe='/')}" if INSIDE.fullmatch(place) else ""
    return redirect(f"/login/twfido/{login_id}{on}", 303)


@bp.post("/login/twfido/<login_id>/session")
@door("anyone")
@in_service_hours
def enter(login_id: str) -> Response:
    """Go on into the session that the phone approved."""
    return enter_page(service.collect(kit(), login_id=login_id, browser=browser_token(kit().settings)))


@bp.post("/login/twfido/<login_id>/cancel")
@door("anyone")
def cancel(login_id: str) -> Response:
    """End the login and go back."""
    service.cancel(kit(), login_id=login_id, browser=browser_token(kit().settings))
    return redirect(_login_page(), 303)


def register(app: Flask) -> None:
    """Put the pages on the app."""
    app.register_blueprint(bp)
