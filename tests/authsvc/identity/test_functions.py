"""What a session is good for: each function by each way in, and the login that a closed one leads to."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from authsvc.core.errors import NotFound, StepUpRequired
from authsvc.core.kit import Kit
from authsvc.identity import functions
from authsvc.identity.ways import Ways
from tests.clocks import MovableClock
from tests.factories import log_in, make_person, make_session

FRESH = frozenset({"bind_phone", "add_passkey"})  # five minutes after a login with the card
ENQUIRING = frozenset({"enquiry", "security", "phones"})
FILING = ENQUIRING | {"filings"}
BY_CARD = FILING | FRESH | {"account"}
GOOD_FOR = {
    "card": BY_CARD,
    "certificate": FILING,
    "passkey": FILING,
    "twfido": FILING,
    "qr": FILING,
    "otp": ENQUIRING,
    "unknown": frozenset[str](),
}


def opened(kit: Kit, view: Any) -> frozenset[str]:
    return frozenset(offer.id for offer in functions.offers(kit, view) if offer.open)


@pytest.mark.parametrize("acr", GOOD_FOR)
def test_each_way_in_opens_what_names_it_and_nothing_else(kit: Kit, acr: str) -> None:
    view = make_session(kit, make_person(kit), acr=acr).view

    assert opened(kit, view) == GOOD_FOR[acr]
    for function_id, function in kit.port(Ways).functions.items():
        if function.audience != "anyone":
            with pytest.raises(NotFound):
                functions.require(kit, view, function_id)
        elif function_id in GOOD_FOR[acr]:
            assert functions.require(kit, view, function_id).id == function_id
        else:
            with pytest.raises(StepUpRequired) as refusal:
                functions.require(kit, view, function_id)
            assert refusal.value.code == "step_up_required"
            assert acr not in refusal.value.members["ways"]


def test_what_needs_a_fresh_card_closes_after_five_minutes(kit: Kit, clock: MovableClock) -> None:
    view = make_session(kit, make_person(kit), acr="card").view

    clock.forward(seconds=timedelta(minutes=5).total_seconds())

    assert BY_CARD - opened(kit, view) == FRESH


@pytest.mark.parametrize(("via", "good"), [("card", FILING), ("counter", FILING), ("telco", ENQUIRING)])
def test_a_phone_that_only_its_operator_vouched_for_opens_no_filings(kit: Kit, via: str, good: frozenset[str]) -> None:
    view = make_session(kit, make_person(kit), acr="qr").view

    assert opened(kit, replace(view, binding={"via": via, "at": kit.clock.now()})) == good


def test_what_does_not_exist_is_not_found(kit: Kit) -> None:
    with pytest.raises(NotFound):
        functions.require(kit, make_session(kit, make_person(kit), acr="card").view, "everything")


def test_a_closed_function_leads_to_a_login_that_is_good_enough_and_back(client: FlaskClient, kit: Kit) -> None:
    log_in(client, kit, make_person(kit), acr="otp")

    closed = client.get("/functions/filings")

    assert closed.status_code == 303
    assert closed.location.startswith("/login?again=1&ways=card,")
    assert closed.location.endswith("&next=/functions/filings")
    page = client.get(closed.location).text
    assert 'data-testid="tab-card"' in page
    assert 'data-testid="tab-otp"' not in page


def test_an_open_function_shows_itself_and_one_that_is_closed_says_what_would_open_it(
    client: FlaskClient, kit: Kit
) -> None:
    assert client.get("/functions/enquiry").location == "/login?next=/functions/enquiry"
    log_in(client, kit, make_person(kit), acr="otp")

    assert 'data-testid="function-open"' in client.get("/functions/enquiry").text
    listed = {offer["id"]: offer for offer in client.get("/api/v1/functions").get_json()}
    assert (listed["enquiry"]["open"], listed["filings"]["open"]) == (True, False)
    refused = client.get("/api/v1/functions/filings")
    assert (refused.status_code, refused.get_json()["code"]) == (403, "step_up_required")
    assert refused.get_json()["ways"] == ["card", "certificate", "passkey", "twfido", "qr"]
    assert client.get("/functions/everything").status_code == 404


@pytest.mark.parametrize("asked", ["", "nothing", "<script>", "card,card"])
def test_a_step_up_that_names_no_way_of_ours_asks_for_the_card(client: FlaskClient, asked: str) -> None:
    page = client.get("/login", query_string={"again": "1", "ways": asked}).text

    assert 'data-testid="tab-card"' in page
    assert 'data-testid="tab-qr"' not in page
    assert "<script>" not in page.replace('<script type="module"', "")
