"""The mails about an account that every ceremony writes: in the person's language, without a full ID or a code."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

import authsvc.identity.people as people
from authsvc.core import outbox
from authsvc.core.kit import Kit
from authsvc.core.localtime import moment_text
from authsvc.identity.models import Person


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
        at=moment_text(at, person.language),
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
