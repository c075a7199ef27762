"""Relying services: what belongs to another system is an entry here, opened with a launch token that is good once."""

from pathlib import Path

from flask import Flask

from authsvc.core.i18n import add_catalogue
from relying import pages, views

HERE = Path(__file__).parent


def include(app: Flask) -> None:
    """Register the calls, the pages and the texts."""
    add_catalogue(app, HERE / "translations")
    views.register(app)
    pages.register(app)
