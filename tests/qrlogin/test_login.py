"""A QR login from the page to the session, and everything that must not become one."""

import json
from collections.abc import Callable

import pytest
from flask import Flask
from joserfc import jws
from joserfc.jwk import ECKey
from sqlalchemy import func, select

from authsvc.core.kit import Kit
from authsvc.identity import devices
from authsvc.identity.models import WebSession
from mobileapp.client import Phone
from mobileapp.phonewire import Problem
from qrlogin import frames
from qrlogin.models import QrOrder
from tests.browser import Browser
from tests.clocks import MovableClock
from tests.factories import Somebody, make_bound_phone, make_device_code, make_person, make_phone
from tests.qrlogin.conftest import Page

Ask = Callable[..., Page]


def refusal_of(act: Callable[[], object]) -> str:
    """Return the code of the refusal that an act of a phone meets."""
    with pytest.raises(Problem) as problem:
        act()
    return str(problem.value.code)


def other_number(page: Page, scan: dict[str, list[str]]) -> str:
    return next(number for number in scan["match_codes"] if number != page.order["match_code"])


def test_the_browser_that_asked_gets_the_session(ask: Ask, phone: Phone, person: Somebody) -> None:
    page = ask()
    assert page.status() == "waiting"

    scan = phone.scan(page.frame())
    assert page.status() == "scanned"
    phone.approve(scan, page.order["match_code"])
    assert page.status() == "approved"
    session = page.collect()

    assert session.status_code == 201
    assert session.json is not None
    assert (session.json["amr"], session.json["acr"]) == (["swk"], "qr")
    assert session.json["binding"]["via"] == "card"
    assert page.browser.get("/sessions/current").json == session.json
    assert person.name not in session.text


def test_the_phone_sees_who_asks_what_from_where(ask: Ask, phone: Phone) -> None:
    page = ask(unit_code="110900011", appoint_managers=True)

    scan = phone.scan(page.frame())

    assert scan["purpose"] == "Log in to name managers of unit 110900011"
    assert scan["portal"] == "Online services portal"
    assert scan["from"] == "127.0.0.1"
    assert page.order["match_code"] in scan["match_codes"]
    assert len(set(scan["match_codes"])) == 3


def test_the_session_is_collected_once(ask: Ask, phone: Phone, kit: Kit) -> None:
    page = ask()
    phone.approve(phone.scan(page.frame()), page.order["match_code"])
    page.browser.call("GET", page.path)
    before = page.browser.client.get_cookie("authsvc")

    assert page.collect().status_code == 201
    assert page.browser.client.get_cookie("authsvc") != before
    assert page.collect().json["code"] == "order_not_approved"  # type: ignore[index]
    assert page.status() == "used"
    assert page.browser.get(f"{page.path}/events").status_code == 204
    with kit.read() as session:
        assert session.scalar(select(func.count()).select_from(WebSession).where(WebSession.acr == "qr")) == 1


def test_another_browser_gets_nothing_with_all_that_the_code_says(
    ask: Ask, phone: Phone, new_browser: Callable[[], Browser]
) -> None:
    page, thief = ask(), new_browser()
    phone.approve(phone.scan(page.frame()), page.order["match_code"])

    for path in (page.path, f"{page.path}/events", f"{page.path}/frame.svg"):
        assert thief.get(path).status_code == 404
    assert thief.post("/sessions/qr", {"order_id": page.order["id"]}).status_code == 404
    assert page.collect().status_code == 201


def test_a_tab_that_gave_a_key_must_sign_for_its_order(ask: Ask, phone: Phone) -> None:
    key, other = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
    page = ask(browser_key=key.as_dict(private=False))
    phone.approve(phone.scan(page.frame()), page.order["match_code"])
    header, order_id = {"alg": "ES256"}, page.order["id"].encode()

    assert page.collect().json["code"] == "browser_proof_refused"  # type: ignore[index]
    stolen = jws.serialize_compact(header, order_id, other)
    assert page.collect(browser_proof=stolen).status_code == 401
    unrelated = jws.serialize_compact(header, b"another order", key)
    assert page.collect(browser_proof=unrelated).status_code == 401
    assert page.collect(browser_proof=jws.serialize_compact(header, order_id, key)).status_code == 201


def test_a_frame_is_refused_when_it_is_older_than_ten_seconds(ask: Ask, phone: Phone, clock: MovableClock) -> None:
    page = ask()
    frame = page.frame()
    clock.forward(seconds=10)
    assert phone.scan(frame)["id"] == page.order["id"]

    page = ask()
    frame = page.frame()
    clock.forward(seconds=10.01)
    page.look()

    assert refusal_of(lambda: phone.scan(frame)) == "frame_too_old"
    assert page.status() == "waiting"


def test_a_frame_that_was_not_shown_yet_is_refused(ask: Ask, phone: Phone, kit: Kit) -> None:
    page = ask()
    secret = kit.keys.mac("qr-frames", page.order["id"])
    start = page.frame().partition("#")[2].partition(".")[0]
    ahead = frames.text(origin=kit.settings.public_origin, secret=secret, start_token=start, t=9)

    assert refusal_of(lambda: phone.scan(ahead)) == "frame_from_future"


def test_a_forged_frame_is_unknown(ask: Ask, phone: Phone) -> None:
    text = ask().frame()

    assert refusal_of(lambda: phone.scan(text[:-1] + ("0" if text[-1] != "0" else "1"))) == "qr_unknown"
    assert refusal_of(lambda: phone.scan("https://evil.example/app/q#x")) == "not_our_qr"


def test_a_code_whose_browser_has_left_is_refused(ask: Ask, phone: Phone, clock: MovableClock, kit: Kit) -> None:
    page = ask()
    clock.forward(seconds=20)
    t = 18
    start = page.order["frame"]["text"].partition("#")[2].partition(".")[0]
    fresh = frames.text(
        origin=kit.settings.public_origin,
        secret=kit.keys.mac("qr-frames", page.order["id"]),
        start_token=start,
        t=t,
    )

    assert refusal_of(lambda: phone.scan(fresh)) == "browser_left"


def test_only_the_person_whose_id_was_typed_can_scan(app: Flask, kit: Kit, clock: MovableClock, ask: Ask) -> None:
    with make_bound_phone(app, clock, make_person(kit, 2)) as stranger:
        page = ask()

        assert refusal_of(lambda: stranger.scan(page.frame())) == "not_your_order"
        assert page.status() == "waiting"


@pytest.mark.parametrize("other", [{"national_id": "A109000016"}, {"birth_date": "1999-09-09"}])
def test_an_order_for_nobody_looks_the_same_and_cannot_be_scanned(
    ask: Ask, phone: Phone, other: dict[str, str]
) -> None:
    real, decoy = ask(), ask(**other)

    assert decoy.order.keys() == real.order.keys()
    assert {key: type(value) for key, value in decoy.look().items()} == {k: type(v) for k, v in real.look().items()}
    assert refusal_of(lambda: phone.scan(decoy.frame())) == "not_your_order"


def test_a_wrong_number_ends_the_order(ask: Ask, phone: Phone) -> None:
    page = ask()
    scan = phone.scan(page.frame())

    assert refusal_of(lambda: phone.approve(scan, other_number(page, scan))) == "match_code_wrong"
    assert page.status() == "denied"
    assert refusal_of(lambda: phone.approve(scan, page.order["match_code"])) == "order_decided"


@pytest.mark.parametrize("reason", ["not_me", "cancelled"])
def test_a_no_is_final(ask: Ask, phone: Phone, reason: str) -> None:
    page = ask()
    scan = phone.scan(page.frame())

    phone.deny(scan, reason)

    assert page.status() == "denied"
    assert page.collect().status_code == 409
    assert refusal_of(lambda: phone.approve(scan, page.order["match_code"])) == "order_decided"


def test_a_second_scan_by_the_same_phone_shows_the_same(ask: Ask, phone: Phone) -> None:
    page = ask()

    assert phone.scan(page.frame()) == phone.scan(page.frame())


def test_another_phone_of_the_same_person_cannot_take_over(
    app: Flask, clock: MovableClock, ask: Ask, phone: Phone, person: Somebody
) -> None:
    page = ask()
    scan = phone.scan(page.frame())

    with make_phone(app, clock, name="Second") as second:
        second.bind_by_qr(make_device_code(app.extensions["kit"], person).qr_text)
        assert refusal_of(lambda: second.scan(page.frame())) == "order_decided"
        assert refusal_of(lambda: second.approve(scan, page.order["match_code"])) == "order_decided"


def test_a_decision_without_a_scan_is_refused(ask: Ask, phone: Phone) -> None:
    page = ask()
    made_up = {"id": page.order["id"], "portal": "x", "purpose": "x", "frame": 0}

    assert refusal_of(lambda: phone.approve(made_up, page.order["match_code"])) == "order_decided"


def test_the_decision_must_come_within_a_minute_of_the_scan(ask: Ask, phone: Phone, clock: MovableClock) -> None:
    page = ask()
    scan = phone.scan(page.frame())
    clock.forward(seconds=60)

    assert refusal_of(lambda: phone.approve(scan, page.order["match_code"])) == "order_expired"
    assert page.status() == "expired"


def test_an_order_ends_after_180_seconds(ask: Ask, clock: MovableClock, phone: Phone) -> None:
    page = ask()
    clock.forward(seconds=179)
    assert page.status() == "waiting"
    frame = page.frame()
    clock.forward(seconds=1)

    assert page.status() == "expired"
    assert refusal_of(lambda: phone.scan(frame)) == "order_expired"


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "https://evil.example"},
        {"iss": "another device"},
        {"order": "another"},
        {"decision": "denied"},
        {"portal": "Another portal"},
        {"purpose": "Another purpose"},
        {"frame": 99},
        {"frame": None},
        {"jti": None},
        {"jti": "x" * 1000},
        {"match_code": None, "decision": "approve"},
        {"from": "192.0.2.9"},
        {"browser": "Another browser"},
        {"iat": 1},
    ],
)
def test_a_decision_about_something_else_is_refused(ask: Ask, phone: Phone, changed: dict[str, object]) -> None:
    page = ask()
    scan = phone.scan(page.frame())
    phone.wire.nonce = None
    honest = json.loads(jws.extract_compact(phone.decision(scan, {"decision": "approved"}).encode()).payload)
    claims = honest | {"match_code": page.order["match_code"]} | changed
    signed = jws.serialize_compact(
        {"alg": "ES256", "typ": "authsvc-decision+jwt"}, json.dumps(claims), phone.keys.device
    )

    refused = phone.wire.send(
        "POST", f"{page.path}/approvals", {"jws": signed}, access_token=phone.binding["access_token"]
    )

    assert refused.status_code == 401
    assert refused.json()["code"] in ("decision_refused", "invalid_dpop_proof", "use_dpop_nonce")
    assert page.status() == "scanned"


def test_a_decision_is_taken_once(ask: Ask, phone: Phone) -> None:
    page = ask()
    scan = phone.scan(page.frame())
    decision = phone.decision(scan, {"decision": "approved", "match_code": page.order["match_code"]})
    token = phone.binding["access_token"]

    first = phone.wire.send("POST", f"{page.path}/approvals", {"jws": decision}, access_token=token)
    second = phone.wire.send("POST", f"{page.path}/approvals", {"jws": decision}, access_token=token)

    assert (first.status_code, second.status_code) == (204, 409)


def test_a_phone_unbound_meanwhile_opens_nothing(ask: Ask, phone: Phone, kit: Kit, person: Somebody) -> None:
    page = ask()
    phone.approve(phone.scan(page.frame()), page.order["match_code"])
    with kit.begin() as session:
        devices.unbind(session, kit, device_id=phone.device_id, person_id=person.id, why="lost")

    assert (page.status(), page.collect().status_code) == ("expired", 410)


def test_a_new_order_replaces_the_older_one_of_its_browser(ask: Ask) -> None:
    page = ask()
    newer = ask(page.browser)

    assert (page.status(), newer.status()) == ("expired", "waiting")


def test_at_most_three_orders_of_a_person_live(ask: Ask, clock: MovableClock) -> None:
    pages = [ask() for _ in range(4) if clock.forward(seconds=1)]

    assert [page.status() for page in pages] == ["expired", "waiting", "waiting", "waiting"]


def test_who_knows_id_and_birth_date_pushes_out_their_own_orders_and_never_a_scanned_one(
    ask: Ask, phone: Phone, clock: MovableClock
) -> None:
    mine = ask()
    phone.scan(mine.frame())

    others = [ask() for _ in range(5) if clock.forward(seconds=1)]

    assert mine.status() == "scanned"
    # the scanned one is one of the three
    assert [page.status() for page in others] == ["expired", "expired", "expired", "waiting", "waiting"]


def test_an_order_of_another_birth_date_pushes_nobody_out(ask: Ask) -> None:
    mine = ask()

    strangers = [ask(birth_date="1901-01-01") for _ in range(4)]

    assert mine.status() == "waiting"
    assert strangers[-1].status() == "waiting"


def test_the_page_can_cancel(ask: Ask, phone: Phone) -> None:
    page = ask()
    frame = page.frame()

    assert page.browser.call("DELETE", page.path).status_code == 204
    assert page.status() == "expired"
    assert page.browser.call("DELETE", page.path).json["code"] == "order_not_approved"  # type: ignore[index]
    assert refusal_of(lambda: phone.scan(frame)) == "order_cancelled"


def test_an_approved_order_must_be_collected_within_a_minute(ask: Ask, phone: Phone, clock: MovableClock) -> None:
    page = ask()
    phone.approve(phone.scan(page.frame()), page.order["match_code"])
    clock.forward(seconds=60)

    assert page.collect().json["code"] == "order_expired"  # type: ignore[index]


def test_too_many_orders_from_one_address_are_refused_and_leave_no_rows(
    new_browser: Callable[[], Browser], kit: Kit
) -> None:
    browser = new_browser()
    body = {"national_id": "A109000016", "birth_date": "1980-05-20"}

    answers = [browser.post("/qr-logins", body) for _ in range(70)]

    assert [answer.status_code for answer in answers].count(429) == 10
    with kit.read() as session:
        assert session.scalar(select(func.count()).select_from(QrOrder)) == 60
