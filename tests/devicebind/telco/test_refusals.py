"""Which lines vouch for nobody: each rule of its own, through the whole service, against the real simulator."""

import pytest
from sqlalchemy import select

from authsvc.core.kit import Kit
from authsvc.identity.models import Device
from devicebind.refusals import LineRefused
from tests.devicebind.telco.lines import Verifier

# Who, whose number (their own where None), over which connection (the number's own where None) -> what they are told.
RULES = {
    "a prepaid line": (("hung", None, None), "prepaid_line"),
    "a company's line": (("wang", "0900000206", None), "company_line"),
    "a company's line whose representative's ID matches": (("lin", "0900000207", None), "company_line"),
    "a family line held by somebody else": (("wang", "0900000208", None), "family_line"),
    "the main line of a family": (("wang", "0900000209", None), "family_line"),
    "a child line": (("tseng", None, None), "family_line"),
    "a virtual operator on the host's network": (("liao", None, None), "mvno_line"),
    "a suspended line": (("lai", None, None), "line_suspended"),
    "a line in arrears, not suspended yet": (("ouyang", None, None), "line_suspended"),
    "somebody else's contract": (("yeh", None, None), "details_not_confirmed"),
    "a number that is not the connection's": (("wang", None, "0900000106"), "number_not_yours"),
    "an operator outside the five": (("chuang", None, None), "operator_not_supported"),
    "Wi-Fi": (("wang", None, "wifi"), "not_mobile_data"),
    "a VPN": (("wang", None, "vpn"), "not_mobile_data"),
    "a hotspot that the operator notices": (("wang", None, "hotspot-detected"), "not_mobile_data"),
    "another operator's connection": (("wang", None, "0900000102"), "not_mobile_data"),
    "a resident of the mainland": (("sun", None, None), "resident_of_mainland"),
    "a card that is not valid": (("hsu", None, None), "details_not_confirmed"),
    "a SIM changed six hours ago": (("wang", "0900000201", None), "sim_changed_recently"),
    "a number ported yesterday": (("wang", "0900000203", None), "sim_changed_recently"),
    "an operator that keeps no documents": (("wang", "0900000219", None), "details_not_confirmed"),
    "a contract whose type nobody tells": (("wang", "0900000218", None), "telco_unavailable"),
    "a subscriber who has not agreed": (("wang", "0900000222", None), "telco_unavailable"),
}


@pytest.mark.parametrize("who", ["wang", "lin", "chen", "huang", "wu"], ids=lambda who: f"{who}s operator")
def test_a_monthly_line_of_ones_own_binds_the_phone_at_each_operator(verifier: Verifier, who: str) -> None:
    binding = verifier.verify(who)

    assert binding["device"]["via"] == "telco"


@pytest.mark.parametrize(("asked", "told"), RULES.values(), ids=RULES)
def test_a_line_that_vouches_for_nobody_is_refused_with_its_reason(
    verifier: Verifier, kit: Kit, asked: tuple[str, str | None, str | None], told: str
) -> None:
    who, number, over = asked

    assert verifier.refusal(who, number, over=over) == told
    with kit.read() as session:
        assert session.scalars(select(Device)).all() == []


def test_same_answer_for_wrong_id_and_wrong_card(verifier: Verifier) -> None:
    """Wrong digits, an ID that nobody has and somebody else's ID cannot be told apart."""
    lin = verifier.world.person("lin")
    answers = {
        verifier.refusal("wang", card_last4="0000"),
        verifier.refusal("wang", national_id="A123456789"),
        verifier.refusal("wang", national_id=lin.national_id),
        verifier.refusal("wang", national_id=lin.national_id, card_last4=lin.card_number[-4:]),
    }

    assert answers == {"details_not_confirmed"}


def test_outside_five_refused_before_any_operator_call(verifier: Verifier) -> None:
    assert verifier.refusal("chuang") == "operator_not_supported"
    assert {entry["path"] for entry in verifier.journal()} <= {"/lookup"}


def test_nothing_is_asked_about_the_person_or_the_line_before_possession(verifier: Verifier) -> None:
    assert verifier.refusal("wang", over="0900000106") == "number_not_yours"

    asked = [entry["path"] for entry in verifier.journal()]
    assert not any(name in path for path in asked for name in ("kyc", "tenure", "subscription", "eligibility", "sim"))


def test_a_resident_of_the_mainland_is_told_after_possession_and_nothing_more_is_asked(verifier: Verifier) -> None:
    assert verifier.refusal("sun", over="0900000106") == "number_not_yours"
    assert verifier.refusal("sun") == "resident_of_mainland"
    assert not any("kyc" in entry["path"] for entry in verifier.journal())


def test_every_refusal_of_a_line_is_of_one_kind() -> None:
    assert {kind.code for kind in LineRefused.__subclasses__()} == {told for _asked, told in RULES.values()}
    assert LineRefused.code == "line_refused"
