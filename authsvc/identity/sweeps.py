"""The brake over all people: a sweep of many IDs from many addresses, each below its own limit, is stopped and told.

One count over every door where somebody types an ID with a secret: one-time code, device code, verified number. While
the brake is on, codes typed at addresses where none was right lately are refused: those are where a sweep comes from,
and an office or a home that logs in every day goes on. The ways that are not typed (QR code, app) are not touched.
"""

import logging
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Integer, delete, update
from sqlalchemy.orm import Mapped, mapped_column

from authsvc.core import audit, outbox
from authsvc.core.db import Base, claim, upsert
from authsvc.core.errors import Throttled
from authsvc.core.i18n import LANGUAGES, N_
from authsvc.core.kit import Kit
from authsvc.core.localtime import moment_text
from authsvc.core.throttle import Limit

WINDOW: Final = timedelta(minutes=10)
PAUSE: Final = timedelta(minutes=5)
LONGEST: Final = timedelta(minutes=15)
EVERYBODY: Final = b"everybody"
# An address is known for a day after a right code, and then may try so often until the next right one.
KNOWN_FOR: Final = timedelta(days=1)
KNOWN_TRIES: Final = 5
ALERT: Final = "alert.typed_sweep"
log = logging.getLogger(__name__)


class TypedSource(Base):
    """An address (blind index) from which a typed code was right, and its tries since then while a sweep was on."""

    __tablename__ = "typed_source"

    source: Mapped[bytes] = mapped_column(primary_key=True)
    succeeded_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(Integer)


class TypedCodesPaused(Throttled):
    """A sweep is on, and no code was right lately from where this one comes; says nothing about the person."""

    code = "typed_codes_paused"
    detail = N_(
        "Very many wrong codes are arriving from many places, so typing codes pauses for a few minutes."
        " Please use the QR code: it works."
    )


def sweep_limit(kit: Kit) -> Limit:
    """Return how many wrong codes over all people are taken for a sweep."""
    most = kit.settings.sweep_limit
    return Limit(scope="typed-sweep", tries=most, pause=PAUSE, longest=LONGEST, forgets=WINDOW)


def require_calm(kit: Kit) -> None:
    """Raise `TypedCodesPaused` while a sweep is on, unless this address is known and has tries left."""
    now = kit.clock.now()
    with kit.read() as session:
        left = (kit.throttle.opens_at(session, sweep_limit(kit), EVERYBODY) - now).total_seconds()
    if left <= 0:
        return
    known = update(TypedSource).where(
        TypedSource.source == kit.source_index,
        TypedSource.succeeded_at > now - KNOWN_FOR,
        TypedSource.tries < KNOWN_TRIES,
    )
    with kit.begin() as session:
        if claim(session, known.values(tries=TypedSource.tries + 1)):
            return
    raise TypedCodesPaused(int(left) + 1)


def remember_success(kit: Kit) -> None:
    """Know this address from now on."""
    right = {"succeeded_at": kit.clock.now(), "tries": 0}
    with kit.begin() as session:
        new = upsert(session, TypedSource.__table__).values(source=kit.source_index, **right)  # type: ignore[arg-type]
        session.execute(new.on_conflict_do_update(index_elements=["source"], set_=right))


def count_failure(kit: Kit) -> None:
    """Count a wrong code over all people; the one that makes it a sweep raises the alarm, once a window."""
    limit = sweep_limit(kit)
    try:
        failures = kit.throttle.spend(limit, EVERYBODY)
    except Throttled:
        return  # the brake is on already
    if failures == limit.tries:
        _alert(kit, failures)


def _alert(kit: Kit, failures: int) -> None:
    window, pause = int(WINDOW.total_seconds()), int(PAUSE.total_seconds())
    log.error("event=%s failures=%d window_seconds=%d pause_seconds=%d", ALERT, failures, window, pause)
    with kit.begin() as session:
        audit.record(session, kit, ALERT, outcome="braked", failures=failures, window=window, pause=pause)
        outbox.post(
            session,
            kit,
            to=kit.settings.alert_mail,
            template="mail/sweep",
            language=LANGUAGES[0],
            failures=failures,
            minutes=window // 60,
            pause=pause // 60,
            at=moment_text(kit.clock.now(), LANGUAGES[0]),
        )


def purge(kit: Kit) -> None:
    """Forget addresses that are not known any more."""
    with kit.begin() as session:
        session.execute(delete(TypedSource).where(TypedSource.succeeded_at < kit.clock.now() - KNOWN_FOR))
