"""The budgets of tries that several features share, and the word to the owner of an ID on which they ran out."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import and_, case, or_, select, update
from sqlalchemy.orm import Session

import authsvc.identity.people as people
from authsvc.core import audit, outbox
from authsvc.core.db import claim
from authsvc.core.kit import Kit
from authsvc.core.localtime import moment_text
from authsvc.core.throttle import ALWAYS, NEVER, OWED, Limit, Tally
from authsvc.identity.models import Person

# One budget over every door where somebody types a national ID with a secret; it counts IDs that do not exist too.
TYPED_ID: Final = Limit(scope="typed-id", tries=5, pause=timedelta(seconds=60), closes_at=100)
# Tries from one address, over all people; generous, because a counter or an office shares one.
SOURCE: Final = Limit(scope="source", tries=100, pause=timedelta(seconds=60), forgets=timedelta(minutes=10))
# What the owner of an ID was told of: `Tally.told`.
PAUSED, CLOSED = 1, 2
AT_ONCE: Final = 200


def spend_source(kit: Kit) -> None:
    """Count a try of the caller's address; raise `Throttled` when there were too many."""
    kit.throttle.spend(SOURCE, kit.source_index)


def tell_owners(kit: Kit) -> None:
    """Tell each person on whose ID the typed ways were paused or closed: once a lock, by mail and in their history.

    The worker does it and not the try itself, so that a try costs the same for an ID that nobody has.
    """
    paused = or_(and_(Tally.told < PAUSED, Tally.open_at > ALWAYS), Tally.told == OWED)
    closed = and_(Tally.told == PAUSED, Tally.open_at == NEVER)
    with kit.read() as session:
        fresh = session.scalars(select(Tally).where(Tally.scope == TYPED_ID.scope, or_(paused, closed)).limit(AT_ONCE))
        locks: Sequence[Tally] = fresh.all()
    for lock in locks:
        with kit.begin() as session:
            _tell_owner(session, kit, lock)


def _tell_owner(session: Session, kit: Kit, lock: Tally) -> None:
    told = CLOSED if lock.open_at >= NEVER else PAUSED
    mine = update(Tally).where(Tally.scope == lock.scope, Tally.subject == lock.subject, Tally.told == lock.told)
    # Where a success has ended the pause it is told all the same, for it may have been the guess that was right.
    after = case((Tally.open_at > ALWAYS, told), else_=0)
    if not claim(session, mine.where(Tally.open_at == lock.open_at).values(told=after)):
        return
    person = session.scalar(select(Person).where(Person.national_id_index == lock.subject))
    if person is None:
        return
    outcome = "closed" if told == CLOSED else "paused"
    outbox.post(
        session,
        kit,
        to=people.contact(kit, person).addresses,
        template="mail/typed_tries",
        language=person.language,
        outcome=outcome,
        at=moment_text(kit.clock.now(), person.language),
    )
    audit.record(session, kit, "typed_tries", actor=person.id, outcome=outcome)
