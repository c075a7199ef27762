"""Binding a phone: a device code after a card login, the phone's tokens, and the page where phones are managed."""

from pathlib import Path

import httpx2
from flask import Flask

from authsvc.core import i18n, jobs
from authsvc.core.i18n import N_
from authsvc.core.kit import Kit
from authsvc.identity import functions
from authsvc.identity.ways import DeviceCodes, Function, MenuEntry, menu_of, ways_of
from authsvc.settings import Misconfigured
from devicebind import attempts, pages, service, verification_views, views, voiding
from devicebind.operators import BadOperators, load_operators
from devicebind.telco import HttpTelco, Telco

HERE = Path(__file__).parent
HOUR = 3600

FUNCTIONS = (
    Function(id="phones", title=N_("My phones"), href="/devices", ways=functions.ENQUIRY, order=30),
    Function(
        id="bind_phone",
        title=N_("Bind a phone"),
        href="/devices",
        ways=functions.CARD,
        order=40,
        within=service.CARD_WITHIN,
    ),
)


def include(app: Flask, *, transport: httpx2.BaseTransport | None = None) -> None:
    """Register the calls, the page, its menu entry, the operators, the texts and the clearing jobs.

    `transport` replaces the network towards the operators. Raise `Misconfigured`.
    """
    open_telco(app, transport)
    ways = ways_of(app)
    ways.unbindings["devicebind"] = voiding.end_with
    ways.suspensions["devicebind"] = voiding.end_for
    ways.freezes["devicebind"] = voiding.end_for
    ways.device_codes["devicebind"] = DeviceCodes(
        make=service.issue_code, follow=lambda kit, **which: service.follow_code(kit, **which).status
    )
    views.register(app)
    verification_views.register(app)
    pages.register(app)
    ways.functions.update((function.id, function) for function in FUNCTIONS)
    menu_of(app).append(MenuEntry(title=N_("My phones"), href="/devices", order=20, inside=True))
    i18n.add_catalogue(app, HERE / "translations")
    for purge in (service.purge, attempts.purge):
        jobs.every_minute(app, purge)


def open_telco(app: Flask, transport: httpx2.BaseTransport | None) -> None:
    """Put the operators at their port; raise `Misconfigured` where their file cannot be used."""
    kit: Kit = app.extensions["kit"]
    try:
        operators = load_operators(kit.settings.telco_operators_file)
    except BadOperators as fault:
        raise Misconfigured(f"Set AUTHSVC_TELCO_OPERATORS_FILE to a right list of operators: {fault}.") from fault
    kit.ports[Telco] = HttpTelco(
        kit.settings.telco_url,
        operators,
        keys=kit.keys,
        clock=kit.clock,
        sim_hours=int(kit.settings.telco_sim_age.total_seconds()) // HOUR,
        transport=transport,
    )
