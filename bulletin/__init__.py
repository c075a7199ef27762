"""Announcements: what operators have to say to everybody, above the ways of logging in."""

from pathlib import Path

from flask import Flask

from authsvc.core.i18n import add_catalogue
from authsvc.identity.ways import ways_of
from bulletin import commands, pages, views

HERE = Path(__file__).parent


def include(app: Flask) -> None:
    """Register the part of the login page, the call, the commands and the texts."""
    ways_of(app).login_notes.append("bulletin/notes.html")
    add_catalogue(app, HERE / "translations")
    views.register(app)
    pages.register(app)
    commands.include(app)
