"""Binding a phone: a device code after a card login, the phone's tokens, and the page where phones are managed."""

from pathlib import Path

from flask import Flask

from authsvc.core import i18n, jobs
from authsvc.core.i18n import N_
from authsvc.identity.ways import MenuEntry, menu_of
from devicebind import pages, service, views

HERE = Path(__file__).parent


def include(app: Flask) -> None:
    """Register the calls, the page, its menu entry, the texts and the clearing job."""
    views.register(app)
    pages.register(app)
    menu_of(app).append(MenuEntry(title=N_("My phones"), href="/devices", order=20, inside=True))
    i18n.add_catalogue(app, HERE / "translations")
    jobs.every_minute(app, service.purge)
