"""The calls."""

from flask import Flask

from authsvc.core.web import ApiBlueprint

bp = ApiBlueprint("batch", __name__, url_prefix="/api/v1", description="Batch registration")


def register(app: Flask) -> None:
    """Put the calls on the API."""
    app.extensions["api"].register_blueprint(bp)
