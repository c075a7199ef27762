"""The calls about one-time codes."""

from typing import Any

from flask import Flask

import otp.service as service
import otp.tags as tags
from authsvc.core.cookies import require_browser_token
from authsvc.core.errors import NotFound, Throttled, TriesClosed
from authsvc.core.web import ApiBlueprint, LoginRequired, door, kit, who
from authsvc.identity import doors
from authsvc.identity.dpop import NonceRequired
from authsvc.identity.forms import in_service_hours
from authsvc.identity.hours import OutsideServiceHours
from authsvc.identity.models import SessionView
from authsvc.identity.schemas import SessionOut
from authsvc.identity.sweeps import TypedCodesPaused
from authsvc.identity.views import enter
from otp.schemas import OtpLoginIn, PageTagOut, StandingOut

bp = ApiBlueprint("otp", __name__, url_prefix="/api/v1", description="One-time codes")


@bp.route("/sessions/otp", methods=["POST"])
@door("anyone")
@in_service_hours
@bp.arguments(OtpLoginIn)
@bp.response(201, SessionOut)
@bp.refuses(service.OtpRefused, Throttled, TriesClosed, TypedCodesPaused, OutsideServiceHours)
def log_in(body: dict[str, Any]) -> SessionView:
    """Open a session with a one-time code from the app."""
    return enter(service.log_in(kit(), **body))


@bp.route("/otp/page-tag", methods=["GET"])
@door("anyone")
@bp.response(200, PageTagOut)
def show_page_tag() -> tags.PageTag:
    """Show the two characters that tie a code to this browser's login page."""
    return tags.serve(kit(), browser=require_browser_token(kit().settings))


@bp.route("/me/device/otp", methods=["GET"])
@door("app")
@bp.response(200, StandingOut)
@bp.refuses(LoginRequired, NonceRequired, *doors.REFUSALS, NotFound)
def show_standing() -> service.Standing:
    """Show the phone that asks which of its codes was used last, and the time here; no secret."""
    return service.show_standing(kit(), device_id=who().device_id, person_id=who().person_id)


def register(app: Flask) -> None:
    """Put the call on the API."""
    app.extensions["api"].register_blueprint(bp)
