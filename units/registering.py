"""Unit registration (單位註冊): once, by the unit's own credential, as the register of insured units has it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import units.acts as acts
import units.letters as letters
import units.managers as managers
import units.proving as proving
from authsvc.core import audit
from authsvc.core.db import claim
from authsvc.core.i18n import N_
from authsvc.core.keys import Place, new_id
from authsvc.core.kit import Kit
from authsvc.identity import people
from authsvc.identity.models import Person
from authsvc.identity.registry import Registry
from authsvc.identity.registryanswers import InsuredUnit
from units.contact import Contact, sealed
from units.members import NewMember
from units.models import HEALTH_CARD, UnitRegistration
from units.numbers import same_name
from units.proving import Evidence, Proved
from units.refusals import NotResponsible, UnitAlreadyRegistered, UnitNotConfirmed

NO_SUCH_UNIT: Final = N_("No insured unit has this code.")
NOT_ITS_CODE: Final = N_("No insured unit of this business number has this code.")
DIFFERENT: Final = N_("The register has this differently.")
NO_LABOUR: Final = N_("The register knows no such labour-insurance number for this unit.")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What is entered about a unit; `labour_number` is None for one that uses the health insurance alone."""

    unit_code: str
    name: str
    business_number: str
    nhi_only: bool
    labour_number: str | None
    responsible_id: str
    contact: Contact


@dataclass(frozen=True, kw_only=True)
class Registered:
    """The result, told at once and by mail."""

    unit_code: str
    name: str
    registered_at: datetime
    status: str = "registered"


def register(
    kit: Kit, *, entry: Entry, evidence: Evidence, responsible_is_manager: bool, browser: str | None
) -> Registered:
    """Register a unit; raise the refusal that fits.

    Where the unit changed hands, its new responsible person takes the registration over by registering.
    """
    with audit.audited(kit, "unit.register"):
        asked = {"claimed_number": entry.business_number, "responsible_id": entry.responsible_id}
        proved = proving.prove(kit, evidence, **asked, browser=browser)
        _require_own_unit(kit, entry, proved)
        unit = require_confirmed(kit, entry)
        responsible = _responsible(kit, entry)
        with kit.begin() as session:
            row = _take_over(session, kit, entry, proved) or _new(session, kit, entry, proved)
            by = _name(session, kit, proved, unit)
            acts.write(session, kit, row.id, "unit_registered", by=by, about=row.name)
            audit.record(session, kit, "unit.registered", actor=proved.person_id, object=row.id, via=proved.via)
            if responsible_is_manager:
                managers.add_responsible(session, kit, row, responsible, by=by)
            letters.send_registered(session, kit, row)
    return Registered(unit_code=row.unit_code, name=row.name, registered_at=row.registered_at)


def _require_own_unit(kit: Kit, entry: Entry, proved: Proved) -> None:
    """Let nobody learn about a unit that is not theirs: what differs is marked for its own credential alone.

    Raise `NotResponsible` for a person, `UnitNotConfirmed` for a certificate, whether or not there is such a unit.
    """
    unit = kit.port(Registry).find_unit(entry.unit_code)  # type: ignore[type-abstract]
    if proved.person_id is not None and (unit is None or unit.responsible_id != entry.responsible_id):
        raise NotResponsible
    if proved.person_id is None and (unit is None or unit.business_number != entry.business_number):
        raise UnitNotConfirmed({"unit_code": [NOT_ITS_CODE]})


def require_confirmed(kit: Kit, entry: Entry) -> InsuredUnit:
    """Return the unit as the register has it; raise `UnitNotConfirmed` with what differs."""
    unit = kit.port(Registry).find_unit(entry.unit_code)  # type: ignore[type-abstract]
    if unit is None:
        raise UnitNotConfirmed({"unit_code": [NO_SUCH_UNIT]})
    right = {
        "name": same_name(entry.name, unit.name),
        "business_number": entry.business_number == unit.business_number,
        "responsible_id": entry.responsible_id == unit.responsible_id,
    }
    errors = {field: [DIFFERENT] for field, holds in right.items() if not holds}
    if not entry.nhi_only and entry.labour_number != unit.labour_number:
        errors["labour_number"] = [NO_LABOUR]
    if errors:
        raise UnitNotConfirmed(errors)
    return unit


def place_of(kit: Kit, registration_id: str) -> Place:
    """Return the sealer of a registration's row."""
    return kit.keys.place(UnitRegistration.__tablename__, registration_id)


def fill(kit: Kit, row: UnitRegistration, entry: Entry) -> None:
    """Write what was entered, and confirmed, into a row."""
    place = place_of(kit, row.id)
    row.name, row.business_number = entry.name, entry.business_number
    row.nhi_only, row.labour_number = entry.nhi_only, None if entry.nhi_only else entry.labour_number
    row.responsible_id = place.seal("responsible_id", entry.responsible_id)
    row.responsible_index = people.national_id_index(kit, entry.responsible_id)
    for column, blob in sealed(place, entry.contact).items():
        setattr(row, column, blob)


def _new(session: Session, kit: Kit, entry: Entry, proved: Proved) -> UnitRegistration:
    row = UnitRegistration(id=new_id(), unit_code=entry.unit_code, via=proved.via, language=kit.caller.language)
    row.registered_at = kit.clock.now()
    fill(kit, row, entry)
    session.add(row)
    try:
        session.flush()
    except IntegrityError as fault:
        raise UnitAlreadyRegistered from fault
    return row


def _take_over(session: Session, kit: Kit, entry: Entry, proved: Proved) -> UnitRegistration | None:
    """Return the registration of a unit that changed hands, now in the new ones; None where there is none."""
    live = (UnitRegistration.unit_code == entry.unit_code, UnitRegistration.ended_at.is_(None))
    row = session.scalar(select(UnitRegistration).where(*live))
    if row is None:
        return None
    former = row.responsible_index
    unchanged = update(UnitRegistration).where(UnitRegistration.id == row.id, *live)
    same_hands = former == people.national_id_index(kit, entry.responsible_id)
    now = kit.clock.now()
    mine = unchanged.where(UnitRegistration.responsible_index == former).values(changed_at=now, via=proved.via)
    if same_hands or not claim(session, mine):
        raise UnitAlreadyRegistered
    letters.send_taken_over(session, kit, row)  # to those who had it before
    session.refresh(row)
    fill(kit, row, entry)
    managers.end_everybody(session, kit, row.id, by=entry.name)
    return row


def _responsible(kit: Kit, entry: Entry) -> NewMember:
    """Return the responsible person as a manager, known by their health card; the register has the name."""
    person = kit.port(Registry).find_by_id(entry.responsible_id)  # type: ignore[type-abstract]
    if person is None:
        raise UnitNotConfirmed({"responsible_id": [DIFFERENT]})
    return NewMember(
        national_id=entry.responsible_id,
        name=person.name,
        contact=entry.contact,
        credential=HEALTH_CARD,
        everything=True,
    )


def _name(session: Session, kit: Kit, proved: Proved, unit: InsuredUnit) -> str:
    """Return how whoever registered is named in the unit's log."""
    if proved.person_id is None:
        return unit.name
    return people.masked(kit, session.get_one(Person, proved.person_id))["name"]


def replaced(entry: Entry, **changes: object) -> Entry:
    """Return an entry with some fields changed."""
    return replace(entry, **changes)  # type: ignore[arg-type]
