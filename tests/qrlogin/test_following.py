"""Orders that follow one another: by themselves, in the same browser, for the same person; and what both sides say."""

import json
from collections.abc import Callable

import pytest
from joserfc import jws
from joserfc.jwk import ECKey
from sqlalchemy import event, select

from authsvc.core.audit import AuditEvent
from authsvc.core.kit import Kit
from mobileapp.client import Phone
from mobileapp.phonewire import Problem
from qrlogin import frames, stream
from tests.browser import Browser
from tests.clocks import MovableClock
from tests.factories import Somebody
from tests.qrlogin.conftest import Page

Ask = Callable[..., Page]
OVER = 180


def refusal_of(act: Callable[[], object]) -> str:
    with pytest.raises(Problem) as problem:
        act()
    return str(problem.value.code)


def next_of(page: Page) -> Page:
    """Ask for the order that follows by itself."""
    answer = page.browser.post(f"{page.path}/successors")
    assert answer.status_code == 201, answer.text
    assert answer.json is not None
    return Page(page.browser, answer.json)


def genuine(kit: Kit, page: Page, t: int) -> str:
    """Return the frame of a second as the service would draw it, whether or not it served it."""
    start = page.order["frame"]["text"].partition("#")[2].partition(".")[0]
    secret = kit.keys.mac("qr-frames", page.order["id"])
    return frames.text(origin=kit.settings.public_origin, secret=secret, start_token=start, t=t)


def test_an_order_that_nobody_scanned_is_followed_by_one_for_the_same_person_and_tab(
    ask: Ask, phone: Phone, clock: MovableClock
) -> None:
    key = ECKey.generate_key("P-256")
    page = ask(unit_code="110900011", appoint_managers=True, browser_key=key.as_dict(private=False))
    clock.forward(seconds=OVER)

    follower = next_of(page)
    scan = phone.scan(follower.frame())
    phone.approve(scan, follower.order["match_code"])

    assert scan["purpose"] == "Log in to name managers of unit 110900011"
    assert follower.collect().json["code"] == "browser_proof_refused"  # type: ignore[index]
    proof = jws.serialize_compact({"alg": "ES256"}, follower.order["id"].encode(), key)
    assert follower.collect(browser_proof=proof).status_code == 201


def test_five_orders_follow_by_themselves_and_then_one_asks_anew(ask: Ask, clock: MovableClock) -> None:
    page = ask()
    for _ in range(5):
        clock.forward(seconds=OVER)
        page = next_of(page)
    clock.forward(seconds=OVER)

    assert page.look()["reason"] == "unscanned"
    assert page.browser.post(f"{page.path}/successors").json["code"] == "order_not_renewed"  # type: ignore[index]


def test_no_order_follows_one_that_lives_or_ended_otherwise(
    ask: Ask, clock: MovableClock, phone: Phone, new_browser: Callable[[], Browser]
) -> None:
    page = ask()
    assert page.browser.post(f"{page.path}/successors").status_code == 409
    clock.forward(seconds=OVER)
    assert new_browser().post(f"{page.path}/successors").status_code == 404

    denied = ask()
    phone.deny(phone.scan(denied.frame()), "cancelled")
    clock.forward(seconds=OVER)
    assert denied.browser.post(f"{denied.path}/successors").status_code == 409


def test_who_lost_the_answer_is_given_the_same_order_again_while_it_waits(
    ask: Ask, clock: MovableClock, phone: Phone, new_browser: Callable[[], Browser]
) -> None:
    page = ask()
    clock.forward(seconds=OVER)
    follower = next_of(page)
    clock.forward(seconds=3)

    again = next_of(page)

    assert again.order["id"] == follower.order["id"]
    assert new_browser().post(f"{page.path}/successors").status_code == 404
    phone.scan(again.frame())
    assert page.browser.post(f"{page.path}/successors").json["code"] == "order_not_renewed"  # type: ignore[index]


def test_what_replaced_the_order_that_followed_is_not_given_in_its_place(ask: Ask, clock: MovableClock) -> None:
    page = ask()
    clock.forward(seconds=OVER)
    next_of(page)
    ask(page.browser)

    assert page.browser.post(f"{page.path}/successors").json["code"] == "order_not_renewed"  # type: ignore[index]


def test_a_follower_of_another_tab_is_not_given_to_the_one_that_lost_its_answer(ask: Ask, clock: MovableClock) -> None:
    def tab() -> dict[str, object]:
        return dict(ECKey.generate_key("P-256").as_dict(private=False))

    page = ask(browser_key=tab())
    clock.forward(seconds=OVER)
    next_of(page)
    other = ask(page.browser, browser_key=tab())
    clock.forward(seconds=OVER)
    next_of(other)  # the same browser, person and count, for the other tab's key

    assert page.browser.post(f"{page.path}/successors").json["code"] == "order_not_renewed"  # type: ignore[index]


def test_the_order_that_was_followed_is_dead_for_the_phone(ask: Ask, clock: MovableClock, phone: Phone) -> None:
    page = ask()
    clock.forward(seconds=OVER - 3)
    frame = page.frame()
    clock.forward(seconds=3)
    next_of(page)

    assert refusal_of(lambda: phone.scan(frame)) == "order_replaced"


def test_a_newer_order_of_the_same_browser_replaces_and_both_sides_are_told(ask: Ask, phone: Phone) -> None:
    older = ask()
    frame = older.frame()
    newer = ask(older.browser)

    assert (older.status(), older.look()["reason"]) == ("expired", "replaced")
    assert newer.status() == "waiting"
    assert refusal_of(lambda: phone.scan(frame)) == "order_replaced"


def test_whoever_is_pushed_out_is_told_why(ask: Ask) -> None:
    pages = [ask() for _ in range(4)]

    told = [(page.status(), page.look()["reason"]) for page in pages]

    assert told.count(("expired", "crowded")) == 1
    assert told.count(("waiting", None)) == 3


def test_the_page_tells_scanned_from_deciding_and_why_it_ended(ask: Ask, phone: Phone) -> None:
    page = ask()
    steps = [page.look()["step"]]
    scan = phone.scan(page.frame())
    steps.append(page.look()["step"])
    phone.call("PUT", f"{page.path}/question")
    steps.append(page.look()["step"])
    phone.deny(scan, "cancelled")

    assert [*steps, page.look()["step"]] == ["waiting", "scanned", "deciding", "denied"]
    assert page.look()["reason"] == "cancelled"
    assert refusal_of(lambda: phone.call("PUT", f"{page.path}/question")) == "order_decided"


def test_an_order_decided_too_late_or_never_taken_up_says_so(ask: Ask, phone: Phone, clock: MovableClock) -> None:
    undecided, uncollected = ask(), ask()
    phone.scan(undecided.frame())
    phone.approve(phone.scan(uncollected.frame()), uncollected.order["match_code"])
    clock.forward(seconds=60)

    assert undecided.look()["reason"] == "undecided"
    assert uncollected.look()["reason"] == "uncollected"


def test_a_genuine_frame_that_was_never_served_is_refused_though_its_second_has_come(
    ask: Ask, phone: Phone, clock: MovableClock, kit: Kit
) -> None:
    page = ask()
    clock.forward(seconds=19)

    assert refusal_of(lambda: phone.scan(genuine(kit, page, 18))) == "frame_from_future"
    page.look()
    assert phone.scan(genuine(kit, page, 18))["id"] == page.order["id"]


def test_a_frame_of_a_stream_that_has_ended_is_refused(ask: Ask, phone: Phone, clock: MovableClock, kit: Kit) -> None:
    page = ask()
    cookie = page.browser.client.get_cookie("authsvc")
    assert cookie is not None
    told = stream.begin(kit, order_id=page.order["id"], browser=cookie.value)
    assert told is not None
    heard = [next(told) for _ in range(12)]  # some ten frames, three seconds each
    told.close()  # type: ignore[attr-defined]
    last = json.loads(heard[-1].splitlines()[1].removeprefix(b"data: "))["text"]
    clock.forward(seconds=9)
    assert refusal_of(lambda: phone.scan(genuine(kit, page, int(last.split(".")[1]) + 12))) == "frame_from_future"
    clock.forward(seconds=11)

    assert refusal_of(lambda: phone.scan(genuine(kit, page, int(last.split(".")[1]) + 15))) == "browser_left"


def test_all_that_is_wrong_with_a_frame_is_one_sentence_to_people_and_a_code_each_to_the_audit(
    ask: Ask, phone: Phone, clock: MovableClock, kit: Kit
) -> None:
    details = []
    for frame, wait, look in ((0, 11, True), (18, 19, False), (18, 20, False)):
        page = ask()
        clock.forward(seconds=wait)
        if look:
            page.look()
        with pytest.raises(Problem) as problem:
            phone.scan(genuine(kit, page, frame))
        details.append(problem.value.body["detail"])

    assert len(set(details)) == 1
    with kit.read() as session:
        refused = session.scalars(select(AuditEvent.outcome).where(AuditEvent.action == "qr.scan")).all()
    assert refused == ["frame_too_old", "frame_from_future", "browser_left"]


def test_a_second_browser_with_cookie_order_and_stream_cannot_collect_what_a_tab_signed_for(
    ask: Ask, phone: Phone, new_browser: Callable[[], Browser]
) -> None:
    page = ask(browser_key=ECKey.generate_key("P-256").as_dict(private=False))
    thief, cookie = new_browser(), page.browser.client.get_cookie("authsvc")
    assert cookie is not None
    thief.client.set_cookie("authsvc", cookie.value, domain="localhost")
    phone.approve(phone.scan(page.frame()), page.order["match_code"])

    assert thief.get(page.path).status_code == 200
    refused = thief.post("/sessions/qr", {"order_id": page.order["id"]})
    assert (refused.status_code, refused.json["code"]) == (401, "browser_proof_refused")  # type: ignore[index]
    own = jws.serialize_compact({"alg": "ES256"}, page.order["id"].encode(), ECKey.generate_key("P-256"))
    assert thief.post("/sessions/qr", {"order_id": page.order["id"], "browser_proof": own}).status_code == 401
    assert page.status() == "approved"


def test_an_order_for_nobody_costs_the_same_statements(
    kit: Kit, new_browser: Callable[[], Browser], person: Somebody
) -> None:
    def statements(**body: str) -> list[str]:
        seen: list[str] = []
        browser = new_browser()
        listener = lambda _c, _k, statement, *_rest: seen.append(statement)  # noqa: E731
        event.listen(kit.engine, "before_cursor_execute", listener)
        assert browser.post("/qr-logins", body).status_code == 201
        event.remove(kit.engine, "before_cursor_execute", listener)
        return seen

    born = person.birth_date.isoformat()
    statements(national_id=person.national_id, birth_date=born)  # whatever a process does only once
    known = statements(national_id=person.national_id, birth_date=born)

    assert statements(national_id="A109000016", birth_date=born) == known
    assert statements(national_id=person.national_id, birth_date="1999-09-09") == known
