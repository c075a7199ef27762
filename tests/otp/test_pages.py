"""The form for a code, as a browser without script sends it, and how a phone's codes stand."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from authsvc.core.kit import Kit
from mobileapp.client import Phone
from mobileapp.phonewire import Problem
from otp.models import OtpSecret
from tests.clocks import MovableClock
from tests.conftest import client_of
from tests.factories import Somebody

ROC, GREGORIAN = ("59", "1", "1"), ("1970", "01", "01")
# What a paste brings: no-break and ideographic spaces, a tab, a line break, dashes of print, and the minus.
PASTED = "\u00a0\u3000\t\n\u2010\u2013\u2014\u2212"
CODE_ERROR = "A code has 6 to 8 digits."


def post(client: FlaskClient, person: Somebody, code: str, born: tuple[str, str, str] = ROC) -> TestResponse:
    page = client.get("/login", headers={"Accept-Language": "en"}).text
    form = {"csrf_token": page.partition('name="csrf_token" value="')[2].partition('"')[0]}
    form |= dict(zip(("birth_year", "birth_month", "birth_day"), born, strict=True))
    form |= {"national_id": person.national_id, "otp": code}
    return client.post("/login/otp", data=form, headers={"Accept-Language": "en"})


def written(code: str) -> list[str]:
    half = code[:4], code[4:]
    joined = [mark.join(half) for mark in (" ", "-", *PASTED)]
    return [*joined, f" {' '.join(code)} ", f"{half[0]} - {half[1]}"]


@pytest.mark.parametrize("born", [ROC, GREGORIAN, ("059", "1", "01")])
def test_a_birth_year_of_the_republic_and_a_gregorian_one_are_the_same_date(
    app: Flask, person: Somebody, phone: Phone, born: tuple[str, str, str]
) -> None:
    assert post(client_of(app), person, phone.otp_code(), born).status_code == 303


@pytest.mark.parametrize("way", range(4 + len(PASTED)))
def test_spaces_and_dashes_in_a_code_are_ignored(app: Flask, person: Somebody, phone: Phone, way: int) -> None:
    assert post(client_of(app), person, written(phone.otp_code())[way]).status_code == 303


@pytest.mark.parametrize("between", ["_", ".", ",", "O", "x", "\u200b", "\u0000"])
def test_nothing_else_is_ignored(app: Flask, person: Somebody, phone: Phone, between: str) -> None:
    code = phone.otp_code()
    answer = post(client_of(app), person, f"{code[:4]}{between}{code[4:]}")

    assert answer.status_code == 422
    assert code not in answer.text


@pytest.mark.parametrize("digits", ["０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩"])
def test_other_digits_are_no_digits(app: Flask, person: Somebody, phone: Phone, digits: str) -> None:
    answer = post(client_of(app), person, "".join(digits[int(each)] for each in phone.otp_code()))

    assert answer.status_code == 422
    assert CODE_ERROR in answer.text


def test_the_field_takes_a_pasted_code_and_asks_for_digits(app: Flask) -> None:
    page = client_of(app).get("/login").text
    field = page.partition('<input id="otp-code"')[2].partition(">")[0]

    assert 'inputmode="numeric"' in field
    assert 'autocomplete="one-time-code"' in field
    assert 'maxlength="24"' in field


def test_a_phone_is_told_which_of_its_codes_was_used_and_the_time(
    clock: MovableClock, log_in: Callable[..., Any], person: Somebody, phone: Phone
) -> None:
    before = phone.call("GET", "/me/device/otp")
    log_in(person, phone.otp_code())
    clock.forward(seconds=45)
    after = phone.call("GET", "/me/device/otp")

    assert (before["last_used_step"], before["last_used_at"], before["steps_ahead"]) == (None, None, 0)
    used = clock.now() - timedelta(seconds=45)
    assert after["last_used_step"] == int(used.timestamp()) // 30
    assert after["last_used_at"] == used.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert after["server_time"] == clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    assert set(after) & {"secret", "public_key", "code"} == set()


def test_a_step_that_a_phones_clock_is_ahead_is_learned_and_unlearned(
    clock: MovableClock, log_in: Callable[..., Any], person: Somebody, phone: Phone
) -> None:
    log_in(person, phone.otp_code(clock.now() + timedelta(seconds=30)))
    assert phone.call("GET", "/me/device/otp")["steps_ahead"] == 1

    clock.forward(seconds=120)
    log_in(person, phone.otp_code())
    assert phone.call("GET", "/me/device/otp")["steps_ahead"] == 0


def test_a_phone_that_makes_no_codes_is_told_that_there_are_none(kit: Kit, phone: Phone) -> None:
    with kit.begin() as session:
        session.delete(session.get_one(OtpSecret, phone.device_id))

    with pytest.raises(Problem) as nothing:
        phone.call("GET", "/me/device/otp")
    assert nothing.value.status == 404
