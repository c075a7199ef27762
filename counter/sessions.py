"""A member of staff at a browser: opened by certificate and PIN, for a working day at most, ended at once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

import counter.acts as acts
from authsvc.core import audit
from authsvc.core.db import claim
from authsvc.core.errors import Refused
from authsvc.core.i18n import N_
from authsvc.core.keys import new_id, new_token
from authsvc.core.kit import Kit
from authsvc.core.web import Credentials
from authsvc.identity import challenges, opened, sessions
from authsvc.identity.cards import CardProof, VerifiedCard
from authsvc.identity.numbers import normalise
from counter.models import COUNTER, Staff, StaffSession, StaffView
from counter.staff import ROLES, end_sessions, holder_index, name_of


class StaffRefused(Refused):
    """No staff, no longer staff, without this role, or with another certificate than before: never told which."""

    code = "staff_refused"
    detail = N_("This certificate does not open the counter. Please ask the person who runs the service.")


@dataclass(frozen=True)
class OpenedCounter:
    """A session of staff just opened, and the cookie's new value."""

    token: str
    view: StaffView


def log_in(kit: Kit, *, card_proof: CardProof, browser: str | None) -> OpenedCounter:
    """Open a session for a member of staff whose certificate is present; raise the refusal that fits.

    The card asked for its PIN before it signed. A person's session in this browser ends.
    """
    card = challenges.redeem(kit, card_proof, purpose="staff", browser=browser, kinds=("citizen",))
    with audit.audited(kit, "staff.login"), kit.begin() as session:
        staff = _require_staff(session, kit, card)
        sessions.leave_browser(session, kit)
        return open_counter(session, kit, staff, at=kit.clock.now())


def _require_staff(session: Session, kit: Kit, card: VerifiedCard) -> Staff:
    """Return the active member of staff with this certificate, its key pinned now at the latest."""
    mine = select(Staff).where(Staff.holder_index == holder_index(kit, normalise(card.number)))
    # Locked: one who is ended meanwhile is either refused here, or loses the session that is opened here.
    staff = session.scalar(mine.where(Staff.ended_at.is_(None)).with_for_update())
    if staff is None or not set(staff.roles) & set(ROLES) or staff.card_key not in (None, card.key):
        raise StaffRefused
    if staff.card_key is None:
        staff.card_key = card.key
        audit.record(session, kit, "staff.pinned", object=staff.id)
    return staff


def open_counter(session: Session, kit: Kit, staff: Staff, *, at: datetime) -> OpenedCounter:
    """Open a session for a member of staff who proved themselves at `at`; the cookie's value is new."""
    token = new_token()
    row = StaffSession(
        token_digest=kit.keys.mac("browser", token),
        id=new_id(),
        staff_id=staff.id,
        opened_at=at,
        last_seen_at=at,
        ends_at=at + kit.settings.counter_absolute,
    )
    session.add(row)
    audit.record(session, kit, "staff.entered", object=row.id, staff=staff.id)
    return OpenedCounter(token, _view(kit, row, staff))


def find_staff(kit: Kit, token: str) -> StaffView | None:
    """Return who of the staff is live in a browser and note that it was used; answer None when there is nobody."""
    now = kit.clock.now()
    live = (
        StaffSession.token_digest == kit.keys.mac("browser", token),
        StaffSession.ended_at.is_(None),
        StaffSession.ends_at > now,
        StaffSession.last_seen_at > now - kit.settings.counter_idle,
    )
    with kit.read() as session:
        joined = select(StaffSession, Staff).join(Staff, Staff.id == StaffSession.staff_id)
        found = session.execute(joined.where(*live, Staff.ended_at.is_(None))).one_or_none()
    if found is None or not set(found[1].roles) & set(ROLES):
        return None
    row: StaffSession = found[0]
    if now - row.last_seen_at >= opened.TOUCH_AFTER:
        with kit.begin() as session:
            if not claim(session, update(StaffSession).where(*live).values(last_seen_at=now)):
                return None  # it was ended a moment ago
        row.last_seen_at = now
    return _view(kit, row, found[1])


def _view(kit: Kit, row: StaffSession, staff: Staff) -> StaffView:
    return StaffView(
        id=staff.id,
        session_id=row.id,
        name=name_of(kit, staff),
        office=staff.office,
        roles=tuple(staff.roles),
        national_id_index=staff.national_id_index,
        opened_at=row.opened_at,
        expires_at=min(row.last_seen_at + kit.settings.counter_idle, row.ends_at),
    )


def log_out(kit: Kit, *, staff: StaffView) -> None:
    """End the session of staff that asks."""
    with kit.begin() as session:
        end_sessions(session, kit, StaffSession.id == staff.session_id)
        audit.record(session, kit, "staff.left", object=staff.session_id, staff=staff.id)


def leave(session: Session, kit: Kit, browser_digest: bytes) -> None:
    """End the session of staff in a browser in which somebody else enters."""
    mine = select(StaffSession).where(StaffSession.token_digest == browser_digest)
    row = session.scalar(mine)
    if row is not None and end_sessions(session, kit, StaffSession.id == row.id):
        audit.record(session, kit, "staff.left", object=row.id, staff=row.staff_id)


def by_staff(kit: Kit, shown: Credentials) -> StaffView | None:
    """Let a browser in whose cookie opens a live session of staff; a phone's credentials beside it do not count."""
    if shown.authorization or shown.proofs:
        return None
    return find_staff(kit, shown.cookie_token) if shown.cookie_token else None


def by_counter(kit: Kit, shown: Credentials) -> StaffView | None:
    """Let the same in where they stand at the counter; raise `RoleMissing` for other staff."""
    staff = by_staff(kit, shown)
    return None if staff is None else acts.require_role(kit, staff, COUNTER)


def purge(kit: Kit) -> None:
    """Erase sessions of staff that were over longer ago than sessions are kept."""
    before = kit.clock.now() - kit.settings.sessions_kept
    over: Any = func.coalesce(StaffSession.ended_at, StaffSession.ends_at) < before
    with kit.begin() as session:
        session.execute(delete(StaffSession).where(over))
