"""The proposed extension tw-line-eligibility 0.1: whether a line may vouch for the person who uses it.

Source: `contracts/tw-line-eligibility.yaml`. It answers what no released API does; the outcome is a 200.
"""

from mocks.telco.apis.call import Body, Call, Number, Operation
from mocks.telco.operators import LINE_ELIGIBILITY
from mocks.telco.records import Line

_CONTEXT = "TW_LINE_ELIGIBILITY."
_UNKNOWN = "UNKNOWN"


def check(call: Call) -> Body:
    """Return the verdict, why, and what it rests on; only verdict and reason where the operator discloses no contracts.

    A line whose contract the operator does not know is UNKNOWN, never eligible.
    """
    access, tethered = access_of(call.grant.rat), tethering_of(call.grant.tethered)
    reason = reason_against(call.line, access=access, tethered=tethered)
    known = call.line.contract_known
    verdict = "NOT_ELIGIBLE" if reason else "ELIGIBLE" if known else _UNKNOWN
    told = {"eligibility": verdict, **({"contextCode": _CONTEXT + reason} if reason else {})}
    if not call.operator.contract_type_given:
        return told
    return {
        **told,
        **({"contractType": call.line.contract_type, "holder": call.line.held_by} if known else {}),
        "lineRole": call.line.line_role,
        "provider": call.line.provider,
        "standing": call.line.standing,
        "access": access,
        "tethered": tethered,
    }


def reason_against(line: Line, *, access: str, tethered: str) -> str | None:
    """Return the first reason why a line is not eligible, or None; what it is comes before how it stands."""
    reasons = {
        "MVNO": line.plan == "mvno",
        "COMPANY": line.contract_known and line.contract_type == "Business",
        "PREPAID": line.contract_known and line.contract_type == "PAYG",
        "CHILD_PLAN": line.line_role == "CHILD",
        "FAMILY_PLAN": line.plan == "family" or line.line_role in {"FAMILY_MAIN", "FAMILY_MEMBER"},
        "COMPANION": line.line_role == "COMPANION",
        "NOT_A_HANDSET": line.purpose != "voice",
        "SUSPENDED": line.standing == "SUSPENDED",
        "IN_ARREARS": line.standing == "OVERDUE",
        "NOT_HOLDER": line.held_by in {"PROXY", "GUARDIAN"},
        "TETHERED": tethered == "TRUE",
        "UNSUPPORTED_ACCESS": access == "OTHER",
    }
    return next((name for name, applies in reasons.items() if applies), None)


def access_of(rat: str | None) -> str:
    """Return 4G, 5G or OTHER for a radio technology such as `5G_SA`; UNKNOWN where no handset took part."""
    if rat is None:
        return _UNKNOWN
    generation = rat.partition("_")[0]
    return generation if generation in {"4G", "5G"} else "OTHER"


def tethering_of(state: str | None) -> str:
    """Return TRUE where the network noticed a shared connection, FALSE where it did not, UNKNOWN without a handset.

    One that goes undetected reads as none at all: an operator cannot tell what it does not see.
    """
    if state is None:
        return _UNKNOWN
    return "TRUE" if state == "detected" else "FALSE"


OPERATIONS = (
    Operation(
        api=LINE_ELIGIBILITY,
        version="v0.1",
        path="/check",
        number=Number.FORBIDDEN,
        file=lambda _operator: "tw-line-eligibility.yaml",
        answer=check,
    ),
)
