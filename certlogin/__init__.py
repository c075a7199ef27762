"""Login by natural-person certificate and PIN: the holder is who the registry says, and their key is kept."""

from pathlib import Path

from flask import Flask

from authsvc.core.i18n import N_, add_catalogue
from authsvc.identity.ways import LoginWay, ways_of
from certlogin import pages, views

HERE = Path(__file__).parent


def include(app: Flask) -> None:
    """Register the tab of the login page and the call."""
    ways_of(app).logins.append(
        LoginWay(
            id="certificate",
            title=N_("Certificate and PIN"),
            template="certlogin/login_way.html",
            icon="certificate",
            order=40,
        )
    )
    add_catalogue(app, HERE / "translations")
    views.register(app)
    pages.register(app)
