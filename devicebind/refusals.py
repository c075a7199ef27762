"""What verification by the operator refuses; each says what to do next."""

from typing import Final

from authsvc.core.errors import Forbidden, Gone, Refused
from authsvc.core.i18n import N_
from devicebind.lines import Reason


class LineRefused(Forbidden):
    """The operators' word does not carry this binding."""

    code = "line_refused"
    detail = N_("Your phone could not be bound by its number. Please bind it with your card.")


class NotMobileData(LineRefused):
    """The call came over Wi-Fi, a VPN, a hotspot, or another SIM's data."""

    code = "not_mobile_data"
    detail = N_("Please turn off Wi-Fi and VPN, use this phone's own 4G or 5G mobile data, and try again.")


class NumberNotYours(LineRefused):
    """The number is not the one of this connection."""

    code = "number_not_yours"
    detail = N_("This is not the number whose mobile data you are using. Please check the number and the SIM.")


class DetailsNotConfirmed(LineRefused):
    """ID, card digits or card validity; never told which."""

    code = "details_not_confirmed"
    detail = N_("These data were not confirmed. Please check your ID and the last 4 digits of your card number.")


class PrepaidLine(LineRefused):
    """A prepaid line."""

    code = "prepaid_line"
    detail = N_("A prepaid number cannot confirm you. Please bind your phone with your card.")


class CompanyLine(LineRefused):
    """A company's line."""

    code = "company_line"
    detail = N_("A company's number cannot confirm you. Please bind your phone with your card.")


class FamilyLine(LineRefused):
    """A line of a family or child plan."""

    code = "family_line"
    detail = N_("A number of a family or child plan cannot confirm you. Please bind your phone with your card.")


class MvnoLine(LineRefused):
    """A line of a virtual operator."""

    code = "mvno_line"
    detail = N_("A number of a virtual operator cannot confirm you. Please bind your phone with your card.")


class LineSuspended(LineRefused):
    """A line that is suspended or in arrears."""

    code = "line_suspended"
    detail = N_("This number is suspended or has unpaid bills. Please ask your operator, or use your card.")


class OperatorNotSupported(LineRefused):
    """An operator that cannot vouch here; the one reason that is told before possession."""

    code = "operator_not_supported"
    detail = N_("Numbers of this operator cannot confirm you. Please bind your phone with your card.")


class ResidentOfMainland(LineRefused):
    """A resident of the mainland area."""

    code = "resident_of_mainland"
    detail = N_(
        "Residents of the mainland area cannot be confirmed by a number. Please bind your phone with your card."
    )


class SimChangedRecently(LineRefused):
    """The SIM was changed within the last days."""

    code = "sim_changed_recently"
    detail = N_("The SIM of this number was changed in the last days. For your safety, please use your card.")


class TelcoUnavailable(LineRefused):
    """The operator did not confirm; nothing was done."""

    code = "telco_unavailable"
    detail = N_("Your operator could not confirm this now. Please try again later, or bind your phone with your card.")


class VerificationRefused(Refused):
    """The answer does not belong to the verification that this phone began."""

    code = "phone_verification_refused"
    detail = N_("This answer does not belong to what this phone began. Please start again.")


class VerificationOver(Gone):
    """The verification was used, or its minutes are over."""

    code = "phone_verification_over"
    detail = N_("This confirmation was used or its time is over. Please start again.")


BY_REASON: Final[dict[Reason, type[LineRefused]]] = {
    Reason(kind.code): kind
    for kind in (
        *(NotMobileData, NumberNotYours, DetailsNotConfirmed, PrepaidLine, CompanyLine, FamilyLine, MvnoLine),
        *(LineSuspended, SimChangedRecently, TelcoUnavailable),
    )
}
EVERY: Final[tuple[type[LineRefused], ...]] = (*BY_REASON.values(), OperatorNotSupported, ResidentOfMainland)


def refusal_of(reason: Reason, *, retry_after: int | None = None) -> LineRefused:
    """Return the refusal that tells a reason, with the seconds to wait where the operator named them."""
    return BY_REASON[reason](**({} if retry_after is None else {"retry_after": retry_after}))
