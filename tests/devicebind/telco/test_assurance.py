"""A phone that was bound by its operator's word never counts for more than that."""

import pytest

from authsvc.core.errors import StepUpRequired
from authsvc.core.kit import Kit
from authsvc.identity.assurance import require_card_bound
from authsvc.identity.models import AppView, Proof, SessionView
from authsvc.identity.sessions import open_session
from devicebind.models import DeviceCode
from mobileapp.client import Phone
from mobileapp.phonewire import Problem
from tests.devicebind.telco.lines import Verifier


def session_from(kit: Kit, phone: Phone, *, acr: str) -> SessionView:
    """Open a session as if this phone had opened it."""
    with kit.read() as session:
        person_id = session.connection().exec_driver_sql("SELECT id FROM person").scalar_one()
    proof = Proof(person_id=person_id, acr=acr, amr=("swk",), at=kit.clock.now(), device_id=phone.device_id)
    with kit.begin() as session:
        return open_session(session, kit, proof).view


@pytest.mark.parametrize("acr", ["otp", "qr"])
def test_a_session_from_such_a_phone_says_so_and_is_asked_for_the_card(verifier: Verifier, kit: Kit, acr: str) -> None:
    phone = verifier.phone()
    verifier.verify("wang", phone=phone)

    view = session_from(kit, phone, acr=acr)

    assert (view.binding or {})["via"] == "telco"
    with kit.read() as session, pytest.raises(StepUpRequired) as refused:
        require_card_bound(session, view)
    assert refused.value.members == {"ways": ["card"]}


def test_a_move_from_such_a_phone_needs_the_card(verifier: Verifier, kit: Kit) -> None:
    phone = verifier.phone()
    verifier.verify("wang", phone=phone)

    with pytest.raises(Problem) as refused:
        phone.move()

    assert (refused.value.status, refused.value.code, refused.value.body["ways"]) == (403, "step_up_required", ["card"])
    with kit.read() as session:
        assert session.query(DeviceCode).count() == 0


def test_a_phone_bound_with_the_card_passes(kit: Kit, verifier: Verifier) -> None:
    phone = verifier.phone()
    verifier.verify("wang", phone=phone)
    view = session_from(kit, phone, acr="qr")
    app = AppView(device_id=phone.device_id, person_id=view.person_id, jkt="", family_id="")
    for via in ("card", "counter"):
        with kit.begin() as session:
            session.connection().exec_driver_sql(f"UPDATE device SET via = '{via}'")  # noqa: S608 - two constants
        with kit.read() as session:
            require_card_bound(session, session_from(kit, phone, acr="qr"))
            require_card_bound(session, app)


def test_a_phone_that_is_gone_vouches_for_nothing(kit: Kit) -> None:
    with kit.read() as session, pytest.raises(StepUpRequired):
        require_card_bound(session, AppView(device_id="gone", person_id="gone", jkt="", family_id=""))


def test_no_phone_is_bound_for_somebody_who_stopped_new_phones_and_their_password_stays(
    verifier: Verifier, kit: Kit
) -> None:
    phone = verifier.phone()
    verifier.verify("wang", phone=phone)
    phone.call("PUT", "/me/binding-freeze")
    with kit.read() as session:
        before = session.connection().exec_driver_sql("SELECT password_hash FROM person").scalar_one()

    assert verifier.refusal("wang", account={"password": "Other-7way"}) == "bindings_frozen"

    with kit.read() as session:
        assert session.connection().exec_driver_sql("SELECT password_hash FROM person").scalar_one() == before
    assert len(phone.devices()) == 1
