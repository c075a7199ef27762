"""The session's own pages: who is in and how, what that is good for, and the way out."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Flask, redirect, render_template
from werkzeug.wrappers import Response

import authsvc.identity.acting as acting
import authsvc.identity.functions as functions
import authsvc.identity.leaving as leaving
from authsvc.core.errors import NotFound, StepUpRequired
from authsvc.core.web import door, kit
from authsvc.identity.models import SessionView
from authsvc.identity.present import current_session, current_unit
from authsvc.identity.units import UnitView

bp = Blueprint("session_pages", __name__)
Page = Callable[[Any], Any]


def somebody() -> SessionView | UnitView | None:
    """Return the session of this browser, a person's or a unit's."""
    return current_session() or current_unit()


@bp.get("/me")
@door("anyone")
def me() -> str | Response:
    """Show who is logged in, how they came in and until when, and what that is good for."""
    view = somebody()
    if view is None:
        return redirect("/login", 303)
    offers, units = functions.offers(kit(), view), {each.unit_code for each in acting.memberships(kit(), view)}
    return render_template("me.html", view=view, offers=offers, stronger=stronger, units=units)


@bp.post("/logout")
@door("anyone")
def log_out() -> Response:
    """End this browser's session."""
    view = somebody()
    if view is not None:
        with suppress(NotFound):  # it ended by itself meanwhile: that was the wish
            leaving.log_out(kit(), view)
    return redirect("/", 303)


@bp.post("/logout/everywhere")
@door("anyone")
def log_out_everywhere() -> Response:
    """End all sessions of whoever asks, in every browser."""
    view = somebody()
    if view is not None:
        leaving.log_out_everywhere(kit(), view)
    return redirect("/?done=everywhere", 303)


def to_login(here: str) -> Response:
    """Lead to a login, and back here from it."""
    return redirect(f"/login?{urlencode({'next': here}, safe='/')}", 303)


def inside(here: str, page: Page, *, visitor: Callable[[], Any] = somebody) -> Any:
    """Show a page to whoever has a session that is good enough, or lead to a login that is, and back to `here`.

    `visitor` finds the session: a person's or a unit's, unless the page is for other kinds too.
    """
    view = visitor()
    if view is None:
        return to_login(here)
    try:
        return page(view)
    except StepUpRequired as refusal:
        return redirect(stronger(here, refusal.members["ways"]), 303)


def stronger(here: str, ways: list[str]) -> str:
    """Return the address of a login in one of these ways that leads back here."""
    return f"/login?{urlencode({'again': '1', 'ways': ','.join(ways), 'next': here}, safe=',/')}"


def register(app: Flask) -> None:
    """Put the pages on the app."""
    app.register_blueprint(bp)
