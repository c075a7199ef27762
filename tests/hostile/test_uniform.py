"""A refusal never says whom or what we know: the same status, body and headers, after the same work."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from authsvc.core.kit import Kit
from authsvc.identity.models import Person
from mobileapp.client import Phone
from mobileapp.phonekeys import public_jwk
from mobileapp.phonewire import Problem
from tests.clocks import MovableClock
from tests.conftest import client_of
from tests.factories import Somebody, make_bound_phone, make_device_code, make_person, make_phone, national_id
from tests.hostile.visitors import Visitors
from tests.hostile.work import seen

BORN = "1970-01-01"


def ask(client: FlaskClient, path: str, body: dict[str, Any], **headers: str) -> TestResponse:
    return client.post(f"/api/v1{path}", json=body, headers={"Accept-Language": "en"} | headers)


def suspend(kit: Kit, person: Somebody) -> None:
    with kit.begin() as session:
        session.get_one(Person, person.id).status = "suspended"


@pytest.fixture
def refused_codes(app: Flask, kit: Kit, clock: MovableClock) -> dict[str, dict[str, str]]:
    """Make one login for each reason why a code is not accepted."""
    people = [make_person(kit, number) for number in range(1, 7)]
    bodies = {}
    for name, person in zip(("wrong code", "wrong birth date", "used", "old", "suspended"), people, strict=False):
        phone = make_bound_phone(app, clock, person)
        code = phone.otp_code(clock.now() - timedelta(seconds=240 if name == "old" else 0))
        wrong = f"{(int(code) + 1) % 10**8:08}"
        born = "1970-01-02" if name == "wrong birth date" else BORN
        bodies[name] = {"national_id": person.national_id, "birth_date": born, "otp": wrong if "code" in name else code}
    bodies["no phone"] = {"national_id": people[5].national_id, "birth_date": BORN, "otp": "12345678"}
    bodies["nobody"] = {"national_id": national_id(99), "birth_date": BORN, "otp": "12345678"}
    used = ask(client_of(app), "/sessions/otp", bodies["used"])
    assert used.status_code == 201
    suspend(kit, people[4])
    return bodies


def test_a_refused_code_never_says_why(app: Flask, kit: Kit, refused_codes: dict[str, dict[str, str]]) -> None:
    # given one try for each before it counts, so that no first use of a derived key is in the comparison
    for body in refused_codes.values():
        ask(client_of(app), "/sessions/otp", body)
    # when
    shown = {name: seen(kit, ask, client_of(app), "/sessions/otp", body) for name, body in refused_codes.items()}
    # then
    assert shown["nobody"][0] == 401
    assert {name for name, all_of_it in shown.items() if all_of_it != shown["nobody"]} == set()


def test_an_id_that_nobody_has_is_shut_out_after_as_many_tries(
    app: Flask, kit: Kit, refused_codes: dict[str, dict[str, str]]
) -> None:
    told = {
        name: [seen(kit, ask, client_of(app), "/sessions/otp", body)[:3] for _ in range(7)]
        for name, body in refused_codes.items()
        if name != "used"
    }
    assert [status for status, _, _ in told["nobody"]] == [401] * 5 + [429] * 2
    assert {name for name, answers in told.items() if answers != told["nobody"]} == set()


def test_the_form_for_people_says_no_more(app: Flask, refused_codes: dict[str, dict[str, str]]) -> None:
    pages = set()
    for body in refused_codes.values():
        client = client_of(app)
        token = client.get("/login").text.partition('name="csrf_token" value="')[2].partition('"')[0]
        year, month, day = body["birth_date"].split("-")
        form = {"csrf_token": token, "national_id": body["national_id"], "otp": body["otp"]}
        form |= {"birth_year": year, "birth_month": month, "birth_day": day}
        answer = client.post("/login/otp", data=form)
        text = answer.text.replace(token, "").replace(body["national_id"], "")
        text = re.sub(r"<(?:input|option)[^>]*>", "", text)  # what was typed is shown again
        pages.add((answer.status_code, text))
    assert len(pages) == 1
    assert pages.pop()[0] == 401


def test_a_qr_login_begins_alike_for_everybody(app: Flask, kit: Kit) -> None:
    # given
    known, suspended = make_person(kit, 1), make_person(kit, 2)
    suspend(kit, suspended)
    bodies = {
        "right": {"national_id": known.national_id, "birth_date": BORN},
        "wrong birth date": {"national_id": known.national_id, "birth_date": "1970-01-02"},
        "suspended": {"national_id": suspended.national_id, "birth_date": BORN},
        "nobody": {"national_id": national_id(99), "birth_date": BORN},
    }
    ask(client_of(app), "/qr-logins", bodies["nobody"])
    # when
    shown = {}
    for name, body in bodies.items():
        status, told, headers, work = seen(kit, ask, client_of(app), "/qr-logins", body)
        shape = {
            key: {k: len(v) for k, v in part.items()} if isinstance(part, dict) else len(part)
            for key, part in json.loads(told).items()
        }
        shown[name] = (status, shape, {key: len(value) for key, value in headers.items()}, work)
    # then
    assert shown["right"][0] == 201
    assert {name for name, all_of_it in shown.items() if all_of_it != shown["right"]} == set()


def test_nobody_can_scan_an_order_that_asks_nobody(app: Flask, visitors: Visitors) -> None:
    person = visitors.person
    for body in (
        {"national_id": national_id(99), "birth_date": BORN},
        {"national_id": person.national_id, "birth_date": "1970-01-02"},
    ):
        frame = ask(client_of(app), "/qr-logins", body).get_json()["frame"]["text"]
        with pytest.raises(Problem) as refused:
            visitors.phone.scan(frame)
        assert (refused.value.status, refused.value.code) == (403, "not_your_order")


def bind(visitors: Visitors, phone: Phone, code: str, claimed: str) -> TestResponse:
    path = "/api/v1/devices"
    body: dict[str, Any] = {"code": code, "national_id": claimed, "device": phone.device_facts}
    body["otp_public_key"] = public_jwk(phone.keys.otp)
    return ask(client_of(visitors.app), "/devices", body, DPoP=visitors.prove(phone, "POST", path))


def test_a_refused_device_code_never_says_why(app: Flask, kit: Kit, clock: MovableClock, visitors: Visitors) -> None:
    # given
    people = [make_person(kit, number) for number in range(2, 6)]
    made = [make_device_code(kit, person) for person in people[:3]]
    make_phone(app, clock).bind_by_code(made[1].code, people[1].national_id)
    tries = {
        "wrong code": ("0000-0000", people[0].national_id),
        "used": (made[1].code, people[1].national_id),
        "another's": (made[2].code, people[0].national_id),
        "no code": ("0000-0000", people[3].national_id),
        "nobody": ("0000-0000", national_id(99)),
    }
    bind(visitors, make_phone(app, clock), *tries["nobody"])
    # when
    phone = make_phone(app, clock)
    shown = {name: seen(kit, bind, visitors, phone, *one) for name, one in tries.items()}
    # then
    assert shown["nobody"][0] == 401
    assert {name for name, answer in shown.items() if answer[:3] != shown["nobody"][:3]} == set()
    # Whoever types a used code knows a code that was once right: only then is more written.
    guesses = [shown[name][3] for name in ("wrong code", "another's", "no code", "nobody")]
    assert guesses == [guesses[0]] * 4
