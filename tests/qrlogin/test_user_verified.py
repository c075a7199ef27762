"""An approval with the phone's own unlock: `user` gets into `amr`, and only where every check holds."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from authsvc.core.audit import AuditEvent
from authsvc.core.jose import b64url, b64url_decode
from authsvc.core.kit import Kit
from authsvc.identity.models import SessionView
from authsvc.identity.sessions import find_session, require_user_verified
from mobileapp.client import Phone
from mobileapp.phonewire import Problem
from tests.authenticators import PRESENT, SoftAuthenticator, add_authenticator
from tests.clocks import MovableClock
from tests.factories import Somebody, make_bound_phone
from tests.qrlogin.conftest import Page

Ask = Callable[..., Page]
Spoil = Callable[[SoftAuthenticator, str], dict[str, Any]]


@pytest.fixture
def own(phone: Phone) -> SoftAuthenticator:
    return add_authenticator(phone)


@pytest.fixture
def second(app: Flask, clock: MovableClock, person: Somebody) -> Iterator[Phone]:
    """Bind another phone of the same person."""
    with make_bound_phone(app, clock, person, name="Second") as second:
        yield second


def approve(phone: Phone, page: Page, make: Callable[[str], dict[str, Any] | None], number: str | None = None) -> None:
    """Scan, sign, and send the decision with what `make` returns for its JWS."""
    scan = phone.scan(page.frame())
    choice = {"decision": "approved", "match_code": number or page.order["match_code"]}
    jws = phone.decision(scan, choice)
    body = {"jws": jws} | ({} if (assertion := make(jws)) is None else {"assertion": assertion})
    phone.call("POST", f"{page.path}/approvals", body)


def refusal_of(act: Callable[[], object]) -> str:
    with pytest.raises(Problem) as problem:
        act()
    return str(problem.value.code)


def test_an_approval_with_the_phones_unlock_says_user(ask: Ask, phone: Phone, own: SoftAuthenticator, kit: Kit) -> None:
    page = ask()
    approve(phone, page, own.assertion)

    session = page.collect()

    assert session.json is not None
    assert session.json["amr"] == ["swk", "user"]
    require_user_verified(view_of(page, kit))


def view_of(page: Page, kit: Kit) -> SessionView:
    cookie = page.browser.client.get_cookie("authsvc")
    assert cookie is not None
    view = find_session(kit, cookie.value)
    assert view is not None
    return view


def test_an_approval_without_it_does_not(ask: Ask, phone: Phone, own: SoftAuthenticator) -> None:
    del own
    page = ask()
    approve(phone, page, lambda _: None)

    assert page.collect().json["amr"] == ["swk"]  # type: ignore[index]


def spoilt_part(name: str, change: Callable[[bytes], bytes]) -> Spoil:
    def spoil(own: SoftAuthenticator, jws: str) -> dict[str, Any]:
        made = own.assertion(jws)
        made["response"][name] = b64url(change(b64url_decode(made["response"][name])))
        return made

    return spoil


def but(**other: Any) -> Spoil:
    def spoil(own: SoftAuthenticator, jws: str) -> dict[str, Any]:
        for name, value in other.items():
            setattr(own, name, value)
        return own.assertion(jws)

    return spoil


SPOILT: dict[str, Spoil] = {
    "over something else": lambda own, jws: own.assertion(jws[:-2] + "AA"),
    "over the JWS itself, not its hash": lambda own, jws: own.sign(jws.encode()),
    "without user verification": but(flags=PRESENT),
    "nobody present": but(flags=0),
    "made for another origin": but(origin="https://evil.example"),
    "made for another rp id": but(rp_id="evil.example"),
    "in another site's frame": lambda own, jws: replace(own, framed_by="https://evil.example").assertion(jws),
    "a registration instead": lambda own, jws: own.sign(jws.encode(), kind="webauthn.create"),
    "by a key that nobody registered": lambda own, jws: SoftAuthenticator(credential_id=own.credential_id).assertion(
        jws
    ),
    "under another name": but(credential_id=b"x" * 32),
    "its count as when it was registered": but(count=0),
    "flags changed afterwards": spoilt_part("authenticatorData", lambda data: data[:32] + b"\x1d" + data[33:]),
    "authenticator data cut off": spoilt_part("authenticatorData", lambda data: data[:30]),
    "another signature": spoilt_part("signature", lambda data: data[:-1] + bytes([data[-1] ^ 1])),
    "no DER": spoilt_part("signature", lambda _: b"\0"),
    "client data that is no JSON": spoilt_part("clientDataJSON", lambda _: b"["),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=list(SPOILT))
def test_a_broken_assertion_refuses_the_decision_and_the_order_waits_for_another(
    ask: Ask, phone: Phone, own: SoftAuthenticator, kit: Kit, spoil: Spoil
) -> None:
    good = (own.flags, own.origin, own.rp_id, own.credential_id, own.count)
    page = ask()

    assert refusal_of(lambda: approve(phone, page, lambda jws: spoil(own, jws))) == "assertion_refused"

    assert page.status() == "scanned"
    with kit.read() as session:
        refused = session.scalars(select(AuditEvent).where(AuditEvent.action == "assertion")).all()
    assert [(event.outcome, event.object) for event in refused] == [("assertion_refused", phone.device_id)]
    # and a good one is still taken
    own.flags, own.origin, own.rp_id, own.credential_id, own.count = good
    approve(phone, page, own.assertion)
    assert page.collect().json["amr"] == ["swk", "user"]  # type: ignore[index]


def test_another_phones_authenticator_is_no_good_here(
    ask: Ask, phone: Phone, own: SoftAuthenticator, second: Phone
) -> None:
    foreign = add_authenticator(second)
    page = ask()

    assert refusal_of(lambda: approve(phone, page, foreign.assertion)) == "assertion_refused"
    assert page.status() == "scanned"
    assert own.credential_id != foreign.credential_id


def test_a_phone_without_an_authenticator_cannot_claim_one(ask: Ask, phone: Phone) -> None:
    page = ask()

    assert refusal_of(lambda: approve(phone, page, SoftAuthenticator().assertion)) == "assertion_refused"


def test_a_good_unlock_does_not_make_a_wrong_number_right(ask: Ask, phone: Phone, own: SoftAuthenticator) -> None:
    page = ask()
    wrong = "99" if page.order["match_code"] != "99" else "98"

    assert refusal_of(lambda: approve(phone, page, own.assertion, wrong)) == "match_code_wrong"
    assert page.status() == "denied"
