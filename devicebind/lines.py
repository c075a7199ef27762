"""What an operator's answers say about a line. Pure, and a no wherever an answer is not plainly a yes.

Shapes: CAMARA NumberVerification 2.1, KnowYourCustomerMatch 0.4, Tenure 0.2, SubscriptionStatus 0.1, SimSwap 2.1 and
the extension tw-line-eligibility 0.1. A field that is missing, of another type (`'false'` is a text, and true in
Python) or with a value that we do not know is never read as a yes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final


class Reason(StrEnum):
    """Why a line does not vouch for a person, the first to be told first.

    What the line is comes before whether the details are right: whoever holds it may know its kind, and the person is
    told what helps. A SIM changed recently also comes before the details, so that a thief of a number learns nothing
    about them.
    """

    NOT_MOBILE_DATA = "not_mobile_data"
    NUMBER_NOT_YOURS = "number_not_yours"
    PREPAID_LINE = "prepaid_line"
    COMPANY_LINE = "company_line"
    FAMILY_LINE = "family_line"
    MVNO_LINE = "mvno_line"
    LINE_SUSPENDED = "line_suspended"
    TELCO_UNAVAILABLE = "telco_unavailable"
    SIM_CHANGED_RECENTLY = "sim_changed_recently"
    DETAILS_NOT_CONFIRMED = "details_not_confirmed"


OK: Final = 200
RANK: Final = {reason: rank for rank, reason in enumerate(Reason)}
UNCLEAR: Final = Reason.TELCO_UNAVAILABLE
CONTRACT_TYPES: Final[Mapping[Any, Reason | None]] = {
    "PAYM": None,
    "PAYG": Reason.PREPAID_LINE,
    "Business": Reason.COMPANY_LINE,
}
MATCHES: Final[Mapping[Any, Reason | None]] = {
    "true": None,
    "false": Reason.DETAILS_NOT_CONFIRMED,
    # The operator keeps no document: another try changes nothing, another way in does.
    "not_available": Reason.DETAILS_NOT_CONFIRMED,
}
VOICE: Final[Mapping[Any, Reason | None]] = {"active": None, "suspended": Reason.LINE_SUSPENDED}
DATA: Final = {**VOICE, "throttled": None}
CONTEXT: Final = "TW_LINE_ELIGIBILITY."
CONTEXTS: Final = {
    "PREPAID": Reason.PREPAID_LINE,
    "COMPANY": Reason.COMPANY_LINE,
    "FAMILY_PLAN": Reason.FAMILY_LINE,
    "CHILD_PLAN": Reason.FAMILY_LINE,
    "COMPANION": Reason.FAMILY_LINE,
    "MVNO": Reason.MVNO_LINE,
    "SUSPENDED": Reason.LINE_SUSPENDED,
    "IN_ARREARS": Reason.LINE_SUSPENDED,
    "NOT_HOLDER": Reason.DETAILS_NOT_CONFIRMED,
    "NOT_A_HANDSET": Reason.NOT_MOBILE_DATA,
    "TETHERED": Reason.NOT_MOBILE_DATA,
    "UNSUPPORTED_ACCESS": Reason.NOT_MOBILE_DATA,
}
# What an operator may leave out, but not contradict itself with.
PARTICULARS: Final[Mapping[str, Mapping[Any, Reason | None]]] = {
    "contractType": CONTRACT_TYPES,
    "lineRole": {
        "SINGLE": None,
        "FAMILY_MAIN": Reason.FAMILY_LINE,
        "FAMILY_MEMBER": Reason.FAMILY_LINE,
        "CHILD": Reason.FAMILY_LINE,
        "COMPANION": Reason.FAMILY_LINE,
    },
    "holder": {
        "SELF": None,
        "GUARDIAN": Reason.DETAILS_NOT_CONFIRMED,
        "PROXY": Reason.DETAILS_NOT_CONFIRMED,
        "COMPANY": Reason.COMPANY_LINE,
    },
    "provider": {"OWN": None, "MERGED_BRAND": None, "MVNO": Reason.MVNO_LINE},
    "standing": {"GOOD": None, "OVERDUE": Reason.LINE_SUSPENDED, "SUSPENDED": Reason.LINE_SUSPENDED},
    # Without a handset in the question (a token that we asked for) the operator cannot know these two.
    "access": {"4G": None, "5G": None, "UNKNOWN": None, "OTHER": Reason.NOT_MOBILE_DATA},
    "tethered": {"FALSE": None, "UNKNOWN": None, "TRUE": Reason.NOT_MOBILE_DATA},
}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What an operator answered: the HTTP status, its body's object, and the stable code where it is an error."""

    status: int
    body: Mapping[str, Any]

    @property
    def code(self) -> str:
        """Return CAMARA's error code; empty for a success and for what is no proper error."""
        proper = self.status != OK and self.body.get("status") == self.status
        code = self.body.get("code") if proper else None
        return code if isinstance(code, str) else ""


def read_possession(answer: Answer) -> Reason | None:
    """Return None where the number is the one of the connection, else why not (POST /verify)."""
    if answer.code == "NUMBER_VERIFICATION.USER_NOT_AUTHENTICATED_BY_MOBILE_NETWORK":
        return Reason.NOT_MOBILE_DATA
    verified = answer.body.get("devicePhoneNumberVerified") if answer.status == OK else None
    if verified is True:
        return None
    return Reason.NUMBER_NOT_YOURS if verified is False else UNCLEAR


def read_match(answer: Answer) -> Reason | None:
    """Return None where the subscriber has this document; the two ways of saying no are one (POST /match)."""
    if answer.code == "KNOW_YOUR_CUSTOMER.ID_DOCUMENT_MISMATCH":
        return Reason.DETAILS_NOT_CONFIRMED
    return worst(_told(answer, name, MATCHES) for name in ("idDocumentMatch", "idDocumentTypeMatch"))


def read_contract(answer: Answer) -> Reason | None:
    """Return None for a monthly contract; a missing type is not one (POST /check-tenure)."""
    whole = isinstance(answer.body.get("tenureDateCheck"), bool)
    return worst([_told(answer, "contractType", CONTRACT_TYPES), None if whole else UNCLEAR])


def read_status(answer: Answer) -> Reason | None:
    """Return None where nothing of the line is suspended (POST /retrive-subscription-status)."""
    voice = [_told(answer, name, VOICE) for name in ("voiceSmsIn", "voiceSmsOut")]
    return worst([*voice, _told(answer, "dataService", DATA)])


def read_eligibility(answer: Answer) -> Reason | None:
    """Return None for an eligible line whose further facts say nothing else (the extension's POST /check)."""
    eligibility = answer.body.get("eligibility") if answer.status == OK else None
    reasons = [_told(answer, name, known) for name, known in PARTICULARS.items() if name in answer.body]
    context = answer.body.get("contextCode")
    if eligibility != "ELIGIBLE" or context is not None:
        named = context.removeprefix(CONTEXT) if isinstance(context, str) and context.startswith(CONTEXT) else ""
        reasons.append(CONTEXTS.get(named, UNCLEAR) if eligibility == "NOT_ELIGIBLE" else UNCLEAR)
    return worst(reasons)


def read_sim(answer: Answer) -> Reason | None:
    """Return None where the SIM was not changed within the time that was asked about (POST /check)."""
    swapped = answer.body.get("swapped") if answer.status == OK else None
    if swapped is False:
        return None
    return Reason.SIM_CHANGED_RECENTLY if swapped is True else UNCLEAR


def worst(reasons: Iterable[Reason | None]) -> Reason | None:
    """Return the reason that is told first, or None where there is none at all."""
    return min((reason for reason in reasons if reason is not None), key=RANK.__getitem__, default=None)


def _told(answer: Answer, name: str, known: Mapping[Any, Reason | None]) -> Reason | None:
    value = answer.body.get(name) if answer.status == OK else None
    return known.get(value, UNCLEAR) if isinstance(value, str) else UNCLEAR
