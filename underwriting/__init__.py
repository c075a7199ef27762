"""Underwriting accounts (承保業務網路服務專區): a unit's clerk by ID and password, the lowest step of the ladder."""

from pathlib import Path

from flask import Flask

from authsvc.core import i18n, jobs, web
from authsvc.core.i18n import N_
from authsvc.identity.ways import MenuEntry, SessionKind, ways_of
from underwriting import doors, helping, pages, service, sessions, views
from underwriting.models import AccountView

HERE = Path(__file__).parent
KIND = SessionKind(
    view=AccountView,
    by_cookie=sessions.find_session,
    live=sessions.find_live,
    frame="underwriting/base.html",
    login="/underwriting",
    home="/underwriting/home",
)


def include(app: Flask) -> None:
    """Register the accounts' door and what they are in a unit, the calls, the pages, the texts and the jobs."""
    web.authenticators(app)["underwriting"] = doors.by_underwriting
    ways = ways_of(app)
    ways.session_kinds["underwriting"] = KIND
    ways.memberships["underwriting"] = sessions.memberships
    ways.leavings["underwriting"] = sessions.leave
    ways.suspensions["underwriting"] = sessions.end_for
    ways.endings["underwriting"] = sessions.end_for
    ways.unit_accounts["underwriting"] = helping.ACCOUNTS
    ways.restorations["underwriting"] = sessions.forget_passwords
    other = N_("Unit's clerk without a registered card? Underwriting service")
    ways.login_links.append(MenuEntry(title=other, href="/underwriting", order=10, inside=False))
    i18n.add_catalogue(app, HERE / "translations")
    views.include(app)
    pages.include(app)
    for purge in (sessions.purge, service.purge):
        jobs.every_minute(app, purge)
