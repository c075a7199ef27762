"""What an operator recognises: each situation of a handset, and that no client can talk itself into another."""

import pytest

from mocks.telco.network import FLOW_HEADER
from tests.mocks.telco.protocol.relying import NUMBER, Party

OTHERS = "0900000106"


def behind(party: Party, operator: str, over: str | None, **how: object) -> str:
    """Return whose line the operator recognised, or the error."""
    answer = party.returned(operator, over=over, **how)
    if "error" in answer:
        return str(answer["error"])
    return party.number_behind(party.redeem(operator, answer["code"]).json()["access_token"])


@pytest.mark.parametrize(
    ("connection", "operator", "outcome"),
    [
        (NUMBER, "chunghwa", NUMBER),
        ("0900000225", "chunghwa", "0900000225"),  # 3G: a code, the access type is another question
        ("wifi", "chunghwa", "login_required"),
        ("wifi", "taiwan-mobile", "access_denied"),
        ("wifi", "fareastone", "interaction_required"),
        ("vpn", "chunghwa", "login_required"),
        ("wifi", "asia-pacific", "login_required"),
        ("0900000102", "chunghwa", "login_required"),  # another operator's line
        ("0900000122", "chunghwa", "login_required"),  # an operator outside the five
        ("hotspot-detected", "chunghwa", "access_denied"),
        ("hotspot-undetected", "chunghwa", NUMBER),  # the owner's number: must be stopped later
        ("0900000228", "chunghwa", NUMBER),  # dual SIM, data over the same operator's other line
        ("0900000229", "chunghwa", "login_required"),  # dual SIM, data over another operator
        ("0900000229", "taiwan-mobile", "0900000202"),
        ("0900000226", "chunghwa", "0900000226"),  # roaming, home-routed
        ("0900000227", "chunghwa", "login_required"),  # roaming, local breakout
        ("0900000230", "chunghwa", "login_required"),  # own access point
        ("0900000211", "fareastone", "0900000211"),  # MVNO on its host's network
        ("0900000205", "fareastone", "0900000205"),  # merged brand, served by its owner
        ("0900000105", "asia-pacific", "0900000105"),  # by the number that the gateway inserts
        ("0900000224", "asia-pacific", "login_required"),  # fixed wireless: nothing is inserted
        ("0900000118", "chunghwa", "0900000118"),
        ("0900000119", "taiwan-star", "0900000119"),  # suspended, but the data still works
    ],
)
def test_each_situation_has_its_outcome(party: Party, connection: str, operator: str, outcome: str) -> None:
    assert behind(party, operator, connection) == outcome


@pytest.mark.parametrize("number", ["0900000214", "0900000215"])
def test_a_line_without_data_meets_the_captive_page_and_no_operator(party: Party, number: str) -> None:
    response = party.ask("chunghwa", over=number)

    assert response.status_code == 511
    assert "location" not in response.headers


def test_this_computer_is_on_wifi_until_the_handset_is_set(party: Party) -> None:
    assert behind(party, "chunghwa", None) == "login_required"

    party.put("/control/handset", connection=NUMBER)

    assert behind(party, "chunghwa", None) == NUMBER


@pytest.mark.parametrize(
    "name",
    [
        *("X-MSISDN", "x-msisdn", "X_MSISDN", "MSISDN", "X-Up-Calling-Line-ID", "X-Nokia-MSISDN", "X-WAP-MSISDN"),
        *("X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Connection", "X-Operator", FLOW_HEADER),
    ],
)
def test_no_header_of_a_client_claims_a_number_or_a_network(party: Party, name: str) -> None:
    for operator, number in (("chunghwa", NUMBER), ("asia-pacific", "0900000105")):
        for value in (number, f"+886{number[1:]}", "198.18.0.0"):
            assert "error" in party.returned(operator, over=None, headers={name: value})
    if name != FLOW_HEADER:
        assert behind(party, "asia-pacific", "0900000105", headers={name: "0900000233"}) == "0900000105"


def test_no_parameter_of_a_client_claims_anything(party: Party) -> None:
    claims = {"msisdn": NUMBER, "connection": NUMBER, "number": NUMBER, "sub": NUMBER, "amr": "nba"}

    assert behind(party, "chunghwa", None, **claims) == "login_required"
    assert behind(party, "chunghwa", NUMBER, **{**claims, "msisdn": OTHERS}) == NUMBER


def test_a_stated_flow_is_good_once_for_a_moment_and_as_it_is(party: Party) -> None:
    network = party.ground.network
    header = network.signed(NUMBER)[FLOW_HEADER]
    content, _, seal = header.partition(".")

    assert network.stated(f"{content[:-4]}AAAA.{seal}") is None
    assert network.stated(content) is None
    assert network.stated(header) is not None
    assert network.stated(header) is None

    late = network.signed(NUMBER)[FLOW_HEADER]
    party.forward(11)
    assert network.stated(late) is None


def test_the_fixed_wireless_hole_is_there_when_it_is_asked_for(party: Party) -> None:
    party.put("/control/handset", connection="0900000224")
    injected = {"X-MSISDN": "0900000105"}
    assert behind(party, "asia-pacific", None, headers=injected) == "login_required"

    party.fault("asia-pacific/authorize", "unstripped_header")

    assert behind(party, "asia-pacific", None, headers=injected) == "0900000105"
    assert behind(party, "asia-pacific", "0900000233", headers=injected) == "0900000233"  # mobile lines are stripped


def test_a_switch_to_wifi_in_mid_flow_ends_what_the_operator_knows(party: Party) -> None:
    code = party.returned("chunghwa")["code"]

    party.put("/control/attachments", connection=NUMBER, kind="wifi")

    assert behind(party, "chunghwa", NUMBER) == "login_required"
    assert party.number_behind(party.redeem("chunghwa", code).json()["access_token"]) == NUMBER
    party.put("/control/attachments", connection=NUMBER, kind="cellular")
    assert behind(party, "chunghwa", NUMBER) == NUMBER


def test_a_reassigned_address_is_the_new_lines_from_that_moment(party: Party) -> None:
    network = party.ground.network
    before = network.flow(NUMBER)
    party.forward(1)
    party.put("/control/attachments", connection=NUMBER, reassign_to=OTHERS)

    assert network.attachment(OTHERS).address == before.address
    assert network.attachment(OTHERS).ports <= before.port
    assert behind(party, "chunghwa", OTHERS) == OTHERS
    assert behind(party, "chunghwa", NUMBER) == NUMBER


def test_an_old_flow_is_still_the_line_that_had_the_address_then(party: Party) -> None:
    operator = party.ground.operators.find("chunghwa")
    assert operator is not None
    before = party.ground.network.flow(NUMBER)
    party.forward(1)
    party.put("/control/attachments", connection=NUMBER, reassign_to=OTHERS)

    session = party.ground.network.session(operator, before)

    assert session is not None
    assert session.line == NUMBER


def test_a_stale_session_table_names_the_line_that_had_the_address_before(party: Party) -> None:
    party.put("/control/attachments", connection=NUMBER, reassign_to=OTHERS)
    party.fault("chunghwa/authorize", "stale_sessions")

    answer = party.returned("chunghwa", over=OTHERS)

    token = party.redeem("chunghwa", answer["code"]).json()["access_token"]
    assert party.number_behind(token) == NUMBER
    assert party.verify("chunghwa", token, "+886900000106").json() == {"devicePhoneNumberVerified": False}


def test_a_tether_can_be_noticed_on_any_line(party: Party) -> None:
    party.put("/control/attachments", connection="0900000102", tethered="detected")

    assert behind(party, "taiwan-mobile", "0900000102") == "access_denied"


def test_a_hotspot_can_be_any_lines(party: Party) -> None:
    party.put("/control/attachments", connection="hotspot-undetected", line="0900000102")

    assert behind(party, "taiwan-mobile", "hotspot-undetected") == "0900000102"


def test_a_ported_number_is_seen_by_its_new_operator_only(party: Party) -> None:
    party.http.patch(f"/control/lines/{NUMBER}", json={"operator": "taiwan-mobile"}).raise_for_status()

    assert behind(party, "chunghwa", NUMBER) == "login_required"
    assert behind(party, "taiwan-mobile", NUMBER) == NUMBER


def test_the_grant_keeps_the_attachment_of_its_moment(party: Party) -> None:
    token = party.token("chunghwa", over="0900000225")["access_token"]
    party.put("/control/attachments", connection="0900000225", rat="5G_SA")

    grant = party.ground.tokens.peek(token)
    assert grant is not None
    assert grant.rat == "3G"
    attachment = party.ground.network.attachment_of("0900000225")
    assert attachment is not None
    assert attachment.rat == "5G_SA"


def test_no_two_lines_share_an_address_and_a_port(party: Party) -> None:
    blocks = [
        (each.address, each.ports)
        for each in party.ground.network.all()
        if each.is_at_home and each.connection == each.line
    ]

    assert len(blocks) == len(set(blocks))


def test_an_attachment_cannot_be_what_there_is_not(party: Party) -> None:
    wrong: list[dict[str, object]] = [{"rat": "6G"}, {"line": "0999999999"}, {"kind": "cable"}, {"apn": 1}, {"rat": []}]
    wrong.append({"address": "203.0.113.1"})
    for body in wrong:
        assert party.http.put("/control/attachments", json={"connection": NUMBER, **body}).status_code == 422
    assert party.http.put("/control/attachments", json={"connection": "0999999999"}).status_code == 404
    assert party.http.put("/control/handset", json={"connection": "nowhere"}).status_code == 404
