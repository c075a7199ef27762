"""What must hold when a person's phones and browsers act at the same moment."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from joserfc.jwk import ECKey
from sqlalchemy import func, select

from authsvc.core.errors import Problem
from authsvc.core.jose import read_public_key
from authsvc.core.kit import Kit
from authsvc.identity.devices import DeviceFacts, live_devices
from devicebind.binding import NewPhone
from devicebind.models import DeviceCode
from devicebind.service import bind_phone, make_code
from mobileapp.phonekeys import public_jwk
from tests.factories import make_device_code, make_person, make_session

ROUNDS = range(5)
RACERS = 12
FACTS = DeviceFacts(name="Pocket", platform="android", model="Model 1", app_version="1.0")


def all_at_once(act: Callable[[], object], racers: int = RACERS) -> list[str]:
    """Let all act from one barrier and return what each heard: "done" or a refusal's code, sorted."""
    barrier = threading.Barrier(racers)

    def one(_: int) -> str:
        barrier.wait()
        try:
            act()
        except Problem as refusal:
            return refusal.code
        return "done"

    with ThreadPoolExecutor(racers) as pool:
        return sorted(pool.map(one, range(racers)))


def attempt(kit: Kit, **way: str) -> None:
    key, otp_key = (read_public_key(public_jwk(ECKey.generate_key("P-256"))) for _ in range(2))
    bind_phone(kit, phone=NewPhone(key=key, facts=FACTS, otp_key=otp_key), **way)


@pytest.mark.parametrize("number", ROUNDS)
def test_a_code_binds_one_phone(kit: Kit, number: int) -> None:
    person = make_person(kit, number + 1)
    made = make_device_code(kit, person)
    heard = all_at_once(lambda: attempt(kit, qr_text=made.qr_text))
    assert heard == ["device_code_refused"] * (RACERS - 1) + ["done"]
    with kit.read() as session:
        assert len(live_devices(session, person.id)) == 1


@pytest.mark.parametrize("number", ROUNDS)
def test_no_more_than_five_guesses_are_compared(kit: Kit, number: int) -> None:
    person = make_person(kit, number + 1)
    made = make_device_code(kit, person)
    heard = all_at_once(lambda: attempt(kit, code="00000000", national_id=person.national_id))
    assert heard == ["device_code_refused"] * 5 + ["too_many_tries"] * (RACERS - 5)
    with kit.read() as session:
        assert session.get_one(DeviceCode, made.id).state == "waiting"
    attempt(kit, qr_text=made.qr_text)


@pytest.mark.parametrize("number", ROUNDS)
def test_of_codes_made_at_once_one_stays(kit: Kit, number: int) -> None:
    person = make_person(kit, number + 1)
    view = make_session(kit, person).view
    assert all_at_once(lambda: make_code(kit, view=view)) == ["done"] * RACERS
    waiting = select(func.count()).where(DeviceCode.person_id == person.id, DeviceCode.state == "waiting")
    with kit.read() as session:
        assert session.scalar(waiting) == 1
