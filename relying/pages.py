"""The page of a function that is another system's: what it is, where it leads, and one button."""

from flask import Blueprint, Flask, current_app, redirect, render_template
from werkzeug.wrappers import Response

import relying.service as service
from authsvc.core.errors import StepUpRequired
from authsvc.core.guard import let_form_lead_to
from authsvc.core.web import door, kit
from authsvc.identity.present import anybody
from authsvc.identity.sessionpages import stronger, to_login
from authsvc.identity.ways import ways_of

bp = Blueprint("relying_pages", __name__, template_folder="templates")


@bp.get("/functions/<function_id>")
@door("anyone")
def function(function_id: str) -> str | Response:
    """Show a function that needs no unit, or lead to a login that is good enough for it and back."""
    return _shown(function_id, None)


@bp.post("/functions/<function_id>")
@door("anyone")
def open_function(function_id: str) -> Response:
    """Lead to the other system with a launch token."""
    return _led(function_id, None)


@bp.get("/units/<unit_code>/functions/<function_id>")
@door("anyone")
def unit_function(unit_code: str, function_id: str) -> str | Response:
    """Show a function of a unit, or lead to a login that is good enough for it and back."""
    return _shown(function_id, unit_code)


@bp.post("/units/<unit_code>/functions/<function_id>")
@door("anyone")
def open_unit_function(unit_code: str, function_id: str) -> Response:
    """Lead to the other system with a launch token for this unit."""
    return _led(function_id, unit_code)


def _here(function_id: str, unit_code: str | None) -> str:
    return f"/functions/{function_id}" if unit_code is None else f"/units/{unit_code}/functions/{function_id}"


def _shown(function_id: str, unit_code: str | None) -> str | Response:
    here, view = _here(function_id, unit_code), anybody()
    if view is None:
        return to_login(here)
    try:
        entry = service.require_open(kit(), view=view, function_id=function_id, unit_code=unit_code)
    except StepUpRequired as refusal:
        return redirect(stronger(here, refusal.members["ways"]), 303)
    # The button's answer leads to the other system, and Chromium asks this page's policy about redirects too. So this
    # one answer names that one origin; the token then never stands in a page, and no script is needed.
    let_form_lead_to(entry.origin)
    _, kind = ways_of(current_app).kind_of(view)
    return render_template("relying/function.html", entry=entry, view=view, unit_code=unit_code, kind=kind, path=here)


def _led(function_id: str, unit_code: str | None) -> Response:
    here, view = _here(function_id, unit_code), anybody()
    if view is None:
        return to_login(here)
    try:
        launched = service.open_launch(kit(), view=view, function=function_id, unit_code=unit_code)
    except StepUpRequired as refusal:
        return redirect(stronger(here, refusal.members["ways"]), 303)
    # In the fragment: browsers send it to nobody, so that it stands in no log on the way; and in no page of ours.
    return Response(status=303, headers={"Location": f"{launched.address}#launch={launched.token}"})


def register(app: Flask) -> None:
    """Put the pages on the app."""
    app.register_blueprint(bp)
