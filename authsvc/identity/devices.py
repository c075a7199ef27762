"""Phones: bound to a person by a key, listed, unbound. devicebind and the counter are ceremonies around these verbs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from authsvc.core import audit, revocations
from authsvc.core.db import claim
from authsvc.core.errors import Conflict, NotFound
from authsvc.core.i18n import N_
from authsvc.core.jose import PublicKey
from authsvc.core.keys import new_id
from authsvc.core.kit import Kit
from authsvc.identity.freezing import require_unfrozen
from authsvc.identity.models import SOFTWARE, Device, Person, TokenFamily, WebSession
from authsvc.identity.sessions import end_sessions
from authsvc.identity.ways import Ways

TOUCH_AFTER: Final = timedelta(seconds=60)


class DeviceLimitReached(Conflict):
    """The person has as many phones as are allowed."""

    code = "device_limit_reached"
    detail = N_("You have as many phones as are allowed. Please remove one first.")


class KeyAlreadyBound(Conflict):
    """The key is some phone's already."""

    code = "key_already_bound"
    detail = N_("This phone is bound already. Please remove it first, then bind it again.")


@dataclass(frozen=True, kw_only=True)
class DeviceFacts:
    """What a phone says of itself; shown to its owner, believed by nobody."""

    name: str
    platform: str
    model: str
    app_version: str


def bind(
    session: Session,
    kit: Kit,
    *,
    person_id: str,
    key: PublicKey,
    facts: DeviceFacts,
    via: str,
    at: datetime,
    held: str = SOFTWARE,
) -> Device:
    """Bind a key (`held`: where); raise `BindingsFrozen`, `DeviceLimitReached` or `KeyAlreadyBound`."""
    _require_room(session, kit, person_id)
    device = Device(
        id=new_id(),
        person_id=person_id,
        jkt=key.jkt,
        public_key=key.jwk,
        via=via,
        held=held,
        bound_at=at,
        last_used_at=at,
        **vars(facts),
    )
    device.last_place = _seal_place(kit, device.id)
    _insert(session, device)
    audit.record(session, kit, "device.bound", actor=person_id, object=device.id, via=via, held=held)
    return device


def _require_room(session: Session, kit: Kit, person_id: str) -> None:
    """Raise `BindingsFrozen` or `DeviceLimitReached` where a person may not have one phone more."""
    # The person's row is locked, so that two bindings at once count each other; rows that refer to it need not wait.
    session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))
    require_unfrozen(session, person_id)
    live = select(func.count()).select_from(Device).where(Device.person_id == person_id, Device.unbound_at.is_(None))
    if (session.scalar(live) or 0) >= kit.settings.device_limit:
        raise DeviceLimitReached


def _insert(session: Session, device: Device) -> None:
    session.add(device)
    try:
        session.flush()
    except IntegrityError as fault:
        raise KeyAlreadyBound from fault


def live_devices(session: Session, person_id: str) -> Sequence[Device]:
    """Return a person's bound phones, the newest first."""
    mine = select(Device).where(Device.person_id == person_id, Device.unbound_at.is_(None))
    return session.scalars(mine.order_by(Device.bound_at.desc())).all()


def find_live(session: Session, *, device_id: str, person_id: str) -> Device | None:
    """Return a bound phone of this person."""
    mine = select(Device).where(Device.id == device_id, Device.person_id == person_id, Device.unbound_at.is_(None))
    return session.scalar(mine)


def lock_by_key(session: Session, *, jkt: str, person_id: str) -> Device | None:
    """Return the bound phone of this person that holds a key, with its row locked until the transaction ends."""
    mine = select(Device).where(Device.jkt == jkt, Device.person_id == person_id, Device.unbound_at.is_(None))
    return session.scalar(mine.with_for_update())


def unbind(session: Session, kit: Kit, *, device_id: str, person_id: str, why: str) -> Device:
    """Unbind a phone: its tokens, the sessions that came from it and all that features have of it end with it.

    Raise `NotFound` where this person has no such bound phone.
    """
    device = unbind_unnoted(session, kit, device_id=device_id, person_id=person_id, why=why)
    revocations.note(kit, revocations.DEVICE, device_id)
    return device


def unbind_unnoted(session: Session, kit: Kit, *, device_id: str, person_id: str, why: str) -> Device:
    """Unbind as `unbind` does, for an act that can still be refused: it writes the journal's line itself, last."""
    now = kit.clock.now()
    mine = update(Device).where(Device.id == device_id, Device.person_id == person_id, Device.unbound_at.is_(None))
    if not claim(session, mine.values(unbound_at=now, unbound_why=why)):
        raise NotFound
    live = update(TokenFamily).where(TokenFamily.device_id == device_id, TokenFamily.revoked_at.is_(None))
    session.execute(live.values(revoked_at=now), execution_options={"synchronize_session": False})
    ended = end_sessions(session, kit, WebSession.device_id == device_id)
    device = session.get_one(Device, device_id, populate_existing=True)
    kit.port(Ways).on_unbound(session, kit, device)
    audit.record(session, kit, "device.unbound", actor=person_id, object=device_id, why=why, sessions=ended)
    return device


def unbind_all(session: Session, kit: Kit, *, person_id: str, why: str) -> Sequence[Device]:
    """Unbind every phone of a person, each as `unbind` does, and return them; one bound meanwhile waits for us."""
    session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))
    mine = select(Device.id).where(Device.person_id == person_id, Device.unbound_at.is_(None))
    # Locked before it is unbound: one that its owner unbinds meanwhile is then left out, not an error.
    live = session.scalars(mine.order_by(Device.id).with_for_update()).all()
    return [unbind(session, kit, device_id=each, person_id=person_id, why=why) for each in live]


def touch(kit: Kit, device: Device, *, at: datetime) -> None:
    """Note that a phone was used, at most once a minute."""
    if at - device.last_used_at < TOUCH_AFTER:
        return
    used = {"last_used_at": at, "last_place": _seal_place(kit, device.id)}
    with kit.begin() as session:
        session.execute(update(Device).where(Device.id == device.id).values(**used))


def last_place(kit: Kit, device: Device) -> str | None:
    """Return the address that a phone last called from, for its owner alone."""
    return kit.keys.place(Device.__tablename__, device.id).open_or_none("last_place", device.last_place)


def _seal_place(kit: Kit, device_id: str) -> bytes:
    return kit.keys.place(Device.__tablename__, device_id).seal("last_place", kit.caller.source)


def rename(session: Session, kit: Kit, *, device_id: str, person_id: str, name: str) -> None:
    """Give a bound phone of this person another name; raise `NotFound`."""
    mine = update(Device).where(Device.id == device_id, Device.person_id == person_id, Device.unbound_at.is_(None))
    if not claim(session, mine.values(name=name)):
        raise NotFound
    audit.record(session, kit, "device.renamed", actor=person_id, object=device_id)


def change_key(
    session: Session, kit: Kit, *, device_id: str, old_jkt: str, key: PublicKey, held: str = SOFTWARE
) -> Device:
    """Put a new key in the place of a bound phone's old one; raise `NotFound` or `KeyAlreadyBound`.

    Where the old key was held says nothing about the new one.
    """
    mine = update(Device).where(Device.id == device_id, Device.jkt == old_jkt, Device.unbound_at.is_(None))
    try:
        if not claim(session, mine.values(jkt=key.jkt, public_key=key.jwk, held=held)):
            raise NotFound
    except IntegrityError as fault:
        raise KeyAlreadyBound from fault
    device = session.get_one(Device, device_id, populate_existing=True)
    audit.record(session, kit, "device.key_changed", actor=device.person_id, object=device_id, held=held)
    revocations.note(kit, revocations.KEY, old_jkt)
    return device


def lock_live(session: Session, *, device_id: str, person_id: str) -> Device | None:
    """Return a bound phone of this person with its row locked until the transaction ends."""
    mine = select(Device).where(Device.id == device_id, Device.person_id == person_id, Device.unbound_at.is_(None))
    return session.scalar(mine.with_for_update())
