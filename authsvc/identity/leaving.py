"""The way out, for whoever has a session in a browser: a person, or a unit."""

import authsvc.identity.sessions as sessions
import authsvc.identity.units as units
from authsvc.core.kit import Kit
from authsvc.identity.models import SessionView
from authsvc.identity.units import UnitView


def log_out(kit: Kit, view: SessionView | UnitView) -> None:
    """End the session of this browser; raise `NotFound` when it is over already."""
    if isinstance(view, UnitView):
        units.end_session(kit, view=view)
    else:
        sessions.end_session(kit, view=view, session_id=view.id)


def log_out_everywhere(kit: Kit, view: SessionView | UnitView) -> None:
    """End all sessions of whoever asks, this one too."""
    if isinstance(view, UnitView):
        units.end_all_sessions(kit, view=view)
    else:
        sessions.end_all_sessions(kit, view=view)
