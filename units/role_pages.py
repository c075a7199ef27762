"""The pages about a unit's roles: plain forms, for managers."""

from collections.abc import Callable
from typing import Any, Final

from flask import Blueprint, Flask, request

import units.deciding as deciding
import units.entering as doors
import units.granting_schemas as schemas
import units.roles as roles
from authsvc.core.errors import NotFound, Problem
from authsvc.core.web import door, kit
from authsvc.identity.acting import Acting
from authsvc.identity.forms import loaded

bp = Blueprint("role_pages", __name__, url_prefix="/units/<unit_code>")
ROLE_DONE: Final = ("made", "changed", "ended")


@bp.get("/roles")
@door("anyone")
def role_list(unit_code: str) -> Any:
    """Show the unit's roles, and the form that makes one."""
    return doors.enter(deciding.ROLES, unit_code, _roles)


@bp.post("/roles")
@door("anyone")
def make_role(unit_code: str) -> Any:
    """Make a role; the list then has it."""
    here = f"/units/{unit_code}/roles"

    def deed(view: Any) -> str:
        roles.make_role(kit(), view=view, unit_code=unit_code, **_typed_role())
        return f"{here}?done=made"

    return doors.act(deciding.ROLES, unit_code, here, deed, _roles)


@bp.get("/roles/<role_id>")
@door("anyone")
def role(unit_code: str, role_id: str) -> Any:
    """Show a role, its name and functions to be changed, and the way to delete it."""
    return doors.enter(deciding.ROLES, unit_code, lambda acting, *_: _role(acting, role_id))


@bp.post("/roles/<role_id>")
@door("anyone")
def change_role(unit_code: str, role_id: str) -> Any:
    """Change a role."""

    def deed(view: Any) -> str:
        roles.change_role(kit(), view=view, unit_code=unit_code, role_id=role_id, **_typed_role())
        return f"/units/{unit_code}/roles?done=changed"

    return _act_on_role(unit_code, role_id, deed)


@bp.post("/roles/<role_id>/end")
@door("anyone")
def end_role(unit_code: str, role_id: str) -> Any:
    """Delete a role."""

    def deed(view: Any) -> str:
        roles.end_role(kit(), view=view, unit_code=unit_code, role_id=role_id)
        return f"/units/{unit_code}/roles?done=ended"

    return _act_on_role(unit_code, role_id, deed)


def _act_on_role(unit_code: str, role_id: str, deed: Callable[[Any], str]) -> Any:
    here = f"/units/{unit_code}/roles/{role_id}"
    return doors.act(deciding.ROLES, unit_code, here, deed, lambda acting, refusal: _role(acting, role_id, refusal))


def _typed_role() -> dict[str, Any]:
    return loaded(schemas.RoleIn(), functions=request.form.getlist("functions"))


def _roles(acting: Acting, refusal: Problem | None = None) -> Any:
    found = roles.list_roles(kit(), view=acting.view, unit_code=acting.unit_code)
    grantable = roles.grantable(kit())
    ticked = request.form.getlist("functions")
    shown = {"roles": found, "grantable": grantable, "ticked": ticked, "done": doors.told(ROLE_DONE)}
    return doors.show("units/roles.html", acting, refusal, **shown)


def _role(acting: Acting, role_id: str, refusal: Problem | None = None) -> Any:
    listed = roles.list_roles(kit(), view=acting.view, unit_code=acting.unit_code)
    found = next((each for each in listed if each.id == role_id), None)
    if found is None:
        raise NotFound
    ticked = found.functions if refusal is None else request.form.getlist("functions")
    return doors.show("units/role.html", acting, refusal, role=found, grantable=roles.grantable(kit()), ticked=ticked)


def register(app: Flask) -> None:
    """Put the pages on the app."""
    app.register_blueprint(bp)
