"""The calls about units: register, what one is where, change, withdraw, managers."""

from collections.abc import Sequence
from typing import Any

from flask import Flask

import units.holding as holding
import units.managers as managers
import units.refusals as refused
import units.registering as registering
import units.schemas as schemas
import units.standing as standing
from authsvc.core.cookies import browser_token
from authsvc.core.errors import Invalid, NotFound, StepUpRequired, Throttled, TriesClosed, Unavailable
from authsvc.core.web import ApiBlueprint, LoginRequired, door, kit, who
from authsvc.identity.acting import NotGranted
from authsvc.identity.functions import Offer
from authsvc.identity.functionviews import OfferOut
from authsvc.identity.login import CardNotRegistered, PasswordWrong
from authsvc.identity.views import CARD_REFUSALS
from units.members import Member

bp = ApiBlueprint("units", __name__, url_prefix="/api/v1", description="Insured units")
OWNER_REFUSALS = (LoginRequired, NotFound, NotGranted, StepUpRequired, refused.NotResponsible, Unavailable)
PROOF_REFUSALS = (*CARD_REFUSALS, CardNotRegistered, PasswordWrong, Throttled, TriesClosed)


@bp.route("/unit-registrations", methods=["POST"])
@door("anyone")
@bp.arguments(schemas.UnitRegistrationIn)
@bp.response(201, schemas.UnitRegisteredOut)
@bp.refuses(*PROOF_REFUSALS, refused.UnitNotConfirmed, refused.NotResponsible, refused.UnitAlreadyRegistered)
def register_unit(body: dict[str, Any]) -> registering.Registered:
    """Register a unit by its certificate, or by its responsible person's health card or one-time code."""
    return registering.register(kit(), browser=browser_token(kit().settings), **body)


@bp.route("/units", methods=["GET"])
@door("session", "unit")
@bp.response(200, schemas.MyUnitOut(many=True))
@bp.refuses(LoginRequired)
def list_units() -> Sequence[standing.MyUnit]:
    """List the units in which whoever asks is something."""
    return standing.list_units(kit(), who())


@bp.route("/units/<unit_code>/functions", methods=["GET"])
@door("session", "unit")
@bp.response(200, OfferOut(many=True))
@bp.refuses(LoginRequired, NotFound)
def list_unit_functions(unit_code: str) -> Sequence[Offer]:
    """List what a unit's portal offers whoever asks, open or not; nothing that was not granted."""
    return standing.list_functions(kit(), who(), unit_code)


@bp.route("/units/<unit_code>/registration", methods=["GET"])
@door("session", "unit")
@bp.response(200, schemas.UnitDataOut)
@bp.refuses(*OWNER_REFUSALS)
def show_registration(unit_code: str) -> holding.UnitData:
    """Show a unit's registration to whoever came with its own credential and the tick."""
    return holding.show(kit(), who(), unit_code)


@bp.route("/units/<unit_code>/registration", methods=["PATCH"])
@door("session", "unit")
@bp.arguments(schemas.UnitChangesIn)
@bp.response(200, schemas.UnitDataOut)
@bp.refuses(*OWNER_REFUSALS, refused.UnitNotConfirmed)
def change_registration(body: dict[str, Any], unit_code: str) -> holding.UnitData:
    """Change a unit's data, as the register has them by now."""
    return holding.change(kit(), who(), unit_code, **body)


@bp.route("/units/<unit_code>/registration", methods=["DELETE"])
@door("session", "unit")
@bp.response(204)
@bp.refuses(*OWNER_REFUSALS)
def withdraw_registration(unit_code: str) -> None:
    """Withdraw a unit's registration; nobody acts for it any more."""
    holding.withdraw(kit(), who(), unit_code)


@bp.route("/units/<unit_code>/managers", methods=["GET"])
@door("session", "unit")
@bp.response(200, schemas.MemberOut(many=True))
@bp.refuses(*OWNER_REFUSALS)
def list_managers(unit_code: str) -> Sequence[Member]:
    """List a unit's managers."""
    return managers.list_managers(kit(), who(), unit_code)


@bp.route("/units/<unit_code>/managers", methods=["POST"])
@door("session", "unit")
@bp.arguments(schemas.ManagerIn)
@bp.response(201, schemas.MemberOut)
@bp.refuses(*OWNER_REFUSALS, *CARD_REFUSALS, refused.ManagerAlreadyThere, refused.TooManyManagers, Invalid, Throttled)
def add_manager(body: dict[str, Any], unit_code: str) -> Member:
    """Name a manager; all managers are told."""
    return managers.add_manager(kit(), who(), unit_code, browser=browser_token(kit().settings), **body)


@bp.route("/units/<unit_code>/managers/<member_id>", methods=["DELETE"])
@door("session", "unit")
@bp.response(204)
@bp.refuses(*OWNER_REFUSALS, refused.LastManager)
def end_manager(unit_code: str, member_id: str) -> None:
    """Delete a manager, whose access to the unit ends at once."""
    managers.end_manager(kit(), who(), unit_code, member_id=member_id)


def register(app: Flask) -> None:
    """Put the calls on the API."""
    app.extensions["api"].register_blueprint(bp)
