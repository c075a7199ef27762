"""Managers (單位管理者登錄): named, listed and deleted by the unit's own credential alone; all of them are told."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import units.acts as acts
import units.deciding as deciding
import units.letters as letters
import units.members as members
from authsvc.core import audit
from authsvc.core.db import claim, hold
from authsvc.core.errors import Invalid, NotFound
from authsvc.core.i18n import N_
from authsvc.core.kit import Kit
from authsvc.core.throttle import Limit
from authsvc.identity import acting, challenges, people
from authsvc.identity.acting import Acting
from authsvc.identity.cards import CardProof
from authsvc.identity.models import Person
from authsvc.identity.numbers import mask_name
from authsvc.identity.registry import Registry
from units.members import Member, NewMember
from units.models import CERTIFICATE, CLERK, MANAGER, UnitMember, UnitRegistration
from units.refusals import LastManager, ManagerAlreadyThere, NotResponsible, TooManyManagers

FUNCTION: Final = "managers"
MOST: Final = 50
# Each deed writes to all managers: nobody fills their mailboxes through us. A day of quiet starts the count anew.
DEEDS: Final = Limit(scope="unit-manager-deeds", tries=100, pause=timedelta(minutes=1), forgets=timedelta(days=1))
ADDED: Final = N_("Somebody was named a manager of your unit.")
ENDED: Final = N_("Somebody is a manager of your unit no longer.")
ANOTHER_CARD: Final = N_("The certificate that was read is not this person's.")
NO_CARD: Final = N_("Please read the manager's certificate: put their card in the reader.")


def list_managers(kit: Kit, view: Any, unit_code: str) -> Sequence[Member]:
    """Return a unit's managers; raise what `require_owner` raises."""
    owner = require_owner(kit, view, unit_code)
    with kit.read() as session:
        return [members.shown(kit, row) for row in members.list_rows(session, owner.registration_id, MANAGER)]


def add_manager(
    kit: Kit,
    view: Any,
    unit_code: str,
    *,
    new: NewMember,
    card_proof: CardProof | None = None,
    browser: str | None = None,
) -> Member:
    """Name a manager; all managers and the unit are told. Raise the refusal that fits.

    One who comes in with a certificate has it read here, by which its serial number is known and whose it is.
    """
    owner = require_owner(kit, view, unit_code)
    with audit.audited(kit, "unit.manager_added", actor=owner.actor, object=owner.registration_id):
        _spend(kit, owner, new.contact.email)
        serial = _read_certificate(kit, new, card_proof, browser)
        members.require_own_name(kit, owner.registration_id, new.national_id, new.name)
        row = members.new_row(kit, owner.registration_id, MANAGER, _with_serial(new, serial))
        with kit.begin() as session:
            owner = acting.require_still(session, kit, view, FUNCTION, unit_code)
            _add(session, row)
            _tell(session, kit, owner, row, act="manager_added", what=ADDED)
    return members.shown(kit, row)


def end_manager(kit: Kit, view: Any, unit_code: str, *, member_id: str) -> None:
    """Delete a manager, whose access to the unit ends at once; all managers are told, the deleted one too.

    Raise `NotFound`, or `LastManager` for the last one who would delete themselves.
    """
    owner = require_owner(kit, view, unit_code)
    kit.throttle.spend(DEEDS, kit.keys.index("unit-deeds", owner.registration_id))
    with audit.audited(kit, "unit.manager_ended", actor=owner.actor, object=member_id), kit.begin() as session:
        owner = acting.require_still(session, kit, view, FUNCTION, unit_code)
        hold(session, f"unit-managers|{owner.registration_id}".encode())
        row = session.get(UnitMember, member_id)
        if row is None or row.registration_id != owner.registration_id or row.part != MANAGER:
            raise NotFound
        _require_another(session, owner, row)
        addresses = letters.addresses_of_managers(session, kit, owner.registration_id)
        ended = members.unended(owner.registration_id, MANAGER, member_id).values(ended_at=kit.clock.now())
        if not claim(session, ended):
            raise NotFound
        _tell(session, kit, owner, row, act="manager_ended", what=ENDED, also=addresses)


def require_owner(kit: Kit, view: Any, unit_code: str, function_id: str = FUNCTION) -> Acting:
    """Return who came with the unit's own credential and the tick; raise `NotFound`, `NotGranted`, `StepUpRequired`.

    A responsible person is asked of the register each time: `NotResponsible` where the unit changed hands.
    """
    owner = acting.require(kit, view, function_id, unit_code)
    if owner.person_id is not None:
        with kit.read() as session:
            index = session.get_one(Person, owner.person_id).national_id_index
        unit = kit.port(Registry).find_unit(unit_code)  # type: ignore[type-abstract]
        if unit is None or people.national_id_index(kit, unit.responsible_id) != index:
            raise NotResponsible
    return owner


def add_responsible(session: Session, kit: Kit, row: UnitRegistration, new: NewMember, *, by: str) -> None:
    """Make the responsible person a manager with all functions, in the transaction that registers the unit."""
    member = members.new_row(kit, row.id, MANAGER, new)
    session.add(member)
    acts.write(session, kit, row.id, "manager_added", by=by, about=mask_name(new.name))
    audit.record(session, kit, "unit.manager_added", object=row.id, member=member.id)


def end_everybody(session: Session, kit: Kit, registration_id: str, *, by: str) -> None:
    """End all managers and clerks of a unit that changed hands: its new responsible person names their own."""
    for part in (MANAGER, CLERK):
        for row in members.list_rows(session, registration_id, part):
            row.ended_at = kit.clock.now()
            acts.write(session, kit, registration_id, f"{part}_ended", by=by, about=members.shown(kit, row).masked_name)
            audit.record(session, kit, f"unit.{part}_ended", object=registration_id, member=row.id)


def _spend(kit: Kit, owner: Acting, address: str) -> None:
    """Count a mail to an address that was typed, and the mails to all the others; raise `Throttled`."""
    kit.throttle.spend(DEEDS, kit.keys.index("unit-deeds", owner.registration_id))
    kit.throttle.spend(deciding.MAILS, kit.keys.index("unit-mail", f"{owner.registration_id}|{address.lower()}"))


def _with_serial(new: NewMember, serial: str | None) -> NewMember:
    return NewMember(**{**vars(new), "certificate_serial": serial})


def _read_certificate(kit: Kit, new: NewMember, proof: CardProof | None, browser: str | None) -> str | None:
    """Return the serial number of the manager's certificate, None for one known by the health card."""
    if new.credential != CERTIFICATE:
        return None
    if proof is None:
        raise Invalid({"card_proof": [NO_CARD]})
    card = challenges.redeem(kit, proof, purpose="manager", browser=browser, kinds=("citizen",))
    holder = kit.port(Registry).find_by_holder(card.number)  # type: ignore[type-abstract]
    if holder is None or holder.national_id != new.national_id:
        raise Invalid({"national_id": [ANOTHER_CARD]})
    return f"{card.certificate.serial_number:X}"


def _add(session: Session, row: UnitMember) -> None:
    hold(session, f"unit-managers|{row.registration_id}".encode())
    if len(members.list_rows(session, row.registration_id, MANAGER)) >= MOST:
        raise TooManyManagers
    session.add(row)
    try:
        session.flush()
    except IntegrityError as fault:
        raise ManagerAlreadyThere from fault


def _require_another(session: Session, owner: Acting, row: UnitMember) -> None:
    if owner.person_id is None:
        return
    mine = session.get_one(Person, owner.person_id).national_id_index
    if row.person_index == mine and len(members.list_rows(session, row.registration_id, MANAGER)) == 1:
        raise LastManager


def _tell(
    session: Session, kit: Kit, owner: Acting, row: UnitMember, *, act: str, what: str, also: Sequence[str] = ()
) -> None:
    unit = session.get_one(UnitRegistration, owner.registration_id)
    about, by = members.shown(kit, row).masked_name, acts.name_of(session, kit, owner)
    acts.note(session, kit, owner, act, about=about)
    audit.record(session, kit, f"unit.{act}", actor=owner.actor, object=unit.id, member=row.id)
    to = [letters.address_of(kit, unit), *letters.addresses_of_managers(session, kit, unit.id), *also]
    letters.tell(session, kit, unit, what=what, to=to, about=about, by=by)
