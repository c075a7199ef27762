"""Passkeys: a person adds one just after a card login, and logs in with it in any browser that can reach it."""

from pathlib import Path

from flask import Flask

from authsvc.core import jobs
from authsvc.core.i18n import N_, add_catalogue
from authsvc.identity import functions
from authsvc.identity.ways import Function, LoginWay, MenuEntry, menu_of, ways_of
from passkeys import challenges, ending, pages, service, views

HERE = Path(__file__).parent
ADDING = Function(
    id="add_passkey",
    title=N_("Add a passkey"),
    href="/passkeys",
    ways=functions.CARD,
    order=50,
    within=service.CARD_WITHIN,
)


def include(app: Flask) -> None:
    """Register the tab of the login page, the page, its menu entry, the calls, what ends passkeys, and the texts."""
    ways = ways_of(app)
    ways.logins.append(
        LoginWay(id="passkey", title=N_("Passkey"), template="passkeys/login_way.html", icon="passkey", order=60)
    )
    ways.suspensions["passkeys"] = ending.end_for_suspended
    ways.resets["passkeys"] = ending.end_with_reset
    ways.card_changes["passkeys"] = ending.end_with_card
    ways.freezes["passkeys"] = challenges.void_for
    ways.restorations["passkeys"] = ending.end_restored
    ways.functions[ADDING.id] = ADDING
    menu_of(app).append(MenuEntry(title=N_("Passkeys"), href="/passkeys", order=30, inside=True))
    add_catalogue(app, HERE / "translations")
    views.register(app)
    pages.register(app)
    jobs.every_minute(app, challenges.purge)
