"""Whatever the reason, an unbound phone has nothing left: not on any database, not in any race."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from authsvc.core.errors import Problem as Refusal
from authsvc.core.keys import new_id
from authsvc.core.kit import Kit
from authsvc.identity import devices
from authsvc.identity.models import AppView, Device, TokenFamily, WebSession
from devicebind.models import DeviceCode, PhoneVerification
from mobileapp.client import Phone
from mobileapp.phonewire import Problem
from otp.models import OtpSecret
from qrlogin import decisions
from qrlogin.models import QrOrder
from tests.browser import Browser
from tests.clocks import MovableClock
from tests.factories import Somebody, log_in, make_bound_phone, make_device_code, make_person, make_phone, make_session

ROUNDS = range(20)


@pytest.fixture
def person(kit: Kit) -> Somebody:
    return make_person(kit)


@pytest.fixture
def phone(app: Flask, clock: MovableClock, person: Somebody) -> Phone:
    return make_bound_phone(app, clock, person)


def begin_order(browser: Browser, person: Somebody) -> dict[str, str]:
    who = {"national_id": person.national_id, "birth_date": person.birth_date.isoformat()}
    order: dict[str, str] = browser.post("/qr-logins", who).get_json()
    return order


def by_owner(kit: Kit, client: FlaskClient, person: Somebody, phone: Phone) -> None:
    log_in(client, kit, person)
    assert client.delete(f"/api/v1/devices/{phone.device_id}").status_code == 204


def by_loss_report(kit: Kit, client: FlaskClient, person: Somebody, phone: Phone) -> None:
    log_in(client, kit, person, acr="otp")
    assert client.post(f"/api/v1/devices/{phone.device_id}/loss-reports").status_code == 204


def by_another_phone(kit: Kit, client: FlaskClient, person: Somebody, phone: Phone) -> None:
    app = client.application
    make_bound_phone(app, kit.clock, person).report_lost(phone.device_id)  # type: ignore[arg-type]


def by_itself(kit: Kit, client: FlaskClient, person: Somebody, phone: Phone) -> None:
    del kit, client, person
    phone.unbind()


def by_voucher(kit: Kit, client: FlaskClient, person: Somebody, phone: Phone) -> None:
    log_in(client, kit, person)
    url = client.get(f"/api/v1/devices/{phone.device_id}/voucher").get_json()["url"]
    used = client.post("/api/v1/device-revocations", json={"voucher": url.partition("#")[2]})
    assert used.status_code == 204


def by_a_move(kit: Kit, client: FlaskClient, person: Somebody, phone: Phone) -> None:
    del person
    make_phone(client.application, kit.clock).bind_by_qr(phone.move())  # type: ignore[arg-type]


def by_all(kit: Kit, client: FlaskClient, person: Somebody, phone: Phone) -> None:
    del client
    with kit.begin() as session:
        gone = devices.unbind_all(session, kit, person_id=person.id, why="counter")
    assert phone.device_id in [device.id for device in gone]


WAYS = [by_owner, by_loss_report, by_another_phone, by_itself, by_voucher, by_a_move, by_all]
End = Callable[[Kit, FlaskClient, Somebody, Phone], None]


@pytest.mark.parametrize("end", WAYS)
def test_all_that_came_from_a_phone_ends_with_it(
    kit: Kit, client: FlaskClient, person: Somebody, phone: Phone, new_browser: Callable[[], Browser], end: End
) -> None:
    # given a scanned and an approved login, a session that came from it, a code for its successor, tokens, OTP
    scanned, approved = new_browser(), new_browser()
    first, second = begin_order(scanned, person), begin_order(approved, person)
    shown = phone.scan(first["frame"]["text"])  # type: ignore[index]
    phone.approve(phone.scan(second["frame"]["text"]), second["match_code"])  # type: ignore[index]
    came_from_it = make_session(kit, person, acr="qr", device_id=phone.device_id)
    successor = "" if end is by_a_move else phone.move()
    code = phone.otp_code()
    # when
    end(kit, client, person, phone)
    # then nothing of it is left
    with pytest.raises(Problem):
        phone.approve(shown, first["match_code"])
    for browser, order in ((scanned, first), (approved, second)):
        assert browser.get(f"/qr-logins/{order['id']}").get_json()["status"] == "expired"
        assert browser.post("/sessions/qr", {"order_id": order["id"]}).status_code in (409, 410)
    assert not phone.is_bound()
    for again in (phone.refresh, phone.recover):
        with pytest.raises(Problem):
            again()
    typed = {"national_id": person.national_id, "birth_date": person.birth_date.isoformat(), "otp": code}
    assert new_browser().post("/sessions/otp", typed).status_code == 401
    with pytest.raises(Problem):
        make_phone(client.application, kit.clock).bind_by_qr(successor or "nothing")  # type: ignore[arg-type]
    with kit.read() as session:
        mine = select(WebSession.ended_at).where(WebSession.id == came_from_it.view.id)
        assert session.scalar(mine) is not None
        families = select(TokenFamily).where(TokenFamily.device_id == phone.device_id)
        assert all(family.revoked_at is not None for family in session.scalars(families))
        assert session.get(OtpSecret, phone.device_id) is None
        codes = select(DeviceCode.state).where(DeviceCode.device_id == phone.device_id)
        assert set(session.scalars(codes)) == {"used"}


def test_others_keep_what_they_have(
    app: Flask, kit: Kit, clock: MovableClock, client: FlaskClient, person: Somebody, phone: Phone
) -> None:
    second = make_bound_phone(app, clock, person)
    stranger = make_bound_phone(app, clock, make_person(kit, 2))

    by_loss_report(kit, client, person, phone)

    assert second.is_bound()
    assert stranger.is_bound()
    assert second.otp_code()


@pytest.mark.parametrize("number", ROUNDS)
def test_of_unbinding_and_approving_at_once_no_login_comes_out(
    app: Flask, kit: Kit, clock: MovableClock, new_browser: Callable[[], Browser], number: int
) -> None:
    person = make_person(kit, number + 1)
    phone = make_bound_phone(app, clock, person)
    browser = new_browser()
    order = begin_order(browser, person)
    scan = phone.scan(order["frame"]["text"])  # type: ignore[index]
    jws = phone.decision(scan, {"decision": "approved", "match_code": order["match_code"]})
    with kit.read() as session:
        device = session.get_one(Device, phone.device_id)
        family = session.scalars(select(TokenFamily.id).where(TokenFamily.device_id == device.id)).first() or ""
    view = AppView(device_id=device.id, person_id=person.id, jkt=device.jkt, family_id=family)

    def approve() -> None:
        decisions.approve(kit, view, order_id=order["id"], jws=jws)

    def unbind() -> None:
        with kit.begin() as session:
            devices.unbind(session, kit, device_id=device.id, person_id=person.id, why="lost")

    approved, unbound = at_once(approve, unbind)

    # either the approval came first and was ended with the phone, or there was no phone any more
    assert unbound == "done"
    assert approved in ("done", "order_decided", "order_expired", "not_found")
    with kit.read() as session:
        assert session.scalar(select(QrOrder.state).where(QrOrder.id == order["id"])) == "void"
    assert browser.post("/sessions/qr", {"order_id": order["id"]}).status_code == 410


@pytest.mark.parametrize("number", ROUNDS)
def test_of_unbinding_and_collecting_at_once_no_session_stays(
    app: Flask, kit: Kit, clock: MovableClock, new_browser: Callable[[], Browser], number: int
) -> None:
    person = make_person(kit, number + 1)
    phone = make_bound_phone(app, clock, person)
    browser = new_browser()
    order = begin_order(browser, person)
    phone.approve(phone.scan(order["frame"]["text"]), order["match_code"])  # type: ignore[index]

    def collect() -> None:
        browser.post("/sessions/qr", {"order_id": order["id"]})

    def unbind() -> None:
        with kit.begin() as session:
            devices.unbind(session, kit, device_id=phone.device_id, person_id=person.id, why="lost")

    assert at_once(collect, unbind)[1] == "done"

    with kit.read() as session:
        live = select(WebSession).where(WebSession.device_id == phone.device_id, WebSession.ended_at.is_(None))
        assert session.scalars(live).all() == []


def at_once(*both: Callable[[], None]) -> list[str]:
    """Let two act from one barrier; return what each heard."""
    barrier = threading.Barrier(len(both))

    def run(act: Callable[[], None]) -> str:
        barrier.wait(10)
        try:
            act()
        except Refusal as refusal:
            return refusal.code
        return "done"

    with ThreadPoolExecutor(len(both)) as pool:
        return list(pool.map(run, both))


def test_a_phone_bound_before_vouchers_and_places_were_known_is_listed(
    client: FlaskClient, kit: Kit, person: Somebody, phone: Phone
) -> None:
    with kit.begin() as session:
        session.execute(update(Device).where(Device.id == phone.device_id).values(last_place=None))
    log_in(client, kit, person)

    assert client.get("/api/v1/devices").get_json()[0]["last_used_from"] is None


@pytest.mark.parametrize("lose", [by_loss_report, by_voucher, by_another_phone])
def test_what_waited_to_bind_a_phone_ends_when_one_is_lost(
    kit: Kit, client: FlaskClient, person: Somebody, phone: Phone, clock: MovableClock, lose: Callable[..., None]
) -> None:
    # given: a code that somebody near the phone may have seen, and a verification that its key has begun
    code = make_device_code(kit, person)
    with kit.begin() as session:
        session.add(begun_by(session.get_one(Device, phone.device_id).jkt, kit))
    # when
    lose(kit, client, person, phone)
    # then
    with pytest.raises(Problem) as refused:
        make_phone(client.application, clock).bind_by_qr(code.qr_text)
    assert refused.value.code == "device_code_refused"
    with kit.read() as session:
        assert session.scalars(select(PhoneVerification.state)).all() == ["refused"]


def begun_by(jkt: str, kit: Kit) -> PhoneVerification:
    """Return a verification whose operator has said yes, begun by a key."""
    sealed = dict.fromkeys(("mobile", "national_id", "card_last4", "state_digest", "nonce", "verifier"), b"sealed")
    now = kit.clock.now()
    return PhoneVerification(
        id=new_id(),
        state="proven",
        operator="chunghwa",
        jkt=jkt,
        device={},
        otp_key={},
        consent_version="1",
        made_at=now,
        expires_at=now + timedelta(minutes=5),
        **sealed,
    )
