"""What an operator reads at the command line about a person or a unit: plain lines, masked, in Taipei's time."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from authsvc.core.localtime import moment_text
from authsvc.identity.records import ApplicationRecord, UnitAccount, UnitRecord
from counter.acts import ShownAct
from counter.operating import AccountRecord, PersonRecord
from counter.unitdesk import ShownUnit


def person_lines(record: PersonRecord) -> Iterator[str]:
    """Yield what is known of a person."""
    yield f"{record.name}  {record.national_id}"
    if record.account is None:
        yield "Account: none"
    else:
        yield from _account_lines(record.account)
    yield from _application_lines(record.application)
    for unit in record.units:
        yield f"Unit: {unit.unit_code} {unit.unit_name}, {unit.part} since {_at(unit.since)}"
    for held in record.unit_accounts:
        yield from _unit_account_lines(held)
    if record.account is not None:
        for event in record.account.events:
            yield f"Event: {_at(event.at)}  {event.text}"
    yield from _act_lines(record.acts)


def _account_lines(account: AccountRecord) -> Iterator[str]:
    yield f"Account: {account.status}, id {account.id}, {account.email}"
    yield f"Registered: {_at(account.registered_at)}, {account.registered_via}"
    for phone in account.phones:
        yield f"Phone: {phone.name}, bound {_at(phone.bound_at)}, {phone.via}"
    for login in account.logins:
        yield f"Login: {login.acr}, {login.browser}, since {_at(login.since)}, last active {_at(login.last_seen_at)}"


def _application_lines(application: ApplicationRecord | None) -> Iterator[str]:
    if application is None:
        yield "Application: none"
        return
    by = "by the employer" if application.by_employer else "by the person"
    yield f"Application: {by}, {_at(application.applied_at)}, {application.email}"
    yield f"Link: written {_at(application.mailed_at)}, dead from {_at(application.link_expires_at)}"


def _unit_account_lines(held: UnitAccount) -> Iterator[str]:
    state = f"{held.state} since {_at(held.since)}, {held.email}, open logins: {held.logins}"
    yield f"Unit: {held.unit_code} {held.unit_name}, {held.part}, {state}"
    if held.link_expires_at is not None:
        yield f"Link: dead from {_at(held.link_expires_at)}"


def unit_lines(shown: ShownUnit) -> Iterator[str]:
    """Yield what is known of a unit."""
    unit = shown.unit
    yield f"{unit.unit_code}  {unit.name}  {unit.business_number}"
    yield f"Registered: {_at(unit.registered_at)}, {unit.via}, {unit.email}, responsible {unit.responsible_id}"
    yield f"State: {_state(unit)}"
    yield f"Open logins: {shown.logins}"
    for member in unit.members:
        roles = f", {', '.join(member.roles)}" if member.roles else ""
        since = _at(member.since)
        yield f"{member.part.title()}: {member.name} {member.national_id}, {member.credential}, since {since}{roles}"
    for deed in unit.deeds:
        yield f"Done: {_at(deed.at)}  {deed.text} {deed.about} ({deed.by})"
    yield from _act_lines(shown.acts)


def _state(unit: UnitRecord) -> str:
    return "registered" if unit.ended_at is None else f"withdrawn {_at(unit.ended_at)}"


def _act_lines(done: Sequence[ShownAct]) -> Iterator[str]:
    for act in done:
        yield f"Looked or done: {_at(act.at)}  {act.act}, {f'{act.staff} {act.office}'.strip()}: {act.reason}"


def _at(at: datetime) -> str:
    return moment_text(at, "en")
