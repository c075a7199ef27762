"""What a verification over mobile data must come to, situation by situation; the names say which.

Line, path and protocol. The gaps that CAMARA's own scenarios leave (token reuse, lifetimes, `state`, PKCE, network
types, hotspots, two operators, outages) are in here and in `test_lies.py` and `test_resilience.py`.
"""

from dataclasses import replace

import httpx2
import pytest

from devicebind.lines import Reason
from mobileapp.byoperator import answer_over
from tests.devicebind.telco.bench import EXCHANGE, Bench
from tests.devicebind.telco.lines import TELCO, Line

R = Reason
CH, TM, FE, TS = "0900000101", "0900000102", "0900000103", "0900000104"


def redirect_of(bench: Bench, number: str, connection: str) -> dict[str, str]:
    """Return what an operator sends the phone back with over a connection."""
    url = bench.port.authorization_url(bench.operator_of(number), EXCHANGE)
    return answer_over(Line(bench.telco, connection), url)


def test_prepaid_refused(bench: Bench) -> None:
    assert bench.reason("hung", "0900000114") is R.PREPAID_LINE
    assert bench.reason("wang", "0900000235") is R.PREPAID_LINE


def test_company_refused_even_if_representative_id_matches(bench: Bench) -> None:
    assert bench.reason("lin", "0900000207") is R.COMPANY_LINE
    assert bench.reason("kuo", "0900000236") is R.COMPANY_LINE


def test_family_plan_refused(bench: Bench) -> None:
    assert bench.reason("chiu", "0900000116") is R.FAMILY_LINE


def test_child_plan_refused(bench: Bench) -> None:
    assert bench.reason("tseng", "0900000117") is R.FAMILY_LINE
    assert bench.reason("wang", "0900000210") is R.FAMILY_LINE  # the parent's own ID


def test_mvno_on_host_network_refused(bench: Bench) -> None:
    assert bench.reason("liao", "0900000118") is R.MVNO_LINE
    assert bench.reason("wang", "0900000211") is R.MVNO_LINE


def test_suspended_refused(bench: Bench) -> None:
    assert bench.reason("lai", "0900000119") is R.LINE_SUSPENDED
    assert bench.reason("wang", "0900000212") is R.LINE_SUSPENDED  # outgoing calls only


def test_a_line_whose_data_are_suspended_does_not_come_back_at_all(bench: Bench) -> None:
    with pytest.raises(RuntimeError, match="511"):
        redirect_of(bench, "0900000214", "0900000214")


def test_arrears_not_suspended_refused(bench: Bench) -> None:
    assert bench.reason("wang", "0900000213") is R.LINE_SUSPENDED


def test_someone_elses_number_refused(bench: Bench) -> None:
    assert bench.reason("yeh", "0900000121") is R.DETAILS_NOT_CONFIRMED
    assert bench.reason("yeh", "0900000234") is R.DETAILS_NOT_CONFIRMED
    operator, attempt = bench.attempt("wang", CH)
    assert bench.port.confirm(operator, replace(attempt, number="0900000106")).reason is R.NUMBER_NOT_YOURS


def test_a_contract_that_somebody_else_signed_is_refused(bench: Bench) -> None:
    assert bench.reason("wang", "0900000216") is R.DETAILS_NOT_CONFIRMED
    assert bench.reason("tseng", "0900000217") is R.DETAILS_NOT_CONFIRMED


def test_ported_number_routed_to_new_operator(bench: Bench) -> None:
    assert bench.operator_of("0900000204").id == "taiwan-star"
    bench.change_line(CH, operator="fareastone")
    assert bench.operator_of(CH).id == "fareastone"
    assert bench.reason("wang", CH) is R.SIM_CHANGED_RECENTLY


def test_a_lookup_that_is_stale_after_a_port_binds_nobody(bench: Bench) -> None:
    bench.change_line(CH, operator="fareastone")
    bench.fault("gateway", "stale")

    assert bench.operator_of(CH).id == "chunghwa"
    assert "error" in redirect_of(bench, CH, CH)


def test_merged_brand_routed_to_owner(bench: Bench) -> None:
    assert bench.operator_of("0900000205").id == "fareastone"
    assert bench.reason("wang", "0900000205") is None


def test_arc_new_and_old_format(bench: Bench) -> None:
    assert bench.reason("nguyen", "0900000131") is None  # new form
    assert bench.reason("smith", "0900000132") is None  # old form
    assert bench.reason("tanaka", "0900000220") is None  # insured under the old one, on file under the new one
    assert bench.reason("tanaka", "0900000221") is None


def test_contract_type_missing_refused(bench: Bench) -> None:
    assert bench.reason("wang", "0900000218") is R.TELCO_UNAVAILABLE


def test_match_not_available_refused(bench: Bench) -> None:
    assert bench.reason("wang", "0900000219") is R.DETAILS_NOT_CONFIRMED


@pytest.mark.parametrize("connection", ["wifi", "vpn", TM, "0900000227", "0900000229", "0900000224", "0900000230"])
def test_wifi_refused_with_hint(bench: Bench, connection: str) -> None:
    """Wi-Fi, VPN, another operator's data, roaming with local breakout, fixed wireless, an access point of its own."""
    number = connection if connection.startswith("09") and connection != TM else CH

    assert redirect_of(bench, number, connection)["error"] in (
        "login_required",
        "interaction_required",
        "access_denied",
    )


def test_vpn_refused_and_private_relay_refused(bench: Bench) -> None:
    """Both come from an address that is none of the operator's."""
    for number in (CH, TM, FE, TS):
        assert "code" not in redirect_of(bench, number, "vpn")


def test_hotspot_detected_refused(bench: Bench) -> None:
    assert redirect_of(bench, CH, "hotspot-detected")["error"] == "access_denied"


def test_dual_sim_wrong_data_sim(bench: Bench) -> None:
    assert bench.reason("wang", "0900000228") is R.NUMBER_NOT_YOURS


def test_3g_refused_where_the_operator_sees_it(bench: Bench) -> None:
    """Seen with the token of the phone's own connection (plan `shared`); a token of our own does not know."""
    bench.put("/control/attachments", {"connection": TM, "rat": "3G"})

    assert bench.reason("lin", TM) is R.NOT_MOBILE_DATA


def test_roaming_per_policy(bench: Bench) -> None:
    """Home-routed data are the operator's own; nothing forbids being abroad."""
    assert bench.reason("wang", "0900000226") is None


def test_wifi_to_cellular_switch_mid_flow(bench: Bench) -> None:
    operator, attempt = bench.attempt("wang", CH)
    bench.put("/control/attachments", {"connection": CH, "kind": "wifi"})

    assert bench.port.confirm(operator, attempt).reason is None  # the code stays that line's
    assert "error" in redirect_of(bench, CH, CH)


def test_address_reassigned_between_steps(bench: Bench) -> None:
    operator, attempt = bench.attempt("wang", CH)
    bench.put("/control/attachments", {"connection": CH, "reassign_to": "0900000106"})

    assert bench.port.confirm(operator, attempt).reason is None
    assert bench.reason("zhang", "0900000106") is None
    assert bench.port.confirm(operator, replace(attempt, number="0900000106")).reason is not None


def test_code_replayed(bench: Bench) -> None:
    operator, attempt = bench.attempt("wang", CH)

    assert bench.port.confirm(operator, attempt).reason is None
    assert bench.port.confirm(operator, attempt).reason is R.TELCO_UNAVAILABLE


def test_pkce_wrong(bench: Bench) -> None:
    assert bench.reason("wang", CH, verifier="w" * 64) is R.TELCO_UNAVAILABLE


def test_id_token_wrong_nonce(bench: Bench) -> None:
    assert bench.reason("wang", CH, nonce="m" * 43) is R.TELCO_UNAVAILABLE
    bench.fault("taiwan-mobile/token", "wrong_nonce")
    assert bench.reason("lin", TM) is R.TELCO_UNAVAILABLE


def test_token_used_twice_is_what_we_never_do(bench: Bench) -> None:
    """At the operators that forget a token with its first use every question has a token of its own."""
    assert bench.reason("wang", CH) is None

    asked = [path.removeprefix("/chunghwa/") for path in bench.liar.asked]
    assert asked.count("token") == 6
    assert len(asked) == len(set(asked)) + 5


def test_unknown_operator_key_rotation(bench: Bench) -> None:
    assert bench.reason("lin", TM) is None
    bench.put("/control/keys/rotate", {"operator": "taiwan-mobile"}, method="POST")
    assert bench.reason("lin", TM) is None
    bench.fault("taiwan-mobile/token", "wrong_kid")
    assert bench.reason("lin", TM) is R.TELCO_UNAVAILABLE


def test_keys_are_not_fetched_over_and_over_for_ids_that_nobody_has(bench: Bench) -> None:
    bench.fault("taiwan-mobile/token", "wrong_kid")

    assert [bench.reason("lin", TM) for _ in range(4)] == [R.TELCO_UNAVAILABLE] * 4
    assert bench.liar.asked.count("/taiwan-mobile/jwks") == 1


def test_redirect_uri_mismatch_no_redirect(bench: Bench) -> None:
    elsewhere = EXCHANGE | {"redirect_uri": "http://localhost:8000/elsewhere"}
    url = bench.port.authorization_url(bench.operator_of(CH), elsewhere)

    with pytest.raises(RuntimeError, match="400"):
        answer_over(Line(bench.telco, CH), url)
    assert bench.reason("wang", CH, redirect_uri="http://localhost:8000/elsewhere") is R.TELCO_UNAVAILABLE


def test_spoofed_msisdn_header_ignored(bench: Bench) -> None:
    """At the operator whose gateway inserts the number a client's own copy is worth nothing."""
    number = "0900000105"
    url = bench.port.authorization_url(bench.operator_of(number), EXCHANGE)

    with httpx2.Client(transport=Line(bench.telco, "wifi"), base_url=TELCO) as browser:
        answer = browser.get(url, headers={"X-MSISDN": "+886900000105", "x-msisdn": "+886900000105"})
    assert "code=" not in answer.headers["location"]


def test_a_tokens_scopes_are_no_more_than_what_is_asked(bench: Bench) -> None:
    """One purpose, and where each question has its own token the phone's token opens possession alone."""
    chunghwa = redirect_query(bench, CH)["scope"].split()
    taiwan_mobile = redirect_query(bench, TM)["scope"].split()

    assert chunghwa == ["openid", "dpv:FraudPreventionAndDetection", "number-verification:verify"]
    assert taiwan_mobile[:3] == chunghwa
    assert len(taiwan_mobile) == 8


def redirect_query(bench: Bench, number: str) -> dict[str, str]:
    url = httpx2.URL(bench.port.authorization_url(bench.operator_of(number), EXCHANGE))
    return dict(url.params)


def test_the_address_that_the_phone_opens_shows_no_page_and_is_bound_to_us(bench: Bench) -> None:
    asked = redirect_query(bench, CH)

    assert (asked["prompt"], asked["response_type"], asked["code_challenge_method"]) == ("none", "code", "S256")
    assert (asked["state"], asked["nonce"]) == (EXCHANGE["state"], EXCHANGE["nonce"])
    assert EXCHANGE["verifier"] not in str(asked)
