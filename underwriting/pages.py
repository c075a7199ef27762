"""The pages of the underwriting accounts: plain forms, but for the links' pages, whose token no form may carry."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from flask import Blueprint, Flask, redirect, render_template, request
from marshmallow import Schema
from werkzeug.wrappers import Response

import authsvc.identity.acting as acting
import underwriting.schemas as schemas
import underwriting.service as service
import underwriting.sessions as sessions
from authsvc.core.cookies import give_browser_token
from authsvc.core.errors import Invalid, NotFound, Problem
from authsvc.core.i18n import N_
from authsvc.core.web import door, kit
from authsvc.identity.forms import in_service_hours, loaded, shown_again
from underwriting.doors import present

bp = Blueprint(
    "underwriting_pages",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/static/underwriting",
)
LOGIN, HOME, ACCOUNT = "/underwriting", "/underwriting/home", "/underwriting/account"
DONE = ("taken", "deleted", "left", "password", "reset", "activated")
DIFFERENT = N_("The two passwords are not the same.")


@bp.get("/underwriting")
@door("anyone")
def login() -> str | Response:
    """Ask for unit code, ID and password."""
    if present() is not None:
        return redirect(HOME, 303)
    return render_template("underwriting/login.html", done=_done())


@bp.post("/underwriting/login")
@door("anyone")
@in_service_hours
def log_in() -> Any:
    """Log in, and lead to what the account opens."""
    try:
        opened = sessions.log_in(kit(), **loaded(schemas.AccountLoginIn()))
    except Problem as refusal:
        return shown_again("underwriting/login.html", refusal)
    give_browser_token(kit().settings, opened.token)
    return redirect(HOME, 303)


@bp.get("/underwriting/register")
@door("anyone")
def register() -> str:
    """Ask for what an account needs."""
    return render_template("underwriting/register.html")


@bp.post("/underwriting/register")
@door("anyone")
def take_application() -> Any:
    """Take an application; the page then says to look into the mail, whoever asked."""
    return _taken("underwriting/register.html", schemas.ApplicantIn(), service.register, twice="password")


@bp.get("/underwriting/forgotten")
@door("anyone")
def forgotten() -> str:
    """Ask whose password was forgotten."""
    return render_template("underwriting/forgotten.html")


@bp.post("/underwriting/forgotten")
@door("anyone")
def take_forgotten() -> Any:
    """Send a link, if there is such an account; the page says the same if not."""
    return _taken("underwriting/forgotten.html", schemas.ForgottenIn(), service.forget)


@bp.get("/underwriting/activate")
@door("anyone")
def activate() -> str:
    """Open the account by a press of the button: the token in the address goes with the call."""
    return render_template("underwriting/activate.html")


@bp.get("/underwriting/reset")
@door("anyone")
def reset() -> str:
    """Ask for a new password: the token in the address goes with the call."""
    return render_template("underwriting/reset.html")


@bp.get("/underwriting/home")
@door("anyone")
def home() -> str | Response:
    """Show what the account opens."""
    view = present()
    if view is None:
        return redirect(LOGIN, 303)
    offers = [offer for offer in acting.offers(kit(), view, view.unit_code) if offer.open]
    return render_template("underwriting/home.html", view=view, offers=offers)


@bp.get("/underwriting/account")
@door("anyone")
def account() -> str | Response:
    """Show the account, with what can be changed."""
    view = present()
    if view is None:
        return redirect(LOGIN, 303)
    return render_template("underwriting/account.html", view=view, done=_done())


@bp.post("/underwriting/account/password")
@door("anyone")
def change_password() -> Any:
    """Change the password."""
    return _act(schemas.AccountPasswordIn(), sessions.change_password, f"{ACCOUNT}?done=password", twice="new")


@bp.post("/underwriting/account/delete")
@door("anyone")
def delete_account() -> Any:
    """Delete the account."""
    return _act(schemas.AccountDeletionIn(), sessions.delete_account, f"{LOGIN}?done=deleted")


@bp.post("/underwriting/logout")
@door("anyone")
def log_out() -> Response:
    """End this browser's session of an account."""
    view = present()
    if view is not None:
        with suppress(NotFound):  # it ended by itself meanwhile: that was the wish
            sessions.log_out(kit(), view=view)
    return redirect(f"{LOGIN}?done=left", 303)


def _taken(template: str, schema: Schema, deed: Callable[..., None], *, twice: str = "") -> Any:
    try:
        _require_same(twice)
        deed(kit(), **loaded(schema))
    except Problem as refusal:
        return shown_again(template, refusal)
    return redirect(f"{LOGIN}?done=taken", 303)


def _act(schema: Schema, deed: Callable[..., None], then: str, *, twice: str = "") -> Any:
    view = present()
    if view is None:
        return redirect(LOGIN, 303)
    try:
        _require_same(twice)
        deed(kit(), view=view, **loaded(schema))
    except Problem as refusal:
        return shown_again("underwriting/account.html", refusal, view=view, problem_for=deed.__name__)
    return redirect(then, 303)


def _require_same(name: str) -> None:
    """Raise `Invalid` unless a new password was typed twice in the same way."""
    if name and request.form.get(name) != request.form.get(f"{name}_again"):
        raise Invalid({f"{name}_again": [DIFFERENT]})


def _done() -> str | None:
    asked = request.args.get("done")
    return asked if asked in DONE else None


def include(app: Flask) -> None:
    """Put the pages on the app."""
    app.register_blueprint(bp)
