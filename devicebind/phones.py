"""Device management: a person's phones are listed, named, unbound and reported lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from authsvc.core.errors import NotFound
from authsvc.core.i18n import N_
from authsvc.core.kit import Kit
from authsvc.identity import devices, keeping
from authsvc.identity.models import Device, Person
from devicebind.binding import tell

# How a phone was bound → what that says about who holds it.
ASSURANCE: Final = {
    "card": N_("Bound with your health card: a card reader checked the card itself."),
    "telco": N_("Bound by its mobile number: your operator said that the line is yours. Your card was not read."),
    "counter": N_("Bound at a counter: staff checked you and your card."),
}


@dataclass(frozen=True, kw_only=True)
class ShownPhone:
    """A bound phone as its owner may see it; `key_kept`, `assurance` are marked texts, `last_used_from` an address."""

    id: str
    name: str
    platform: str
    model: str
    app_version: str
    bound_at: datetime
    via: str
    held: str
    key_kept: str
    assurance: str
    last_used_at: datetime
    last_used_from: str | None


def list_phones(kit: Kit, *, person_id: str) -> Sequence[ShownPhone]:
    """Return a person's bound phones, the newest first."""
    with kit.read() as session:
        return [_shown(kit, device) for device in devices.live_devices(session, person_id)]


def show_phone(kit: Kit, *, device_id: str, person_id: str) -> ShownPhone:
    """Return a bound phone of this person; raise `NotFound`."""
    with kit.read() as session:
        device = devices.find_live(session, device_id=device_id, person_id=person_id)
    if device is None:
        raise NotFound
    return _shown(kit, device)


def _shown(kit: Kit, device: Device) -> ShownPhone:
    return ShownPhone(
        id=device.id,
        name=device.name,
        platform=device.platform,
        model=device.model,
        app_version=device.app_version,
        bound_at=device.bound_at,
        via=device.via,
        held=device.held,
        key_kept=keeping.WORDS[device.held],
        assurance=ASSURANCE.get(device.via, ""),
        last_used_at=device.last_used_at,
        last_used_from=devices.last_place(kit, device) or None,
    )


def rename_phone(kit: Kit, *, device_id: str, person_id: str, name: str) -> ShownPhone:
    """Give a phone of this person another name and return it; raise `NotFound`."""
    with kit.begin() as session:
        devices.rename(session, kit, device_id=device_id, person_id=person_id, name=name)
    return show_phone(kit, device_id=device_id, person_id=person_id)


def remove_phone(kit: Kit, *, device_id: str, person_id: str, why: Literal["unbound", "lost"]) -> None:
    """Unbind a phone: its tokens, codes and sessions end at once, and the person gets a mail; raise `NotFound`."""
    with kit.begin() as session:
        device = devices.unbind(session, kit, device_id=device_id, person_id=person_id, why=why)
        tell(session, kit, session.get_one(Person, person_id), "unbound", device=device)
