"""How strongly a phone was bound: by a card that was read, or by its operator's word alone, which is less."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from authsvc.core.errors import StepUpRequired
from authsvc.identity.models import AppView, Device, SessionView
from authsvc.identity.sessions import STEP_UP_WAYS

# At a counter staff read the card; only the operator's word was given without one.
CARD_BOUND: Final = frozenset({"card", "counter"})


def require_card_bound(session: Session, view: SessionView | AppView) -> None:
    """Raise `StepUpRequired` for a phone, or a session from one, that was bound by its operator's word alone.

    A session that no phone opened passes: what it rests on is its own way in.
    """
    if isinstance(view, SessionView):
        via = None if view.binding is None else view.binding["via"]
    else:
        via = session.scalar(select(Device.via).where(Device.id == view.device_id)) or ""
    if via is not None and via not in CARD_BOUND:
        raise StepUpRequired(STEP_UP_WAYS)
