"""The card ceremony: apply, confirm, resend, cancel, reset; and the account's password and contact data."""

from pathlib import Path

from flask import Flask

from authsvc.core import i18n, jobs
from authsvc.core.i18n import N_
from authsvc.identity import functions
from authsvc.identity.ways import Function, MenuEntry, menu_of, ways_of
from authsvc.registration import batch, helping, mailboxes, pages, service, views

HERE = Path(__file__).parent
ACCOUNT = Function(
    id="account", title=N_("Change password or contact data"), href="/account", ways=functions.CARD, order=70
)


def include(app: Flask) -> None:
    """Register the calls, the pages, the menu entries, the texts and the clearing jobs."""
    if (HERE / "translations").is_dir():
        i18n.add_catalogue(app, HERE / "translations")
    views.register(app)
    pages.register(app)
    menu_of(app).extend(
        (
            MenuEntry(title=N_("Register your card"), href="/registration/apply", order=10, inside=False),
            MenuEntry(title=N_("Contact data and password"), href="/account", order=70, inside=True),
        )
    )
    ways_of(app).functions[ACCOUNT.id] = ACCOUNT
    ways_of(app).applications["registration"] = helping.APPLICATIONS
    ways_of(app).openings.update(registration=service.supersede, backup_email=mailboxes.begin)
    ways_of(app).entering["registration"] = batch.enter
    for purge in (service.purge, mailboxes.purge):
        jobs.every_minute(app, purge)
