"""How many orders of a person live at once, and what a newer one of the same browser, or cancelling, ends."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from authsvc.core.kit import Kit
from authsvc.identity.history import show_history
from mobileapp.client import Phone
from mobileapp.phonewire import Problem
from qrlogin.models import QrOrder
from tests.browser import Browser
from tests.clocks import MovableClock
from tests.factories import Somebody, make_session
from tests.qrlogin.conftest import Page

Ask = Callable[..., Page]
NOBODY = {"national_id": "A109000016"}


def scanned(ask: Ask, phone: Phone, number: int) -> list[Page]:
    pages = [ask() for _ in range(number)]
    for page in pages:
        phone.scan(page.frame())
    return pages


def refusal_of(act: Callable[[], object]) -> str:
    with pytest.raises(Problem) as problem:
        act()
    return str(problem.value.code)


def cancel(browser: Browser, page: Page) -> int:
    return browser.call("DELETE", page.path).status_code


def test_scanned_orders_are_counted_among_the_three(ask: Ask, phone: Phone, clock: MovableClock) -> None:
    asked = scanned(ask, phone, 2)

    pages = [ask() for _ in range(3) if clock.forward(seconds=1)]

    assert [page.status() for page in asked] == ["scanned", "scanned"]
    assert [page.status() for page in pages] == ["expired", "expired", "waiting"]


def test_a_scanned_order_that_nobody_decided_in_its_minute_takes_no_place(
    ask: Ask, phone: Phone, clock: MovableClock
) -> None:
    scanned(ask, phone, 3)
    clock.forward(seconds=60)

    pages = [ask() for _ in range(3)]

    assert [page.status() for page in pages] == ["waiting"] * 3
    assert phone.scan(pages[0].frame())["id"] == pages[0].order["id"]


def test_where_three_are_scanned_a_new_one_looks_and_crowds_as_one_for_nobody(
    ask: Ask, phone: Phone, clock: MovableClock
) -> None:
    asked = scanned(ask, phone, 3)

    decoys, strangers = ([ask(**whose) for _ in range(4) if clock.forward(seconds=1)] for whose in ({}, NOBODY))

    assert [page.status() for page in asked] == ["scanned"] * 3
    told = [[(page.look()["status"], page.look()["reason"]) for page in pages] for pages in (decoys, strangers)]
    assert told[0] == told[1] == [("expired", "crowded"), *[("waiting", None)] * 3]
    assert decoys[-1].order.keys() == strangers[-1].order.keys()
    assert refusal_of(lambda: phone.scan(decoys[-1].frame())) == "not_your_order"
    assert refusal_of(lambda: phone.scan(strangers[-1].frame())) == "not_your_order"


def test_an_order_that_follows_where_three_are_scanned_is_a_decoy_as_well(
    ask: Ask, phone: Phone, clock: MovableClock, kit: Kit
) -> None:
    left = ask()
    clock.forward(seconds=179)
    first_two = scanned(ask, phone, 2)
    clock.forward(seconds=1)
    scanned(ask, phone, 1)

    followed = left.browser.post(f"{left.path}/successors")

    assert followed.status_code == 201, followed.text
    assert [page.status() for page in first_two] == ["scanned", "scanned"]
    assert followed.json is not None
    with kit.read() as session:
        assert session.scalar(select(QrOrder.person_id).where(QrOrder.id == followed.json["id"])) is None


def test_a_new_order_ends_an_approved_one_of_its_browser_that_was_not_collected(ask: Ask, phone: Phone) -> None:
    older = ask()
    phone.approve(phone.scan(older.frame()), older.order["match_code"])

    newer = ask(older.browser)

    assert (older.status(), older.look()["reason"], older.collect().status_code) == ("expired", "replaced", 410)
    assert newer.status() == "waiting"


def test_a_new_order_leaves_what_another_browser_may_collect(ask: Ask, phone: Phone) -> None:
    approved = ask()
    phone.approve(phone.scan(approved.frame()), approved.order["match_code"])

    ask()

    assert approved.collect().status_code == 201


def test_an_approved_order_can_be_cancelled_until_it_is_collected(ask: Ask, phone: Phone) -> None:
    cancelled, collected = ask(), ask()
    for page in (cancelled, collected):
        phone.approve(phone.scan(page.frame()), page.order["match_code"])
    assert collected.collect().status_code == 201

    assert [cancel(page.browser, page) for page in (cancelled, collected)] == [204, 409]

    assert (cancelled.look()["reason"], cancelled.collect().status_code) == ("cancelled", 410)
    assert collected.status() == "used"


def test_a_cancelled_order_is_in_the_persons_history_and_one_for_nobody_in_nobodys(
    ask: Ask, kit: Kit, person: Somebody
) -> None:
    for page in (ask(), ask(**NOBODY)):
        assert cancel(page.browser, page) == 204

    told = show_history(kit, view=make_session(kit, person).view).events
    assert [one.what for one in told].count("qr.cancelled") == 1


def test_a_login_that_was_pushed_out_is_in_the_persons_history(ask: Ask, kit: Kit, person: Somebody) -> None:
    for whose in ({}, NOBODY):
        for _ in range(4):
            ask(**whose)

    told = show_history(kit, view=make_session(kit, person).view).events
    assert [one.what for one in told].count("qr.crowded") == 1


def test_a_stranger_cannot_bury_the_history_under_logins_that_come_to_nothing(
    ask: Ask, kit: Kit, person: Somebody, clock: MovableClock
) -> None:
    def told() -> list[str]:
        return [one.what for one in show_history(kit, view=make_session(kit, person).view).events]

    for page in [ask() for _ in range(12)]:
        cancel(page.browser, page)

    assert (told().count("qr.crowded"), told().count("qr.cancelled")) == (1, 1)
    clock.forward(hours=1)
    again = ask()
    cancel(again.browser, again)
    assert told().count("qr.cancelled") == 2
