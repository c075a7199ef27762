"""Composes the HTTP side of the mail catcher."""

from flask import Flask

from mocks.faults import Faults
from mocks.mail.caught import Caught
from mocks.mail.views import views
from mocks.web import simulator


def create_app(caught: Caught, *, faults: Faults) -> Flask:
    """Return the pages over the mails that an SMTP server with the same schedule of faults catches."""
    app = simulator(__name__, faults=faults)
    app.extensions["caught"] = caught
    app.register_blueprint(views)
    return app
