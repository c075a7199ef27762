"""Every published scenario is there, once, by its name."""

from tests.mocks.telco import (
    test_scenarios_kyc_match,
    test_scenarios_number_verification,
    test_scenarios_sim_swap,
    test_scenarios_subscription_status,
    test_scenarios_tenure,
)
from tests.mocks.telco.stage import SCENARIOS

HERE = (
    test_scenarios_kyc_match,
    test_scenarios_number_verification,
    test_scenarios_sim_swap,
    test_scenarios_subscription_status,
    test_scenarios_tenure,
)
PHONE = ("C02.01_phone_number_not_schema_compliant", "C02.02_phone_number_not_found")
REST = ("C02.04_missing_phone_number", "C02.05_phone_number_not_supported")
UNNECESSARY = "C02.03_unnecessary_phone_number"
TOKENS = ("401.1_no_authorization_header", "401.2_expired_access_token", "401.3_invalid_access_token")
KYC_TOKENS = ("401.1_expired_access_token", "401.2_invalid_access_token", "401.3_no_header_authorization")
PUBLISHED = {
    "phoneNumberVerify": {
        "phone_number_verify_01_generic_success_scenario",
        "phone_number_verify.02_validate_phone_number_success_true",
        "phone_number_verify.03_validate_phone_number_success_false",
        "phone_number_verify.04_validate_hashed_phone_number_success_true",
        "phone_number_verify.05_validate_hashed_phone_number_success_false",
        "phone_number_verify_400.1_no_request_body",
        "phone_number_verify_400.2_empty_request_body",
        "phone_number_verify_400.3_invalid_request_non_existing_property",
        "phone_number_verify_400.4_both_phone_number_and_hashed_in_request",
        *(f"phone_number_verify_{name}" for name in TOKENS),
        "phoneNumberVerify_403.1_invalid_token_permissions",
        "phoneNumberVerify_403.2_not_authenticated_using_network_or_sim_based_authentication",
        "phone_number_verify_C02.01_phone_number_not_schema_compliant",
    },
    "phoneNumberShare": {
        "phone_number_share_01_generic_success_scenario",
        "phone_number_share_02_success_scenario",
        *(f"phone_number_verify_{name}" for name in TOKENS),
        "phoneNumberShare_403.1_invalid_token_permissions",
        "phoneNumberShare_403.2_not_authenticated_using_network_or_sim_based_authentication",
    },
    "KYC_Match": {
        "KYC_Match_1_success_request_response",
        "KYC_Match_2_success_specific_property",
        "KYC_Match_3_success_specific_property_score",
        "KYC_Match_4_perfect_match_no_scores_returned",
        "KYC_Match_5_success_specific_property_false",
        "KYC_Match_6_success_multiple_optional_parameter_combinations",
        "KYC_Match_7_success_id_document_required",
        *(f"KYC_Match_{name}" for name in KYC_TOKENS),
        "KYC_Match_400.1_no_request_body",
        "KYC_Match_400.2_empty_request_body",
        "KYC_Match_400.3_invalid_argument",
        "KYC_Match_10_invalid_param_combination",
        "KYC_Match_11_phone_number_provided_does_not_match_the_token",
        "KYC_Match_12_idDocument_required",
        "KYC_Match_13_idDocument_mismatch_when_idDocument_is_required",
        *(f"KYC_Match_{name}" for name in (*PHONE, *REST)),
    },
    "checkSimSwap": {
        "check_sim_swap_1_generic_success_scenario",
        "check_sim_swap_2_valid_sim_swap_no_max_age",
        "check_sim_swap_3_valid_sim_swap_max_age",
        "check_sim_swap_4_more_than_240_hours",
        "check_sim_swap_5_out_of_max_age",
        "check_sim_swap_6_no_sim_swap_no_max_age",
        "check_sim_swap_7_no_sim_swap_with_max_age",
        *(f"check_sim_swap_{name}" for name in TOKENS),
        "check_sim_swap_400.1_invalid_max_age",
        "check_sim_swap_400.2_invalid_max_age_value",
        "check_sim_swap_400.3_max_age_out_of_monitored_period",
        *(f"check_sim_swap_{name}" for name in (*PHONE, UNNECESSARY, *REST)),
    },
    "retrieveSimSwapDate": {
        "retrieve_sim_swap_date_1_generic_success_scenario",
        "retrieve_sim_swap_date_2_valid_sim_swap",
        "retrieve_sim_swap_date_3_no_sim_swap_returns_activation_date",
        "retrieve_sim_swap_date_4_sim_never_associated",
        "retrieve_sim_swap_date_5_no_sim_swap_or_activation_date_due_to_legal_constrain",
        *(f"retrieve_sim_swap_date_{name}" for name in TOKENS),
        *(f"retrieve_sim_swap_date_{name}" for name in (*PHONE, UNNECESSARY, *REST)),
    },
}
CORE = {"phoneNumberVerify": 15, "phoneNumberShare": 7, "KYC_Match": 21, "checkSimSwap": 18, "retrieveSimSwapDate": 13}


def test_all_seventy_four_scenarios_of_the_core_apis_are_here() -> None:
    assert len(HERE) == 5
    assert {of: len(names) for of, names in PUBLISHED.items()} == CORE
    assert {of: SCENARIOS[of] for of in PUBLISHED} == PUBLISHED
    assert sum(CORE.values()) == 74


def test_those_of_tenure_and_subscription_status_are_here_too() -> None:
    assert (len(SCENARIOS["checkTenure"]), len(SCENARIOS["retriveSubscriptionStatus"])) == (14, 7)
