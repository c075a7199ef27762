"""Underwriting accounts (承保業務網路服務專區): a unit's clerk by ID and password, the lowest step of the ladder."""

from pathlib import Path

from flask import Flask

from authsvc.core.i18n import add_catalogue
from underwriting import pages, views

HERE = Path(__file__).parent


def include(app: Flask) -> None:
    """Register the calls, the pages and the texts."""
    add_catalogue(app, HERE / "translations")
    views.register(app)
    pages.register(app)
