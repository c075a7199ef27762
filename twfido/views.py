"""The calls about logins by TW FidO."""

from typing import Any

from flask import Flask, Response

import twfido.refusals as refusals
import twfido.schemas as schemas
import twfido.service as service
from authsvc.core import qr
from authsvc.core.cookies import browser_token, require_browser_token
from authsvc.core.errors import NotFound, Throttled
from authsvc.core.web import ApiBlueprint, door, kit
from authsvc.identity.forms import in_service_hours
from authsvc.identity.hours import OutsideServiceHours
from authsvc.identity.models import SessionView
from authsvc.identity.schemas import SessionOut
from authsvc.identity.standing import OnlineServicesSuspended
from authsvc.identity.views import enter
from twfido.logins import LoginView, leading_to

bp = ApiBlueprint("twfido", __name__, url_prefix="/api/v1", description="Login by TW FidO")


def browser() -> str | None:
    """Return the secret that this browser carries."""
    return browser_token(kit().settings)


@bp.route("/twfido-logins", methods=["POST"])
@door("anyone")
@in_service_hours
@bp.arguments(schemas.TwfidoIn)
@bp.arguments(schemas.WayBackIn, location="query")
@bp.response(201, schemas.TwfidoLoginOut)
@bp.refuses(OutsideServiceHours, Throttled, refusals.TwfidoRefused, refusals.TwfidoUnavailable)
def begin(body: dict[str, Any], way_back: dict[str, str]) -> LoginView:
    """Begin a login by TW FidO in this browser."""
    begun = service.begin(kit(), browser=require_browser_token(kit().settings), **body)
    return leading_to(begun, way_back["next"])


@bp.route("/twfido-logins/<login_id>", methods=["GET"])
@door("anyone")
@bp.arguments(schemas.WayBackIn, location="query")
@bp.response(200, schemas.TwfidoLoginOut)
@bp.refuses(NotFound)
def follow(way_back: dict[str, str], login_id: str) -> LoginView:
    """Show this browser's login; TW FidO is asked every four seconds at most, however often this is called."""
    return leading_to(service.follow(kit(), login_id=login_id, browser=browser()), way_back["next"])


@bp.route("/twfido-logins/<login_id>/qr.svg", methods=["GET"])
@door("anyone")
@bp.response(200, {"type": "string"}, content_type="image/svg+xml", description="The QR code")
@bp.refuses(NotFound)
def picture(login_id: str) -> Response:
    """Draw the QR code, for browsers without script."""
    return Response(qr.svg(service.qr_text(kit(), login_id=login_id, browser=browser())), mimetype="image/svg+xml")


@bp.route("/twfido-logins/<login_id>", methods=["DELETE"])
@door("anyone")
@bp.response(204)
@bp.refuses(NotFound, refusals.TwfidoNotApproved)
def cancel(login_id: str) -> None:
    """End this browser's login."""
    service.cancel(kit(), login_id=login_id, browser=browser())


@bp.route("/sessions/twfido", methods=["POST"])
@door("anyone")
@in_service_hours
@bp.arguments(schemas.CollectTwfidoIn)
@bp.response(201, SessionOut)
@bp.refuses(OutsideServiceHours, NotFound, refusals.TwfidoNotApproved, refusals.TwfidoExpired, OnlineServicesSuspended)
def collect(body: dict[str, Any]) -> SessionView:
    """Open the session that the phone approved, in the browser that asked."""
    return enter(service.collect(kit(), login_id=body["login_id"], browser=browser()))


def register(app: Flask) -> None:
    """Put the calls on the API."""
    app.extensions["api"].register_blueprint(bp)
