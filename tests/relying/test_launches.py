"""A launch token: what stands in it, for whom it is made, and for whom it is not."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from authsvc.core.jose import peek_header, read_public_key, verify
from authsvc.core.kit import Kit
from relying.catalogue import Catalogue
from tests.conftest import ORIGIN
from tests.factories import Somebody
from tests.insured import UNIT1, UNIT2, Registered, make_clerk, make_unit
from tests.relying.conftest import Desk, claims_of, refusal
from tests.simulators import acts


def test_a_token_names_service_function_and_login_and_nobody_by_name(
    desk: Desk, kit: Kit, somebody: Somebody, clerk_id: str
) -> None:
    answer = desk.launch("statements", UNIT1)

    body = answer.get_json()
    claims = claims_of(body["token"])
    assert body["address"] == "http://127.0.0.1:8105/documents/open"
    assert (claims["iss"], claims["aud"], claims["function"]) == (ORIGIN, "documents", "statements")
    assert (claims["unit_code"], claims["acr"], claims["amr"]) == (UNIT1, "card", ["sc", "pwd"])
    assert claims["exp"] - claims["iat"] == 60
    assert claims["auth_time"] == int(kit.clock.now().timestamp())
    assert set(claims) == {
        *("iss", "aud", "iat", "exp", "jti", "function", "unit_code", "acr", "amr", "auth_time", "sub", "sid"),
    }
    for known in (somebody.name, somebody.national_id, somebody.id, somebody.card_number, clerk_id):
        assert known not in str(claims)


def test_a_token_is_signed_by_a_key_that_is_published(desk: Desk, client: FlaskClient) -> None:
    token = desk.token()
    header = peek_header(token)

    listed = {key["kid"]: key for key in client.get("/api/v1/launch-keys").get_json()["keys"]}

    assert (header["typ"], header["alg"]) == ("authsvc-launch+jwt", "ES256")
    assert verify(token, typ="authsvc-launch+jwt", key=read_public_key(listed[header["kid"]]))["aud"] == "personal"


def test_each_service_knows_a_person_and_a_session_by_another_name(desk: Desk, clerk_id: str) -> None:
    assert clerk_id
    here, again = claims_of(desk.token("enquiry")), claims_of(desk.token("filings"))
    there = claims_of(desk.token("statements", UNIT1))

    assert (here["sub"], here["sid"]) == (again["sub"], again["sid"])
    assert {here["sub"], here["sid"]}.isdisjoint({there["sub"], there["sid"]})


def test_two_tokens_are_never_the_same(desk: Desk) -> None:
    assert claims_of(desk.token())["jti"] != claims_of(desk.token())["jti"]


def test_what_was_not_granted_is_not_launched(desk: Desk, clerk_id: str) -> None:
    assert clerk_id
    assert refusal(desk.launch("group_filings", UNIT1)) == (403, "not_granted")


def test_a_unit_where_one_is_nothing_is_not_there(desk: Desk, kit: Kit, clerk_id: str) -> None:
    assert clerk_id
    make_unit(kit, UNIT2)

    assert refusal(desk.launch("statements", UNIT2)) == (404, "not_found")
    assert refusal(desk.launch("statements", "999999999")) == (404, "not_found")


def test_a_function_of_a_unit_needs_the_unit_and_one_of_a_person_has_none(desk: Desk, clerk_id: str) -> None:
    assert clerk_id
    assert refusal(desk.launch("statements")) == (404, "not_found")
    assert refusal(desk.launch("enquiry", UNIT1)) == (404, "not_found")


@pytest.mark.parametrize("function", ["security", "managers", "roles", "nothing_such"])
def test_only_what_is_another_systems_is_launched(desk: Desk, function: str) -> None:
    assert refusal(desk.launch(function)) == (404, "not_found")


def test_a_way_in_that_is_too_weak_is_asked_for_a_stronger_one(new_desk: Callable[..., Desk], clerk_id: str) -> None:
    assert clerk_id
    weak = new_desk("otp")

    refused = weak.launch("health_filings", UNIT1)

    assert refusal(refused) == (403, "step_up_required")
    assert refused.get_json()["ways"] == ["card", "passkey", "qr"]
    assert weak.launch("statements", UNIT1).status_code == 201


def test_without_a_login_there_is_no_token(client: FlaskClient) -> None:
    asked = client.post("/api/v1/launches", json={"function": "enquiry"}, headers={"Origin": ORIGIN})

    assert refusal(asked) == (401, "login_required")


def test_a_clerk_of_two_units_acts_for_the_one_that_is_named(
    desk: Desk, kit: Kit, unit: Registered, somebody: Somebody
) -> None:
    make_clerk(kit, unit, somebody, functions=["statements"])
    make_clerk(kit, make_unit(kit, UNIT2), somebody, functions=["survey"])

    assert claims_of(desk.token("statements", UNIT1))["unit_code"] == UNIT1
    assert refusal(desk.launch("statements", UNIT2)) == (403, "not_granted")


def test_the_page_leads_on_with_the_token_in_the_fragment_only(desk: Desk, clerk_id: str) -> None:
    assert clerk_id
    page = desk.client.get(f"/units/{UNIT1}/functions/statements")
    assert 'data-testid="function-host">127.0.0.1<' in page.text
    csrf = page.text.partition('name="csrf_token" value="')[2].partition('"')[0]

    led = desk.client.post(f"/units/{UNIT1}/functions/statements", data={"csrf_token": csrf})

    assert led.status_code == 303
    before, _, fragment = led.location.partition("#")
    assert before == "http://127.0.0.1:8105/documents/open"
    assert claims_of(fragment.removeprefix("launch="))["function"] == "statements"
    assert fragment.removeprefix("launch=") not in led.text


def test_only_the_page_of_a_function_may_send_its_form_to_that_system(desk: Desk) -> None:
    page = desk.client.get("/functions/enquiry").headers["Content-Security-Policy"]
    other = desk.client.get("/me").headers["Content-Security-Policy"]

    assert "form-action 'self' http://127.0.0.1:8105;" in page
    assert "form-action 'self';" in other


def test_a_form_of_another_site_launches_nothing(desk: Desk, kit: Kit) -> None:
    posted = desk.client.post("/functions/enquiry", data={"csrf_token": "x"})

    assert posted.status_code == 403
    assert "launch.opened" not in dict(acts(kit))


def test_a_page_of_a_function_that_was_not_granted_says_so(desk: Desk, clerk_id: str) -> None:
    assert clerk_id
    assert desk.client.get(f"/units/{UNIT1}/functions/group_filings").status_code == 403
    assert desk.client.get(f"/units/{UNIT2}/functions/statements").status_code == 404
    assert desk.client.get(f"/units/{UNIT1}/functions/nothing_such").status_code == 404


def test_the_page_leads_to_a_login_and_back(client: FlaskClient, new_desk: Callable[..., Desk], clerk_id: str) -> None:
    assert clerk_id
    here = f"/units/{UNIT1}/functions/health_filings"

    assert client.get(here).location == f"/login?next={here}"
    stronger = new_desk("otp").client.get(here).location
    assert stronger.startswith("/login?again=1&ways=card,")
    assert stronger.endswith(f"&next={here}")


def test_every_filing_is_closed_to_a_phone_that_only_its_operator_vouched_for(kit: Kit) -> None:
    entries = kit.port(Catalogue).entries

    assert [name for name in entries if "filings" in name and not entries[name].function.card_bound] == []
