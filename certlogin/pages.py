"""The tab of the login page: its script and its text."""

from flask import Blueprint, Flask

bp = Blueprint(
    "certlogin_pages",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/static/certlogin",
)


def register(app: Flask) -> None:
    """Put the tab's files on the app."""
    app.register_blueprint(bp)
