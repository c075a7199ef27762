"""A suspension against what opens something at the same moment, 20 rounds each, by threads on PostgreSQL.

Whoever is first: when all is over, nothing of the person is open or waits.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from joserfc.jwk import ECKey
from sqlalchemy import select

from authsvc.core.errors import Problem
from authsvc.core.jose import read_public_key
from authsvc.core.kit import Kit
from authsvc.identity import suspension, tokens
from authsvc.identity.devices import live_devices
from authsvc.identity.models import AccessToken, Device, RefreshToken, TokenFamily, WebSession
from devicebind.binding import NewPhone
from devicebind.models import DeviceCode
from devicebind.service import bind_phone, make_code
from mobileapp.phonekeys import public_jwk
from mobileapp.phonewire import Problem as PhoneProblem
from tests.clocks import MovableClock
from tests.conftest import client_of, empty
from tests.devicebind.test_at_once import FACTS
from tests.factories import Somebody, make_bound_phone, make_device_code, make_person, make_session

ROUNDS = range(20)
BESIDE = 4


@pytest.fixture
def database_url(migrated_postgres: str) -> Iterator[str]:
    yield migrated_postgres
    empty(migrated_postgres)


def race(kit: Kit, person: Somebody, act: Callable[[], object]) -> None:
    """Let the act come several times, from one barrier with a suspension."""
    barrier = threading.Barrier(BESIDE + 1)

    def suspend() -> None:
        with kit.begin() as session:
            suspension.suspend(session, kit, person_id=person.id)

    def one(number: int) -> str:
        barrier.wait()
        try:
            suspend() if number == 0 else act()
        except (Problem, PhoneProblem) as refusal:
            return refusal.code
        return "done"

    with ThreadPoolExecutor(BESIDE + 1) as pool:
        heard = list(pool.map(one, range(BESIDE + 1)))
    assert heard[0] == "done"
    assert "unavailable" not in heard
    require_nothing_open(kit, person)


def require_nothing_open(kit: Kit, person: Somebody) -> None:
    with kit.read() as session:
        assert session.scalars(select(WebSession.id).where(WebSession.ended_at.is_(None))).all() == []
        assert live_devices(session, person.id) == []
        live = select(TokenFamily.id).where(TokenFamily.revoked_at.is_(None))
        assert session.scalars(live).all() == []
        assert session.scalars(select(DeviceCode.id).where(DeviceCode.state == "waiting")).all() == []
        for token in (AccessToken, RefreshToken):
            mine = select(token).join(TokenFamily).join(Device, Device.id == TokenFamily.device_id)
            assert session.scalars(mine.where(Device.unbound_at.is_(None))).all() == []


@pytest.mark.parametrize("number", ROUNDS)
def test_no_session_outlives_a_suspension(kit: Kit, number: int) -> None:
    person = make_person(kit, number + 1)
    race(kit, person, lambda: make_session(kit, person))


@pytest.mark.parametrize("number", ROUNDS)
def test_no_phone_and_no_token_outlives_a_suspension(kit: Kit, number: int) -> None:
    person = make_person(kit, number + 1)
    made = make_device_code(kit, person)

    def bind() -> None:
        key, otp_key = (read_public_key(public_jwk(ECKey.generate_key("P-256"))) for _ in range(2))
        bind_phone(kit, phone=NewPhone(key=key, facts=FACTS, otp_key=otp_key), qr_text=made.qr_text)

    race(kit, person, bind)


@pytest.mark.parametrize("number", ROUNDS)
def test_no_refreshed_or_recovered_token_outlives_a_suspension(
    app: Flask, kit: Kit, clock: MovableClock, number: int
) -> None:
    person = make_person(kit, number + 1)
    phone = make_bound_phone(app, clock, person)
    key = read_public_key(public_jwk(phone.keys.device))
    refresh_token = str(phone.binding["refresh_token"])
    turns = iter(range(BESIDE))

    def renew() -> None:
        if next(turns) % 2:
            tokens.recover(kit, key=key)
        else:
            tokens.refresh(kit, refresh_token=refresh_token, key=key)

    race(kit, person, renew)


@pytest.mark.parametrize("number", ROUNDS)
def test_no_device_code_outlives_a_suspension(kit: Kit, number: int) -> None:
    person = make_person(kit, number + 1)
    view = make_session(kit, person).view
    race(kit, person, lambda: make_code(kit, view=view))


@pytest.mark.parametrize("number", ROUNDS)
def test_no_login_by_qr_code_or_one_time_code_outlives_a_suspension(
    app: Flask, kit: Kit, clock: MovableClock, number: int
) -> None:
    person = make_person(kit, number + 1)
    phone = make_bound_phone(app, clock, person)
    body = {"national_id": person.national_id, "birth_date": person.birth_date.isoformat()}
    headers = {"Origin": kit.settings.public_origin}
    client = client_of(app)
    order = client.post("/api/v1/qr-logins", json=body, headers=headers).get_json()
    scan = phone.scan(order["frame"]["text"])
    phone.approve(scan, order["match_code"])
    otp = body | {"otp": phone.otp_code()}
    cookie = client.get_cookie("authsvc")
    assert cookie is not None
    turns = iter(range(BESIDE))

    def enter() -> None:
        if next(turns) % 2:
            browser = client_of(app)
            browser.set_cookie("authsvc", cookie.value, domain="localhost")
            answer = browser.post("/api/v1/sessions/qr", json={"order_id": order["id"]}, headers=headers)
        else:
            answer = client_of(app).post("/api/v1/sessions/otp", json=otp, headers=headers)
        assert answer.status_code < 500

    race(kit, person, enter)
