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
from authsvc.identity.ways import Function, LoginWay, MenuEntry, menu_of, ways_of

HERE = Path(__file__).parent
# Enquiries and filings belong to other systems; here is the door that they stand behind.
ENQUIRY, FILING = functions.ENQUIRY, functions.FILING
FUNCTIONS = (
    Function(id="enquiry", title=N_("Enquiries"), href="/functions/enquiry", ways=ENQUIRY, order=10, for_units=True),
    Function(
        id="filings",
        title=N_("Filings"),
        href="/functions/filings",
        ways=FILING,
        order=20,
        card_bound=True,
        for_units=True,
    ),
    Function(id="security", title=N_("Security: logins and history"), href="/security", ways=ENQUIRY, order=80),
)


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
    ways_of(app).unbindings["authenticator"] = authenticators.forget
    ways_of(app).functions.update((function.id, function) for function in FUNCTIONS)
    menu_of(app).append(MenuEntry(title=N_("Security"), href="/security", order=80, inside=True))
    for cleared in (authenticators, challenges, dpop, sessions, sweeps, tokens, units):
        jobs.every_minute(app, cleared.purge)
    jobs.every_minute(app, tries.tell_owners)
