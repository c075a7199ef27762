"""The last step that every ceremony shares: bind the phone, give it tokens, enrol it, tell the person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from authsvc.core import outbox
from authsvc.core.jose import PublicKey
from authsvc.core.kit import Kit
from authsvc.core.localtime import moment_text
from authsvc.identity import devices, keeping, people, tokens
from authsvc.identity.devices import DeviceFacts
from authsvc.identity.freezing import require_unfrozen
from authsvc.identity.models import ACTIVE, SOFTWARE, Device, Person
from authsvc.identity.standing import OnlineServicesSuspended
from authsvc.identity.tokens import Tokens
from authsvc.identity.tries import TYPED_ID
from authsvc.identity.ways import Ways


@dataclass(frozen=True, kw_only=True)
class NewPhone:
    """A phone that wants to be bound: the key that it proved, what it says of itself, its key for one-time codes.

    `attestation` is what it shows of where it keeps the first key; `held` is what we made of that (`looked_at`).
    """

    key: PublicKey
    facts: DeviceFacts
    otp_key: PublicKey
    attestation: Sequence[str] = ()
    held: str = SOFTWARE


@dataclass(frozen=True, kw_only=True)
class Binding:
    """A phone just bound and all that it is told; `otp` is None where that feature is absent.

    `is_new` is false for a phone that was bound already: it has new tokens, and its codes' secret stays (no `otp`).
    """

    device: Device
    person: Mapping[str, str]
    tokens: Tokens
    otp: Mapping[str, Any] | None
    is_new: bool = True


def lock_person(session: Session, person_id: str) -> Person:
    """Return a person, locked until the transaction ends, so that two ceremonies of theirs follow one another."""
    # Not the strongest lock: rows that merely refer to the person need not wait.
    locked = select(Person).where(Person.id == person_id).with_for_update(key_share=True)
    return session.scalars(locked).one()


def looked_at(kit: Kit, phone: NewPhone, *, actor: str | None = None) -> NewPhone:
    """Return the phone with where it keeps its key; what it shows is judged before any transaction of ours begins."""
    held = keeping.where_kept(kit, key=phone.key, chain=phone.attestation, actor=actor)
    return replace(phone, held=held)


def complete(session: Session, kit: Kit, *, person: Person, phone: NewPhone, via: str, at: datetime) -> Binding:
    """Bind a phone; raise `OnlineServicesSuspended`, `DeviceLimitReached` or `KeyAlreadyBound`."""
    _require_active(person)
    device = devices.bind(
        session, kit, person_id=person.id, key=phone.key, facts=phone.facts, via=via, at=at, held=phone.held
    )
    issued = tokens.start_family(session, kit, device_id=device.id, at=at)
    told = kit.port(Ways).enrol(session, kit, device, phone.otp_key)
    kit.throttle.forgive(session, TYPED_ID, person.national_id_index)
    tell(session, kit, person, "bound", device=device)
    return Binding(device=device, person=people.masked(kit, person), tokens=issued, otp=told.get("otp"))


def stay(session: Session, kit: Kit, *, person: Person, device: Device, at: datetime) -> Binding:
    """Give a phone of this person that is bound already new tokens, and bind nothing.

    Raise `OnlineServicesSuspended`, or `BindingsFrozen` as for a new phone: whoever stopped those keeps all as it is.
    """
    _require_active(person)
    require_unfrozen(session, person.id)
    issued = tokens.start_family(session, kit, device_id=device.id, at=at)
    kit.throttle.forgive(session, TYPED_ID, person.national_id_index)
    return Binding(device=device, person=people.masked(kit, person), tokens=issued, otp=None, is_new=False)


def _require_active(person: Person) -> None:
    if person.status != ACTIVE:
        raise OnlineServicesSuspended


def tell(session: Session, kit: Kit, person: Person, what: str, *, device: Device | None = None) -> None:
    """Write the mail `what` to every address of a person; it names the phone when that is theirs."""
    outbox.post(
        session,
        kit,
        to=people.contact(kit, person).addresses,
        template=f"devicebind/mail/{what}",
        language=person.language,
        device_name=device.name if device else None,
        device_model=device.model if device else None,
        at=moment_text(kit.clock.now(), person.language),
    )
