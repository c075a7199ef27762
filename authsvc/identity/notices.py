"""The mails about an account that every ceremony writes: in the person's language, without a full ID or a code."""

from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from typing import Final

from sqlalchemy.orm import Session

from authsvc.core import outbox
from authsvc.core.kit import Kit
from authsvc.identity import people
from authsvc.identity.models import Person

TAIPEI: Final = timezone(timedelta(hours=8))


def shown_moment(at: datetime) -> str:
    """Return a moment as people in Taiwan read it, to the minute."""
    return f"{at.astimezone(TAIPEI):%Y-%m-%d %H:%M}"


def send_notice(session: Session, kit: Kit, person: Person, *, what: str, to: Iterable[str], at: datetime) -> None:
    """Tell a person at each address what was done, when and from where; `what` is a marked text."""
    outbox.post(
        session,
        kit,
        to=to,
        template="mail/notice",
        language=person.language,
        name=people.masked(kit, person)["name"],
        what=what,
        at=shown_moment(at),
        source=kit.caller.source,
    )


def send_completed(session: Session, kit: Kit, person: Person) -> None:
    """Tell a person at every address that the account is active."""
    outbox.post(
        session,
        kit,
        to=people.contact(kit, person).addresses,
        template="mail/completed",
        language=person.language,
        name=people.masked(kit, person)["name"],
        link=f"{kit.settings.public_origin}/login",
    )
