"""The hours in which people may log in, by Taiwan's clock; sessions that are open go on.

What protects people is never closed: the app (a phone reported lost, a QR login refused), revocation vouchers, ending
sessions, the counter. Registration is not asked for the hours either.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from authsvc.core.errors import Unavailable
from authsvc.core.i18n import N_
from authsvc.core.kit import Kit
from authsvc.core.localtime import TAIPEI


class OutsideServiceHours(Unavailable):
    """Nobody may log in at this hour; `retry_after` reaches to the next opening."""

    code = "outside_service_hours"
    detail = N_("Logging in is closed at this hour. The login page says when it opens.")


@dataclass(frozen=True, kw_only=True)
class Closing:
    """When the hours begin and end each day (`HH:MM`, the end up to 24:00), and when they begin next."""

    opens: str
    closes: str
    opens_at: datetime
    seconds: int


def find_closing(kit: Kit) -> Closing | None:
    """Tell until when logging in is closed; None while it is open, and always where no hours are set."""
    if not kit.settings.service_hours:
        return None
    opens, closes = kit.settings.service_hours.split("-")
    now = kit.clock.now().astimezone(TAIPEI)
    # Texts of one length compare as the times that they are, and 24:00 is later than any.
    if opens <= f"{now:%H:%M}" < closes:
        return None
    opens_at = now.replace(hour=int(opens[:2]), minute=int(opens[3:]), second=0, microsecond=0)
    if opens_at <= now:
        opens_at += timedelta(days=1)
    left = opens_at - now
    return Closing(opens=opens, closes=closes, opens_at=opens_at, seconds=-(-left // timedelta(seconds=1)))


def require_open(kit: Kit) -> None:
    """Raise `OutsideServiceHours` where nobody may log in now."""
    closing = find_closing(kit)
    if closing is not None:
        raise OutsideServiceHours(closing.seconds)
