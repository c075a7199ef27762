"""The pages about a unit's clerks and grants: plain forms, for managers."""

from collections.abc import Callable
from typing import Any, Final

from flask import Blueprint, Flask, request
from marshmallow import ValidationError

import units.clerks as clerks
import units.deciding as deciding
import units.entering as doors
import units.granting as granting
import units.granting_schemas as schemas
import units.roles as roles
from authsvc.core.errors import NotFound, Problem
from authsvc.core.web import door, kit
from authsvc.identity.acting import Acting
from authsvc.identity.forms import loaded, typed_date

bp = Blueprint("granting_pages", __name__, url_prefix="/units/<unit_code>")
PAGE: Final = 50
CLERK_DONE: Final = ("added", "given", "taken")


@bp.get("/grants")
@door("anyone")
def grants(unit_code: str) -> Any:
    """Show the unit's clerks with their roles and last days."""
    return doors.enter(deciding.GRANTS, unit_code, _grants)


@bp.get("/clerks/new")
@door("anyone")
def new_clerk(unit_code: str) -> Any:
    """Ask who becomes a clerk."""
    return doors.enter(deciding.GRANTS, unit_code, _new_clerk)


@bp.post("/clerks")
@door("anyone")
def add_clerk(unit_code: str) -> Any:
    """Put a clerk on the list; their own page then asks for a role."""

    def deed(view: Any) -> str:
        clerk_id = clerks.add_clerk(kit(), view=view, unit_code=unit_code, **loaded(schemas.ClerkIn()))
        return f"/units/{unit_code}/clerks/{clerk_id}?done=added"

    return doors.act(deciding.GRANTS, unit_code, f"/units/{unit_code}/clerks/new", deed, _new_clerk)


@bp.get("/clerks/<clerk_id>")
@door("anyone")
def clerk(unit_code: str, clerk_id: str) -> Any:
    """Show a clerk, their roles, and the forms that give and take."""
    return doors.enter(deciding.GRANTS, unit_code, lambda acting, *_: _clerk(acting, clerk_id))


@bp.post("/clerks/<clerk_id>/grants")
@door("anyone")
def give(unit_code: str, clerk_id: str) -> Any:
    """Give a clerk a role."""

    def deed(view: Any) -> str:
        until = typed_date("until")
        typed = loaded(schemas.GrantIn(), clerk_id=clerk_id, **({} if until is None else {"until": until}))
        granting.give(kit(), view=view, unit_code=unit_code, **typed)
        return f"/units/{unit_code}/clerks/{clerk_id}?done=given"

    return _act_on_clerk(unit_code, clerk_id, deed)


@bp.post("/clerks/<clerk_id>/grants/<grant_id>/end")
@door("anyone")
def take(unit_code: str, clerk_id: str, grant_id: str) -> Any:
    """Take a role from a clerk."""

    def deed(view: Any) -> str:
        granting.take(kit(), view=view, unit_code=unit_code, grant_id=grant_id)
        return f"/units/{unit_code}/clerks/{clerk_id}?done=taken"

    return _act_on_clerk(unit_code, clerk_id, deed)


@bp.post("/clerks/<clerk_id>/end")
@door("anyone")
def end_clerk(unit_code: str, clerk_id: str) -> Any:
    """Take a clerk off the list."""

    def deed(view: Any) -> str:
        clerks.end_clerk(kit(), view=view, unit_code=unit_code, clerk_id=clerk_id)
        return f"/units/{unit_code}/grants?done=ended"

    return _act_on_clerk(unit_code, clerk_id, deed)


@bp.get("/acts")
@door("anyone")
def done(unit_code: str) -> Any:
    """Show what was done in the unit, by whom and when."""
    return doors.enter(deciding.GRANTS, unit_code, _acts)


def _act_on_clerk(unit_code: str, clerk_id: str, deed: Callable[[Any], str]) -> Any:
    here = f"/units/{unit_code}/clerks/{clerk_id}"
    return doors.act(deciding.GRANTS, unit_code, here, deed, lambda acting, refusal: _clerk(acting, clerk_id, refusal))


def _grants(acting: Acting, refusal: Problem | None = None) -> Any:
    found = clerks.list_clerks(kit(), view=acting.view, unit_code=acting.unit_code)
    typed = request.args.get("from", "")
    first = min(int(typed), len(found)) if typed.isascii() and typed.isdigit() and len(typed) <= PAGE else 0
    shown = {"clerks": found[first : first + PAGE], "first": first, "total": len(found), "page": PAGE}
    return doors.show("units/grants.html", acting, refusal, **shown, done=doors.told(("ended",)))


def _new_clerk(acting: Acting, refusal: Problem | None = None) -> Any:
    return doors.show("units/clerk_new.html", acting, refusal)


def _clerk(acting: Acting, clerk_id: str, refusal: Problem | None = None) -> Any:
    asked = {"view": acting.view, "unit_code": acting.unit_code}
    found = clerks.show_clerk(kit(), clerk_id=clerk_id, **asked)
    has = {held.role_id for held in found.grants if not held.over}
    listed = granting.list_given(kit(), **asked)
    free = [each for each in listed if each.id not in has]
    shown = {
        "clerk": found,
        "free": free,
        "any_roles": bool(listed),
        "titles": _titles(),
        "done": doors.told(CLERK_DONE),
    }
    return doors.show("units/clerk.html", acting, refusal, **shown)


def _titles() -> dict[str, Any]:
    return {each.id: each.title for each in roles.grantable(kit())}


def _acts(acting: Acting, refusal: Problem | None = None) -> Any:
    try:
        asked = schemas.ActsIn().load(request.args.to_dict())
    except ValidationError as fault:  # what no page of ours links to
        raise NotFound from fault
    page = granting.list_acts(kit(), view=acting.view, unit_code=acting.unit_code, **asked)
    return doors.show("units/acts.html", acting, refusal, page=page, older="before" in asked)


def register(app: Flask) -> None:
    """Put the pages on the app."""
    app.register_blueprint(bp)
