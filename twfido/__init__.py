"""Login by TW FidO, the mobile natural-person certificate: the phone signs, and its signature is what we believe."""

from pathlib import Path

import httpx2
from flask import Flask

from authsvc.core import jobs
from authsvc.core.i18n import N_, add_catalogue
from authsvc.core.kit import Kit
from authsvc.core.remote import Remote
from authsvc.identity.ways import LoginWay, ways_of
from twfido import pages, service, views
from twfido.party import HttpTwFido, TwFido

HERE = Path(__file__).parent


def include(app: Flask, *, transport: httpx2.BaseTransport | None = None) -> None:
    """Register the tab of the login page, the calls, the pages, the provider and the clearing job.

    `transport` replaces the network towards the provider.
    """
    kit: Kit = app.extensions["kit"]
    if kit.settings.env == "production" and kit.settings.twfido.is_demo:
        return  # a deployment that is no relying party of it has this way in not at all
    remote = Remote("twfido", kit.settings.twfido_url, transport=transport)
    kit.ports[TwFido] = HttpTwFido(remote, service_id=kit.settings.twfido_service_id, key=kit.settings.twfido_key)
    ways_of(app).suspensions["twfido"] = service.end_for_person
    ways_of(app).endings["twfido"] = service.end_for_person
    ways_of(app).logins.append(
        LoginWay(
            id="twfido", title=N_("TW FidO on your phone"), template="twfido/login_way.html", icon="twfido", order=50
        )
    )
    add_catalogue(app, HERE / "translations")
    views.register(app)
    pages.register(app)
    jobs.every_minute(app, service.purge)
