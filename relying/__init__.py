"""Relying services: what belongs to another system is an entry here, opened with a launch token that is good once."""

from pathlib import Path

from flask import Flask

from authsvc.core import i18n, jobs, web
from authsvc.core.kit import Kit
from authsvc.identity.ways import ways_of
from authsvc.settings import Misconfigured
from relying import clients, pages, service, views
from relying.catalogue import BadCatalogue, Catalogue, load

HERE = Path(__file__).parent


def include(app: Flask) -> None:
    """Register the functions of the catalogue, the services' door, the calls, the pages, the texts and the job.

    Raise `Misconfigured` where the catalogue cannot be used.
    """
    web.authenticators(app)["client"] = clients.by_client
    open_catalogue(app)
    i18n.add_catalogue(app, HERE / "translations")
    views.register(app)
    pages.register(app)
    jobs.every_minute(app, service.purge)


def open_catalogue(app: Flask) -> None:
    """Put the catalogue at its port and its functions on the list; raise `Misconfigured`."""
    kit: Kit = app.extensions["kit"]
    settings = kit.settings
    try:
        catalogue = load(settings.relying_file, production=settings.env == "production")
    except BadCatalogue as fault:
        raise Misconfigured(f"Set AUTHSVC_RELYING_FILE to a right list of relying services: {fault}.") from fault
    kit.ports[Catalogue] = catalogue
    ways_of(app).functions.update((name, entry.function) for name, entry in catalogue.entries.items())
