"""The calls about one-time codes."""

from typing import Any

from flask import Flask

import otp.service as service
from authsvc.core.errors import Throttled
from authsvc.core.web import ApiBlueprint, door, kit
from authsvc.identity.models import SessionView
from authsvc.identity.schemas import SessionOut
from authsvc.identity.views import enter
from otp.schemas import OtpLoginIn

bp = ApiBlueprint("otp", __name__, url_prefix="/api/v1", description="One-time codes")


@bp.route("/sessions/otp", methods=["POST"])
@door("anyone")
@bp.arguments(OtpLoginIn)
@bp.response(201, SessionOut)
@bp.refuses(service.OtpRefused, Throttled)
def log_in(body: dict[str, Any]) -> SessionView:
    """Open a session with a one-time code from the app."""
    body.pop("page_tag", None)
    return enter(service.log_in(kit(), **body))


def register(app: Flask) -> None:
    """Put the call on the API."""
    app.extensions["api"].register_blueprint(bp)
