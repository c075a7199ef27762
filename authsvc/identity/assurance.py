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
        weak = is_operators_word(view)
    else:
        weak = (session.scalar(select(Device.via).where(Device.id == view.device_id)) or "") not in CARD_BOUND
    if weak:
        raise StepUpRequired(STEP_UP_WAYS)


def is_operators_word(view: SessionView) -> bool:
    """Tell whether a session was opened by a phone that only its operator vouched for."""
    return view.binding is not None and view.binding["via"] not in CARD_BOUND
