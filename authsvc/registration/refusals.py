"""What registration refuses."""

from authsvc.core.errors import Conflict, Gone, Refused
from authsvc.core.i18n import N_


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
