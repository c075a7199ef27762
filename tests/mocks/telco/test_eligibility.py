"""The proposed extension: each kind of line that is refused, with its reason, at each of the five operators."""

from typing import Any

import pytest

from mocks.telco.operators import Operator
from tests.mocks.telco.stage import PROFILES, Answer, Stage, profile

PATH, SCOPE = "/tw-line-eligibility/v0.1/check", "tw-line-eligibility:check"
five = pytest.mark.parametrize("operator", PROFILES, ids=lambda each: each.id)


def ask(stage: Stage, operator: Operator, **token: Any) -> Answer:
    return stage.ask(operator, PATH, token=stage.token(operator, SCOPE, **token), json={})


@five
def test_a_monthly_line_in_good_standing_is_eligible(stage: Stage, operator: Operator) -> None:
    stage.line(operator)
    answer = ask(stage, operator)

    if operator.contract_type_given:
        assert answer.body == {
            "eligibility": "ELIGIBLE",
            "contractType": "PAYM",
            "lineRole": "SINGLE",
            "holder": "SELF",
            "provider": "OWN",
            "standing": "GOOD",
            "access": "5G",
            "tethered": "FALSE",
        }
    else:  # this profile tells no more than it must
        assert answer.body == {"eligibility": "ELIGIBLE"}


@five
@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"plan": "prepaid"}, "PREPAID"),
        ({"plan": "company"}, "COMPANY"),
        ({"plan": "family"}, "FAMILY_PLAN"),
        ({"plan": "family", "role": "FAMILY_MAIN"}, "FAMILY_PLAN"),
        ({"plan": "child", "signed_by": "guardian"}, "CHILD_PLAN"),
        ({"role": "COMPANION"}, "COMPANION"),
        ({"plan": "mvno", "mvno": "Sample Mobile"}, "MVNO"),
        ({"state": "suspended"}, "SUSPENDED"),
        ({"state": "one_way"}, "SUSPENDED"),
        ({"state": "arrears"}, "IN_ARREARS"),
        ({"signed_by": "proxy"}, "NOT_HOLDER"),
        ({"signed_by": "guardian"}, "NOT_HOLDER"),
        ({"purpose": "data_only"}, "NOT_A_HANDSET"),
        ({"purpose": "fixed_wireless"}, "NOT_A_HANDSET"),
    ],
)
def test_a_line_that_may_not_vouch_is_refused_with_its_reason(
    stage: Stage, operator: Operator, facts: dict[str, str], reason: str
) -> None:
    stage.line(operator, **facts)
    answer = ask(stage, operator)

    assert (answer.status, answer.body["eligibility"]) == (200, "NOT_ELIGIBLE")
    assert answer.body["contextCode"] == f"TW_LINE_ELIGIBILITY.{reason}"
    assert set(answer.body) == {"eligibility", "contextCode"} or operator.contract_type_given


@five
def test_a_contract_that_the_operator_does_not_know_is_never_eligible(stage: Stage, operator: Operator) -> None:
    for plan in ("monthly", "company", "prepaid"):
        stage.line(operator, plan=plan, contract_known=False)
        answer = ask(stage, operator)
        assert answer.body["eligibility"] == "UNKNOWN"
        assert "contractType" not in answer.body


@five
@pytest.mark.parametrize(
    ("rat", "verdict"),
    [("5G_SA", "ELIGIBLE"), ("5G_NSA", "ELIGIBLE"), ("4G", "ELIGIBLE"), ("3G", "NOT_ELIGIBLE"), ("2G", "NOT_ELIGIBLE")],
)
def test_the_access_is_the_one_of_the_authorization(stage: Stage, operator: Operator, rat: str, verdict: str) -> None:
    stage.line(operator)
    answer = ask(stage, operator, rat=rat)

    assert answer.body["eligibility"] == verdict
    assert answer.body.get("contextCode") == (
        None if verdict == "ELIGIBLE" else "TW_LINE_ELIGIBILITY.UNSUPPORTED_ACCESS"
    )


@five
def test_a_shared_connection_is_refused_only_where_the_network_noticed_it(stage: Stage, operator: Operator) -> None:
    stage.line(operator)
    assert ask(stage, operator, tethered="detected").body["contextCode"] == "TW_LINE_ELIGIBILITY.TETHERED"
    assert ask(stage, operator, tethered="undetected").body == ask(stage, operator, tethered="no").body


def test_a_merged_brand_is_eligible_and_told(stage: Stage) -> None:
    stage.line(profile("fareastone"), brand="asia-pacific")
    body = ask(stage, profile("fareastone")).body

    assert (body["eligibility"], body["provider"]) == ("ELIGIBLE", "MERGED_BRAND")


@five
def test_without_a_handset_in_the_token_access_and_tethering_are_unknown(stage: Stage, operator: Operator) -> None:
    stage.line(operator)
    body = ask(stage, operator, amr=(), rat=None, tethered=None).body

    if operator.contract_type_given:
        assert (body["access"], body["tethered"]) == ("UNKNOWN", "UNKNOWN")
    assert body["eligibility"] == "ELIGIBLE"


@five
def test_the_number_is_the_tokens_alone(stage: Stage, operator: Operator) -> None:
    own = stage.line(operator).msisdn
    for number, body, expected in (
        (None, {"phoneNumber": own}, (422, "UNNECESSARY_IDENTIFIER")),
        ("", {}, (422, "MISSING_IDENTIFIER")),
    ):
        answer = stage.ask(operator, PATH, token=stage.token(operator, SCOPE, number=number), json=body)
        assert (answer.status, answer.code) == expected
