"""Somebody else began a login with a person's ID: the person said so on their phone."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from authsvc.core import audit
from authsvc.core.i18n import N_
from authsvc.core.kit import Kit
from authsvc.identity import notices, people
from authsvc.identity.models import Person
from qrlogin.models import QrOrder

WHAT: Final = N_(
    "You said on your phone that a login was not you. It was stopped, and nobody got in. "
    "Somebody knows your ID and birth date: on your phone you can stop new phones from being bound."
)


def ring(session: Session, kit: Kit, order: QrOrder, *, at: datetime) -> None:
    """Write the alert into the audit, and tell the person where the login came from that was not theirs."""
    person = session.get_one(Person, order.person_id)
    audit.record(session, kit, "alert.not_me", actor=person.id, object=order.id)
    asked_from = kit.keys.place(QrOrder.__tablename__, order.id).open("place", order.place)
    theirs = kit.on_behalf_of(replace(kit.caller, source=asked_from))
    notices.send_notice(session, theirs, person, what=WHAT, to=people.contact(kit, person).addresses, at=at)
