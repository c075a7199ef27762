"""Phones: bound to a person by a key, listed, unbound. devicebind and the counter are ceremonies around these verbs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from authsvc.core import audit
from authsvc.core.db import claim
from authsvc.core.errors import Conflict, NotFound
from authsvc.core.i18n import N_
from authsvc.core.jose import PublicKey
from authsvc.core.keys import new_id
from authsvc.core.kit import Kit
from authsvc.identity.models import Device, Person, TokenFamily, WebSession
from authsvc.identity.sessions import end_sessions

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
    session: Session, kit: Kit, *, person_id: str, key: PublicKey, facts: DeviceFacts, via: str, at: datetime
) -> Device:
    """Bind a key to a person; raise `DeviceLimitReached` or `KeyAlreadyBound`."""
    # The person's row is locked, so that two bindings at once count each other; rows that refer to it need not wait.
    session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))
    live = select(func.count()).select_from(Device).where(Device.person_id == person_id, Device.unbound_at.is_(None))
    if (session.scalar(live) or 0) >= kit.settings.device_limit:
        raise DeviceLimitReached
    device = Device(
        id=new_id(),
        person_id=person_id,
        jkt=key.jkt,
        public_key=key.jwk,
        via=via,
        bound_at=at,
        last_used_at=at,
        **vars(facts),
    )
    session.add(device)
    try:
        session.flush()
    except IntegrityError as fault:
        raise KeyAlreadyBound from fault
    audit.record(session, kit, "device.bound", actor=person_id, object=device.id, via=via)
    return device


def live_devices(session: Session, person_id: str) -> Sequence[Device]:
    """Return a person's bound phones, the newest first."""
    mine = select(Device).where(Device.person_id == person_id, Device.unbound_at.is_(None))
    return session.scalars(mine.order_by(Device.bound_at.desc())).all()


def find_live(session: Session, *, device_id: str, person_id: str) -> Device | None:
    """Return a bound phone of this person."""
    mine = select(Device).where(Device.id == device_id, Device.person_id == person_id, Device.unbound_at.is_(None))
    return session.scalar(mine)


def unbind(session: Session, kit: Kit, *, device_id: str, person_id: str, why: str) -> Device:
    """Unbind a phone: its tokens and the sessions that came from it end with it; raise `NotFound`."""
    now = kit.clock.now()
    mine = update(Device).where(Device.id == device_id, Device.person_id == person_id, Device.unbound_at.is_(None))
    if not claim(session, mine.values(unbound_at=now, unbound_why=why)):
        raise NotFound
    live = update(TokenFamily).where(TokenFamily.device_id == device_id, TokenFamily.revoked_at.is_(None))
    session.execute(live.values(revoked_at=now), execution_options={"synchronize_session": False})
    ended = end_sessions(session, kit, WebSession.device_id == device_id)
    audit.record(session, kit, "device.unbound", actor=person_id, object=device_id, why=why, sessions=ended)
    return session.get_one(Device, device_id)


def touch(kit: Kit, device: Device, *, at: datetime) -> None:
    """Note that a phone was used, at most once a minute."""
    if at - device.last_used_at < TOUCH_AFTER:
        return
    with kit.begin() as session:
        session.execute(update(Device).where(Device.id == device.id).values(last_used_at=at))


def lock_live(session: Session, *, device_id: str, person_id: str) -> Device | None:
    """Return a bound phone of this person with its row locked until the transaction ends."""
    mine = select(Device).where(Device.id == device_id, Device.person_id == person_id, Device.unbound_at.is_(None))
    return session.scalar(mine.with_for_update())
