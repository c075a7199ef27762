"""A person's phones: listed, unbound, reported lost."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from authsvc.core.kit import Kit
from authsvc.identity.sessions import find_session
from devicebind import service
from devicebind.models import DeviceCode
from tests.clocks import MovableClock
from tests.factories import ask, log_in, make_bound_phone, make_device_code, make_person, make_session
from tests.letters import letters_of

PHONES = "/api/v1/devices"


def test_phones_are_listed_newest_first_in_any_session(
    app: Flask, client: FlaskClient, kit: Kit, clock: MovableClock
) -> None:
    # given two phones of a person and one of somebody else
    person = make_person(kit, 1)
    make_bound_phone(app, clock, person, name="First")
    clock.forward(seconds=1)
    make_bound_phone(app, clock, person, name="Second")
    make_bound_phone(app, clock, make_person(kit, 2), name="Foreign")
    # when
    log_in(client, kit, person, acr="otp")
    # then
    listed = client.get(PHONES).get_json()
    assert [device["name"] for device in listed] == ["Second", "First"]
    known = {"id", "name", "platform", "model", "app_version", "bound_at", "via", "held", "last_used_at"}
    assert set(listed[0]) == known | {"assurance", "key_kept", "last_used_from"}


def test_use_is_noted(app: Flask, kit: Kit, clock: MovableClock) -> None:
    phone = make_bound_phone(app, clock, make_person(kit))
    used = clock.forward(minutes=5)
    ask(phone, "GET", "/me/device")
    assert ask(phone, "GET", "/me/device").json()["last_used_at"] == used.strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize("act", [("DELETE", ""), ("POST", "/loss-reports")])
def test_an_unbound_phone_is_out_at_once(
    app: Flask, client: FlaskClient, kit: Kit, clock: MovableClock, act: tuple[str, str]
) -> None:
    # given a phone, a session that it opened, and the person's browser
    person = make_person(kit)
    phone = make_bound_phone(app, clock, person)
    by_phone = make_session(kit, person, acr="qr", device_id=phone.device_id)
    letters_of(kit)
    log_in(client, kit, person)
    # when
    answer = client.open(f"{PHONES}/{phone.device_id}{act[1]}", method=act[0])
    # then its tokens and its session are dead, the browser's own is not, and the person has a mail
    assert (answer.status_code, answer.data) == (204, b"")
    assert not phone.is_bound()
    refreshed = ask(
        phone, "POST", "/tokens/refresh", {"refresh_token": phone.binding["refresh_token"]}, with_token=False
    )
    recovered = ask(phone, "POST", "/tokens/recoveries", with_token=False)
    assert (refreshed.status_code, recovered.status_code) == (401, 401)
    assert recovered.json()["code"] == "invalid_token"
    assert find_session(kit, by_phone.token) is None
    assert client.get(PHONES).get_json() == []
    assert [(letter.to, letter.template) for letter in letters_of(kit)] == [(person.email, "devicebind/mail/unbound")]


def test_a_phone_removes_itself_and_can_be_bound_again(app: Flask, kit: Kit, clock: MovableClock) -> None:
    person = make_person(kit)
    phone = make_bound_phone(app, clock, person)
    assert ask(phone, "DELETE", f"/devices/{phone.device_id}").status_code == 204
    assert phone.bind_by_qr(make_device_code(kit, person).qr_text)["device"]


def test_one_phone_reports_the_other_lost(app: Flask, kit: Kit, clock: MovableClock) -> None:
    person = make_person(kit)
    lost, kept = (make_bound_phone(app, clock, person) for _ in range(2))
    assert ask(kept, "POST", f"/devices/{lost.device_id}/loss-reports").status_code == 204
    assert (lost.is_bound(), kept.is_bound()) == (False, True)


@pytest.mark.parametrize("act", [("DELETE", ""), ("POST", "/loss-reports")])
def test_somebody_elses_phone_is_not_there(
    app: Flask, client: FlaskClient, kit: Kit, clock: MovableClock, act: tuple[str, str]
) -> None:
    phone = make_bound_phone(app, clock, make_person(kit, 1))
    log_in(client, kit, make_person(kit, 2))
    theirs = client.open(f"{PHONES}/{phone.device_id}{act[1]}", method=act[0])
    nobodys = client.open(f"{PHONES}/unknown{act[1]}", method=act[0])
    assert (theirs.status_code, theirs.get_json()) == (404, nobodys.get_json())
    assert phone.is_bound()


def test_a_phone_is_removed_once(app: Flask, client: FlaskClient, kit: Kit, clock: MovableClock) -> None:
    person = make_person(kit)
    phone = make_bound_phone(app, clock, person)
    log_in(client, kit, person)
    assert [client.delete(f"{PHONES}/{phone.device_id}").status_code for _ in range(2)] == [204, 404]


def test_where_cookie_and_phone_are_both_shown_the_phone_decides(
    app: Flask, client: FlaskClient, kit: Kit, clock: MovableClock
) -> None:
    # given a browser that is logged in
    person = make_person(kit)
    make_bound_phone(app, clock, person)
    log_in(client, kit, person)
    # when it also shows a token that is none, then the cookie does not help
    answer = client.get(PHONES, headers={"Authorization": "DPoP abc"})
    assert answer.status_code == 401


def test_old_codes_are_forgotten(kit: Kit, clock: MovableClock) -> None:
    # given
    made = make_device_code(kit, make_person(kit))
    # when
    clock.forward(days=29)
    service.purge(kit)
    with kit.read() as session:
        assert session.get(DeviceCode, made.id) is not None
    clock.forward(seconds=timedelta(days=2).total_seconds())
    service.purge(kit)
    # then
    with kit.read() as session:
        assert session.get(DeviceCode, made.id) is None
