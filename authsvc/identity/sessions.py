"""Browser sessions: opened by a proof, bound to the browser that asked, ended everywhere at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from authsvc.core import audit
from authsvc.core.db import claim
from authsvc.core.errors import NotFound, StepUpRequired
from authsvc.core.keys import new_id, new_token
from authsvc.core.kit import Kit
from authsvc.identity.models import Device, Person, Proof, SessionView, WebSession
from authsvc.identity.people import masked

TOUCH_AFTER: Final = timedelta(seconds=5)
STEP_UP_WAYS: Final = ("card",)


@dataclass(frozen=True)
class OpenedSession:
    """A session just opened, and the cookie's new value."""

    token: str
    view: SessionView


def open_session(session: Session, kit: Kit, proof: Proof) -> OpenedSession:
    """Open a browser session for what was proved; the cookie's value is new."""
    person = session.get_one(Person, proof.person_id)
    device = session.get_one(Device, proof.device_id) if proof.device_id else None
    token = new_token()
    row = WebSession(
        token_digest=kit.keys.mac("browser", token),
        id=new_id(),
        person_id=person.id,
        device_id=proof.device_id,
        acr=proof.acr,
        amr=list(proof.amr),
        auth_time=proof.at,
        last_seen_at=proof.at,
        ends_at=proof.at + kit.settings.session_absolute,
        unit_code=proof.unit_code,
        appoint_managers=proof.appoint_managers,
    )
    session.add(row)
    audit.record(session, kit, "session.opened", actor=person.id, object=row.id, acr=proof.acr)
    return OpenedSession(token, _view(kit, row, person, device))


def find_session(kit: Kit, token: str) -> SessionView | None:
    """Return the live session of a browser and note that it was used; answer None when there is none."""
    now = kit.clock.now()
    with kit.read() as session:
        found = session.execute(
            select(WebSession, Person, Device)
            .join(Person, Person.id == WebSession.person_id)
            .outerjoin(Device, Device.id == WebSession.device_id)
            .where(WebSession.token_digest == kit.keys.mac("browser", token), *_live(kit, now))
        ).one_or_none()
    if found is None:
        return None
    row: WebSession = found[0]
    if now - row.last_seen_at >= TOUCH_AFTER:
        mine = update(WebSession).where(WebSession.token_digest == row.token_digest, *_live(kit, now))
        with kit.begin() as session:
            if not claim(session, mine.values(last_seen_at=now)):
                return None  # it was ended a moment ago
        row.last_seen_at = now
    return _view(kit, row, found[1], found[2])


def _live(kit: Kit, now: datetime) -> tuple[Any, ...]:
    return (
        WebSession.ended_at.is_(None),
        WebSession.ends_at > now,
        WebSession.last_seen_at > now - kit.settings.session_idle,
    )


def _view(kit: Kit, row: WebSession, person: Person, device: Device | None) -> SessionView:
    return SessionView(
        id=row.id,
        person_id=row.person_id,
        person=masked(kit, person),
        acr=row.acr,
        amr=row.amr,
        auth_time=row.auth_time,
        expires_at=min(row.last_seen_at + kit.settings.session_idle, row.ends_at),
        binding=None if device is None else {"via": device.via, "at": device.bound_at},
        unit_code=row.unit_code,
        appoint_managers=row.appoint_managers,
    )


def require_recent_card(kit: Kit, view: SessionView, *, within: timedelta) -> None:
    """Raise `StepUpRequired` unless the session was opened by card not longer ago than `within`."""
    if view.acr not in STEP_UP_WAYS or kit.clock.now() - view.auth_time >= within:
        raise StepUpRequired(STEP_UP_WAYS)


def end_session(kit: Kit, *, session_id: str) -> None:
    """End one session (log out); raise `NotFound` when it is not live."""
    with kit.begin() as session:
        if not end_sessions(session, kit, WebSession.id == session_id):
            raise NotFound


def end_sessions(session: Session, kit: Kit, *which: Any) -> int:
    """End all live sessions that match and return how many."""
    live = update(WebSession).where(WebSession.ended_at.is_(None), *which).values(ended_at=kit.clock.now())
    result = session.execute(live, execution_options={"synchronize_session": False})
    return int(getattr(result, "rowcount", 0))
