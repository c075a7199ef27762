"""After the decision: the number that both screens show, and what a "not me" sets off."""

from collections.abc import Callable

import pytest
from joserfc import jws
from joserfc.jwk import ECKey
from sqlalchemy import select

from authsvc.core.audit import AuditEvent
from authsvc.core.errors import StepUpRequired
from authsvc.core.kit import Kit
from authsvc.identity.history import show_history
from authsvc.identity.sessions import find_session, require_tab_bound
from mobileapp.client import Phone
from qrlogin.receipts import receipt_of
from tests.factories import Somebody, make_session
from tests.letters import letters_of
from tests.qrlogin.conftest import Page

Ask = Callable[..., Page]


def test_phone_page_session_and_history_show_one_number(ask: Ask, phone: Phone, kit: Kit, person: Somebody) -> None:
    page = ask()
    scan = phone.scan(page.frame())
    signed = phone.decision(scan, {"decision": "approved", "match_code": page.order["match_code"]})
    phone.call("POST", f"{page.path}/approvals", {"jws": signed})
    receipt = receipt_of(signed)
    assert page.look()["receipt"] == receipt

    session = page.collect().json

    assert session is not None
    assert session["receipt"] == receipt
    told = show_history(kit, view=make_session(kit, person).view).events
    assert {one.what: one.receipt for one in told if one.receipt} == {"qr.decided": receipt, "session.opened": receipt}


def test_a_session_says_whether_its_tab_signed_for_it(ask: Ask, phone: Phone, kit: Kit) -> None:
    key = ECKey.generate_key("P-256")
    plain, tab = ask(), ask(browser_key=key.as_dict(private=False))
    for page in (plain, tab):
        phone.approve(phone.scan(page.frame()), page.order["match_code"])
    proof = jws.serialize_compact({"alg": "ES256"}, tab.order["id"].encode(), key)

    assert plain.collect().json["tab_bound"] is False  # type: ignore[index]
    assert tab.collect(browser_proof=proof).json["tab_bound"] is True  # type: ignore[index]
    for page, good in ((plain, False), (tab, True)):
        cookie = page.browser.client.get_cookie("authsvc")
        view = find_session(kit, cookie.value if cookie else "")
        assert view is not None
        if good:
            require_tab_bound(view)
        else:
            with pytest.raises(StepUpRequired):
                require_tab_bound(view)


def test_not_me_alerts_and_writes_to_the_person(ask: Ask, phone: Phone, kit: Kit, person: Somebody) -> None:
    page = ask()
    scan = phone.scan(page.frame())
    letters_of(kit)

    phone.deny(scan, "not_me")

    assert page.look()["reason"] == "not_me"
    with kit.read() as session:
        alerts = session.scalars(select(AuditEvent).where(AuditEvent.action == "alert.not_me")).all()
    assert [(one.actor, one.object) for one in alerts] == [(person.id, page.order["id"])]
    [mail] = letters_of(kit)
    assert (mail.to, mail.values["source"]) == (person.email, "127.0.0.1")
    assert "was not you" in mail.values["what"]


def test_a_cancelled_login_alerts_nobody(ask: Ask, phone: Phone, kit: Kit) -> None:
    page = ask()
    scan = phone.scan(page.frame())
    letters_of(kit)

    phone.deny(scan, "cancelled")

    assert letters_of(kit) == []


def test_the_page_without_script_shows_the_states_and_the_next_code(ask: Ask, phone: Phone) -> None:
    page = ask()
    waiting = page.browser.client.get(f"/login/qr/{page.order['id']}").text
    phone.deny(phone.scan(page.frame()), "cancelled")
    denied = page.browser.client.get(f"/login/qr/{page.order['id']}").text

    assert page.order["typed_code"] in waiting
    assert 'data-for="waiting"' in waiting
    assert 'data-for="denied-cancelled"' in denied
