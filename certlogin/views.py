"""The call that logs in by certificate."""

from typing import Any

from flask import Flask

import certlogin.service as service
from authsvc.core.cookies import browser_token
from authsvc.core.errors import Invalid
from authsvc.core.web import ApiBlueprint, door, kit
from authsvc.identity.forms import in_service_hours
from authsvc.identity.hours import OutsideServiceHours
from authsvc.identity.login import CardNotRegistered
from authsvc.identity.models import SessionView
from authsvc.identity.schemas import SessionOut
from authsvc.identity.standing import OnlineServicesSuspended
from authsvc.identity.units import UnitView
from authsvc.identity.views import CARD_REFUSALS, enter
from certlogin.schemas import CertificateLoginIn
from certlogin.units import UnitNotInsured

bp = ApiBlueprint("certificates", __name__, url_prefix="/api/v1", description="Login by certificate")


@bp.route("/sessions/certificate", methods=["POST"])
@door("anyone")
@in_service_hours
@bp.arguments(CertificateLoginIn)
@bp.response(201, SessionOut)
@bp.refuses(*CARD_REFUSALS, CardNotRegistered, OnlineServicesSuspended, OutsideServiceHours, UnitNotInsured, Invalid)
def log_in(body: dict[str, Any]) -> SessionView | UnitView:
    """Open a session with a certificate, of a person or of a unit, whose card has asked for its PIN."""
    view: SessionView | UnitView = enter(service.log_in(kit(), browser=browser_token(kit().settings), **body))
    return view


def register(app: Flask) -> None:
    """Put the call on the API."""
    app.extensions["api"].register_blueprint(bp)
