"""One-time codes: agreed at binding, made on the phone without a network, typed into a form within three minutes."""

from pathlib import Path

from flask import Flask

from authsvc.core.i18n import N_, add_catalogue
from authsvc.core.kit import Kit
from authsvc.identity.ways import LoginWay, ways_of
from otp import enrolment, pages, service, views

HERE = Path(__file__).parent


def include(app: Flask) -> None:
    """Register the enrolment, the tab of the login page, the calls and the form."""
    kit: Kit = app.extensions["kit"]
    kit.ports[enrolment.Decoys] = enrolment.seal_decoy(kit)
    ways = ways_of(app)
    ways.checks["otp"] = service.prove
    ways.enrolments["otp"] = enrolment.enrol
    ways.unbindings["otp"] = enrolment.forget
    ways.restorations["otp"] = enrolment.retire
    ways.logins.append(
        LoginWay(id="otp", title=N_("One-time code from the app"), template="otp/login_way.html", icon="otp", order=30)
    )
    add_catalogue(app, HERE / "translations")
    views.register(app)
    pages.register(app)
