import json
import time
from typing import Any

import httpx2
import pytest

from mocks.faults import Fault
from mocks.people import load_world
from mocks.telco.app import create_app
from mocks.telco.failures import Failures, kinds_of
from mocks.telco.operators import FIVE, Operators
from tests.mocks.conftest import client_of
from tests.mocks.telco.protocol.relying import NUMBER, Party

VERIFY = "chunghwa/number-verification"


def verified(party: Party) -> httpx2.Response:
    return party.verify("chunghwa", party.token("chunghwa")["access_token"])


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_an_operator_fails_in_three_forms(party: Party, status: int) -> None:
    party.fault(VERIFY, str(status))
    told = verified(party)
    assert told.status_code == told.json()["status"] == status
    party.http.delete("/control/faults")

    party.fault(VERIFY, f"{status}_html")
    page = verified(party)
    assert (page.status_code, page.headers["content-type"]) == (status, "text/html; charset=utf-8")
    party.http.delete("/control/faults")

    party.fault(VERIFY, f"{status}_empty")
    assert (verified(party).status_code, verified(party).content) == (status, b"")


def test_it_is_busy_with_and_without_saying_until_when(party: Party) -> None:
    party.fault(VERIFY, "429")
    busy = verified(party)
    assert (busy.status_code, busy.json()["code"], busy.headers["retry-after"]) == (429, "TOO_MANY_REQUESTS", "2")
    party.http.delete("/control/faults")

    party.fault(VERIFY, "429_no_retry")
    assert "retry-after" not in verified(party).headers


def test_a_valid_token_can_be_refused(party: Party) -> None:
    party.fault(VERIFY, "401")

    assert verified(party).json()["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("extra_field", {"devicePhoneNumberVerified": True, "sinceYesterday": {"new": True}}),
        ("missing_field", {}),
        ("unseen_enum", {"devicePhoneNumberVerified": "neither"}),
    ],
)
def test_an_answer_can_have_another_shape(party: Party, kind: str, expected: dict[str, Any]) -> None:
    party.fault(VERIFY, kind)

    assert verified(party).json() == expected


def test_an_answer_can_be_broken(party: Party) -> None:
    party.fault(VERIFY, "truncated")
    with pytest.raises(json.JSONDecodeError):
        verified(party).json()
    party.http.delete("/control/faults")

    party.fault(VERIFY, "duplicate_key")
    pairs = json.loads(verified(party).text, object_pairs_hook=list)
    assert pairs == [("devicePhoneNumberVerified", False), ("devicePhoneNumberVerified", True)]
    party.http.delete("/control/faults")

    party.fault(VERIFY, "wrong_type")
    assert verified(party).headers["content-type"].startswith("text/html")
    party.http.delete("/control/faults")

    party.fault(VERIFY, "garbage")
    with pytest.raises(json.JSONDecodeError):
        verified(party).json()


def test_an_answer_can_carry_the_correlator_of_another_request(party: Party) -> None:
    party.fault(VERIFY, "other_correlator")
    token = party.token("chunghwa")["access_token"]

    answer = party.http.post(
        "/chunghwa/number-verification/v2/verify",
        json={"phoneNumber": "+886900000101"},
        headers={"Authorization": f"Bearer {token}", "x-correlator": "mine"},
    )

    assert answer.headers["x-correlator"] != "mine"


def test_an_operator_can_hang_up_before_in_and_after_an_answer(party: Party) -> None:
    for kind in ("down", "cut", "lost_reply"):
        party.fault(VERIFY, kind)
        token = party.token("chunghwa")["access_token"]
        with pytest.raises(ConnectionError):
            party.verify("chunghwa", token)
        used = party.ground.tokens.peek(token) is None
        assert used == (kind != "down")  # what was asked has happened although no answer came
        party.http.delete("/control/faults")


def test_the_reply_of_the_token_endpoint_can_get_lost_with_the_code_used_up(party: Party) -> None:
    code = party.returned("chunghwa")["code"]
    party.fault("chunghwa/token", "lost_reply")
    with pytest.raises(ConnectionError):
        party.redeem("chunghwa", code)
    party.http.delete("/control/faults")

    assert party.redeem("chunghwa", code).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("kind", ["slow", "slow_body"])
def test_headers_or_body_can_come_late(party: Party, kind: str) -> None:
    party.fault("chunghwa/jwks", kind, seconds=0.2)
    begun = time.monotonic()

    assert party.http.get("/chunghwa/jwks").json()["keys"]
    assert time.monotonic() - begun >= 0.2


def test_an_id_token_can_be_signed_by_a_key_that_nobody_published(party: Party) -> None:
    party.fault("chunghwa/token", "wrong_kid")
    header = party.token("chunghwa")["id_token"].partition(".")[0]

    published = {key["kid"] for key in party.http.get("/chunghwa/jwks").json()["keys"]}
    assert not any(kid in header for kid in published)
    assert len(published) == 2


def test_the_keys_can_change_in_mid_flow_and_the_nonce_be_another(party: Party) -> None:
    before = party.http.get("/chunghwa/jwks").json()["keys"][0]["kid"]
    party.fault("chunghwa/token", "rotated")
    party.fault("chunghwa/token", "wrong_nonce")

    party.token("chunghwa")

    assert party.http.get("/chunghwa/jwks").json()["keys"][0]["kid"] != before


def test_the_published_keys_can_be_out_of_reach(party: Party) -> None:
    party.fault("chunghwa/jwks", "503")

    assert party.http.get("/chunghwa/jwks").status_code == 503
    assert party.http.get("/fareastone/jwks").status_code == 200


def test_the_way_back_can_loop_lead_elsewhere_or_carry_another_state(party: Party) -> None:
    party.fault("chunghwa/authorize", "redirect_loop")
    assert "/chunghwa/authorize" in party.ask("chunghwa").headers["location"]
    party.http.delete("/control/faults")

    party.fault("chunghwa/authorize", "unexpected_host")
    assert party.ask("chunghwa").headers["location"].startswith("http://elsewhere.invalid/")
    party.http.delete("/control/faults")

    party.fault("chunghwa/authorize", "state_changed")
    assert party.returned("chunghwa")["state"] != "a-state"


def test_a_code_can_be_delivered_twice(party: Party) -> None:
    first = party.returned("chunghwa")["code"]
    party.fault("chunghwa/authorize", "code_twice")

    assert party.returned("chunghwa")["code"] == first


def test_a_fault_can_strike_one_subscriber_only_at_each_endpoint(party: Party) -> None:
    for endpoint in ("authorize", "token", "number-verification"):
        party.fault(f"chunghwa/{endpoint}/{NUMBER}", "503")
        other = party.token("chunghwa", over="0900000106")["access_token"]
        assert party.verify("chunghwa", other).status_code == 200
        if endpoint == "authorize":
            assert party.ask("chunghwa").status_code == 503
        elif endpoint == "token":
            assert party.redeem("chunghwa", party.returned("chunghwa")["code"]).status_code == 503
        else:
            assert verified(party).status_code == 503
        party.http.delete("/control/faults")


def test_one_operator_down_changes_nothing_for_the_others(party: Party) -> None:
    party.fault("chunghwa/*", "503")

    assert party.ask("chunghwa").status_code == 503
    assert "code" in party.returned("taiwan-mobile", over="0900000102")


def test_what_there_is_not_cannot_fail(party: Party) -> None:
    for target, kind in (("chunghwa/nothing", "500"), ("chunghwa/token", "flood"), ("chunghwa/token/x", "500")):
        assert party.http.put("/control/faults", json={"target": target, "kind": kind}).status_code == 422


def test_the_same_seed_lets_the_same_calls_fail() -> None:
    def struck(seed: int) -> list[bool]:
        schedule = Failures(Operators(), seed=seed)
        schedule.put(Fault("chunghwa/token", "500", rate=0.5))
        return [bool(schedule.strike_at("chunghwa", "token")) for _ in range(40)]

    assert struck(7) == struck(7) != struck(8)
    assert 5 < sum(struck(7)) < 35


def test_a_slow_operator_is_slow_and_each_fifth_call_finds_it_busy(party: Party) -> None:
    with client_of(create_app(load_world(), pace=1.0)) as http:
        begun = time.monotonic()
        http.get("/taiwan-star/jwks")
        assert time.monotonic() - begun >= 0.3

    answers = [party.send("taiwan-star") for _ in range(10)]

    assert [answer.status_code for answer in answers].count(429) == 2
    assert answers[4].headers["retry-after"] == "1"


def test_every_kind_has_a_place_in_the_readme() -> None:
    everything = frozenset().union(*kinds_of(Operators(FIVE)).values())
    with open("mocks/telco/README.md", encoding="utf-8") as readme:  # noqa: PTH123
        text = readme.read()

    assert [kind for kind in sorted(everything) if f"`{kind}`" not in text] == []
