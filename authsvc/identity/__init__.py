"""Who a person is: the tables every feature shares and the few verbs on them."""

from pathlib import Path

from flask import Flask

from authsvc.core import jobs, web
from authsvc.core.i18n import N_
from authsvc.identity import (
    authenticators,
    challenges,
    doors,
    dpop,
    pages,
    sessions,
    sweeps,
    tokens,
    tries,
    units,
    views,
)
from authsvc.identity.ways import LoginWay, MenuEntry, menu_of, ways_of

HERE = Path(__file__).parent


def include(app: Flask) -> None:
    """Register the doors, the card's way of logging in, the calls, the pages and the clearing jobs."""
    web.authenticators(app).update(doors.AUTHENTICATORS)
    views.register(app)
    pages.register(app)
    card = LoginWay(
        id="card", title=N_("Health card and password"), template="login_ways/card.html", icon="card", order=10
    )
    ways_of(app).logins.append(card)
    ways_of(app).leavings["unit"] = units.leave
    ways_of(app).unbindings["authenticator"] = authenticators.forget
    menu_of(app).append(MenuEntry(title=N_("Security"), href="/security", order=80, inside=True))
    for cleared in (authenticators, challenges, dpop, sessions, sweeps, tokens, units):
        jobs.every_minute(app, cleared.purge)
    jobs.every_minute(app, tries.tell_owners)
