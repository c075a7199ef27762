"""The pages."""

from flask import Blueprint, Flask

bp = Blueprint(
    "units_pages", __name__, template_folder="templates", static_folder="static", static_url_path="/static/units"
)


def register(app: Flask) -> None:
    """Put the pages on the app."""
    app.register_blueprint(bp)
