"""Which life of the database this is: after a restore nothing answers until what was revoked is revoked again.

The epoch is a number outside the database, mixed into every digest that finds a session, a token, a code, an order,
a challenge or a link. The database knows the number that it was last made ready for; while the two differ, every
call is refused.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Integer, Select, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

import authsvc.core.revocations as revocations
import authsvc.identity.devices as devices
from authsvc.core import audit
from authsvc.core.audit import AuditEvent
from authsvc.core.db import Base
from authsvc.core.errors import Unavailable
from authsvc.core.i18n import N_
from authsvc.core.kit import Kit
from authsvc.core.revocations import DEVICE, FROZEN, KEY, RESUMED, SUSPENDED, UNFROZEN, Journal
from authsvc.identity.models import ACTIVE, Device, Person
from authsvc.identity.ways import Ways
from authsvc.settings import Misconfigured

BATCH: Final = 500


class RestorePending(Unavailable):
    """The database is of another epoch than the settings: it was restored, and is not made ready yet."""

    code = "restore_pending"
    detail = N_("The service is being made ready. Please try again in a few minutes.")


class Epoch(Base):
    """An epoch that this database was made ready for; none is epoch 0."""

    __tablename__ = "epoch"

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    begun_at: Mapped[datetime]


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What a restore took away again; `complete` tells whether the journal reached back to the backup."""

    epoch: int
    complete: bool
    unbound: int
    suspended: int
    frozen: int


class Gate:
    """Lets calls in once the database was seen to be of this process's epoch."""

    def __init__(self) -> None:
        self._open = False

    def require_open(self, kit: Kit) -> None:
        """Raise `RestorePending` while the database's epoch is not the one that is set."""
        if self._open:
            return
        with kit.read() as session:
            found = current(session)
        if found != kit.settings.epoch:
            wanted = kit.settings.epoch
            logging.getLogger(__name__).error("the database is of epoch %s, AUTHSVC_EPOCH is %s", found, wanted)
            raise RestorePending
        self._open = True


def current(session: Session) -> int:
    """Return the epoch that the database was last made ready for."""
    return session.scalar(select(func.max(Epoch.number))) or 0


def restore(kit: Kit, *, journals: Sequence[Path]) -> Restored:
    """Make a restored database ready for the epoch that is set: what was revoked after the backup is revoked again.

    Without a journal that reaches back to the backup every phone is unbound, for nobody knows which of them were.
    Raise `Misconfigured` when the epoch was not raised or a journal cannot be read.
    """
    journal = revocations.read_journals(journals)
    with kit.begin() as session:
        _require_raised(kit, current(session))
        complete = journal is not None and _reaches_back(session, journal)
        lost = _lost_devices(session, kit, journal if complete else None)
        for device in lost:
            devices.unbind(session, kit, device_id=device.id, person_id=device.person_id, why="restored")
        suspended = 0 if journal is None else _suspend(session, kit, journal)
        frozen = 0 if journal is None else _freeze(session, kit, journal)
        kit.port(Ways).on_restored(session, kit)
        session.add(Epoch(number=kit.settings.epoch, begun_at=kit.clock.now()))
        done = Restored(
            epoch=kit.settings.epoch, complete=complete, unbound=len(lost), suspended=suspended, frozen=frozen
        )
        audit.record(session, kit, "service.restored", **vars(done))
    return done


def _require_raised(kit: Kit, found: int) -> None:
    if kit.settings.epoch <= found:
        raise Misconfigured(
            f"Set AUTHSVC_EPOCH to {found + 1} or more, higher than it ever was: this database is of epoch {found}."
        )


def _reaches_back(session: Session, journal: Journal) -> bool:
    """Tell whether the journal had begun when the database last wrote: else acts are missing between the two."""
    last = session.scalar(select(func.max(AuditEvent.at)))
    return last is None or journal.since <= last


def _lost_devices(session: Session, kit: Kit, journal: Journal | None) -> list[Device]:
    """Return the phones that came back bound and must not be; all of them without a complete journal."""
    live = list(session.scalars(select(Device).where(Device.unbound_at.is_(None)).execution_options(yield_per=BATCH)))
    if journal is None:
        return live
    gone = {(line.kind, line.digest) for line in journal.lines}

    def is_gone(device: Device) -> bool:
        marks = ((DEVICE, device.id), (KEY, device.jkt))
        return any((kind, revocations.digest(kit, kind, subject)) in gone for kind, subject in marks)

    return [device for device in live if is_gone(device)]


def _suspend(session: Session, kit: Kit, journal: Journal) -> int:
    """Suspend everybody whose last line says so, and return how many were not."""
    active = select(Person.id).where(Person.status == ACTIVE)
    found = _since_when(kit, journal, session, active, kinds=(SUSPENDED, RESUMED))
    for person_id in found:
        session.execute(update(Person).where(Person.id == person_id).values(status="suspended"))
    return len(found)


def _freeze(session: Session, kit: Kit, journal: Journal) -> int:
    """Allow no new phones to everybody whose last line says so, and return how many were allowed them."""
    free = select(Person.id).where(Person.bindings_frozen_at.is_(None))
    found = _since_when(kit, journal, session, free, kinds=(FROZEN, UNFROZEN))
    for person_id, at in found.items():
        session.execute(update(Person).where(Person.id == person_id).values(bindings_frozen_at=at))
    return len(found)


def _since_when(
    kit: Kit, journal: Journal, session: Session, people: Select[str], *, kinds: tuple[str, str]
) -> dict[str, datetime]:
    """Return which of these people's last line of the two kinds is of the first, and its time."""
    begun, _ended = kinds
    last = {line.digest: line for line in journal.lines if line.kind in kinds}
    if not last:
        return {}
    found = {each: last.get(revocations.digest(kit, begun, each)) for each in session.scalars(people)}
    return {each: line.at for each, line in found.items() if line is not None and line.kind == begun}
