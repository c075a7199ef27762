"""Who is at a page: the session of the browser that asks, looked up once a request."""

from typing import Any

from flask import current_app, g

import authsvc.identity.sessions as sessions
import authsvc.identity.units as units
from authsvc.core import cookies
from authsvc.core.db import OUT_OF_REACH
from authsvc.core.web import kit
from authsvc.identity.models import SessionView
from authsvc.identity.units import UnitView
from authsvc.identity.ways import ways_of


def current_session() -> SessionView | None:
    """Return this browser's live session of a person."""
    if "page_session" not in g:
        token = cookies.browser_token(kit().settings)
        g.page_session = sessions.find_session(kit(), token) if token else None
    view: SessionView | None = g.page_session
    return view


def current_unit() -> UnitView | None:
    """Return this browser's live session of a unit."""
    if "page_unit" not in g:
        token = cookies.browser_token(kit().settings)
        g.page_unit = units.find_session(kit(), token) if token and current_session() is None else None
    view: UnitView | None = g.page_unit
    return view


def anybody() -> Any:
    """Return this browser's live session, of whichever kind that a feature registered; None where there is none."""
    token = cookies.browser_token(kit().settings)
    found = current_session() or current_unit()
    if found is None and token is not None:
        asked = (kind.by_cookie(kit(), token) for kind in ways_of(current_app).session_kinds.values())
        found = next((each for each in asked if each is not None), None)
    return found


def shown() -> tuple[SessionView | None, UnitView | None]:
    """Return who is at a page, for its frame; nobody while the database is away: the page that says so has one too."""
    try:
        return current_session(), current_unit()
    except OUT_OF_REACH:
        return None, None


def seconds_left(view: SessionView | UnitView | None) -> int | None:
    """Return how long a session lives if nobody uses it, in whole seconds."""
    return None if view is None else int((view.expires_at - kit().clock.now()).total_seconds())
