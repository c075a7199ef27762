"""What features hang into identity: ways of logging in, ways of proving, and what a new phone is given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from authsvc.core.jose import PublicKey
from authsvc.core.kit import Kit
from authsvc.identity.models import Device, Proof

Enrolment = Callable[[Session, Kit, Device, PublicKey], Mapping[str, Any]]
Check = Callable[..., Proof]


@dataclass(frozen=True, kw_only=True)
class LoginWay:
    """A tab of the login page: its template shows the form, `icon` names a picture of the page's set."""

    id: str
    title: str
    template: str
    icon: str
    order: int


@dataclass(frozen=True)
class Ways:
    """Each feature registers here what others may use without knowing it."""

    logins: list[LoginWay] = field(default_factory=list)
    checks: dict[str, Check] = field(default_factory=dict)
    enrolments: dict[str, Enrolment] = field(default_factory=dict)

    def enrol(self, session: Session, kit: Kit, device: Device, key: PublicKey) -> dict[str, Any]:
        """Run every enrolment for a device just bound and return what the phone is told, by feature."""
        return {name: enrolment(session, kit, device, key) for name, enrolment in self.enrolments.items()}


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
