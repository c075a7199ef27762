"""What somebody may do with a session: each function names the ways in that are good enough for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import authsvc.identity.assurance as assurance
from authsvc.core.errors import NotFound, StepUpRequired, StrongerWayRequired
from authsvc.core.i18n import Bilingual
from authsvc.core.kit import Kit
from authsvc.identity.models import SessionView
from authsvc.identity.units import UnitView
from authsvc.identity.ways import Function, Ways

CARD: Final = ("card",)
FILING: Final = ("card", "certificate", "passkey", "twfido", "qr", "unit_certificate")
ENQUIRY: Final = (*FILING, "otp")


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A function as it stands for one session."""

    id: str
    title: str | Bilingual
    href: str
    open: bool
    ways: Sequence[str]


def offers(kit: Kit, view: SessionView | UnitView) -> list[Offer]:
    """Return every function that is meant for whoever asks, in the menu's order, open or not."""
    now = kit.clock.now()
    meant = [each for each in _all(kit) if _is_meant_for(each, view)]
    return [
        Offer(
            id=each.id, title=each.title, href=each.href, open=is_open(each, view, now), ways=ways_in(kit, each, view)
        )
        for each in sorted(meant, key=lambda each: each.order)
    ]


def require(kit: Kit, view: SessionView | UnitView, function_id: str) -> Offer:
    """Return an open function; raise `NotFound`, or `StepUpRequired` with the ways that are good enough."""
    offer = next((each for each in offers(kit, view) if each.id == function_id), None)
    if offer is None:
        raise NotFound
    require_open(offer)
    return offer


def require_open(offer: Offer) -> None:
    """Raise `StepUpRequired` with the ways that are good enough, unless the function is open."""
    if not offer.open:
        raise StepUpRequired(CARD) if tuple(offer.ways) == CARD else StrongerWayRequired(offer.ways)


def _all(kit: Kit) -> Sequence[Function]:
    return tuple(kit.port(Ways).functions.values())


def _is_meant_for(function: Function, view: SessionView | UnitView) -> bool:
    if function.audience != "anyone":
        return False  # `acting` tells what there is in a unit
    return function.for_units if isinstance(view, UnitView) else isinstance(view, SessionView)


def ways_in(kit: Kit, function: Function, view: Any) -> list[str]:
    """Return the ways of a function that whoever asks can take here: a unit has its certificate, a person the tabs."""
    ways = {"unit_certificate"} if isinstance(view, UnitView) else {login.id for login in kit.port(Ways).logins}
    return [way for way in function.ways if way in ways]


def is_open(function: Function, view: Any, now: datetime) -> bool:
    """Tell whether a session is good enough for a function: by its way in, its age, and the phone behind it."""
    if view.acr not in function.ways:
        return False
    if function.within is not None and now - view.auth_time >= function.within:
        return False
    return not (function.card_bound and isinstance(view, SessionView) and assurance.is_operators_word(view))
