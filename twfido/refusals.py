"""Why a login by TW FidO does not begin, or opens no session."""

from authsvc.core.errors import Conflict, Gone, Unavailable
from authsvc.core.i18n import N_
from twfido.codes import meaning_of


class TwfidoUnavailable(Unavailable):
    """TW FidO is down, slow, or answers what we cannot believe."""

    code = "twfido_unavailable"
    detail = N_("TW FidO does not answer as it should. Try again in a moment, or log in another way.")


class TwfidoRefused(Conflict):
    """TW FidO refused the request; `number` is its own, and `detail` what that means."""

    code, detail = "twfido_refused", N_("TW FidO did not take this request. Please log in another way.")

    def __init__(self, number: str) -> None:
        super().__init__(number=number)
        self.detail = meaning_of(number).text  # type: ignore[misc]  # each number has a sentence of its own


class TwfidoNotApproved(Conflict):
    """The phone has not approved, or the session was collected."""

    code, detail = "twfido_not_approved", N_("This login is not approved, or was used already. Please start again.")


class TwfidoExpired(Gone):
    """The three minutes to approve, or the one to go on, are over."""

    code, detail = "twfido_expired", N_("This login with TW FidO is over. Please start again.")
