"""The page "My phones": device codes and device management for people."""

from flask import Blueprint, Flask, redirect, render_template
from werkzeug.wrappers import Response

from authsvc.core.web import door, kit
from authsvc.identity.pages import current_session
from devicebind.service import LIFE

bp = Blueprint(
    "devicebind_pages",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/static/devicebind",
)


@bp.get("/devices")
@door("anyone")
def my_phones() -> str | Response:
    """Show a person's phones and the way to bind another; without a session, the login."""
    if current_session() is None:
        return redirect("/login?next=/devices", 303)
    seconds = int(LIFE.total_seconds())
    return render_template("devicebind/devices.html", device_limit=kit().settings.device_limit, code_seconds=seconds)


def register(app: Flask) -> None:
    """Put the page on the app."""
    app.register_blueprint(bp)
