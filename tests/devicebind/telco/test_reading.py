"""An answer is a yes only where every field says so plainly: missing, unknown and wrongly typed ones are a no."""

from collections.abc import Callable
from typing import Any

import pytest

from devicebind.lines import (
    Answer,
    Reason,
    read_contract,
    read_eligibility,
    read_match,
    read_possession,
    read_sim,
    read_status,
)

Read = Callable[[Answer], Reason | None]
GONE = object()
UNCLEAR = Reason.TELCO_UNAVAILABLE
YES: dict[Read, dict[str, Any]] = {
    read_possession: {"devicePhoneNumberVerified": True},
    read_match: {"idDocumentMatch": "true", "idDocumentTypeMatch": "true"},
    read_contract: {"tenureDateCheck": True, "contractType": "PAYM"},
    read_status: {"voiceSmsIn": "active", "voiceSmsOut": "active", "dataService": "active"},
    read_eligibility: {"eligibility": "ELIGIBLE"},
    read_sim: {"swapped": False},
}
WRONG: tuple[Any, ...] = (GONE, None, "", "TRUE", "yes", "never seen", 1, 0, 1.5, [], ["true"], {}, {"true": True})
TYPED_WRONG: dict[Read, tuple[Any, ...]] = {
    read_possession: ("true", "false", 1, 0),
    read_match: (True, False),
    read_contract: (True, "paym", "PAYM "),
    read_status: (True, "ACTIVE"),
    read_eligibility: (True, "eligible", "UNKNOWN"),
    read_sim: ("false", "true", 0, 1),
}
PARTICULARS: dict[str, Any] = {
    "contractType": "PAYM",
    "lineRole": "SINGLE",
    "holder": "SELF",
    "provider": "OWN",
    "standing": "GOOD",
    "access": "5G",
    "tethered": "FALSE",
}


def answer(body: dict[str, Any], *, status: int = 200) -> Answer:
    return Answer(status=status, body={name: value for name, value in body.items() if value is not GONE})


def broken() -> list[Any]:
    """Return every reader with each of its fields broken in each way."""
    return [
        pytest.param(read, name, value, id=f"{read.__name__}-{name}-{'missing' if value is GONE else repr(value)}")
        for read, body in YES.items()
        for name in body
        for value in (*WRONG, *TYPED_WRONG[read])
        if value != body[name] or type(value) is not type(body[name])
    ]


@pytest.mark.parametrize("read", YES, ids=lambda read: read.__name__)
def test_a_whole_answer_is_a_yes_and_what_is_added_to_it_changes_nothing(read: Read) -> None:
    assert read(answer(YES[read])) is None
    assert read(answer(YES[read] | {"addedLater": "whatever"})) is None


@pytest.mark.parametrize(("read", "name", "value"), broken())
def test_a_field_that_is_missing_unknown_or_of_another_type_is_never_a_yes(read: Read, name: str, value: Any) -> None:
    assert read(answer(YES[read] | {name: value})) is UNCLEAR


@pytest.mark.parametrize("read", YES, ids=lambda read: read.__name__)
@pytest.mark.parametrize("status", [201, 204, 400, 401, 403, 404, 409, 422])
def test_a_yes_with_another_status_is_no_yes(read: Read, status: int) -> None:
    assert read(answer(YES[read], status=status)) is UNCLEAR


@pytest.mark.parametrize("name", PARTICULARS)
@pytest.mark.parametrize("value", ["never seen", None, True, 1, [], {}])
def test_an_eligible_line_may_leave_facts_out_but_not_state_unknown_ones(name: str, value: Any) -> None:
    assert read_eligibility(answer({"eligibility": "ELIGIBLE", **PARTICULARS})) is None
    assert read_eligibility(answer({"eligibility": "ELIGIBLE", **PARTICULARS, name: value})) is UNCLEAR


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("contractType", "PAYG", "prepaid_line"),
        ("contractType", "Business", "company_line"),
        ("lineRole", "FAMILY_MAIN", "family_line"),
        ("lineRole", "FAMILY_MEMBER", "family_line"),
        ("lineRole", "CHILD", "family_line"),
        ("lineRole", "COMPANION", "family_line"),
        ("holder", "COMPANY", "company_line"),
        ("holder", "GUARDIAN", "details_not_confirmed"),
        ("holder", "PROXY", "details_not_confirmed"),
        ("provider", "MVNO", "mvno_line"),
        ("standing", "OVERDUE", "line_suspended"),
        ("standing", "SUSPENDED", "line_suspended"),
        ("access", "OTHER", "not_mobile_data"),
        ("tethered", "TRUE", "not_mobile_data"),
    ],
)
def test_an_operator_that_contradicts_itself_is_not_believed(name: str, value: str, reason: str) -> None:
    """ELIGIBLE beside a fact that speaks against the line."""
    assert read_eligibility(answer({"eligibility": "ELIGIBLE", **PARTICULARS, name: value})) == reason


@pytest.mark.parametrize(
    ("context", "reason"),
    [
        ("PREPAID", "prepaid_line"),
        ("COMPANY", "company_line"),
        ("FAMILY_PLAN", "family_line"),
        ("CHILD_PLAN", "family_line"),
        ("COMPANION", "family_line"),
        ("MVNO", "mvno_line"),
        ("SUSPENDED", "line_suspended"),
        ("IN_ARREARS", "line_suspended"),
        ("NOT_HOLDER", "details_not_confirmed"),
        ("NOT_A_HANDSET", "not_mobile_data"),
        ("TETHERED", "not_mobile_data"),
        ("UNSUPPORTED_ACCESS", "not_mobile_data"),
        ("NEVER_SEEN", "telco_unavailable"),
    ],
)
def test_a_line_that_is_not_eligible_is_refused_with_the_operators_reason(context: str, reason: str) -> None:
    told = {"eligibility": "NOT_ELIGIBLE", "contextCode": f"TW_LINE_ELIGIBILITY.{context}"}

    assert read_eligibility(answer(told)) == reason
    assert read_eligibility(answer({"eligibility": "NOT_ELIGIBLE"})) is UNCLEAR
    assert read_eligibility(answer({"eligibility": "NOT_ELIGIBLE", "contextCode": context})) is UNCLEAR
    assert read_eligibility(answer({**told, "eligibility": "UNKNOWN"})) is UNCLEAR


@pytest.mark.parametrize("name", ["voiceSmsIn", "voiceSmsOut", "dataService"])
def test_one_suspended_service_is_enough(name: str) -> None:
    assert read_status(answer(YES[read_status] | {name: "suspended"})) is Reason.LINE_SUSPENDED
    assert read_status(answer(YES[read_status] | {"dataService": "throttled"})) is None


def test_the_two_ways_of_saying_another_person_are_one() -> None:
    mismatch = {"status": 403, "code": "KNOW_YOUR_CUSTOMER.ID_DOCUMENT_MISMATCH", "message": "No."}

    assert read_match(answer(mismatch, status=403)) is Reason.DETAILS_NOT_CONFIRMED
    assert read_match(answer(YES[read_match] | {"idDocumentMatch": "false"})) is Reason.DETAILS_NOT_CONFIRMED
    assert read_match(answer(YES[read_match] | {"idDocumentTypeMatch": "false"})) is Reason.DETAILS_NOT_CONFIRMED


def test_what_is_not_available_is_not_a_match() -> None:
    assert read_match(answer(YES[read_match] | {"idDocumentMatch": "not_available"})) is Reason.DETAILS_NOT_CONFIRMED


@pytest.mark.parametrize(
    "body",
    [
        {"status": 400, "code": "KNOW_YOUR_CUSTOMER.ID_DOCUMENT_MISMATCH"},
        {"code": "KNOW_YOUR_CUSTOMER.ID_DOCUMENT_MISMATCH"},
        {"status": 403, "code": ["KNOW_YOUR_CUSTOMER.ID_DOCUMENT_MISMATCH"]},
        {"status": 403, "code": "INVALID_TOKEN_CONTEXT", "message": "m"},
        {"status": 403, "code": "KNOW_YOUR_CUSTOMER.ID_DOCUMENT_REQUIRED", "message": "m"},
    ],
)
def test_an_error_that_is_not_whole_or_says_something_else_tells_nothing(body: dict[str, Any]) -> None:
    assert read_match(answer(body, status=403)) is UNCLEAR


def test_a_token_that_is_not_of_the_network_is_told_as_wifi() -> None:
    code = "NUMBER_VERIFICATION.USER_NOT_AUTHENTICATED_BY_MOBILE_NETWORK"

    assert read_possession(answer({"status": 403, "code": code, "message": "m"}, status=403)) is Reason.NOT_MOBILE_DATA
    assert read_possession(answer({"devicePhoneNumberVerified": False})) is Reason.NUMBER_NOT_YOURS
