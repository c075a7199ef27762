"""What features hang into identity: ways of logging in, ways of proving, and what a new phone is given."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from flask import Flask
from sqlalchemy.orm import Session

from authsvc.core.i18n import Bilingual
from authsvc.core.jose import PublicKey
from authsvc.core.kit import Kit
from authsvc.identity.models import Device, Person, Proof
from authsvc.identity.people import Contact
from authsvc.identity.records import Applications, UnitAccounts, UnitRecords
from authsvc.identity.registryanswers import Insured

Enrolment = Callable[[Session, Kit, Device, PublicKey], Mapping[str, Any]]
Unbinding = Callable[[Session, Kit, Device], None]
Restoration = Callable[[Session, Kit], None]
Suspension = Callable[[Session, Kit, Person], None]
Opening = Callable[[Session, Kit, Person, Contact], None]
Leaving = Callable[[Session, Kit, bytes], None]
Check = Callable[..., Proof]
Audience = Literal["anyone", "owner", "manager", "granted"]


@dataclass(frozen=True, kw_only=True)
class LoginWay:
    """A tab of the login page: its template shows the form, `icon` names a picture of the page's set."""

    id: str
    title: str
    template: str
    icon: str
    order: int


@dataclass(frozen=True, kw_only=True)
class MadeCode:
    """A device code that was just made, the only time that it is known."""

    id: str
    code: str
    qr_text: str
    qr_svg: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class DeviceCodes:
    """How a ceremony has a phone bound for the person before it: a code is made, and followed until it is used.

    `make` takes session, kit, `person_id` and `via`, and raises `OnlineServicesSuspended`; `follow` takes kit,
    `code_id`, `person_id` and the seconds to `wait`, answers the status and raises `NotFound`.
    """

    make: Callable[..., MadeCode]
    follow: Callable[..., str]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Somebody whom their employer applies for: as the registry knows them, and how the employer says they are reached.

    Backup addresses are the person's own to give.
    """

    insured: Insured
    contact: Contact


# Applications of many people at once: prepared (kit, entries, language=, at=) without a transaction, then written in
# one by what is answered, which says of each in order: applied, already_registered, already_applied, card_not_valid.
Writing = Callable[[Session], Sequence[str]]
Entering = Callable[..., Writing]


@dataclass(frozen=True, kw_only=True)
class Function:
    """Something that a session may be good enough for: `ways` are those (by `acr`) that are, the strongest first.

    `within` is how long ago the way in may lie; `card_bound` refuses what a phone opened that only its operator vouched
    for; `for_units` offers it to units too. `audience` says for whom it is in a unit: whoever holds the unit's own
    credential and came to name managers (owner), its managers, or those to whom it was granted; every manager has what
    is `managers_too`. What is for anyone needs no unit.
    """

    id: str
    title: str | Bilingual
    href: str
    ways: tuple[str, ...]
    order: int
    within: timedelta | None = None
    card_bound: bool = False
    for_units: bool = False
    audience: Audience = "anyone"
    managers_too: bool = False


@dataclass(frozen=True, kw_only=True)
class Membership:
    """What somebody is in a unit: owner, manager, clerk, or account (of the underwriting service).

    `functions` are the ids of what was granted; `everything` has all that can be granted. `ways` (by `acr`) are those
    of the credential under which they are known there, None for any. `member_id` is that of the unit's own list.
    """

    registration_id: str
    unit_code: str
    unit_name: str
    part: str
    functions: frozenset[str] = frozenset()
    everything: bool = False
    ways: tuple[str, ...] | None = None
    member_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class SessionKind:
    """A kind of browser session: what its owner may see of it (`view`), and where they come in and are at home.

    `by_cookie` takes kit and token and notes that the session was used; `live` takes session, kit and the session's id,
    and notes nothing. Both answer None where it is not live. `frame` is the template around the pages it is shown.
    """

    view: type
    by_cookie: Callable[[Kit, str], Any]
    live: Callable[[Session, Kit, str], Any]
    frame: str = "base.html"
    login: str = "/login"
    home: str = "/me"


# What somebody with a session is in which units, at a moment: session, kit, view, at.
Memberships = Callable[[Session, Kit, Any, datetime], Sequence[Membership]]


@dataclass(frozen=True)
class Ways:
    """Each feature registers here what others may use without knowing it."""

    logins: list[LoginWay] = field(default_factory=list)
    login_notes: list[str] = field(default_factory=list)  # templates shown above the ways of logging in
    login_links: list["MenuEntry"] = field(default_factory=list)  # ways in that are no tab of the login page
    checks: dict[str, Check] = field(default_factory=dict)
    enrolments: dict[str, Enrolment] = field(default_factory=dict)
    unbindings: dict[str, Unbinding] = field(default_factory=dict)
    restorations: dict[str, Restoration] = field(default_factory=dict)
    suspensions: dict[str, Suspension] = field(default_factory=dict)
    freezes: dict[str, Suspension] = field(default_factory=dict)
    endings: dict[str, Suspension] = field(default_factory=dict)
    resets: dict[str, Suspension] = field(default_factory=dict)
    card_changes: dict[str, Suspension] = field(default_factory=dict)
    openings: dict[str, Opening] = field(default_factory=dict)
    leavings: dict[str, Leaving] = field(default_factory=dict)
    device_codes: dict[str, DeviceCodes] = field(default_factory=dict)
    entering: dict[str, Entering] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    memberships: dict[str, Memberships] = field(default_factory=dict)
    applications: dict[str, Applications] = field(default_factory=dict)
    unit_records: dict[str, UnitRecords] = field(default_factory=dict)
    units_live: dict[str, Callable[[Session, str], bool]] = field(default_factory=dict)  # by a registration's id
    unit_accounts: dict[str, UnitAccounts] = field(default_factory=dict)
    session_kinds: dict[str, SessionKind] = field(default_factory=dict)  # by the name of their door

    def kind_of(self, view: Any) -> tuple[str, SessionKind]:
        """Return the door's name and the kind of a session; raise `LookupError` for what is none."""
        for name, kind in self.session_kinds.items():
            if isinstance(view, kind.view):
                return name, kind
        raise LookupError(type(view).__name__)

    def unit_lives(self, session: Session, registration_id: str) -> bool:
        """Tell whether a unit is registered still, and stays so until this transaction ends."""
        return any(lives(session, registration_id) for lives in self.units_live.values())

    def enrol(self, session: Session, kit: Kit, device: Device, key: PublicKey) -> dict[str, Any]:
        """Run every enrolment for a device just bound and return what the phone is told, by feature."""
        return {name: enrolment(session, kit, device, key) for name, enrolment in self.enrolments.items()}

    def on_unbound(self, session: Session, kit: Kit, device: Device) -> None:
        """Let every feature end what it has of a device just unbound, in the same transaction."""
        for unbinding in self.unbindings.values():
            unbinding(session, kit, device)

    def on_restored(self, session: Session, kit: Kit) -> None:
        """Let every feature end what an older database brought back, in the same transaction."""
        for restoration in self.restorations.values():
            restoration(session, kit)

    def on_suspended(self, session: Session, kit: Kit, person: Person) -> None:
        """Let every feature end what waits for a person just suspended, in the same transaction."""
        for suspension in self.suspensions.values():
            suspension(session, kit, person)

    def on_frozen(self, session: Session, kit: Kit, person: Person) -> None:
        """Let every feature end what waits to bind a phone: the person allows no new ones, or has another card."""
        for freeze in self.freezes.values():
            freeze(session, kit, person)

    def on_ended(self, session: Session, kit: Kit, person: Person) -> None:
        """Let every feature end what is or waits to be open for a person all of whose sessions just ended."""
        for ending in self.endings.values():
            ending(session, kit, person)

    def on_reset(self, session: Session, kit: Kit, person: Person) -> None:
        """Let every feature end what somebody else perhaps made in an account that its owner just took back."""
        self.on_ended(session, kit, person)
        for reset in self.resets.values():
            reset(session, kit, person)

    def on_card_changed(self, session: Session, kit: Kit, person: Person) -> None:
        """Let every feature end what rests on the card that another one just took the place of."""
        for change in self.card_changes.values():
            change(session, kit, person)

    def on_opened(self, session: Session, kit: Kit, person: Person, contact: Contact) -> None:
        """Let every feature end what an account just opened takes the place of, and begin what it brings along."""
        for opening in self.openings.values():
            opening(session, kit, person, contact)

    def on_left(self, session: Session, kit: Kit, browser_digest: bytes) -> None:
        """Let every feature end what is open in a browser in which somebody enters anew, in the same transaction."""
        for leaving in self.leavings.values():
            leaving(session, kit, browser_digest)


@dataclass(frozen=True, kw_only=True)
class MenuEntry:
    """A place in the menu; shown to everybody, or only inside a session."""

    title: str
    href: str
    order: int
    inside: bool


def ways_of(app: Flask) -> Ways:
    """Return the app's ways."""
    found: Ways = app.extensions["kit"].port(Ways)
    return found


def menu_of(app: Flask) -> list[MenuEntry]:
    """Return the app's menu, to which features add."""
    entries: list[MenuEntry] = app.extensions.setdefault("menu", [])
    return entries
