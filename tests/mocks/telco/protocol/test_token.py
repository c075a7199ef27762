from typing import Any

import pytest
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError
from joserfc.jwk import ECKey, KeySet

from mocks.telco.app import BASE
from mocks.telco.clients import ASSERTION_TYPE
from mocks.telco.operators import FIVE
from tests.mocks.telco.protocol.relying import ABSENT, CLIENT_ID, NUMBER, PURPOSE, REDIRECT, Party


def keys_of(party: Party, operator: str) -> KeySet:
    return KeySet.import_key_set(party.http.get(f"/{operator}/jwks").json())


def test_a_code_becomes_a_short_token_and_an_id_token_that_can_be_checked(party: Party) -> None:
    answer = party.token("chunghwa")

    assert answer["token_type"] == "Bearer"
    assert answer["expires_in"] <= 300
    assert "refresh_token" not in answer
    claims = jwt.decode(answer["id_token"], keys_of(party, "chunghwa"), algorithms=["ES256"]).claims
    assert (claims["iss"], claims["aud"]) == (f"{BASE}/chunghwa", CLIENT_ID)
    assert (claims["nonce"], claims["amr"]) == ("a-nonce", ["nba"])
    assert "900000101" not in str(claims)


def test_the_subject_is_the_same_for_one_client_and_another_for_the_next(party: Party) -> None:
    def subject() -> str:
        return str(jwt.decode(party.token("chunghwa")["id_token"], keys_of(party, "chunghwa")).claims["sub"])

    pseudonym = party.ground.tokens.pseudonym
    assert subject() == subject()
    assert pseudonym("chunghwa", CLIENT_ID, NUMBER) != pseudonym("chunghwa", "another", NUMBER)


@pytest.mark.parametrize("operator", [each.id for each in FIVE])
def test_a_code_is_good_once_and_its_second_use_takes_the_token_back(party: Party, operator: str) -> None:
    number = f"090000010{[each.id for each in FIVE].index(operator) + 1}"
    code = party.returned(operator, over=number)["code"]
    token = party.redeem(operator, code).json()["access_token"]
    assert party.ground.tokens.peek(token) is not None

    again = party.redeem(operator, code)

    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert party.ground.tokens.peek(token) is None


def test_a_code_lives_a_minute_at_most(party: Party) -> None:
    code = party.returned("taiwan-mobile", over="0900000102")["code"]
    party.forward(61)

    assert party.redeem("taiwan-mobile", code).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": f"{REDIRECT}?more"},
        {"redirect_uri": ABSENT},
        {"code_verifier": "another-verifier-that-is-long-enough-for-the-rule"},
        {"code_verifier": ABSENT},
    ],
)
def test_a_code_is_good_only_for_the_request_that_it_answers(party: Party, changes: dict[str, Any]) -> None:
    code = party.returned("chunghwa")["code"]

    refused = party.redeem("chunghwa", code, **changes)

    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")


def test_a_made_up_code_is_refused(party: Party) -> None:
    assert party.redeem("chunghwa", "made-up").json()["error"] == "invalid_grant"


def test_a_verifier_for_a_code_without_challenge_is_refused(party: Party) -> None:
    without = {"code_challenge": ABSENT, "code_challenge_method": ABSENT}
    code = party.returned("taiwan-mobile", over="0900000102", **without)["code"]

    assert party.redeem("taiwan-mobile", code).json()["error"] == "invalid_grant"


def test_a_code_of_one_operator_or_client_is_nothing_to_another(party: Party) -> None:
    assert party.redeem("taiwan-mobile", party.returned("chunghwa")["code"]).json()["error"] == "invalid_grant"

    other = ECKey.generate_key("P-256", {"kid": "other-1"})
    keys = {"keys": [other.as_dict(private=False)]}
    party.put("/control/clients", client_id="other", redirect_uris=[REDIRECT], jwks=keys)
    code = party.returned("chunghwa")["code"]
    assertion = party.signed("chunghwa", key=other, iss="other", sub="other")
    assert party.redeem("chunghwa", code, client_assertion=assertion).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "flaw",
    [
        {"exp": 4_000_000_000},
        {"exp": 1},
        {"exp": ABSENT},
        {"iat": ABSENT},
        {"iat": 4_000_000_000},
        {"jti": ABSENT},
        {"aud": f"{BASE}/chunghwa"},
        {"aud": f"{BASE}/taiwan-mobile/token"},
        {"sub": "another"},
        {"iss": "another"},
    ],
)
def test_a_flawed_client_assertion_is_refused(party: Party, flaw: dict[str, Any]) -> None:
    code = party.returned("chunghwa")["code"]

    refused = party.redeem("chunghwa", code, client_assertion=party.signed("chunghwa", **flaw))

    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")


def test_a_client_assertion_lives_300_seconds_at_most(party: Party) -> None:
    now = int(party.ground.clock.now().timestamp())
    long = party.signed("chunghwa", iat=now - 200, exp=now + 200)

    assert party.redeem("chunghwa", party.returned("chunghwa")["code"], client_assertion=long).status_code == 401


def test_a_client_assertion_is_good_once(party: Party) -> None:
    assertion = party.signed("chunghwa")
    first, second = (party.returned("chunghwa")["code"] for _ in range(2))

    assert party.redeem("chunghwa", first, client_assertion=assertion).status_code == 200
    assert party.redeem("chunghwa", second, client_assertion=assertion).json()["error"] == "invalid_client"


def test_no_other_way_of_proving_a_client_is_taken(party: Party) -> None:
    code = party.returned("chunghwa")["code"]
    forged = party.signed("chunghwa", key=ECKey.generate_key("P-256", {"kid": "party-1"}))

    for changes in (
        {"client_assertion": ABSENT},
        {"client_assertion": forged},
        {"client_assertion_type": "secret"},
        {"client_secret": "secret"},
        {"client_id": "another"},
    ):
        assert party.redeem("chunghwa", code, **changes).json()["error"] == "invalid_client"
    basic = {"Authorization": "Basic cGFydHk6c2VjcmV0"}
    form = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": party.signed("chunghwa"), "code": code}
    response = party.http.post("/chunghwa/token", data={"grant_type": "authorization_code", **form}, headers=basic)
    assert response.status_code == 401


def test_other_grants_and_broken_forms_are_refused(party: Party) -> None:
    assert party.send("chunghwa", grant_type="client_credentials").json()["error"] == "unsupported_grant_type"
    assert party.send("chunghwa", grant_type="refresh_token").json()["error"] == "unsupported_grant_type"
    assert party.send("chunghwa").json()["error"] == "invalid_request"
    assert party.send("chunghwa", grant_type="authorization_code").json()["error"] == "invalid_request"
    assert party.send("chunghwa", grant_type=["authorization_code"] * 2).json()["error"] == "invalid_request"
    assert party.http.post("/chunghwa/token", json={}).json()["error"] == "invalid_request"
    assert party.http.get("/chunghwa/token").status_code == 405


def test_a_stated_number_gives_a_token_without_handset(party: Party) -> None:
    answer = party.state_number("chunghwa", "+886900000101").json()

    grant = party.ground.tokens.peek(answer["access_token"])
    assert grant is not None
    assert grant.two_legged
    assert (grant.number, grant.amr) == (NUMBER, ())
    assert "id_token" not in answer
    assert answer["expires_in"] <= 300


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"sub": "tel:+886900000102"}, "invalid_grant"),  # another operator's
        ({"sub": "tel:+886999999999"}, "invalid_grant"),
        ({"sub": "tel:+886900000222"}, "invalid_grant"),  # no consent
        ({"sub": "0900000101"}, "invalid_grant"),
        ({"scope": ABSENT}, "invalid_scope"),
        ({"scope": "kyc-match:match"}, "invalid_scope"),
        ({"scope": f"{PURPOSE} offline_access"}, "invalid_scope"),
        ({"exp": 4_000_000_000}, "invalid_grant"),
        ({"jti": ABSENT}, "invalid_grant"),
        ({"aud": "https://elsewhere.example"}, "invalid_grant"),
    ],
)
def test_a_flawed_statement_is_refused(party: Party, changes: dict[str, Any], error: str) -> None:
    refused = party.state_number("chunghwa", "+886900000101", **changes)

    assert (refused.status_code, refused.json()["error"]) == (400, error)


def test_with_a_statement_the_scope_is_a_claim_and_no_parameter(party: Party) -> None:
    refused = party.send(
        "chunghwa",
        grant_type="urn:ietf:params:oauth:grant-type:jwt-bearer",
        assertion=party.signed("chunghwa", sub="tel:+886900000101"),
        scope=f"{PURPOSE} kyc-match:match",
    )

    assert refused.json()["error"] == "invalid_request"


def test_only_the_operators_with_that_habit_take_a_token_once(party: Party) -> None:
    once = party.token("chunghwa")["access_token"]
    assert [party.verify("chunghwa", once).status_code for _ in range(2)] == [200, 401]

    often = party.token("taiwan-mobile", over="0900000102")["access_token"]
    assert [party.verify("taiwan-mobile", often).status_code for _ in range(2)] == [200, 200]


def test_a_token_dies_with_its_time_and_is_nothing_to_another_operator(party: Party) -> None:
    token = party.token("taiwan-mobile", over="0900000102")["access_token"]
    assert party.verify("chunghwa", token).status_code == 401
    assert party.verify("taiwan-mobile", token).status_code == 200

    party.forward(301)

    assert party.verify("taiwan-mobile", token).status_code == 401


def test_after_a_rotation_old_and_new_signatures_can_be_checked_for_a_while(party: Party) -> None:
    before = party.token("chunghwa")["id_token"]
    cached = keys_of(party, "chunghwa")
    party.http.post("/control/keys/rotate", json={"operator": "chunghwa"}).raise_for_status()
    after = party.token("chunghwa")["id_token"]

    assert jwt.decode(after, cached).claims["iss"]  # the next key had been published in time
    assert jwt.decode(before, keys_of(party, "chunghwa")).claims["iss"]
    party.forward(601)
    with pytest.raises(InvalidKeyIdError):
        jwt.decode(before, keys_of(party, "chunghwa"))
