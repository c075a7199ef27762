"""Device management: a person's phones are listed, unbound and reported lost."""

from collections.abc import Sequence
from typing import Literal

from authsvc.core.errors import NotFound
from authsvc.core.kit import Kit
from authsvc.identity import devices
from authsvc.identity.models import Device, Person
from devicebind.binding import tell


def list_phones(kit: Kit, *, person_id: str) -> Sequence[Device]:
    """Return a person's bound phones, the newest first."""
    with kit.read() as session:
        return devices.live_devices(session, person_id)


def show_phone(kit: Kit, *, device_id: str, person_id: str) -> Device:
    """Return a bound phone of this person; raise `NotFound`."""
    with kit.read() as session:
        device = devices.find_live(session, device_id=device_id, person_id=person_id)
    if device is None:
        raise NotFound
    return device


def remove_phone(kit: Kit, *, device_id: str, person_id: str, why: Literal["unbound", "lost"]) -> None:
    """Unbind a phone: its tokens, codes and sessions end at once, and the person gets a mail; raise `NotFound`."""
    with kit.begin() as session:
        device = devices.unbind(session, kit, device_id=device_id, person_id=person_id, why=why)
        tell(session, kit, session.get_one(Person, person_id), "unbound", device=device)
