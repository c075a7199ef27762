"""What staff do at the counter: find a person, register them, bind a phone, unbind one, suspend and restore."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import counter.acts as acts
from authsvc.core.audit import audited
from authsvc.core.errors import Forbidden, NotFound
from authsvc.core.i18n import N_
from authsvc.core.kit import Kit
from authsvc.core.throttle import Limit
from authsvc.identity import challenges, devices, login, opened, people, standing, suspension
from authsvc.identity.cards import CardProof, VerifiedCard
from authsvc.identity.models import Device, Person, WebSession
from authsvc.identity.ways import DeviceCodes, MadeCode, Ways
from counter.models import COUNTER, StaffView

LOOKS: Final = Limit(scope="counter-look", tries=60, pause=timedelta(seconds=60), forgets=timedelta(hours=1))
VIA: Final = "counter"


class NobodyFound(NotFound):
    """Nobody is registered with this card, or with this ID and birth date."""

    code = "nobody_found"
    detail = N_("Nobody is registered with this. Please check it, or register the person.")


class CardOfAnother(Forbidden):
    """The card in the reader is not the card of the person whose record is open."""

    code = "card_of_another"
    detail = N_(
        "The card in the reader is not this person's registered card. If it is a new card of theirs, first take it down"
        " on their record."
    )


@dataclass(frozen=True, kw_only=True)
class Record:
    """As much of a person as the counter needs; name and ID are masked."""

    id: str
    name: str
    national_id: str
    status: str
    registered_at: datetime
    registered_via: str
    phones: Sequence[Device]
    sessions: int
    acts: Sequence[acts.ShownAct]


def find_person(
    kit: Kit,
    *,
    staff: StaffView,
    reason: str,
    browser: str | None,
    card_proof: CardProof | None = None,
    national_id: str = "",
    birth_date: date | None = None,
) -> str:
    """Open a person's record by the card in the reader, or by ID and birth date; return the person's id.

    Raise `NobodyFound`, `OwnRecord`, `Invalid`, `Throttled`, and the card's refusals.
    """
    words = acts.require_reason(reason)
    with audited(kit, "counter.look", object=acts.require_role(kit, staff, COUNTER).id):
        kit.throttle.spend(LOOKS, staff.id.encode())
        card = None if card_proof is None else _read_card(kit, card_proof, browser=browser)
    if card is None:
        acts.require_other(kit, staff, people.national_id_index(kit, national_id))
    person = _named(kit, national_id, birth_date) if card is None else _holder(kit, card)
    if person is None:
        acts.record_miss(kit, staff, outcome=NobodyFound.code, reason=words)
        raise NobodyFound
    acts.require_other(kit, staff, person.national_id_index)
    with audited(kit, "counter.look", object=staff.id), kit.begin() as session:
        if card is not None:
            login.pin_first_card(session, kit, person, key=card.key)
        acts.record(session, kit, staff, person, act=acts.LOOKED, reason=words)
    return person.id


def _read_card(kit: Kit, card_proof: CardProof, *, browser: str | None) -> VerifiedCard:
    """Return the health card in the counter's reader."""
    return challenges.redeem(kit, card_proof, purpose="counter", browser=browser, kinds=("nhi",))


def _holder(kit: Kit, card: VerifiedCard) -> Person | None:
    """Return the person whose registered card this is, or may be: the deed pins a first card."""
    with kit.read() as session:
        person = people.find_by_card(session, kit, card.number)
    return person if person is not None and person.card_key in (None, card.key) else None


def _named(kit: Kit, national_id: str, birth_date: date | None) -> Person | None:
    with kit.read() as session:
        person = people.find_by_national_id(session, kit, national_id)
    return person if person is not None and people.birth_date(kit, person) == birth_date else None


def show_person(kit: Kit, *, staff: StaffView, person_id: str) -> Record:
    """Return a record that this session of staff opened; raise `LookFirst`."""
    with kit.read() as session:
        person = acts.require_open(session, kit, staff, person_id)
        return Record(
            id=person.id,
            **people.masked(kit, person),
            status=person.status,
            registered_at=person.registered_at,
            registered_via=person.registered_via,
            phones=devices.live_devices(session, person_id),
            sessions=_live_sessions(session, kit, person_id),
            acts=acts.recent_acts(session, kit, person_id),
        )


def _live_sessions(session: Session, kit: Kit, person_id: str) -> int:
    live = (WebSession.person_id == person_id, *opened.live(kit, WebSession, kit.clock.now()))
    return session.scalar(select(func.count()).select_from(WebSession).where(*live)) or 0


def make_code(
    kit: Kit, *, staff: StaffView, person_id: str, card_proof: CardProof, reason: str, browser: str | None
) -> MadeCode:
    """Make a device code for a person whose card is in the reader now.

    Raise `CardOfAnother`, `OnlineServicesSuspended`, `LookFirst`, `Invalid`, and the card's refusals.
    """
    words = acts.require_reason(reason)
    with audited(kit, "counter.device_code", actor=person_id, object=staff.id):
        with kit.read() as session:
            acts.require_open(session, kit, staff, person_id)
        card = _read_card(kit, card_proof, browser=browser)
        holder = _holder(kit, card)
        if holder is None or holder.id != person_id:
            raise CardOfAnother
        with kit.begin() as session:
            standing.require_active(session, person_id)
            login.pin_first_card(session, kit, holder, key=card.key)
            made = _codes(kit).make(session, kit, person_id=person_id, via=VIA)
            acts.record(session, kit, staff, holder, act=acts.DEVICE_CODE, reason=words)
    return made


def follow_code(kit: Kit, *, staff: StaffView, person_id: str, code_id: str, wait: int) -> str:
    """Return how a code stands, after up to `wait` seconds in which it waits; raise `NotFound` or `LookFirst`."""
    with kit.read() as session:
        acts.require_open(session, kit, staff, person_id)
    return _codes(kit).follow(kit, code_id=code_id, person_id=person_id, wait=wait)


def _codes(kit: Kit) -> DeviceCodes:
    """Return who makes device codes; raise `NotFound` where that feature is absent."""
    for codes in kit.port(Ways).device_codes.values():
        return codes
    raise NotFound


def remove_phone(
    kit: Kit, *, staff: StaffView, person_id: str, device_id: str, why: Literal["unbound", "lost"], reason: str
) -> None:
    """Unbind a person's phone, or report it lost; raise `NotFound`, `LookFirst` or `Invalid`."""
    words = acts.require_reason(reason)
    with audited(kit, "counter.phone", actor=person_id, object=staff.id), kit.begin() as session:
        person = acts.require_open(session, kit, staff, person_id)
        devices.unbind(session, kit, device_id=device_id, person_id=person_id, why=why)
        acts.record(session, kit, staff, person, act=why, reason=words)


def suspend(kit: Kit, *, staff: StaffView, person_id: str, reason: str) -> None:
    """Suspend a person's online services, which ends at once all that is open.

    Raise `AlreadySuspended`, `LookFirst` or `Invalid`.
    """
    words = acts.require_reason(reason)
    with audited(kit, "counter.suspend", actor=person_id, object=staff.id), kit.begin() as session:
        acts.require_open(session, kit, staff, person_id)
        person = suspension.suspend(session, kit, person_id=person_id)
        acts.record(session, kit, staff, person, act=acts.SUSPENDED, reason=words)


def restore(kit: Kit, *, staff: StaffView, person_id: str, reason: str) -> None:
    """Restore a person's online services; raise `NotSuspended`, `LookFirst` or `Invalid`."""
    words = acts.require_reason(reason)
    with audited(kit, "counter.restore", actor=person_id, object=staff.id), kit.begin() as session:
        acts.require_open(session, kit, staff, person_id)
        person = suspension.restore(session, kit, person_id=person_id)
        acts.record(session, kit, staff, person, act=acts.RESTORED, reason=words)
