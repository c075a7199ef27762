"""The 14 scenarios of CAMARA Tenure 0.2.0, by their published names, at each of the five operators; and more.

FarEasTone does not offer Tenure: there every call is 404 NOT_FOUND, which each scenario asserts. No published scenario
looks at `contractType`; the tests at the end do.
"""

from datetime import date, timedelta
from typing import Any

import pytest

from mocks.telco.operators import TENURE, Operator
from tests.mocks.telco.stage import NOBODYS, PROFILES, Answer, Stage, profile, scenario

PATH, SCOPE, T = "/kyc-tenure/v0.2/check-tenure", "kyc-tenure:check-tenure", "checkTenure"
LONG_AGO = "2001-01-01"


def check(stage: Stage, operator: Operator, body: object, **how: Any) -> Answer:
    how.setdefault("token", stage.token(operator, SCOPE))
    return stage.ask(operator, PATH, json=body, **how)


def day(moment: date, *, days: int = 0) -> str:
    return (moment + timedelta(days=days)).isoformat()


def expect(answer: Answer, operator: Operator, status: int, code: str) -> None:
    offered = (status, code) if TENURE in operator.apis else (404, "NOT_FOUND")
    assert (answer.status, answer.code) == offered


@scenario("checkTenure_1_tenure_check_true", of=T)
def test_a_line_held_since_before_that_day_is_confirmed(stage: Stage, operator: Operator) -> None:
    line = stage.line(operator)
    answer = check(stage, operator, {"tenureDate": day(line.activated_at.date(), days=2)})

    if TENURE in operator.apis:
        assert (answer.status, answer.body["tenureDateCheck"]) == (200, True)
    else:
        assert (answer.status, answer.code) == (404, "NOT_FOUND")


@scenario("checkTenure_2_tenure_check_false", of=T)
def test_a_line_held_since_after_that_day_is_not(stage: Stage, operator: Operator) -> None:
    line = stage.line(operator)
    answer = check(stage, operator, {"tenureDate": day(line.activated_at.date(), days=-2)})

    if TENURE in operator.apis:
        assert (answer.status, answer.body["tenureDateCheck"]) == (200, False)
    else:
        assert (answer.status, answer.code) == (404, "NOT_FOUND")


@scenario("checkTenure_400.1_no_request_body", of=T)
def test_no_body_is_refused(stage: Stage, operator: Operator) -> None:
    expect(stage.ask(operator, PATH, token=stage.token(operator, SCOPE, number="")), operator, 400, "INVALID_ARGUMENT")


@scenario("checkTenure_400.2_empty_request_body", of=T)
def test_an_empty_object_is_refused(stage: Stage, operator: Operator) -> None:
    expect(check(stage, operator, {}), operator, 400, "INVALID_ARGUMENT")


@scenario("checkTenure_400.3_out_of_range", of=T)
def test_a_day_in_the_future_is_out_of_range(stage: Stage, operator: Operator) -> None:
    stage.line(operator)
    expect(check(stage, operator, {"tenureDate": day(stage.now().date(), days=3)}), operator, 400, "OUT_OF_RANGE")


@scenario("checkTenure_400.4_invalid_argument", of=T)
def test_something_that_is_no_day_is_refused(stage: Stage, operator: Operator) -> None:
    for wrong in ("yesterday", "2020-13-01", "01.01.2020", 20200101, None, "2020-01-01T00:00:00Z"):
        expect(check(stage, operator, {"tenureDate": wrong}), operator, 400, "INVALID_ARGUMENT")


@scenario("checkTenure_401.1_expired_access_token", of=T)
def test_an_expired_token_is_refused(stage: Stage, operator: Operator) -> None:
    expired = stage.token(operator, SCOPE, seconds=-1)
    expect(check(stage, operator, {"tenureDate": LONG_AGO}, token=expired), operator, 401, "UNAUTHENTICATED")


@scenario("checkTenure_401.2_invalid_access_token", of=T)
def test_an_invalid_token_is_refused(stage: Stage, operator: Operator) -> None:
    answer = check(stage, operator, {"tenureDate": LONG_AGO}, token="no-token-of-ours")
    expect(answer, operator, 401, "UNAUTHENTICATED")


@scenario("checkTenure_401.3_no_header_authorization", of=T)
def test_no_token_is_refused(stage: Stage, operator: Operator) -> None:
    expect(check(stage, operator, {"tenureDate": LONG_AGO}, token=None), operator, 401, "UNAUTHENTICATED")


@scenario("checkTenure_C02.01_phone_number_not_schema_compliant", of=T)
def test_a_number_of_another_form_is_refused(stage: Stage, operator: Operator) -> None:
    token = stage.token(operator, SCOPE, number="")
    answer = check(stage, operator, {"tenureDate": LONG_AGO, "phoneNumber": "0900000101"}, token=token)
    expect(answer, operator, 400, "INVALID_ARGUMENT")


@scenario("checkTenure_C02.02_phone_number_not_found", of=T)
def test_a_number_that_is_no_customers_is_not_found(stage: Stage, operator: Operator) -> None:
    token = stage.token(operator, SCOPE, number="")
    answer = check(stage, operator, {"tenureDate": LONG_AGO, "phoneNumber": NOBODYS}, token=token)
    expect(answer, operator, 404, "IDENTIFIER_NOT_FOUND")


@scenario("checkTenure_C02.03_unnecessary_phone_number", of=T)
def test_a_number_beside_the_tokens_is_refused(stage: Stage, operator: Operator) -> None:
    own = stage.line(operator).msisdn
    answer = check(stage, operator, {"tenureDate": LONG_AGO, "phoneNumber": own})
    expect(answer, operator, 422, "UNNECESSARY_IDENTIFIER")


@scenario("checkTenure_C02.04_missing_phone_number", of=T)
def test_no_number_at_all_is_refused(stage: Stage, operator: Operator) -> None:
    token = stage.token(operator, SCOPE, number="")
    expect(check(stage, operator, {"tenureDate": LONG_AGO}, token=token), operator, 422, "MISSING_IDENTIFIER")


@scenario("checkTenure_C02.05_phone_number_not_supported", of=T)
def test_a_virtual_operators_line_is_not_served(stage: Stage, operator: Operator) -> None:
    stage.line(operator, plan="mvno", mvno="Sample Mobile")
    expect(check(stage, operator, {"tenureDate": LONG_AGO}), operator, 422, "SERVICE_NOT_APPLICABLE")


@pytest.mark.parametrize(
    ("plan", "told"), [("monthly", "PAYM"), ("prepaid", "PAYG"), ("company", "Business"), ("family", "PAYM")]
)
@pytest.mark.parametrize("operator", [each for each in PROFILES if TENURE in each.apis], ids=lambda each: each.id)
def test_the_contract_type_is_told_where_the_operator_gives_it(
    stage: Stage, operator: Operator, plan: str, told: str
) -> None:
    stage.line(operator, plan=plan)
    answer = check(stage, operator, {"tenureDate": LONG_AGO})

    assert answer.body.get("contractType") == (told if operator.contract_type_given else None)


def test_a_contract_that_the_operator_does_not_know_has_no_type(stage: Stage) -> None:
    stage.line(profile("chunghwa"), contract_known=False)

    assert check(stage, profile("chunghwa"), {"tenureDate": LONG_AGO}).body == {"tenureDateCheck": False}


@pytest.mark.parametrize("what", ["ported_at", "recycled_at"])
def test_a_port_and_a_new_holder_start_the_tenure_again(stage: Stage, what: str) -> None:
    operator, today = profile("chunghwa"), stage.now().date()
    stage.line(operator, **{what: stage.now() - timedelta(days=10)})

    for days, held in ((-12, False), (-8, True)):
        answer = check(stage, operator, {"tenureDate": day(today, days=days)})
        assert answer.body["tenureDateCheck"] is held
