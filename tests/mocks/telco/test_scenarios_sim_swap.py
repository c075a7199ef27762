"""The 18 + 13 scenarios of CAMARA SIM Swap 2.1.0, by their published names, at each of the five operators.

Corrected or made precise here:
* `check_sim_swap_C02.02` and its like need a token that identifies no line; the published text says so only in part.
* `check_sim_swap_400.3` holds only for an operator that keeps less than the API's 2400 hours (FarEasTone, 60 days);
  the others answer such a question, which is asserted.
* `retrieve_sim_swap_date_3` holds only for an operator that keeps SIM changes for ever (Chunghwa), `_5` only for the
  others: each is asserted to do what it does instead.
* No published scenario asks for the documented 403; it is asked for at the end.
"""

from datetime import datetime, timedelta

import pytest

from mocks.telco.operators import Operator
from tests.mocks.telco.stage import NOBODYS, PROFILES, Answer, Stage, scenario

CHECK, DATE = "/sim-swap/v2/check", "/sim-swap/v2/retrieve-date"
CHECK_SCOPE, DATE_SCOPE = "sim-swap:check", "sim-swap:retrieve-date"
C, D = "checkSimSwap", "retrieveSimSwapDate"
HOURS = (260, 120, 24, 12)
LONG_AGO = 24 * 365


def check(stage: Stage, operator: Operator, **body: object) -> Answer:
    return stage.ask(operator, CHECK, token=stage.token(operator, CHECK_SCOPE), json=body)


def date_of(stage: Stage, operator: Operator) -> Answer:
    return stage.ask(operator, DATE, token=stage.token(operator, DATE_SCOPE), json={})


@scenario("check_sim_swap_1_generic_success_scenario", of=C)
def test_a_check_has_the_promised_form(stage: Stage, operator: Operator) -> None:
    stage.line(operator)
    answer = check(stage, operator)

    assert answer.status == 200
    assert set(answer.body) == {"swapped"}


@scenario("check_sim_swap_2_valid_sim_swap_no_max_age", of=C)
def test_a_swap_within_ten_days_is_seen_unless_told_otherwise(stage: Stage, operator: Operator) -> None:
    stage.line_with_sim(operator, hours=239)

    assert check(stage, operator).body == {"swapped": True}


@scenario("check_sim_swap_3_valid_sim_swap_max_age", of=C, rows=HOURS)
def test_a_swap_within_the_asked_age_is_seen(stage: Stage, operator: Operator, row: int) -> None:
    stage.line_with_sim(operator, hours=row - 0.1)

    for age in (row, row + 1, 1440):
        assert check(stage, operator, maxAge=age).body == {"swapped": True}


@scenario("check_sim_swap_4_more_than_240_hours", of=C)
def test_a_swap_more_than_ten_days_ago_is_not_seen_unless_told_otherwise(stage: Stage, operator: Operator) -> None:
    stage.line_with_sim(operator, hours=241)

    assert check(stage, operator).body == {"swapped": False}


@scenario("check_sim_swap_5_out_of_max_age", of=C)
def test_a_swap_before_the_asked_age_is_not_seen(stage: Stage, operator: Operator) -> None:
    stage.line_with_sim(operator, hours=100)

    assert check(stage, operator, maxAge=99).body == {"swapped": False}


@scenario("check_sim_swap_6_no_sim_swap_no_max_age", of=C)
def test_a_line_with_its_first_sim_was_not_swapped(stage: Stage, operator: Operator) -> None:
    stage.line_with_sim(operator, hours=241, activated_hours=241)

    assert check(stage, operator).body == {"swapped": False}


@scenario("check_sim_swap_7_no_sim_swap_with_max_age", of=C, rows=HOURS)
def test_a_line_older_than_the_asked_age_was_not_swapped(stage: Stage, operator: Operator, row: int) -> None:
    stage.line_with_sim(operator, hours=row + 1, activated_hours=row + 1)

    assert check(stage, operator, maxAge=row - 1).body == {"swapped": False}


@scenario("check_sim_swap_401.1_no_authorization_header", of=C)
def test_a_check_without_a_token_is_refused(stage: Stage, operator: Operator) -> None:
    answer = stage.ask(operator, CHECK, token=None, json={})

    assert (answer.status, answer.code) == (401, "UNAUTHENTICATED")


@scenario("check_sim_swap_401.2_expired_access_token", of=C)
def test_a_check_with_an_expired_token_is_refused(stage: Stage, operator: Operator) -> None:
    answer = stage.ask(operator, CHECK, token=stage.token(operator, CHECK_SCOPE, seconds=-1), json={})

    assert (answer.status, answer.code) == (401, "UNAUTHENTICATED")


@scenario("check_sim_swap_401.3_invalid_access_token", of=C)
def test_a_check_with_an_invalid_token_is_refused(stage: Stage, operator: Operator) -> None:
    answer = stage.ask(operator, CHECK, token="no-token-of-ours", json={})

    assert (answer.status, answer.code) == (401, "UNAUTHENTICATED")


@scenario("check_sim_swap_400.1_invalid_max_age", of=C)
def test_an_age_that_is_no_number_is_refused(stage: Stage, operator: Operator) -> None:
    wrongs: tuple[object, ...] = ("240", 1.5, None, [], True)
    for wrong in wrongs:
        answer = check(stage, operator, maxAge=wrong)
        assert (answer.status, answer.code) == (400, "INVALID_ARGUMENT"), wrong


@scenario("check_sim_swap_400.2_invalid_max_age_value", of=C)
def test_an_age_above_the_limit_is_out_of_range(stage: Stage, operator: Operator) -> None:
    for outside in (100000, 2401, 0, -1, 2**63):
        answer = check(stage, operator, maxAge=outside)
        assert (answer.status, answer.code) == (400, "OUT_OF_RANGE"), outside


@scenario("check_sim_swap_400.3_max_age_out_of_monitored_period", of=C)
def test_an_age_beyond_what_is_kept_is_out_of_range(stage: Stage, operator: Operator) -> None:
    stage.line_with_sim(operator, hours=LONG_AGO)
    kept = operator.monitored_days * 24

    if kept and kept < 2400:
        answer = check(stage, operator, maxAge=kept + 1)
        assert (answer.status, answer.code) == (400, "OUT_OF_RANGE")
        assert check(stage, operator, maxAge=kept).body == {"swapped": False}
    else:
        assert check(stage, operator, maxAge=2400).body == {"swapped": False}


def _expect_refusal_of_a_wrong_number(stage: Stage, operator: Operator, path: str, scope: str) -> None:
    for wrong in ("0900000101", "+0900000101", "+8869", 886900000101, None):
        answer = stage.ask(operator, path, token=stage.token(operator, scope, number=""), json={"phoneNumber": wrong})
        assert (answer.status, answer.code) == (400, "INVALID_ARGUMENT"), wrong


def _expect_unknown_number(stage: Stage, operator: Operator, path: str, scope: str) -> None:
    token = stage.token(operator, scope, number="")
    answer = stage.ask(operator, path, token=token, json={"phoneNumber": NOBODYS})
    assert (answer.status, answer.code) == (404, "IDENTIFIER_NOT_FOUND")


def _expect_unnecessary_number(stage: Stage, operator: Operator, path: str, scope: str) -> None:
    for number in (stage.line(operator).msisdn, NOBODYS):  # even the same one
        answer = stage.ask(operator, path, token=stage.token(operator, scope), json={"phoneNumber": number})
        assert (answer.status, answer.code) == (422, "UNNECESSARY_IDENTIFIER")


def _expect_missing_number(stage: Stage, operator: Operator, path: str, scope: str) -> None:
    answer = stage.ask(operator, path, token=stage.token(operator, scope, number=""), json={})
    assert (answer.status, answer.code) == (422, "MISSING_IDENTIFIER")


def _expect_line_that_is_not_served(stage: Stage, operator: Operator, path: str, scope: str) -> None:
    for purpose in ("data_only", "fixed_wireless"):
        stage.line(operator, purpose=purpose)
        answer = stage.ask(operator, path, token=stage.token(operator, scope), json={})
        assert (answer.status, answer.code) == (422, "SERVICE_NOT_APPLICABLE")


@scenario("check_sim_swap_C02.01_phone_number_not_schema_compliant", of=C)
def test_a_check_of_a_number_of_another_form_is_refused(stage: Stage, operator: Operator) -> None:
    _expect_refusal_of_a_wrong_number(stage, operator, CHECK, CHECK_SCOPE)


@scenario("check_sim_swap_C02.02_phone_number_not_found", of=C)
def test_a_check_of_a_number_that_is_no_customers_finds_nothing(stage: Stage, operator: Operator) -> None:
    _expect_unknown_number(stage, operator, CHECK, CHECK_SCOPE)


@scenario("check_sim_swap_C02.03_unnecessary_phone_number", of=C)
def test_a_check_with_a_number_beside_the_tokens_is_refused(stage: Stage, operator: Operator) -> None:
    _expect_unnecessary_number(stage, operator, CHECK, CHECK_SCOPE)


@scenario("check_sim_swap_C02.04_missing_phone_number", of=C)
def test_a_check_without_any_number_is_refused(stage: Stage, operator: Operator) -> None:
    _expect_missing_number(stage, operator, CHECK, CHECK_SCOPE)


@scenario("check_sim_swap_C02.05_phone_number_not_supported", of=C)
def test_a_check_of_a_line_without_a_handset_is_not_served(stage: Stage, operator: Operator) -> None:
    _expect_line_that_is_not_served(stage, operator, CHECK, CHECK_SCOPE)


@scenario("retrieve_sim_swap_date_1_generic_success_scenario", of=D)
def test_a_date_has_the_promised_form(stage: Stage, operator: Operator) -> None:
    stage.line(operator)
    answer = date_of(stage, operator)

    assert answer.status == 200
    assert {"latestSimChange"} <= set(answer.body) <= {"latestSimChange", "monitoredPeriod"}


@scenario("retrieve_sim_swap_date_2_valid_sim_swap", of=D)
def test_the_moment_of_the_last_swap_is_told(stage: Stage, operator: Operator) -> None:
    line = stage.line_with_sim(operator, hours=30)
    told = datetime.fromisoformat(date_of(stage, operator).body["latestSimChange"])

    assert told == line.sims[-1].since
    assert told.tzinfo is not None


@scenario("retrieve_sim_swap_date_3_no_sim_swap_returns_activation_date", of=D)
def test_the_activation_is_told_where_nothing_is_forgotten(stage: Stage, operator: Operator) -> None:
    line = stage.line_with_sim(operator, hours=LONG_AGO, activated_hours=LONG_AGO)
    told = date_of(stage, operator).body["latestSimChange"]

    if operator.monitored_days:
        assert told is None
    else:
        assert datetime.fromisoformat(told) == line.activated_at


@scenario("retrieve_sim_swap_date_4_sim_never_associated", of=D)
def test_a_number_that_never_had_a_sim_has_no_date(stage: Stage, operator: Operator) -> None:
    stage.line(operator, sims=())

    assert date_of(stage, operator).body["latestSimChange"] is None
    assert check(stage, operator).body == {"swapped": False}


@scenario("retrieve_sim_swap_date_5_no_sim_swap_or_activation_date_due_to_legal_constrain", of=D)
def test_a_swap_longer_ago_than_is_kept_has_no_date(stage: Stage, operator: Operator) -> None:
    line = stage.line_with_sim(operator, hours=LONG_AGO, activated_hours=LONG_AGO * 2)
    answer = date_of(stage, operator)

    if operator.monitored_days:
        assert answer.body == {"latestSimChange": None, "monitoredPeriod": operator.monitored_days}
    else:
        assert answer.body == {"latestSimChange": line.sims[-1].since.isoformat()}


@scenario("retrieve_sim_swap_date_401.1_no_authorization_header", of=D)
def test_a_date_without_a_token_is_refused(stage: Stage, operator: Operator) -> None:
    answer = stage.ask(operator, DATE, token=None, json={})

    assert (answer.status, answer.code) == (401, "UNAUTHENTICATED")


@scenario("retrieve_sim_swap_date_401.2_expired_access_token", of=D)
def test_a_date_with_an_expired_token_is_refused(stage: Stage, operator: Operator) -> None:
    answer = stage.ask(operator, DATE, token=stage.token(operator, DATE_SCOPE, seconds=-1), json={})

    assert (answer.status, answer.code) == (401, "UNAUTHENTICATED")


@scenario("retrieve_sim_swap_date_401.3_invalid_access_token", of=D)
def test_a_date_with_an_invalid_token_is_refused(stage: Stage, operator: Operator) -> None:
    answer = stage.ask(operator, DATE, token="no-token-of-ours", json={})

    assert (answer.status, answer.code) == (401, "UNAUTHENTICATED")


@scenario("retrieve_sim_swap_date_C02.01_phone_number_not_schema_compliant", of=D)
def test_a_date_for_a_number_of_another_form_is_refused(stage: Stage, operator: Operator) -> None:
    _expect_refusal_of_a_wrong_number(stage, operator, DATE, DATE_SCOPE)


@scenario("retrieve_sim_swap_date_C02.02_phone_number_not_found", of=D)
def test_a_date_for_a_number_that_is_no_customers_finds_nothing(stage: Stage, operator: Operator) -> None:
    _expect_unknown_number(stage, operator, DATE, DATE_SCOPE)


@scenario("retrieve_sim_swap_date_C02.03_unnecessary_phone_number", of=D)
def test_a_date_with_a_number_beside_the_tokens_is_refused(stage: Stage, operator: Operator) -> None:
    _expect_unnecessary_number(stage, operator, DATE, DATE_SCOPE)


@scenario("retrieve_sim_swap_date_C02.04_missing_phone_number", of=D)
def test_a_date_without_any_number_is_refused(stage: Stage, operator: Operator) -> None:
    _expect_missing_number(stage, operator, DATE, DATE_SCOPE)


@scenario("retrieve_sim_swap_date_C02.05_phone_number_not_supported", of=D)
def test_a_date_for_a_line_without_a_handset_is_not_served(stage: Stage, operator: Operator) -> None:
    _expect_line_that_is_not_served(stage, operator, DATE, DATE_SCOPE)


@pytest.mark.parametrize("operator", PROFILES, ids=lambda each: each.id)
def test_the_wide_scope_serves_both_and_each_narrow_one_only_its_own(stage: Stage, operator: Operator) -> None:
    stage.line(operator)
    for path in (CHECK, DATE):
        assert stage.ask(operator, path, token=stage.token(operator, "sim-swap"), json={}).status == 200
    for path, scope in ((CHECK, DATE_SCOPE), (DATE, CHECK_SCOPE)):
        answer = stage.ask(operator, path, token=stage.token(operator, scope), json={})
        assert (answer.status, answer.code) == (403, "PERMISSION_DENIED")


@pytest.mark.parametrize("operator", PROFILES, ids=lambda each: each.id)
def test_a_port_and_a_new_contract_count_as_a_swap(stage: Stage, operator: Operator) -> None:
    yesterday = stage.now() - timedelta(hours=24)
    for facts in ({"ported_at": yesterday, "ported_from": "other"}, {"recycled_at": yesterday}):
        stage.line(operator, **facts)
        assert check(stage, operator).body == {"swapped": True}
        assert check(stage, operator, maxAge=23).body == {"swapped": False}
        assert datetime.fromisoformat(date_of(stage, operator).body["latestSimChange"]) == yesterday
