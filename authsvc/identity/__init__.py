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
    functions,
    functionviews,
    pages,
    sessionpages,
    sessions,
    sweeps,
    tokens,
    tries,
    units,
    views,
)
from authsvc.identity.models import SessionView
from authsvc.identity.units import UnitView
from authsvc.identity.ways import Function, LoginWay, MenuEntry, SessionKind, menu_of, ways_of

HERE = Path(__file__).parent
FUNCTIONS = (
    Function(
        id="security", title=N_("Security: logins and history"), href="/security", ways=functions.ENQUIRY, order=80
    ),
)

KINDS = {
    "session": SessionKind(view=SessionView, by_cookie=sessions.find_session, live=sessions.find_live),
    "unit": SessionKind(view=UnitView, by_cookie=units.find_session, live=units.find_live),
}


def include(app: Flask) -> None:
    """Register the doors, the card's way of logging in, the calls, the pages and the clearing jobs."""
    web.authenticators(app).update(doors.AUTHENTICATORS)
    views.register(app)
    functionviews.register(app)
    pages.register(app)
    sessionpages.register(app)
    card = LoginWay(
        id="card", title=N_("Health card and password"), template="login_ways/card.html", icon="card", order=10
    )
    ways_of(app).logins.append(card)
    ways_of(app).leavings["unit"] = units.leave
    ways_of(app).session_kinds.update(KINDS)
    ways_of(app).unbindings["authenticator"] = authenticators.forget
    ways_of(app).functions.update((function.id, function) for function in FUNCTIONS)
    menu_of(app).append(MenuEntry(title=N_("Security"), href="/security", order=80, inside=True))
    for cleared in (authenticators, challenges, dpop, sessions, sweeps, tokens, units):
        jobs.every_minute(app, cleared.purge)
    jobs.every_minute(app, tries.tell_owners)
