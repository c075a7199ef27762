"""The counter (臨櫃): staff register people, bind their phones, and suspend or restore their online services."""

from pathlib import Path

from flask import Flask

from authsvc.core import i18n, jobs, web
from authsvc.identity.ways import ways_of
from counter import commands, operator_commands, operator_pages, pages, sessions, views

HERE = Path(__file__).parent


def include(app: Flask) -> None:
    """Register the staff's door, the calls, the pages, the commands, the texts and the clearing job."""
    web.authenticators(app).update(counter=sessions.by_counter, staff=sessions.by_staff)
    ways_of(app).leavings["counter"] = sessions.leave
    views.include(app)
    pages.include(app)
    operator_pages.include(app)
    commands.include(app)
    operator_commands.include(app)
    i18n.add_catalogue(app, HERE / "translations")
    jobs.every_minute(app, sessions.purge)
