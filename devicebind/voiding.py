"""Device codes that end unused: a newer one was made, the person was suspended, lost a phone or allows no new ones."""

from typing import Final

from sqlalchemy import update
from sqlalchemy.orm import Session

from authsvc.core.kit import Kit
from authsvc.identity.models import Device, Person
from devicebind.models import CLAIMED, PROVEN, REFUSED, VOID, WAITING, DeviceCode, PhoneVerification

LOST: Final = frozenset({"lost", "voucher"})
OPEN: Final = (WAITING, CLAIMED, PROVEN)


def void_codes(session: Session, person_id: str) -> None:
    """Void the codes of a person that wait to be used."""
    older = update(DeviceCode).where(DeviceCode.person_id == person_id, DeviceCode.state == WAITING)
    session.execute(older.values(state=VOID), execution_options={"synchronize_session": False})


def end_for(session: Session, kit: Kit, person: Person) -> None:
    """Void the codes that wait for a person just suspended, or who allows no new phones."""
    del kit
    void_codes(session, person.id)


def end_with(session: Session, kit: Kit, device: Device) -> None:
    """Void what a phone just unbound has made; of one that is lost also all that could bind whoever holds it again.

    That is every code of its owner that waits, and the verifications by number that its own key has begun.
    """
    del kit
    waiting = update(DeviceCode).where(DeviceCode.from_device_id == device.id, DeviceCode.state == WAITING)
    session.execute(waiting.values(state=VOID), execution_options={"synchronize_session": False})
    if device.unbound_why not in LOST:
        return
    void_codes(session, device.person_id)
    begun = update(PhoneVerification).where(PhoneVerification.jkt == device.jkt, PhoneVerification.state.in_(OPEN))
    session.execute(begun.values(state=REFUSED), execution_options={"synchronize_session": False})
