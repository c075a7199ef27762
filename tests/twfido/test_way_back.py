"""Where a login by TW FidO leads on to: from the app, a form that failed, a new start; and who pays for an outage."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from authsvc.core.jose import b64url_decode
from tests.conftest import ORIGIN
from tests.simulators import Transports, clear_faults, put_fault
from tests.twfido.conftest import Login

STEP_UP = "/login?again=1&ways=twfido,qr&next=/devices"


def led_back(login: Login, link: str) -> str:
    """Return where the app's link leads this browser in the end."""
    (value,) = parse_qs(urlsplit(link).query)["rtn_val"]
    back = login.browser.client.get("/login/twfido/return", query_string={"rtn_val": b64url_decode(value).decode()})
    return str(back.location)


def send(client: Any, page: str, **fields: str) -> Any:
    """Send the form of TW FidO as the page has it: the fields that are hidden, and these."""
    text = client.get(page).text
    form = re.search(r'<form id="twfido-login".*?</form>', text, re.DOTALL)
    assert form is not None
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form[0])
    hidden += re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)" form="twfido-login">', text)
    return client.post("/login/twfido", data=dict(hidden) | fields, headers={"Origin": ORIGIN})


def typed(login: Login) -> dict[str, str]:
    year, month, day = str(login.person.birth_date).split("-")
    who = {"national_id": login.person.national_id}
    return who | {"birth_year": year, "birth_month": month, "birth_day": day}


def test_the_app_leads_back_to_where_the_person_was_going(login: Login) -> None:
    body = {"national_id": login.person.national_id, "birth_date": login.person.birth_date, "mode": "tap"}
    begun = login.browser.post("/twfido-logins?next=/devices", body).get_json()
    looked = login.browser.get(f"/twfido-logins/{begun['id']}?next=/devices").get_json()

    for link in (begun["app_link"], looked["app_link"]):
        assert led_back(login, link) == f"/login/twfido/{begun['id']}?next=/devices"
    assert login.browser.post("/twfido-logins?next=//evil.example", body).status_code == 422


def test_the_app_leads_back_without_script_too(login: Login) -> None:
    begun = send(login.browser.client, "/login?next=/devices", **typed(login), mode="tap")
    link = re.search(r'data-link href="([^"]+)"', login.browser.client.get(begun.location).text)

    assert link is not None
    assert led_back(login, link[1].replace("&amp;", "&")) == begun.location
    assert begun.location.endswith("?next=/devices")


@pytest.mark.parametrize("place", ["", "//evil.example", "@evil.example", "?x=1", "\r\nX: 1"])
def test_the_app_leads_back_to_places_of_ours_only(login: Login, place: str) -> None:
    begun = login.begin(mode="tap")

    back = login.browser.client.get("/login/twfido/return", query_string={"rtn_val": begun["id"] + place})

    page = login.browser.client.get(back.location)
    assert (back.status_code, page.status_code) == (303, 200)
    assert 'data-next="/me"' in page.text


def test_a_form_that_failed_comes_back_as_the_same_step_up(login: Login) -> None:
    asked = login.browser.client.get(STEP_UP).text
    failed = send(login.browser.client, STEP_UP, national_id="wrong")

    assert failed.status_code == 422
    for page in (asked, failed.text):
        assert sorted(re.findall(r'data-way="(\w+)"', page)) == ["qr", "twfido"]
        assert 'data-testid="step-up"' in page
        assert 'name="next" value="/devices"' in page
    plain = send(login.browser.client, "/login", national_id="wrong").text
    assert len(re.findall(r'data-way="(\w+)"', plain)) > 2


def test_a_new_start_leads_to_the_same_place(login: Login, account: str) -> None:
    begun = login.begin()
    login.deny()
    login.look()
    page = f"/login/twfido/{begun['id']}?next=/devices"
    assert 'href="/login?next=/devices#twfido"' in login.browser.client.get(page).text

    assert login.browser.log_in("wang").status_code == 201
    begun = login.begin()
    login.deny()
    login.look()
    page = f"/login/twfido/{begun['id']}?next=/devices"
    assert 'href="/login?again=1&amp;ways=twfido&amp;next=/devices#twfido"' in login.browser.client.get(page).text
    assert account


def test_an_outage_of_the_provider_is_not_charged_to_the_person(login: Login, transports: Transports) -> None:
    body = {"national_id": login.person.national_id, "birth_date": login.person.birth_date}
    put_fault(transports, "twfido", "ticket", "wrong_checksum")
    for _ in range(5):
        assert login.browser.post("/twfido-logins", body).get_json()["code"] == "twfido_unavailable"
    clear_faults(transports, "twfido")

    answers = [login.browser.post("/twfido-logins", body).status_code for _ in range(6)]

    assert answers == [201] * 5 + [429]
