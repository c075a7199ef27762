"""Device codes over the API: who may make one, who may follow it; and the page."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from authsvc.core.kit import Kit
from authsvc.settings import Settings
from tests.clocks import MovableClock
from tests.conftest import client_of
from tests.factories import log_in, make_person, make_phone

CODES = "/api/v1/device-codes"


def make(client: FlaskClient) -> dict[str, Any]:
    answer = client.post(CODES)
    assert answer.status_code == 201
    return dict(answer.get_json())


def test_a_fresh_card_login_gets_a_code(client: FlaskClient, kit: Kit, clock: MovableClock) -> None:
    # given
    person = make_person(kit)
    log_in(client, kit, person)
    # when
    made = make(client)
    # then
    assert set(made) == {"id", "code", "qr_text", "qr_svg", "expires_at"}
    assert made["qr_text"].startswith("http://localhost:8000/app/b#")
    assert made["code"].replace("-", "") not in made["qr_text"]
    assert "<svg" in made["qr_svg"]
    assert made["expires_at"] == (clock.now() + timedelta(minutes=10)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert client.get(f"{CODES}/{made['id']}").get_json() == {"status": "waiting", "device_id": None}


@pytest.mark.parametrize("acr", ["otp", "qr", "certificate"])
def test_another_way_in_is_not_enough_for_a_code(client: FlaskClient, kit: Kit, acr: str) -> None:
    log_in(client, kit, make_person(kit), acr=acr)
    answer = client.post(CODES)
    assert answer.status_code == 403
    assert (answer.get_json()["code"], answer.get_json()["ways"]) == ("step_up_required", ["card"])


@pytest.mark.parametrize(("seconds", "status"), [(299, 201), (300, 403)])
def test_a_card_login_is_fresh_for_five_minutes(
    client: FlaskClient, kit: Kit, clock: MovableClock, seconds: int, status: int
) -> None:
    log_in(client, kit, make_person(kit))
    clock.forward(seconds=seconds)
    assert client.post(CODES).status_code == status


def test_without_a_session_there_is_no_code(client: FlaskClient) -> None:
    assert client.post(CODES).status_code == 401
    assert client.get(f"{CODES}/anything").status_code == 401


def test_a_code_is_followed_to_its_use(app: Flask, client: FlaskClient, kit: Kit, clock: MovableClock) -> None:
    log_in(client, kit, make_person(kit))
    made = make(client)
    phone = make_phone(app, clock)
    phone.bind_by_qr(made["qr_text"])
    used = {"status": "used", "device_id": phone.device_id}
    assert client.get(f"{CODES}/{made['id']}?wait=25").get_json() == used


def test_a_code_is_followed_to_its_end(client: FlaskClient, kit: Kit, clock: MovableClock) -> None:
    # given a code with ten seconds left and one that a newer code replaced
    log_in(client, kit, make_person(kit))
    older, newer = make(client), make(client)
    clock.forward(seconds=590)
    began = clock.now()
    # when it is followed, then the answer comes with the change and not later
    assert client.get(f"{CODES}/{newer['id']}?wait=25").get_json() == {"status": "expired", "device_id": None}
    assert clock.now() - began == timedelta(seconds=10)
    assert client.get(f"{CODES}/{older['id']}?wait=25").get_json() == {"status": "void", "device_id": None}


def test_a_wait_ends_when_it_said(client: FlaskClient, kit: Kit, clock: MovableClock) -> None:
    log_in(client, kit, make_person(kit))
    made, began = make(client), clock.now()
    assert client.get(f"{CODES}/{made['id']}?wait=7").get_json() == {"status": "waiting", "device_id": None}
    assert clock.now() - began == timedelta(seconds=7)


@pytest.mark.parametrize("wait", ["-1", "26", "x", "1.5"])
def test_a_wait_has_its_bounds(client: FlaskClient, kit: Kit, wait: str) -> None:
    log_in(client, kit, make_person(kit))
    assert client.get(f"{CODES}/{make(client)['id']}?wait={wait}").status_code == 422


def test_somebody_elses_code_is_not_there(app: Flask, client: FlaskClient, kit: Kit) -> None:
    log_in(client, kit, make_person(kit, 1))
    made = make(client)
    other = client_of(app)
    log_in(other, kit, make_person(kit, 2))
    assert other.get(f"{CODES}/{made['id']}").status_code == 404
    assert other.get(f"{CODES}/unknown").status_code == 404


def test_the_page_needs_a_session(client: FlaskClient) -> None:
    answer = client.get("/devices")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login?next=/devices")


@pytest.mark.parametrize(("lang", "title"), [("en", "My phones"), ("zh-Hant-TW", "行動裝置管理")])
def test_the_page_shows_phones_in_both_languages(
    client: FlaskClient, kit: Kit, settings: Settings, lang: str, title: str
) -> None:
    log_in(client, kit, make_person(kit))
    text = client.get("/devices", headers={"Accept-Language": lang}).text
    assert f"<h1>{title}</h1>" in text
    assert str(settings.device_limit) in text
    with client.get("/static/devicebind/js/devices.js") as script:
        assert script.status_code == 200
