"""The page of a function that is another system's: what it is, where it leads, and one button."""

from typing import Any

from flask import Blueprint, Flask, current_app, render_template
from werkzeug.wrappers import Response

import relying.service as service
from authsvc.core.guard import let_form_lead_to
from authsvc.core.web import door, kit
from authsvc.identity.present import anybody
from authsvc.identity.sessionpages import inside
from authsvc.identity.ways import ways_of

bp = Blueprint("relying_pages", __name__, template_folder="templates")


@bp.get("/functions/<function_id>")
@door("anyone")
def function(function_id: str) -> Any:
    """Show a function that needs no unit, or lead to a login that is good enough for it and back."""
    return _shown(function_id, None)


@bp.post("/functions/<function_id>")
@door("anyone")
def open_function(function_id: str) -> Any:
    """Lead to the other system with a launch token."""
    return _led(function_id, None)


@bp.get("/units/<unit_code>/functions/<function_id>")
@door("anyone")
def unit_function(unit_code: str, function_id: str) -> Any:
    """Show a function of a unit, or lead to a login that is good enough for it and back."""
    return _shown(function_id, unit_code)


@bp.post("/units/<unit_code>/functions/<function_id>")
@door("anyone")
def open_unit_function(unit_code: str, function_id: str) -> Any:
    """Lead to the other system with a launch token for this unit."""
    return _led(function_id, unit_code)


def _here(function_id: str, unit_code: str | None) -> str:
    return f"/functions/{function_id}" if unit_code is None else f"/units/{unit_code}/functions/{function_id}"


def _shown(function_id: str, unit_code: str | None) -> Any:
    here = _here(function_id, unit_code)
    return inside(here, lambda view: _page(view, function_id, unit_code, here), visitor=anybody)


def _page(view: Any, function_id: str, unit_code: str | None, here: str) -> str:
    entry = service.require_open(kit(), view=view, function_id=function_id, unit_code=unit_code)
    # The button's answer leads to the other system, and Chromium asks this page's policy about redirects too. So this
    # one answer names that one origin; the token then never stands in a page, and no script is needed.
    let_form_lead_to(entry.origin)
    _, kind = ways_of(current_app).kind_of(view)
    return render_template("relying/function.html", entry=entry, view=view, unit_code=unit_code, kind=kind, path=here)


def _led(function_id: str, unit_code: str | None) -> Any:
    return inside(_here(function_id, unit_code), lambda view: _launch(view, function_id, unit_code), visitor=anybody)


def _launch(view: Any, function_id: str, unit_code: str | None) -> Response:
    launched = service.open_launch(kit(), view=view, function=function_id, unit_code=unit_code)
    # In the fragment: browsers send it to nobody, so that it stands in no log on the way; and in no page of ours.
    return Response(status=303, headers={"Location": f"{launched.address}#launch={launched.token}"})


def register(app: Flask) -> None:
    """Put the pages on the app."""
    app.register_blueprint(bp)
