"""The form for a code, which works without script."""

from typing import Any

from flask import Blueprint, Flask

import otp.service as service
import otp.tags as tags
from authsvc.core.cookies import require_browser_token
from authsvc.core.errors import Problem
from authsvc.core.web import door, kit
from authsvc.identity.forms import enter_page, in_service_hours, login_again, person_form
from otp.schemas import OtpLoginIn

bp = Blueprint(
    "otp_pages", __name__, template_folder="templates", static_folder="static", static_url_path="/static/otp"
)


@bp.post("/login/otp")
@door("anyone")
@in_service_hours
def log_in() -> Any:
    """Log in with a code, or show the form again with what to do."""
    try:
        return enter_page(service.log_in(kit(), **person_form(OtpLoginIn())))
    except Problem as refusal:
        return login_again("otp", refusal)


def context() -> dict[str, Any]:
    """Return what the form shows beside its fields: the two characters of this browser's page, where there are some."""
    return {"otp_page_tag": lambda: tags.serve(kit(), browser=require_browser_token(kit().settings))}


def register(app: Flask) -> None:
    """Put the form on the app."""
    app.context_processor(context)
    app.register_blueprint(bp)
