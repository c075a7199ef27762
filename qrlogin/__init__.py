"""QR login: the page shows a code that changes, the phone scans and decides, the browser that asked goes on."""

from pathlib import Path

from flask import Flask

from authsvc.core import jobs
from authsvc.core.i18n import N_, add_catalogue
from authsvc.identity.ways import LoginWay, ways_of
from qrlogin import orders, pages, push, views

HERE = Path(__file__).parent


def include(app: Flask) -> None:
    """Register the tab of the login page, the calls, the pages and the clearing job."""
    ways_of(app).unbindings["qrlogin"] = orders.end_for
    ways_of(app).suspensions["qrlogin"] = orders.end_for_person
    ways_of(app).endings["qrlogin"] = orders.end_for_person
    ways_of(app).logins.append(
        LoginWay(
            id="qr", title=N_("Scan a QR code with the app"), template="qrlogin/login_way.html", icon="qr", order=20
        )
    )
    add_catalogue(app, HERE / "translations")
    views.register(app)
    pages.register(app)
    jobs.every_minute(app, orders.purge)
    push.include(app)
