"""A phone's own authenticator: when it may be registered, and what is not taken for one (WebAuthn 7.1 and 7.2)."""

import secrets
from collections.abc import Callable, Iterator
from typing import Any

import cbor2
import pytest
from flask import Flask
from sqlalchemy import select

from authsvc.core.audit import AuditEvent
from authsvc.core.errors import NotFound, StepUpRequired
from authsvc.core.kit import Kit
from authsvc.identity import authenticators, devices
from authsvc.identity.happenings import ELSE
from authsvc.identity.happenings import TEXTS as HISTORY
from authsvc.identity.history import show_history
from authsvc.identity.models import AppView, Authenticator, AuthenticatorOffer
from authsvc.identity.sessions import require_user_verified
from mobileapp.client import Phone
from mobileapp.phonewire import Problem
from tests.authenticators import PRESENT, VERIFIED, SoftAuthenticator, add_authenticator
from tests.clocks import MovableClock
from tests.factories import Somebody, make_bound_phone, make_person, make_session
from tests.letters import letters_of

TEXTS = HISTORY["authenticator.registered"]
OFFERS, AUTHENTICATORS = "/me/device/authenticators/offers", "/me/device/authenticators"


@pytest.fixture
def person(kit: Kit) -> Somebody:
    return make_person(kit)


@pytest.fixture
def phone(app: Flask, clock: MovableClock, person: Somebody) -> Iterator[Phone]:
    with make_bound_phone(app, clock, person) as phone:
        yield phone


def refusal_of(act: Callable[[], object]) -> str:
    with pytest.raises(Problem) as problem:
        act()
    return str(problem.value.code)


def kept(kit: Kit) -> list[Authenticator]:
    with kit.read() as session:
        return list(session.scalars(select(Authenticator)))


def offered(phone: Phone) -> dict[str, Any]:
    options: dict[str, Any] = phone.call("POST", OFFERS)["publicKey"]
    return options


def register(phone: Phone, credential: dict[str, Any]) -> dict[str, Any]:
    return phone.call("POST", AUTHENTICATORS, {"credential": credential})


def test_a_phone_just_bound_registers_its_own_authenticator(kit: Kit, phone: Phone, clock: MovableClock) -> None:
    options = offered(phone)
    wanted = {"authenticatorAttachment": "platform", "userVerification": "required", "residentKey": "discouraged"}
    assert options["rp"]["id"] == "localhost"
    assert wanted.items() <= options["authenticatorSelection"].items()
    assert options["attestation"] == "none"

    own = SoftAuthenticator()
    answer = register(phone, own.register(options))

    assert answer == {
        "created_at": clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "backup_eligible": False,
        "backed_up": False,
    }
    (row,) = kept(kit)
    assert (row.device_id, row.credential_id, row.sign_count) == (phone.device_id, own.credential_id, 1)
    assert row.transports == ["internal"]


SPOILT: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "another challenge": lambda options: SoftAuthenticator().register(options, challenge=secrets.token_bytes(32)),
    "no user verification": lambda options: SoftAuthenticator(flags=PRESENT).register(options),
    "nobody present": lambda options: SoftAuthenticator(flags=VERIFIED).register(options),
    "another origin": lambda options: SoftAuthenticator(origin="https://evil.example").register(options),
    "in another site's frame": lambda options: SoftAuthenticator(framed_by="https://evil.example").register(options),
    "another rp id": lambda options: SoftAuthenticator(rp_id="evil.example").register(options),
    "a point off the curve": lambda options: SoftAuthenticator().register(
        options, cose_key=cbor2.dumps({1: 2, 3: -7, -1: 1, -2: b"\1" * 32, -3: b"\1" * 32})
    ),
    "a key without its curve": lambda options: SoftAuthenticator().register(
        options, cose_key=cbor2.dumps({1: 2, 3: -7})
    ),
    "a key of texts": lambda options: SoftAuthenticator().register(
        options, cose_key=cbor2.dumps({1: "a", 3: "b", -1: [], -2: "x", -3: "y"})
    ),
    "no key": lambda options: SoftAuthenticator().register(options, cose_key=b""),
    "a list for a key": lambda options: SoftAuthenticator().register(options, cose_key=cbor2.dumps([1, 2])),
    "an assertion instead": lambda options: without_attestation(
        SoftAuthenticator().sign(options["challenge"].encode())
    ),
    "bytes that are no CBOR": lambda options: without_attestation(SoftAuthenticator().register(options)),
}


def without_attestation(credential: dict[str, Any]) -> dict[str, Any]:
    client_data = credential["response"]["clientDataJSON"]
    return credential | {"response": {"clientDataJSON": client_data, "attestationObject": "AAAA"}}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=list(SPOILT))
def test_what_is_not_our_phones_new_key_is_refused(
    kit: Kit, phone: Phone, spoil: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    credential = spoil(offered(phone))

    assert refusal_of(lambda: register(phone, credential)) == "authenticator_refused"

    assert kept(kit) == []
    with kit.read() as session:
        refused = session.scalars(select(AuditEvent).where(AuditEvent.action == "authenticator.register")).all()
    assert [(event.outcome, event.object) for event in refused] == [("authenticator_refused", phone.device_id)]


def test_an_offer_is_taken_up_once_and_lives_five_minutes(kit: Kit, phone: Phone, clock: MovableClock) -> None:
    assert (
        refusal_of(lambda: register(phone, SoftAuthenticator().register({"challenge": "AAAA"})))
        == "authenticator_refused"
    )
    options = offered(phone)
    credential = SoftAuthenticator().register(options)
    register(phone, credential)
    assert refusal_of(lambda: register(phone, credential)) == "authenticator_refused"

    options = offered(phone)
    clock.forward(seconds=300)
    assert refusal_of(lambda: register(phone, SoftAuthenticator().register(options))) == "authenticator_refused"
    clock.forward(seconds=1)
    authenticators.purge(kit)
    with kit.read() as session:
        assert session.scalars(select(AuthenticatorOffer)).all() == []


def test_a_newer_offer_replaces_the_older(phone: Phone) -> None:
    first, second = offered(phone), offered(phone)

    assert refusal_of(lambda: register(phone, SoftAuthenticator().register(first))) == "authenticator_refused"
    assert register(phone, SoftAuthenticator().register(second))


def test_a_phone_has_one_authenticator_and_the_newer_replaces_the_older(kit: Kit, phone: Phone) -> None:
    add_authenticator(phone)
    newer = add_authenticator(phone)

    assert [row.credential_id for row in kept(kit)] == [newer.credential_id]


def test_later_than_ten_minutes_after_binding_none_is_registered(phone: Phone, clock: MovableClock) -> None:
    # given somebody who holds the phone open, long after its owner bound it
    clock.forward(seconds=599)
    phone.refresh()
    options = offered(phone)
    clock.forward(seconds=1)

    assert refusal_of(lambda: offered(phone)) == "authenticator_too_late"
    assert refusal_of(lambda: register(phone, SoftAuthenticator().register(options))) == "authenticator_too_late"


def test_another_phones_key_is_not_registered_again(
    app: Flask, clock: MovableClock, phone: Phone, person: Somebody
) -> None:
    own = add_authenticator(phone)
    with make_bound_phone(app, clock, person, name="Second") as second:
        assert refusal_of(lambda: add_authenticator(second, own)) == "authenticator_refused"


def test_an_unbound_phone_leaves_no_authenticator(kit: Kit, phone: Phone, person: Somebody) -> None:
    add_authenticator(phone)
    offered(phone)

    with kit.begin() as session:
        devices.unbind(session, kit, device_id=phone.device_id, person_id=person.id, why="lost")

    assert kept(kit) == []
    with kit.read() as session:
        assert session.scalars(select(AuthenticatorOffer)).all() == []
    view = AppView(device_id=phone.device_id, person_id=person.id, jkt="", family_id="")
    with pytest.raises(NotFound):
        authenticators.offer(kit, view)


def test_a_count_moves_forward_only(kit: Kit, phone: Phone, person: Somebody) -> None:
    own = add_authenticator(phone)
    view = AppView(device_id=phone.device_id, person_id=person.id, jkt="", family_id="")
    own.count = 40
    authenticators.check_assertion(kit, view, signed="a.b.c", assertion=own.assertion("a.b.c"))
    (row,) = kept(kit)
    assert row.sign_count == 41
    assert row.used_at == kit.clock.now()

    for earlier in (40, 39, None):  # the same again, an older one, and one that does not count any more
        own.count = earlier
        if earlier == 40:
            own.count = 40  # its next is 41, which was used
        with pytest.raises(authenticators.AssertionRefused):
            authenticators.check_assertion(kit, view, signed="a.b.c", assertion=own.assertion("a.b.c"))


def test_an_authenticator_that_does_not_count_is_taken(kit: Kit, phone: Phone, person: Somebody) -> None:
    own = add_authenticator(phone, SoftAuthenticator(count=None))
    view = AppView(device_id=phone.device_id, person_id=person.id, jkt="", family_id="")

    authenticators.check_assertion(kit, view, signed="a.b.c", assertion=own.assertion("a.b.c"))
    authenticators.check_assertion(kit, view, signed="a.b.d", assertion=own.assertion("a.b.d"))


def test_what_needs_the_person_themselves_says_which_ways_in_are_good_enough(kit: Kit, person: Somebody) -> None:
    require_user_verified(make_session(kit, person).view)
    for weak in ("otp", "qr", "certificate"):
        with pytest.raises(StepUpRequired) as refused:
            require_user_verified(make_session(kit, person, acr=weak).view)
        assert refused.value.members == {"ways": ["card", "qr", "passkey"]}


def test_the_owner_is_told_of_an_authenticator_and_of_a_second_one_that_took_its_place(
    kit: Kit, phone: Phone, person: Somebody
) -> None:
    letters_of(kit)
    register(phone, SoftAuthenticator().register(offered(phone)))
    first = letters_of(kit)
    register(phone, SoftAuthenticator().register(offered(phone)))
    second = letters_of(kit)

    assert [(letter.template, letter.values["what"]) for letter in first] == [
        ("mail/notice", authenticators.REGISTERED)
    ]
    assert [(letter.template, letter.values["what"]) for letter in second] == [("mail/notice", authenticators.REPLACED)]
    assert person.national_id not in str([*first, *second])
    events = [event.text for event in show_history(kit, view=make_session(kit, person).view).events]
    assert [text for text in events if "unlock" in text] == [TEXTS["replaced"], TEXTS[ELSE]]
