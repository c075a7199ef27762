"""The calls about a unit's roles, clerks and grants."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from flask import Flask

import units.clerks as clerks
import units.deciding as deciding
import units.granting as granting
import units.granting_schemas as schemas
import units.roles as roles
from authsvc.core.errors import Invalid, NotFound, StepUpRequired, Throttled
from authsvc.core.web import ApiBlueprint, LoginRequired, door, kit, who
from authsvc.identity.acting import NotGranted

bp = ApiBlueprint(
    "granting", __name__, url_prefix="/api/v1/units/<unit_code>", description="Roles and grants of a unit's clerks"
)
REFUSALS = (LoginRequired, NotFound, NotGranted, StepUpRequired)


@bp.route("/roles", methods=["GET"])
@door("session", "unit")
@bp.response(200, schemas.RolesOut)
@bp.refuses(*REFUSALS)
def list_roles(unit_code: str) -> dict[str, Any]:
    """List the unit's roles, and what roles can be made of."""
    found = roles.list_roles(kit(), view=who(), unit_code=unit_code)
    return {"roles": found, "grantable": roles.grantable(kit())}


@bp.route("/roles", methods=["POST"])
@door("session", "unit")
@bp.arguments(schemas.RoleIn)
@bp.response(201, schemas.RoleOut)
@bp.refuses(*REFUSALS, roles.RoleNamedAlready, roles.TooManyRoles, Invalid)
def make_role(body: dict[str, Any], unit_code: str) -> roles.Role:
    """Make a role out of functions that can be granted."""
    return roles.make_role(kit(), view=who(), unit_code=unit_code, **body)


@bp.route("/roles/<role_id>", methods=["PUT"])
@door("session", "unit")
@bp.arguments(schemas.RoleIn)
@bp.response(204)
@bp.refuses(*REFUSALS, roles.RoleNamedAlready, deciding.OwnPowers, Invalid, Throttled)
def change_role(body: dict[str, Any], unit_code: str, role_id: str) -> None:
    """Give a role another name or other functions; its clerks are told."""
    roles.change_role(kit(), view=who(), unit_code=unit_code, role_id=role_id, **body)


@bp.route("/roles/<role_id>", methods=["DELETE"])
@door("session", "unit")
@bp.response(204)
@bp.refuses(*REFUSALS, Throttled)
def end_role(unit_code: str, role_id: str) -> None:
    """Delete a role; its grants end with it."""
    roles.end_role(kit(), view=who(), unit_code=unit_code, role_id=role_id)


@bp.route("/clerks", methods=["GET"])
@door("session", "unit")
@bp.response(200, schemas.ClerkOut(many=True))
@bp.refuses(*REFUSALS)
def list_clerks(unit_code: str) -> Sequence[clerks.Clerk]:
    """List the unit's clerks, each with what was granted."""
    return clerks.list_clerks(kit(), view=who(), unit_code=unit_code)


@bp.route("/clerks", methods=["POST"])
@door("session", "unit")
@bp.arguments(schemas.ClerkIn)
@bp.response(201, schemas.MadeOut)
@bp.refuses(*REFUSALS, clerks.ClerkAlready, clerks.TooManyClerks, deciding.OwnPowers, Invalid, Throttled)
def add_clerk(body: dict[str, Any], unit_code: str) -> dict[str, str]:
    """Put a clerk on the unit's list; they are told by mail."""
    return {"id": clerks.add_clerk(kit(), view=who(), unit_code=unit_code, **body)}


@bp.route("/clerks/<clerk_id>", methods=["DELETE"])
@door("session", "unit")
@bp.response(204)
@bp.refuses(*REFUSALS)
def end_clerk(unit_code: str, clerk_id: str) -> None:
    """Take a clerk off the list; their grants end, and their next call is refused."""
    clerks.end_clerk(kit(), view=who(), unit_code=unit_code, clerk_id=clerk_id)


@bp.route("/grants", methods=["GET"])
@door("session", "unit")
@bp.response(200, schemas.GrantOut(many=True))
@bp.refuses(*REFUSALS)
def list_grants(unit_code: str) -> list[dict[str, Any]]:
    """List what was granted to whom, by clerk."""
    listed = clerks.list_clerks(kit(), view=who(), unit_code=unit_code)
    return [asdict(held) | {"clerk_id": one.id, "clerk": one.name} for one in listed for held in one.grants]


@bp.route("/grants", methods=["POST"])
@door("session", "unit")
@bp.arguments(schemas.GrantIn)
@bp.response(201, schemas.MadeOut)
@bp.refuses(*REFUSALS, granting.GrantedAlready, deciding.OwnPowers, Invalid, Throttled)
def give(body: dict[str, Any], unit_code: str) -> dict[str, str]:
    """Give a clerk a role; they are told by mail."""
    return {"id": granting.give(kit(), view=who(), unit_code=unit_code, **body)}


@bp.route("/grants/<grant_id>", methods=["DELETE"])
@door("session", "unit")
@bp.response(204)
@bp.refuses(*REFUSALS)
def take(unit_code: str, grant_id: str) -> None:
    """Take a role from a clerk; they are told by mail."""
    granting.take(kit(), view=who(), unit_code=unit_code, grant_id=grant_id)


@bp.route("/acts", methods=["GET"])
@door("session", "unit")
@bp.arguments(schemas.ActsIn, location="query")
@bp.response(200, schemas.ActsOut)
@bp.refuses(*REFUSALS)
def list_acts(query: dict[str, Any], unit_code: str) -> granting.ActsPage:
    """List what was done in the unit, by whom and when, the newest first."""
    return granting.list_acts(kit(), view=who(), unit_code=unit_code, **query)


def register(app: Flask) -> None:
    """Put the calls on the API."""
    app.extensions["api"].register_blueprint(bp)
