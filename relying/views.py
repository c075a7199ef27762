"""The calls: a session asks for a launch, and the service that it leads to changes the token for what it may know."""

from typing import Any

from flask import Flask

import relying.service as service
import relying.tokens as tokens
from authsvc.core.errors import NotFound, StepUpRequired
from authsvc.core.web import ApiBlueprint, LoginRequired, door, kit, who
from authsvc.identity.acting import NotGranted
from relying.clients import ClientRefused
from relying.schemas import KeysOut, LaunchIn, LaunchOut, RedeemedOut, RedemptionIn
from relying.service import Launched, LaunchUsed, LaunchWithdrawn, NotConnected, Redeemed
from relying.tokens import LaunchExpired, LaunchRefused

bp = ApiBlueprint("relying", __name__, url_prefix="/api/v1", description="Functions of other systems")


@bp.route("/launches", methods=["POST"])
@door("session", "unit", "underwriting")
@bp.arguments(LaunchIn)
@bp.response(201, LaunchOut)
@bp.refuses(LoginRequired, NotFound, NotGranted, StepUpRequired, NotConnected)
def open_launch(asked: dict[str, Any]) -> Launched:
    """Open a function of another system: the token is good once, for a minute, and for that system."""
    return service.open_launch(kit(), view=who(), **asked)


@bp.route("/launches/redemptions", methods=["POST"])
@door("client")
@bp.arguments(RedemptionIn)
@bp.response(200, RedeemedOut)
@bp.refuses(ClientRefused, LaunchRefused, LaunchExpired, LaunchUsed, LaunchWithdrawn)
def redeem(asked: dict[str, Any]) -> Redeemed:
    """Change a launch token for who came, for which function and unit; for relying services, with their secret."""
    return service.redeem(kit(), client=who(), **asked)


@bp.route("/launch-keys", methods=["GET"])
@door("anyone")
@bp.response(200, KeysOut)
def list_keys() -> dict[str, Any]:
    """Publish the keys that sign launch tokens."""
    return {"keys": [key.jwk for key in tokens.keys(kit())]}


def register(app: Flask) -> None:
    """Put the calls on the API."""
    app.extensions["api"].register_blueprint(bp)
