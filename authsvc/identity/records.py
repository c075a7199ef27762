"""What those who help may see of a person's application and of a unit, masked; and what they may have sent again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from authsvc.core.kit import Kit


@dataclass(frozen=True, kw_only=True)
class ApplicationRecord:
    """An application that waits for its confirmation; `mailed_at` is when the last link was written."""

    id: str
    name: str
    national_id: str
    email: str
    applied_at: datetime
    mailed_at: datetime
    link_expires_at: datetime
    by_employer: bool


@dataclass(frozen=True, kw_only=True)
class Belonging:
    """What a person is in a registered unit: manager, clerk or responsible."""

    unit_code: str
    unit_name: str
    part: str
    name: str
    national_id: str
    since: datetime


@dataclass(frozen=True, kw_only=True)
class UnitAccount(Belonging):
    """An account that somebody has for one unit only, without being registered as a person; `state`: waiting or active.

    `since` is when it was activated or, while it waits, applied for; `link_expires_at` is that of the link that it
    waits for. `logins` are open now.
    """

    state: str
    email: str
    link_expires_at: datetime | None
    logins: int


@dataclass(frozen=True, kw_only=True)
class MemberRecord:
    """A manager or clerk of a unit; `roles` are the names of what a clerk was granted."""

    name: str
    national_id: str
    part: str
    credential: str
    since: datetime
    roles: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class UnitDeed:
    """Something that was done in a unit; `text` is a marked text."""

    at: datetime
    text: str
    by: str
    about: str


@dataclass(frozen=True, kw_only=True)
class UnitRecord:
    """A unit as it registered, whoever belongs to it, and what was done in it last.

    `ended_at` is when it withdrew. `people` are the blind indexes of those who belong to it.
    """

    unit_code: str
    name: str
    business_number: str
    responsible_id: str
    email: str
    via: str
    registered_at: datetime
    changed_at: datetime | None
    ended_at: datetime | None
    members: Sequence[MemberRecord]
    deeds: Sequence[UnitDeed]
    people: frozenset[bytes]


@dataclass(frozen=True, kw_only=True)
class Applications:
    """Applications by their person's blind index.

    `find` takes session, kit and index; `spend` kit and index, and raises `Throttled`; `resend` session, kit and index,
    writes the link to the application's own address, and raises a refusal where none waits.
    """

    find: Callable[[Session, Kit, bytes], ApplicationRecord | None]
    spend: Callable[[Kit, bytes], None]
    resend: Callable[[Session, Kit, bytes], None]


@dataclass(frozen=True, kw_only=True)
class UnitAccounts:
    """Accounts for one unit, by their person's blind index, whether or not that person is registered.

    `of_person` takes session, kit and index; `end` the same, ends all their sessions, tells their owner, and returns
    how many ended; `spend` kit and index, and raises `Throttled`; `resend` session, kit, index and unit code, writes
    the link that activates to the account's own address, and raises `NotFound` where none waits.
    """

    of_person: Callable[[Session, Kit, bytes], Sequence[UnitAccount]]
    end: Callable[[Session, Kit, bytes], int]
    spend: Callable[[Kit, bytes], None]
    resend: Callable[[Session, Kit, bytes, str], None]


@dataclass(frozen=True, kw_only=True)
class UnitRecords:
    """Units by unit code or business number, and by whom they have as manager, clerk or responsible person.

    `find` takes session, kit and the number; `of_person` session, kit and a blind index; `spend` kit and unit code, and
    raises `Throttled`; `resend` session, kit and unit code, writes the result of the registration to the unit's own
    address, and raises `NotFound` where none is registered.
    """

    find: Callable[[Session, Kit, str], Sequence[UnitRecord]]
    of_person: Callable[[Session, Kit, bytes], Sequence[Belonging]]
    spend: Callable[[Kit, str], None]
    resend: Callable[[Session, Kit, str], None]
