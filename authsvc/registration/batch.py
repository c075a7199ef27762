"""Applications that an employer enters for many people at once: one transaction, nothing of anybody's overwritten.

Somebody entered so has no password, terms and pinned card yet; they bring them along when they confirm with the link
and the card. Whoever is registered, or has an application that waits, is left as they are.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

import authsvc.registration.applications as applications
import authsvc.registration.service as service
from authsvc.core import outbox
from authsvc.core.audit import AuditEvent
from authsvc.core.db import upsert
from authsvc.core.keys import new_id, new_token
from authsvc.core.kit import Kit
from authsvc.core.localtime import moment_text
from authsvc.identity.models import Person
from authsvc.identity.numbers import mask_name
from authsvc.identity.ways import Entry, Writing
from authsvc.registration.models import Registration

APPLIED: Final = "applied"
ALREADY_REGISTERED: Final = "already_registered"
ALREADY_APPLIED: Final = "already_applied"
CARD_NOT_VALID: Final = "card_not_valid"


@dataclass(frozen=True)
class Draft:
    """An application ready to be written, and the mail with its link."""

    columns: dict[str, Any]
    mail: dict[str, Any]

    @property
    def person(self) -> bytes:
        """Return the blind index of the person's ID."""
        found: bytes = self.columns["national_id_index"]
        return found


def enter(kit: Kit, entries: Sequence[Entry], *, language: str, at: datetime) -> Writing:
    """Seal applications for these people (500 at most), and return what writes them and says what became of each."""
    drafts = [_draft(kit, entry, language=language, at=at) if entry.insured.card_valid else None for entry in entries]
    return partial(_write, kit=kit, drafts=drafts, at=at)


def _draft(kit: Kit, entry: Entry, *, language: str, at: datetime) -> Draft:
    insured, contact, row_id, token = entry.insured, entry.contact, new_id(), new_token()
    place, expires_at = kit.keys.place(Registration.__tablename__, row_id), at + service.LINK_LIFE
    columns = {
        "id": row_id,
        "kind": insured.kind,
        "national_id": place.seal("national_id", insured.national_id),
        "national_id_index": kit.keys.index("national_id", insured.national_id),
        "name": place.seal("name", insured.name),
        "birth_date": place.seal("birth_date", insured.birth_date.isoformat()),
        "card_number": place.seal("card_number", insured.card_number),
        "card_number_index": kit.keys.index("card_number", insured.card_number),
        "email": place.seal("email", contact.email),
        "phone": place.seal_or_none("phone", contact.phone),
        "mobile": place.seal("mobile", contact.mobile),
        "token_digest": applications.digest(kit, token),
        "link_expires_at": expires_at,
        "created_at": at,
        "language": language,
    }
    values: dict[str, str | int | None] = {
        "name": mask_name(insured.name),
        "link": service.link_to(kit, token),
        "expires_at": moment_text(expires_at, language),
    }
    to = {"to": contact.email, "template": applications.BY_EMPLOYER, "language": language}
    return Draft(columns=columns, mail=outbox.written(kit, **to, values=values, at=at))


def _write(session: Session, *, kit: Kit, drafts: Sequence[Draft | None], at: datetime) -> list[str]:
    """Write what can be written; return one word for each draft, in order."""
    # In the order of the indexes, so that two who enter the same people wait for each other and do not lock up.
    wanted = dict(sorted({draft.person: draft for draft in reversed(drafts) if draft is not None}.items()))
    known = _registered(session, wanted) if wanted else set()
    waiting = _waiting(session, wanted.keys() - known, wanted, at=at)
    fresh = [draft for person, draft in wanted.items() if person not in known | waiting]
    entered = _insert(session, fresh)
    known |= _take_back(session, entered)
    mine = [draft for draft in fresh if draft.person in entered - known]
    outbox.post_bulk(session, [draft.mail for draft in mine])
    _record(session, kit, mine, at=at)
    done = {id(draft) for draft in mine}
    return [_word(draft, known, done) for draft in drafts]


def _word(draft: Draft | None, known: Collection[bytes], done: Collection[int]) -> str:
    if draft is None:
        return CARD_NOT_VALID
    if draft.person in known:
        return ALREADY_REGISTERED
    return APPLIED if id(draft) in done else ALREADY_APPLIED


def _registered(session: Session, people: Collection[bytes]) -> set[bytes]:
    return set(session.scalars(select(Person.national_id_index).where(Person.national_id_index.in_(people))))


def _waiting(session: Session, people: Collection[bytes], wanted: dict[bytes, Draft], *, at: datetime) -> set[bytes]:
    """Return who has an application that waits; those that its person cannot confirm any more are erased."""
    columns = (Registration.id, Registration.national_id_index, Registration.card_number_index)
    outlived = service.outlived(at).label("outlived")
    there = select(*columns, outlived).where(Registration.national_id_index.in_(people))
    rows = session.execute(there.order_by(Registration.national_id_index).with_for_update()).all() if people else []
    dead = [row.id for row in rows if row.outlived or row.card_number_index != _card(wanted, row)]
    if dead:
        session.execute(delete(Registration).where(Registration.id.in_(dead)))
    return {row.national_id_index for row in rows if row.id not in dead}


def _card(wanted: dict[bytes, Draft], row: Any) -> Any:
    return wanted[row.national_id_index].columns["card_number_index"]


def _insert(session: Session, drafts: Sequence[Draft]) -> set[bytes]:
    """Insert applications; return whose went in, which waits for those who are just being entered elsewhere."""
    if not drafts:
        return set()
    table = Registration.__table__
    statement = upsert(session, table).on_conflict_do_nothing().returning(table.c.national_id_index)  # type: ignore[arg-type]
    return set(session.execute(statement, [draft.columns for draft in drafts]).scalars())


def _take_back(session: Session, entered: Collection[bytes]) -> set[bytes]:
    """Erase what went in for people whose account was opened meanwhile, and return who they are.

    Looked at after the insert, which waits for a confirmation that is under way.
    """
    known = _registered(session, entered) if entered else set()
    if known:
        session.execute(delete(Registration).where(Registration.national_id_index.in_(known)))
    return known


def _record(session: Session, kit: Kit, drafts: Sequence[Draft], *, at: datetime) -> None:
    """Write the act of each application, as for one that a person makes."""
    event = {"at": at, "action": "registration.applied", "outcome": "done", "request_id": kit.caller.request_id}
    rows = [event | {"object": draft.columns["id"], "details": {"via": "batch"}} for draft in drafts]
    if rows:
        session.execute(insert(AuditEvent), rows)
