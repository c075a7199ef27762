"""The part of the login page with the announcements."""

from typing import Any

from flask import Blueprint, Flask

import bulletin.service as service
from authsvc.core.i18n import request_language
from authsvc.core.web import kit

bp = Blueprint("bulletin_pages", __name__, template_folder="templates")


def context() -> dict[str, Any]:
    """Return what the template asks for; nothing is looked up on pages that do not show it."""
    return {"announcements": lambda: service.list_current(kit(), language=request_language())}


def register(app: Flask) -> None:
    """Put the part on the app."""
    app.context_processor(context)
    app.register_blueprint(bp)
