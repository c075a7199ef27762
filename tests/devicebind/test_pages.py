"""My phones as pages of plain forms: everything works without a script."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from authsvc.core.kit import Kit
from mobileapp.client import Phone
from tests.clocks import MovableClock
from tests.factories import Somebody, log_in, make_bound_phone, make_person, make_phone

EN = {"Accept-Language": "en"}
ZH = {"Accept-Language": "zh-TW"}


@pytest.fixture
def person(kit: Kit) -> Somebody:
    return make_person(kit)


@pytest.fixture
def phone(app: Flask, clock: MovableClock, person: Somebody) -> Phone:
    return make_bound_phone(app, clock, person, name="Pocket")


def page(client: FlaskClient, path: str, headers: dict[str, str] = EN) -> str:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200, answer.location
    return answer.text


def submit(client: FlaskClient, seen_at: str, path: str, **fields: str) -> TestResponse:
    """Post a form that stands on a page."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', page(client, seen_at))
    assert token is not None
    return client.post(path, data={"csrf_token": token[1], **fields}, headers=EN)


def test_the_list_tells_what_where_and_how_sure(
    client: FlaskClient, kit: Kit, clock: MovableClock, person: Somebody, phone: Phone
) -> None:
    log_in(client, kit, person)

    english, chinese = page(client, "/devices"), page(client, "/devices", ZH)

    assert phone.binding["device"]["name"] in english
    assert "Bound with your health card: a card reader checked the card itself." in english
    assert "127.0.0.1" in english
    assert f"民國{clock.now().year - 1911}年" in chinese
    assert "以健保卡綁定" in chinese


def test_an_empty_list_says_what_to_do(client: FlaskClient, kit: Kit, person: Somebody) -> None:
    log_in(client, kit, person)

    assert "No phone is bound yet." in page(client, "/devices")


@pytest.mark.parametrize(("act", "done"), [("unbind", "unbound"), ("lost", "lost")])
def test_a_phone_is_removed_only_after_a_question(
    client: FlaskClient, kit: Kit, person: Somebody, phone: Phone, act: str, done: str
) -> None:
    log_in(client, kit, person)
    question = f"/devices/{phone.device_id}/{act}"
    assert "Pocket" in page(client, question)
    assert phone.is_bound()

    answer = submit(client, question, question)

    assert (answer.status_code, answer.location) == (303, f"/devices?done={done}")
    assert not phone.is_bound()
    assert submit(client, "/devices", question).location == f"/devices?done={done}"  # twice is no fault


def test_a_form_without_its_token_removes_nothing(
    client: FlaskClient, kit: Kit, person: Somebody, phone: Phone
) -> None:
    log_in(client, kit, person)

    assert client.post(f"/devices/{phone.device_id}/unbind").status_code in (400, 403)

    assert phone.is_bound()


def test_a_phone_is_named_by_form_call_or_app(client: FlaskClient, kit: Kit, person: Somebody, phone: Phone) -> None:
    log_in(client, kit, person)
    here = f"/devices/{phone.device_id}"
    assert submit(client, here, f"{here}/name", name="Mine").location == "/devices?done=renamed"
    assert ">Mine<" in page(client, "/devices")
    assert "1 to 64" in submit(client, here, f"{here}/name", name=" ").text
    phone.rename("Ours")
    answer = client.patch(f"/api/v1{here}", json={"name": "Yours"})
    assert (answer.status_code, answer.get_json()["name"]) == (200, "Yours")
    assert client.patch(f"/api/v1{here}", json={"name": "x" * 65}).status_code == 422


def test_nobody_manages_another_persons_phone(client: FlaskClient, kit: Kit, phone: Phone) -> None:
    log_in(client, kit, make_person(kit, 2))
    here = f"/devices/{phone.device_id}"

    for path in (here, f"{here}/unbind", f"{here}/lost", f"{here}/voucher"):
        assert client.get(path).status_code == 404
    assert client.patch(f"/api/v1{here}", json={"name": "Taken"}).status_code == 404


@pytest.mark.parametrize("part", ["", "/unbind", "/lost", "/voucher"])
def test_without_a_session_the_pages_lead_to_the_login(client: FlaskClient, phone: Phone, part: str) -> None:
    assert client.get(f"/devices/{phone.device_id}{part}").location == "/login?next=/devices"
    token = {"csrf_token": "none"}
    assert client.post(f"/devices/{phone.device_id}/unbind", data=token).status_code in (303, 400, 403)
    assert phone.is_bound()


def test_a_code_is_made_without_script_and_binds(
    app: Flask, client: FlaskClient, kit: Kit, clock: MovableClock, person: Somebody
) -> None:
    log_in(client, kit, person)

    shown = submit(client, "/devices", "/devices/code").text

    link = re.search(r'href="(http[^"]+/app/b#[^"]+)"', shown)
    assert link is not None
    assert make_phone(app, clock).bind_by_qr(link[1])


def test_without_a_fresh_card_login_the_code_page_says_so(client: FlaskClient, kit: Kit, person: Somebody) -> None:
    log_in(client, kit, person, acr="qr")

    answer = submit(client, "/devices", "/devices/code")

    assert answer.status_code == 200
    assert 'data-testid="step-up">' in answer.text


def test_the_voucher_is_printed_after_a_card_login_and_used_by_a_form(
    client: FlaskClient, kit: Kit, person: Somebody, phone: Phone
) -> None:
    log_in(client, kit, person, acr="otp")
    here = f"/devices/{phone.device_id}/voucher"
    assert client.get(here).location == f"/login?again=1&next={here}#card"
    log_in(client, kit, person)
    text = re.search(r'data-testid="voucher-text">([^<]+)<', page(client, here))
    assert text is not None

    assert submit(client, "/revoke", "/revoke", voucher="nothing").status_code == 422
    assert phone.is_bound()
    used = submit(client, "/revoke", "/revoke", voucher=f"http://localhost:8000/revoke#{text[1]}")

    assert used.location == "/revoke?done=1"
    assert "cut off" in page(client, "/revoke?done=1")
    assert not phone.is_bound()
