"""What those who help may do about an application: see how it stands, and have its link sent again where it belongs."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

import authsvc.registration.applications as applications
import authsvc.registration.notices as notices
import authsvc.registration.service as service
from authsvc.core import audit
from authsvc.core.kit import Kit
from authsvc.identity.numbers import mask_email, mask_number
from authsvc.identity.records import ApplicationRecord, Applications
from authsvc.registration.models import Registration
from authsvc.registration.refusals import NoPendingRegistration


def find(session: Session, kit: Kit, person_index: bytes) -> ApplicationRecord | None:
    """Return a person's application, masked; answer None where none waits."""
    row = _waiting(session, kit, person_index)
    if row is None:
        return None
    facts = applications.opened(kit, row)
    return ApplicationRecord(
        id=row.id,
        name=facts.masked_name,
        national_id=mask_number(facts.national_id),
        email=mask_email(facts.contact.email),
        applied_at=row.created_at,
        mailed_at=row.link_expires_at - service.LINK_LIFE,
        link_expires_at=row.link_expires_at,
        by_employer=row.password_hash is None,
    )


def spend(kit: Kit, person_index: bytes) -> None:
    """Count a mail to this person together with those that they asked for themselves; raise `Throttled`."""
    kit.throttle.spend(notices.MAILS, person_index)


def resend(session: Session, kit: Kit, person_index: bytes) -> None:
    """Mail an application a new link, to the address that stands in it and no other; raise `NoPendingRegistration`."""
    row = _waiting(session, kit, person_index)
    if row is None:
        raise NoPendingRegistration
    session.expunge(row)
    service.mail_again(session, kit, row, at=kit.clock.now())
    audit.record(session, kit, "registration.resent", object=row.id, by="help")


def _waiting(session: Session, kit: Kit, person_index: bytes) -> Registration | None:
    mine = select(Registration).where(Registration.national_id_index == person_index)
    return session.scalar(mine.where(service.revivable(kit.clock.now())))


APPLICATIONS: Final = Applications(find=find, spend=spend, resend=resend)
