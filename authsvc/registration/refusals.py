"""What registration refuses, and the note that is kept of it."""

from collections.abc import Iterator
from contextlib import contextmanager

from authsvc.core import audit
from authsvc.core.errors import Conflict, Gone, Invalid, Problem, Refused
from authsvc.core.i18n import N_
from authsvc.core.kit import Kit


class HouseholdNotConfirmed(Invalid):
    """The registries do not confirm card, person and household or residence together; never says which."""

    code = "household_not_confirmed"
    detail = N_("The registries did not confirm these data. Please check the card and what you entered.")


class AlreadyRegistered(Conflict):
    """The person has an account."""

    code = "already_registered"
    detail = N_("You are registered already. Please log in; if you forgot the password, set a new one with your card.")


class RegistrationPending(Conflict):
    """The person has applied and not confirmed yet."""

    code = "registration_pending"
    detail = N_("You have applied already. Please open the link in our e-mail, or have it sent again.")


class NoPendingRegistration(Conflict):
    """There is no application of this card that waits for its confirmation."""

    code = "no_pending_registration"
    detail = N_("No application of this card is waiting. It may be active already, or deleted.")


class LinkRefused(Refused):
    """The link is unknown or used, or it is not for this card."""

    code = "link_refused"
    detail = N_("This link does not work: it may have been used or replaced, or it belongs to another card.")


class LinkExpired(Gone):
    """The link's five days are over."""

    code = "link_expired"
    detail = N_("This link has expired. Please have a new one sent.")


@contextmanager
def audited(kit: Kit, action: str, *, actor: str | None = None) -> Iterator[None]:
    """Write a refusal that leaves this block into the audit, after the block's own transactions are over."""
    try:
        yield
    except Problem as refusal:
        audit.record_refusal(kit, action, outcome=refusal.code, actor=actor)
        raise
