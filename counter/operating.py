"""What an operator does for a person who calls: look up how things stand, end logins, have a link sent again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

import counter.acts as acts
import counter.looks as looks
from authsvc.core.audit import audited
from authsvc.core.errors import NotFound
from authsvc.core.kit import Kit
from authsvc.identity import devices, history, opened, people, sessions
from authsvc.identity.history import OwnEvent
from authsvc.identity.models import Device, Person, WebSession
from authsvc.identity.numbers import mask_email
from authsvc.identity.records import ApplicationRecord, Belonging, UnitAccount, UnitAccounts
from authsvc.identity.ways import Ways
from counter.looks import NothingKnown
from counter.models import CounterAct, Operator, StaffView

EVENTS: Final = 50
# The look that opened a record, or at the command line the blind index itself.
Target = str | bytes


@dataclass(frozen=True, kw_only=True)
class OpenLogin:
    """A live login; from where is not told."""

    id: str
    acr: str
    browser: str
    since: datetime
    last_seen_at: datetime


@dataclass(frozen=True, kw_only=True)
class AccountRecord:
    """An account: its state, phones, live logins, and its newest 50 events in the person's own words."""

    id: str
    status: str
    email: str
    registered_at: datetime
    registered_via: str
    phones: Sequence[Device]
    logins: Sequence[OpenLogin]
    events: Sequence[OwnEvent]


@dataclass(frozen=True, kw_only=True)
class PersonRecord:
    """All that is known of a person who calls, masked; who only applied, or is something in a unit, has none."""

    name: str
    national_id: str
    account: AccountRecord | None
    application: ApplicationRecord | None
    units: Sequence[Belonging]
    unit_accounts: Sequence[UnitAccount]
    acts: Sequence[acts.ShownAct]


def look_person(kit: Kit, *, by: Operator, reason: str, national_id: str = "", person_id: str = "") -> str:
    """Look a person up by ID (the command line also takes the id of their account); return the look's id.

    Raise `NothingKnown`, `OwnRecord`, `RoleMissing`, `Invalid` or `Throttled`. Also a look that finds nobody is kept.
    """
    words = looks.begin(kit, by, reason)
    subject = people.national_id_index(kit, national_id) if national_id else _index_of(kit, person_id)
    looks.require_other(kit, by, subject)
    with kit.read() as session:
        known = _find_record(session, kit, subject) is not None
    if not known:
        acts.record_miss(kit, by, outcome=NothingKnown.code, reason=words, subject=subject)
        raise NothingKnown
    with audited(kit, "counter.look", object=by.id), kit.begin() as session:
        person = _find_person(session, subject)
        return looks.note(session, kit, by, act=acts.EXAMINED, reason=words, subject=subject, person=person)


def _index_of(kit: Kit, person_id: str) -> bytes:
    with kit.read() as session:
        person = session.get(Person, person_id)
    return person.national_id_index if person is not None else kit.keys.index("person_id", person_id)


def subject_of(kit: Kit, *, national_id: str = "", person_id: str = "") -> bytes:
    """Return the blind index of an ID, or of the person with this account."""
    return people.national_id_index(kit, national_id) if national_id else _index_of(kit, person_id)


def show_person(kit: Kit, *, staff: StaffView, look_id: str) -> PersonRecord:
    """Return the record that a look of this session opened; raise `LookFirst` or `RoleMissing`."""
    with kit.read() as session:
        return read_record(session, kit, looks.require_look(session, kit, staff, look_id=look_id))


def read_record(session: Session, kit: Kit, subject: bytes) -> PersonRecord:
    """Return what is known under a blind index; raise `NothingKnown`."""
    found = _find_record(session, kit, subject)
    if found is None:
        raise NothingKnown
    return found


def _find_record(session: Session, kit: Kit, subject: bytes) -> PersonRecord | None:
    """Return what is known: account, application, accounts for units, places in units; None where there is none."""
    person, ways = _find_person(session, subject), kit.port(Ways)
    applied = (each.find(session, kit, subject) for each in ways.applications.values())
    application = next((each for each in applied if each is not None), None)
    units = [unit for each in ways.unit_records.values() for unit in each.of_person(session, kit, subject)]
    accounts = [one for each in _unit_accounts(kit) for one in each.of_person(session, kit, subject)]
    known = application or next(iter([*accounts, *units]), None)
    if person is None and known is None:
        return None
    named = people.masked(kit, person) if person else {"name": known.name, "national_id": known.national_id}  # type: ignore[union-attr]
    about = or_(CounterAct.subject == subject, CounterAct.person_id == (person.id if person else ""))
    return PersonRecord(
        **named,
        account=_account(session, kit, person) if person else None,
        application=application,
        units=units,
        unit_accounts=accounts,
        acts=acts.acts_where(session, kit, about),
    )


def _unit_accounts(kit: Kit) -> Sequence[UnitAccounts]:
    return list(kit.port(Ways).unit_accounts.values())


def _account(session: Session, kit: Kit, person: Person) -> AccountRecord:
    return AccountRecord(
        id=person.id,
        status=person.status,
        email=mask_email(people.contact(kit, person).email),
        registered_at=person.registered_at,
        registered_via=person.registered_via,
        phones=devices.live_devices(session, person.id),
        logins=_logins(session, kit, person.id),
        events=history.history_of(kit, person.id, limit=EVENTS).events,
    )


def _find_person(session: Session, subject: bytes) -> Person | None:
    return session.scalar(select(Person).where(Person.national_id_index == subject))


def _logins(session: Session, kit: Kit, person_id: str) -> Sequence[OpenLogin]:
    live = (WebSession.person_id == person_id, *opened.live(kit, WebSession, kit.clock.now()))
    rows = session.scalars(select(WebSession).where(*live).order_by(WebSession.last_seen_at.desc(), WebSession.id))
    return [
        OpenLogin(id=row.id, acr=row.acr, browser=row.browser, since=row.auth_time, last_seen_at=row.last_seen_at)
        for row in rows
    ]


def _subject(session: Session, kit: Kit, by: Operator, target: Target) -> bytes:
    if isinstance(by, StaffView):
        return looks.require_look(session, kit, by, look_id=str(target))
    return target if isinstance(target, bytes) else b""


def end_sessions(kit: Kit, *, by: Operator, target: Target, reason: str, session_id: str = "") -> int:
    """End all of a person's logins at once, or the one that is named, and tell the person; return how many ended.

    The logins of their accounts for units, and what waits to become a login, end with all of them. Raise `NotFound` for
    a login that is over, `NothingKnown` for somebody without any account, `LookFirst`, `RoleMissing` or `Invalid`.
    """
    words, act = acts.require_reason(reason), acts.SESSION_ENDED if session_id else acts.SESSIONS_ENDED
    with audited(kit, "counter.sessions", object=by.id), kit.begin() as session:
        subject = _subject(session, kit, by, target)
        person = _find_person(session, subject)
        if person is None and not any(each.of_person(session, kit, subject) for each in _unit_accounts(kit)):
            raise NothingKnown
        ended = _end_own(session, kit, person, session_id) if person else 0
        if session_id and not ended:
            raise NotFound
        if not session_id:
            ended += sum(each.end(session, kit, subject) for each in _unit_accounts(kit))
        if person and not session_id:  # after the accounts, whose logins it would end uncounted
            kit.port(Ways).on_ended(session, kit, person)
        looks.note(session, kit, by, act=act, reason=words, subject=subject, person=person)
    return ended


def _end_own(session: Session, kit: Kit, person: Person, session_id: str) -> int:
    which = (WebSession.person_id == person.id, *opened.live(kit, WebSession, kit.clock.now()))
    one = (WebSession.id == session_id,) if session_id else ()
    return sessions.end_sessions(session, kit, *which, *one)


def resend_unit_account(kit: Kit, *, by: Operator, target: Target, reason: str, unit_code: str) -> None:
    """Have the link that activates an account for a unit sent again to the address that stands in it.

    Raise `NothingKnown` where none waits, `NotFound` where it was activated just now, `Throttled`, `LookFirst`,
    `RoleMissing` or `Invalid`.
    """
    words = acts.require_reason(reason)
    with audited(kit, "counter.resend", object=by.id):
        with kit.read() as session:
            subject = _subject(session, kit, by, target)
            found = [each for each in _unit_accounts(kit) if _waits(each.of_person(session, kit, subject), unit_code)]
        if not found:
            raise NothingKnown
        found[0].spend(kit, subject)
        with kit.begin() as session:
            found[0].resend(session, kit, _subject(session, kit, by, target), unit_code)
            looks.note(session, kit, by, act=acts.MAIL_RESENT, reason=words, subject=subject)


def _waits(accounts: Sequence[UnitAccount], unit_code: str) -> bool:
    return any(each.unit_code == unit_code and each.state == "waiting" for each in accounts)


def resend(kit: Kit, *, by: Operator, target: Target, reason: str) -> None:
    """Have an application's link sent again to the address that stands in it; the brake of a person's mails counts.

    Raise `NothingKnown` where none waits, `Throttled`, `LookFirst`, `RoleMissing` or `Invalid`.
    """
    words = acts.require_reason(reason)
    with audited(kit, "counter.resend", object=by.id):
        with kit.read() as session:
            subject = _subject(session, kit, by, target)
            found = [each for each in kit.port(Ways).applications.values() if each.find(session, kit, subject)]
        if not found:
            raise NothingKnown
        found[0].spend(kit, subject)
        with kit.begin() as session:
            found[0].resend(session, kit, _subject(session, kit, by, target))
            looks.note(session, kit, by, act=acts.MAIL_RESENT, reason=words, subject=subject)
