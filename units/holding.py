"""What a registered unit says of itself: shown, changed and withdrawn by its own credential."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import update

import units.acts as acts
import units.letters as letters
import units.managers as managers
import units.registering as registering
from authsvc.core import audit
from authsvc.core.db import claim
from authsvc.core.errors import NotFound
from authsvc.core.kit import Kit
from authsvc.identity import acting
from authsvc.identity.numbers import mask_number
from units.contact import Contact, opened, require_number
from units.models import UnitRegistration
from units.registering import Entry

FUNCTION: Final = "unit_data"


@dataclass(frozen=True, kw_only=True)
class UnitData:
    """A unit's registration as its owner sees it; the responsible person's ID is masked."""

    unit_code: str
    name: str
    business_number: str
    nhi_only: bool
    labour_number: str | None
    responsible_id: str
    phone: str | None
    mobile: str | None
    email: str
    registered_at: datetime
    changed_at: datetime | None


def show(kit: Kit, view: Any, unit_code: str) -> UnitData:
    """Return what a unit's registration says; raise what `managers.require_owner` raises."""
    owner = managers.require_owner(kit, view, unit_code, FUNCTION)
    with kit.read() as session:
        return _shown(kit, session.get_one(UnitRegistration, owner.registration_id))


def change(kit: Kit, view: Any, unit_code: str, *, changes: dict[str, Any]) -> UnitData:
    """Change how the unit is reached, its name or its labour-insurance number, as the register has them by now.

    Raise `UnitNotConfirmed` with what differs. The unit's former address and all managers are told.
    """
    owner = managers.require_owner(kit, view, unit_code, FUNCTION)
    with audit.audited(kit, "unit.change", actor=owner.actor, object=owner.registration_id):
        with kit.read() as session:
            present = session.get_one(UnitRegistration, owner.registration_id)
            entry = _changed(kit, present, changes)
            fields = _differing(_changed(kit, present, {}), entry)
            if not fields:
                return _shown(kit, present)  # nothing is to be told to anybody
        require_number(entry.contact)
        registering.require_confirmed(kit, entry)
        with kit.begin() as session:
            owner = acting.require_still(session, kit, view, FUNCTION, unit_code)
            row = session.get_one(UnitRegistration, owner.registration_id, with_for_update=True)
            letters.send_changed(session, kit, row)
            # Anew on the locked row: a change of another field at the same moment stands beside this one.
            registering.fill(kit, row, _changed(kit, row, changes))
            row.changed_at = kit.clock.now()
            acts.note(session, kit, owner, "unit_changed", about=row.name)
            audit.record(session, kit, "unit.changed", actor=owner.actor, object=row.id, fields=" ".join(fields))
            return _shown(kit, row)


def withdraw(kit: Kit, view: Any, unit_code: str) -> None:
    """Withdraw a unit's registration: nobody acts for it any more, from this moment on. It may register again."""
    owner = managers.require_owner(kit, view, unit_code, FUNCTION)
    with audit.audited(kit, "unit.withdraw", actor=owner.actor, object=owner.registration_id), kit.begin() as session:
        owner = acting.require_still(session, kit, view, FUNCTION, unit_code)
        row = session.get_one(UnitRegistration, owner.registration_id)
        letters.send_withdrawn(session, kit, row)
        live = update(UnitRegistration).where(UnitRegistration.id == row.id, UnitRegistration.ended_at.is_(None))
        if not claim(session, live.values(ended_at=kit.clock.now())):
            raise NotFound
        acts.note(session, kit, owner, "unit_withdrawn", about=row.name)
        audit.record(session, kit, "unit.withdrawn", actor=owner.actor, object=row.id)


def _changed(kit: Kit, row: UnitRegistration, changes: dict[str, Any]) -> Entry:
    """Return a row's entry with the changes in it."""
    place = registering.place_of(kit, row.id)
    reached = vars(opened(place, row)) | {
        name: changes[name] for name in ("phone", "mobile", "email") if name in changes
    }
    named = {name: changes[name] for name in ("name", "nhi_only", "labour_number") if name in changes}
    entry = Entry(
        unit_code=row.unit_code,
        name=row.name,
        business_number=row.business_number,
        nhi_only=row.nhi_only,
        labour_number=row.labour_number,
        responsible_id=place.open("responsible_id", row.responsible_id),
        contact=Contact(**reached),
    )
    return registering.replaced(entry, **named)


def _differing(one: Entry, other: Entry) -> list[str]:
    """Return the names of the fields in which two entries differ."""
    first, second = ({**vars(entry), **vars(entry.contact)} for entry in (one, other))
    return sorted(name for name in first if name != "contact" and first[name] != second[name])


def _shown(kit: Kit, row: UnitRegistration) -> UnitData:
    place = registering.place_of(kit, row.id)
    return UnitData(
        unit_code=row.unit_code,
        name=row.name,
        business_number=row.business_number,
        nhi_only=row.nhi_only,
        labour_number=row.labour_number,
        responsible_id=mask_number(place.open("responsible_id", row.responsible_id)),
        registered_at=row.registered_at,
        changed_at=row.changed_at,
        **vars(opened(place, row)),
    )
