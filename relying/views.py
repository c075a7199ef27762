"""The calls."""

from flask import Flask

from authsvc.core.web import ApiBlueprint

bp = ApiBlueprint("relying", __name__, url_prefix="/api/v1", description="Relying services")


def register(app: Flask) -> None:
    """Put the calls on the API."""
    app.extensions["api"].register_blueprint(bp)
