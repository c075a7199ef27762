from typing import Any

import pytest
from joserfc.jwk import ECKey

from mocks.telco.app import BASE
from mocks.telco.operators import FIVE
from tests.mocks.telco.protocol.relying import ABSENT, CLIENT_ID, NUMBER, PURPOSE, REDIRECT, SCOPE, Party

OWN_NUMBERS = dict(zip([each.id for each in FIVE], [f"09000001{tail:02}" for tail in range(1, 6)], strict=True))


@pytest.mark.parametrize(("operator", "number"), OWN_NUMBERS.items())
def test_each_operator_recognises_its_line_and_sends_a_code_back(party: Party, operator: str, number: str) -> None:
    answer = party.returned(operator, over=number)

    assert answer["state"] == "a-state"
    assert answer["code"]
    assert ("iss" in answer) == (operator == "chunghwa")


@pytest.mark.parametrize(
    "changes", [{"client_id": "nobody"}, {"redirect_uri": f"{REDIRECT}/"}, {"redirect_uri": ABSENT}, {"client_id": ""}]
)
def test_an_unknown_client_or_address_is_sent_nowhere(party: Party, changes: dict[str, Any]) -> None:
    response = party.ask("chunghwa", **changes)

    assert response.status_code == 400
    assert "location" not in response.headers


def test_a_doubled_redirect_address_is_sent_nowhere(party: Party) -> None:
    assert party.ask("chunghwa", redirect_uri=[REDIRECT, "http://evil.example/"]).status_code == 400
    assert party.ask("chunghwa", client_id=[CLIENT_ID, CLIENT_ID]).status_code == 400


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": ABSENT}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"prompt": "login"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": ABSENT}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge": ABSENT, "code_challenge_method": ABSENT}, "invalid_request"),
        ({"nonce": "a b"}, "invalid_request"),
        ({"state": ["one", "two"]}, "invalid_request"),
        ({"scope": f"{PURPOSE} number-verification:verify"}, "invalid_scope"),
        ({"scope": "openid number-verification:verify"}, "invalid_scope"),
        ({"scope": f"{SCOPE} dpv:ServiceProvision"}, "invalid_scope"),
        ({"scope": "openid dpv:Curiosity number-verification:verify"}, "invalid_scope"),
        ({"scope": f"openid {PURPOSE}"}, "invalid_scope"),
        ({"scope": f"{SCOPE} offline_access"}, "invalid_scope"),
        ({"request_uri": "https://a.example/object"}, "request_uri_not_supported"),
        ({"request": "no.jwt.atall"}, "invalid_request_object"),
    ],
)
def test_a_request_that_breaks_the_profile_comes_back_with_its_error(
    party: Party, changes: dict[str, Any], error: str
) -> None:
    answer = party.returned("chunghwa", **changes)

    assert answer["error"] == error
    assert "code" not in answer


def test_an_operator_without_forced_pkce_wants_state_and_nonce_instead(party: Party) -> None:
    without = {"code_challenge": ABSENT, "code_challenge_method": ABSENT}

    assert "code" in party.returned("taiwan-mobile", over="0900000102", **without)
    for missing in ("state", "nonce"):
        refused = party.returned("taiwan-mobile", over="0900000102", **without, **{missing: ABSENT})
        assert refused["error"] == "invalid_request"


def test_a_scope_that_an_operator_or_client_does_not_have_is_refused(party: Party) -> None:
    tenure = f"openid {PURPOSE} kyc-tenure:check-tenure"
    assert "code" in party.returned("chunghwa", scope=tenure)
    assert party.returned("fareastone", over="0900000103", scope=tenure)["error"] == "invalid_scope"

    scopes = ["number-verification:verify"]
    party.put("/control/clients", client_id=CLIENT_ID, redirect_uris=[REDIRECT], jwks=party.jwks(), scopes=scopes)

    assert "code" in party.returned("chunghwa")
    assert party.returned("chunghwa", scope=tenure)["error"] == "invalid_scope"


def test_without_the_subscribers_consent_there_is_no_code(party: Party) -> None:
    assert party.returned("chunghwa", over="0900000222")["error"] == "consent_required"


def test_what_stands_in_a_signed_request_counts_and_nothing_beside_it(party: Party) -> None:
    inside = party.fields(state="signed-state")
    signed = party.signed("chunghwa", audience=f"{BASE}/chunghwa", **inside)

    answer = party.returned("chunghwa", request=signed, state="outside-state", scope="openid")

    assert answer["state"] == "signed-state"
    assert "code" in answer


@pytest.mark.parametrize(
    "flaw",
    [
        {"exp": 4_000_000_000},
        {"jti": ABSENT},
        {"iss": "another"},
        {"aud": "https://elsewhere.example"},
        {"iat": ABSENT},
    ],
)
def test_a_flawed_signed_request_is_refused(party: Party, flaw: dict[str, Any]) -> None:
    signed = party.signed("chunghwa", audience=f"{BASE}/chunghwa", **{**party.fields(), **flaw})

    assert party.returned("chunghwa", request=signed)["error"] == "invalid_request_object"


def test_a_signed_request_of_another_key_or_used_before_is_refused(party: Party) -> None:
    forged = party.signed(
        "chunghwa", audience=f"{BASE}/chunghwa", key=ECKey.generate_key("P-256", {"kid": "party-1"}), **party.fields()
    )
    assert party.returned("chunghwa", request=forged)["error"] == "invalid_request_object"

    once = party.signed("chunghwa", audience=f"{BASE}/chunghwa", **party.fields())
    assert "code" in party.returned("chunghwa", request=once)
    assert party.returned("chunghwa", request=once)["error"] == "invalid_request_object"


def test_acr_values_and_login_hint_change_nothing(party: Party) -> None:
    code = party.returned("chunghwa", over=NUMBER, login_hint="tel:+886900000106", acr_values="4")["code"]

    token = party.redeem("chunghwa", code).json()["access_token"]
    assert party.number_behind(token) == NUMBER


def test_discovery_names_the_addresses_and_says_that_it_is_a_simulator(party: Party) -> None:
    for operator in FIVE:
        document = party.http.get(f"/{operator.id}/.well-known/openid-configuration").json()
        assert document["issuer"] == f"{BASE}/{operator.id}"
        assert document["token_endpoint"] == f"{BASE}/{operator.id}/token"
        assert document["simulator"] is True
    assert party.http.get("/nobody/.well-known/openid-configuration").status_code == 404
