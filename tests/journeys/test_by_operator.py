"""A phone is bound by its operator's word between real processes: service, gateway, operators, data paths."""

import httpx2
import pytest

from devtools.stack import Stack
from mobileapp.client import Phone
from mobileapp.phonewire import Problem

ACCOUNT = {"password": "Kite-7tail", "email": "by.number@example.org", "terms_version": "2026-11"}
LINES = {
    "chen": "0900000103",
    "huang": "0900000104",
    "wu": "0900000105",
    "nguyen": "0900000131",
    "smith": "0900000132",
}


def listed(address: str, key: str) -> dict[str, dict[str, str]]:
    return {each[key]: each for each in httpx2.get(address, trust_env=False).raise_for_status().json()}


def bind(stack: Stack, phone: Phone, who: str, number: str) -> None:
    """Bind somebody's phone over the proxy of a line, which is all that says whose data it uses."""
    person = listed(f"{stack.urls['registry']}/control/people", "key")[who]
    path = listed(f"{stack.urls['telco']}/control/lines", "number")[number]["connection"]
    claim = {"mobile": number, "national_id": person["national_id"], "card_last4": person["card_number"][-4:]}
    phone.verify_by_operator(claim, ACCOUNT, over=path)


@pytest.mark.parametrize(("who", "number"), LINES.items())
def test_each_operator_vouches_for_a_line_of_its_own(stack: Stack, who: str, number: str) -> None:
    with Phone(stack.origin) as phone:
        bind(stack, phone, who, number)
        assert phone.device()["via"] == "telco"
        assert len(phone.otp_code()) == 8


@pytest.mark.parametrize(
    ("who", "number", "code"),
    [
        ("hung", "0900000114", "prepaid_line"),
        ("kuo", "0900000115", "company_line"),
        ("sun", "0900000134", "resident_of_mainland"),
    ],
)
def test_a_line_that_vouches_for_nobody_is_refused_over_the_wire(
    stack: Stack, who: str, number: str, code: str
) -> None:
    with Phone(stack.origin) as phone, pytest.raises(Problem) as refused:
        bind(stack, phone, who, number)

    assert (refused.value.status, refused.value.code) == (403, code)
