"""A person's own security events: read from the audit, told in words that mean something to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, or_, select

from authsvc.core.audit import AuditEvent
from authsvc.core.i18n import N_
from authsvc.core.kit import Kit
from authsvc.identity.models import SessionView

PAGE: Final = 20
LONGEST_PAGE: Final = 100
ELSE: Final = ""
# Action → what sets its text apart (an outcome, or a detail of `TOLD_BY`) → text. An action without `ELSE` is told only
# for the outcomes that are named; one that is not here means nothing to people.
TEXTS: Final[Mapping[str, Mapping[str, str]]] = {
    "registration.confirmed": {ELSE: N_("You registered.")},
    "session.opened": {
        "card": N_("Login with your health card and password."),
        "otp": N_("Login with a one-time code from your phone."),
        "qr": N_("Login by QR code, approved on your phone."),
        "certificate": N_("Login with a certificate and PIN."),
        ELSE: N_("Login to the portal."),
    },
    "session.ended": {"logged_out": N_("You logged out."), ELSE: N_("You ended a login in another browser.")},
    "sessions.ended": {ELSE: N_("You ended all your other logins.")},
    "login": {"suspended": N_("A login was refused: your online services are suspended.")},
    "login.card": {"password_wrong": N_("A login with your card was refused: the password was wrong.")},
    "login.otp": {
        "otp_refused": N_(
            "A login by one-time code with your ID was refused: the code or the birth date was not right."
        )
    },
    "device_code.made": {ELSE: N_("You made a device code for binding a phone.")},
    "device_code.used": {ELSE: N_("Somebody tried to bind a phone with your ID or code, and it was refused.")},
    "device_code.killed": {ELSE: N_("Your device code was tried too often and no longer works.")},
    "card.pinned": {ELSE: N_("Your card was read for the first time and now belongs to your account.")},
    "device.bound": {
        "telco": N_("A phone was bound by its mobile number."),
        "counter": N_("A phone was bound at a counter."),
        ELSE: N_("A phone was bound with your device code."),
    },
    "device.unbound": {
        "lost": N_("You reported a phone lost; it was cut off at once."),
        ELSE: N_("A phone was unbound."),
    },
    "tokens.reused": {ELSE: N_("Old access data of your phone were used again. All of it was revoked for safety.")},
    "tokens.recovered": {ELSE: N_("Your phone was given new access data.")},
    "password.changed": {ELSE: N_("You changed your password.")},
    "password.change": {"password_wrong": N_("A change of your password was refused: the present one was wrong.")},
    "password.reset": {"done": N_("Your password was set anew with your card.")},
    "email.change_asked": {ELSE: N_("Another e-mail address was entered; it waits for its confirmation.")},
    "email.changed": {ELSE: N_("The e-mail address of your account was changed.")},
    "contact.changed": {ELSE: N_("Your contact data were changed.")},
    "qr.scanned": {ELSE: N_("Your phone scanned a QR code of a login page.")},
    "qr.scan": {"not_your_order": N_("Your phone scanned a login that was started with another person's ID.")},
    "qr.decided": {
        "approved": N_("You approved a login on your phone."),
        "not_me": N_("You refused a login on your phone: it was not you."),
        "cancelled": N_("You cancelled a login on your phone."),
        "match_code_wrong": N_("A login was stopped: the number picked on your phone was not the one on the page."),
    },
}
TOLD_BY: Final = {"session.opened": "acr", "device.bound": "via", "device.unbound": "why"}


@dataclass(frozen=True, kw_only=True)
class OwnEvent:
    """One event of a person's own; `text` is a marked text, `here` means from the address that asks now."""

    id: str
    at: datetime
    what: str
    text: str
    outcome: str
    here: bool


@dataclass(frozen=True, kw_only=True)
class HistoryPage:
    """Some events, the newest first; `next` is the `before` of the page that follows, None at the end."""

    events: Sequence[OwnEvent]
    next: str | None


def show_history(kit: Kit, *, view: SessionView, before: str | None = None, limit: int = PAGE) -> HistoryPage:
    """Return up to `limit` of the person's own events that are older than `before`, the newest first."""
    mine = select(AuditEvent).where(AuditEvent.actor == view.person_id, _told())
    if before is not None:
        mine = mine.where(AuditEvent.id < int(before))
    with kit.read() as session:
        rows = session.scalars(mine.order_by(AuditEvent.id.desc()).limit(limit + 1)).all()
    here = kit.source_index
    events = [_told_event(row, here=here) for row in rows[:limit]]
    return HistoryPage(events=events, next=events[-1].id if len(rows) > limit else None)


def _told() -> ColumnElement[bool]:
    """Match the events that have a text; filtered in the database, so that a page is always full."""
    always = [action for action, texts in TEXTS.items() if ELSE in texts]
    sometimes = {action: list(texts) for action, texts in TEXTS.items() if ELSE not in texts}
    named = [
        and_(AuditEvent.action == action, AuditEvent.outcome.in_(outcomes)) for action, outcomes in sometimes.items()
    ]
    return or_(AuditEvent.action.in_(always), *named)


def _told_event(row: AuditEvent, *, here: bytes) -> OwnEvent:
    texts = TEXTS[row.action]
    variant = row.details.get(TOLD_BY[row.action]) if row.action in TOLD_BY else row.outcome
    return OwnEvent(
        id=str(row.id),
        at=row.at,
        what=row.action,
        text=texts.get(str(variant)) or texts[ELSE],
        outcome=row.outcome,
        here=row.source == here,
    )
