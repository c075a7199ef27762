from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from joserfc.jwk import ECKey
from sqlalchemy import select

from authsvc.core.errors import NotFound
from authsvc.core.jose import PublicKey, read_public_key
from authsvc.core.kit import Kit
from authsvc.identity import devices, sessions, tokens
from authsvc.identity.devices import DeviceFacts, DeviceLimitReached, KeyAlreadyBound
from authsvc.identity.models import Device
from authsvc.identity.ways import Ways
from mobileapp.phonekeys import public_jwk
from tests.clocks import MovableClock
from tests.factories import Somebody, make_person, make_session
from tests.simulators import acts

FACTS = DeviceFacts(name="Pocket", platform="android", model="Model 1", app_version="1.0")


@pytest.fixture
def person(kit: Kit) -> Somebody:
    return make_person(kit)


def new_key() -> PublicKey:
    return read_public_key(public_jwk(ECKey.generate_key("P-256")))


def bind(kit: Kit, person: Somebody, key: PublicKey | None = None) -> Device:
    with kit.begin() as session:
        return devices.bind(
            session, kit, person_id=person.id, key=key or new_key(), facts=FACTS, via="card", at=kit.clock.now()
        )


def unbind(kit: Kit, device: Device, person: Somebody) -> Device:
    with kit.begin() as session:
        return devices.unbind(session, kit, device_id=device.id, person_id=person.id, why="lost")


def live(kit: Kit, person: Somebody) -> list[str]:
    with kit.read() as session:
        return [device.id for device in devices.live_devices(session, person.id)]


def test_a_bound_phone_is_known_by_its_key(kit: Kit, person: Somebody, clock: MovableClock) -> None:
    key = new_key()
    device = bind(kit, person, key)

    assert (device.jkt, device.public_key, device.via) == (key.jkt, key.jwk, "card")
    assert (device.bound_at, device.last_used_at) == (clock.now(), clock.now())
    assert acts(kit) == [("device.bound", "done")]


def test_a_person_has_three_phones_at_most(kit: Kit, person: Somebody) -> None:
    first = [bind(kit, person) for _ in range(3)]
    with pytest.raises(DeviceLimitReached):
        bind(kit, person)
    # another person is not affected, and an unbound phone makes room
    bind(kit, make_person(kit, 2))
    unbind(kit, first[0], person)
    bind(kit, person)
    assert len(live(kit, person)) == 3


def test_a_key_is_bound_once_whoever_owns_it(kit: Kit, person: Somebody) -> None:
    # given
    key, other = new_key(), make_person(kit, 2)
    device = bind(kit, person, key)
    # then
    for owner in (person, other):
        with pytest.raises(KeyAlreadyBound):
            bind(kit, owner, key)
    assert live(kit, other) == []
    # when it is unbound, it may be bound anew
    unbind(kit, device, person)
    assert live(kit, other) == []
    assert bind(kit, other, key).person_id == other.id


def test_a_refused_binding_leaves_no_row(kit: Kit, person: Somebody) -> None:
    key = new_key()
    bind(kit, person, key)
    with pytest.raises(KeyAlreadyBound):
        bind(kit, person, key)
    assert acts(kit) == [("device.bound", "done")]


def test_phones_are_listed_newest_first(kit: Kit, person: Somebody, clock: MovableClock) -> None:
    old = bind(kit, person).id
    clock.forward(seconds=1)
    new = bind(kit, person).id
    assert live(kit, person) == [new, old]


def test_unbinding_ends_the_phones_tokens_and_sessions_and_no_others(
    kit: Kit, person: Somebody, clock: MovableClock
) -> None:
    # given two phones, each with tokens and a session that came from it, and a session by card
    lost, kept = bind(kit, person), bind(kit, person)
    with kit.begin() as session:
        access = {d.id: tokens.start_family(session, kit, device_id=d.id, at=clock.now()) for d in (lost, kept)}
    by_phone = {d.id: make_session(kit, person, acr="otp", device_id=d.id).token for d in (lost, kept)}
    by_card = make_session(kit, person).token
    # when
    gone = unbind(kit, lost, person)
    # then
    assert (gone.unbound_at, gone.unbound_why) == (clock.now(), "lost")
    with kit.read() as session:
        found = {
            d.id: tokens.find_device(session, kit, access_token=access[d.id].access_token, at=clock.now())
            for d in (lost, kept)
        }
    assert (found[lost.id], found[kept.id] is None) == (None, False)
    assert sessions.find_session(kit, by_phone[lost.id]) is None
    assert sessions.find_session(kit, by_phone[kept.id])
    assert sessions.find_session(kit, by_card)
    assert acts(kit)[-1] == ("device.unbound", "done")


def test_a_session_by_phone_shows_how_the_phone_was_bound(kit: Kit, person: Somebody) -> None:
    device = bind(kit, person)
    opened = make_session(kit, person, acr="otp", device_id=device.id)
    found = sessions.find_session(kit, opened.token)

    assert found is not None
    assert found.binding == opened.view.binding == {"via": "card", "at": device.bound_at}


def test_a_phone_is_unbound_by_its_owner_and_once(kit: Kit, person: Somebody) -> None:
    device, other = bind(kit, person), make_person(kit, 2)
    with pytest.raises(NotFound):
        unbind(kit, device, other)
    assert live(kit, person) == [device.id]
    unbind(kit, device, person)
    with pytest.raises(NotFound):
        unbind(kit, device, person)


def test_a_phone_is_found_by_its_owner_while_it_is_bound(kit: Kit, person: Somebody) -> None:
    device, other = bind(kit, person), make_person(kit, 2)

    def found(owner: Somebody) -> list[Any]:
        with kit.begin() as session:
            looks = (devices.find_live, devices.lock_live)
            return [look(session, device_id=device.id, person_id=owner.id) is not None for look in looks]

    assert (found(person), found(other)) == ([True, True], [False, False])
    unbind(kit, device, person)
    assert found(person) == [False, False]


def test_the_last_use_is_noted_once_a_minute(kit: Kit, person: Somebody, clock: MovableClock) -> None:
    device, bound = bind(kit, person), clock.now()

    def last_used() -> timedelta:
        with kit.read() as session:
            return session.scalars(select(Device)).one().last_used_at - bound

    for seconds, noted in ((59, 0), (1, 60)):
        clock.forward(seconds=seconds)
        devices.touch(kit, device, at=clock.now())
        assert last_used() == timedelta(seconds=noted)


def test_a_new_phone_is_told_what_every_feature_gives_it(kit: Kit, person: Somebody, app: Flask) -> None:
    device, key, ways = bind(kit, person), new_key(), Ways()
    ways.enrolments["one"] = lambda _session, _kit, bound, _key: {"id": bound.id}
    ways.enrolments["two"] = lambda _session, _kit, _bound, new: {"jkt": new.jkt}
    with kit.begin() as session:
        told = ways.enrol(session, kit, device, key)
    assert told == {"one": {"id": device.id}, "two": {"jkt": key.jkt}}
    assert "otp" in app.extensions["kit"].port(Ways).enrolments
