"""One-time codes: agreed at binding, made on the phone without a network, typed into a form within three minutes."""

from pathlib import Path

from flask import Flask

from authsvc.core.i18n import N_, add_catalogue
from authsvc.identity.ways import LoginWay, ways_of
from otp import pages, service, views

HERE = Path(__file__).parent


def include(app: Flask) -> None:
    """Register the enrolment, the tab of the login page, the call and the form."""
    ways = ways_of(app)
    ways.enrolments["otp"] = service.enrol
    ways.logins.append(
        LoginWay(id="otp", title=N_("One-time code from the app"), template="otp/login_way.html", icon="otp", order=30)
    )
    add_catalogue(app, HERE / "translations")
    views.register(app)
    pages.register(app)
