"""Browser sessions: opened by a proof, bound to the browser that asked, ended everywhere at once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

import authsvc.identity.opened as opened
from authsvc.core import audit
from authsvc.core.errors import NotFound, StepUpRequired
from authsvc.core.kit import Kit
from authsvc.identity.models import ACTIVE, Device, LiveSession, Person, Proof, SessionView, WebSession
from authsvc.identity.opened import Entered
from authsvc.identity.people import masked
from authsvc.identity.standing import require_active
from authsvc.identity.ways import Ways

STEP_UP_WAYS: Final = ("card",)
USER_VERIFIED_WAYS: Final = ("card", "qr", "passkey")


OpenedSession = Entered[SessionView]


def open_session(session: Session, kit: Kit, proof: Proof) -> OpenedSession:
    """Open a session with a new cookie; the old one's ends. Raise `OnlineServicesSuspended`, `OutsideServiceHours`."""
    require_active(session, proof.person_id)
    leave_browser(session, kit)
    person = session.get_one(Person, proof.person_id)
    device = session.get_one(Device, proof.device_id) if proof.device_id else None
    more = {"device_id": proof.device_id, "receipt": proof.receipt, "tab_bound": proof.tab_bound}
    token, row = opened.new_row(kit, WebSession, proof, person_id=person.id, **more)
    session.add(row)
    told = {"acr": proof.acr} | ({"receipt": proof.receipt} if proof.receipt else {})
    audit.record(session, kit, "session.opened", actor=person.id, object=row.id, **told)
    return OpenedSession(token, _view(kit, row, person, device))


def leave_browser(session: Session, kit: Kit) -> None:
    """End whatever is open in the browser that calls, because somebody enters in it anew."""
    if kit.caller.browser is not None:
        digest = kit.keys.mac("browser", kit.caller.browser)
        end_sessions(session, kit, WebSession.token_digest == digest)
        kit.port(Ways).on_left(session, kit, digest)


def find_session(kit: Kit, token: str) -> SessionView | None:
    """Return the live session of a browser and note that it was used; answer None when there is none.

    A session of somebody who is suspended is none until the services are restored.
    """
    now = kit.clock.now()
    with kit.read() as session:
        found = _find(session, kit, WebSession.token_digest == kit.keys.mac("browser", token), now)
    if found is None:
        return None
    return _view(kit, *found) if opened.touch(kit, found[0], now, owner=found[1].id) else None


def find_live(session: Session, kit: Kit, session_id: str) -> SessionView | None:
    """Return a session by its id where it is live, without a note that anybody used it."""
    found = _find(session, kit, WebSession.id == session_id, kit.clock.now())
    return None if found is None else _view(kit, *found)


def _find(session: Session, kit: Kit, which: Any, now: datetime) -> Any:
    return session.execute(
        select(WebSession, Person, Device)
        .join(Person, Person.id == WebSession.person_id)
        .outerjoin(Device, Device.id == WebSession.device_id)
        .where(which, *_live(kit, now), Person.status == ACTIVE)
    ).one_or_none()


def _live(kit: Kit, now: datetime) -> tuple[Any, ...]:
    return opened.live(kit, WebSession, now)


def _view(kit: Kit, row: WebSession, person: Person, device: Device | None) -> SessionView:
    return SessionView(
        id=row.id,
        person_id=row.person_id,
        person=masked(kit, person),
        acr=row.acr,
        amr=row.amr,
        auth_time=row.auth_time,
        expires_at=opened.expiry(kit, row),
        binding=None if device is None else {"via": device.via, "at": device.bound_at},
        unit_code=row.unit_code,
        appoint_managers=row.appoint_managers,
        receipt=row.receipt,
        tab_bound=row.tab_bound,
        bindings_frozen_at=person.bindings_frozen_at,
    )


def list_sessions(kit: Kit, *, view: SessionView) -> Sequence[LiveSession]:
    """Return the person's live sessions: the one that asks first, then the others by when they were last seen."""
    mine = select(WebSession).where(WebSession.person_id == view.person_id, *_live(kit, kit.clock.now()))
    with kit.read() as session:
        rows = session.scalars(mine.order_by(WebSession.last_seen_at.desc(), WebSession.id)).all()
    return [_listed(kit, row, view) for row in sorted(rows, key=lambda row: row.id != view.id)]


def _listed(kit: Kit, row: WebSession, view: SessionView) -> LiveSession:
    return LiveSession(
        id=row.id,
        current=row.id == view.id,
        acr=row.acr,
        amr=row.amr,
        auth_time=row.auth_time,
        last_seen_at=row.last_seen_at,
        expires_at=opened.expiry(kit, row),
        from_=kit.keys.place(WebSession.__tablename__, row.id).open_or_none("place", row.place) or "",
        browser=row.browser,
    )


def require_live(session: Session, kit: Kit, view: SessionView) -> None:
    """Hold a person's session open until this transaction ends; raise `StepUpRequired` where it was ended meanwhile."""
    mine = select(WebSession.id).where(WebSession.id == view.id, *_live(kit, kit.clock.now()))
    if session.scalar(mine.with_for_update(read=True)) is None:
        raise StepUpRequired(STEP_UP_WAYS)


def require_recent_card(kit: Kit, view: SessionView, *, within: timedelta) -> None:
    """Raise `StepUpRequired` unless the session was opened by card not longer ago than `within`."""
    if view.acr not in STEP_UP_WAYS or kit.clock.now() - view.auth_time >= within:
        raise StepUpRequired(STEP_UP_WAYS)


def require_user_verified(view: SessionView) -> None:
    """Raise `StepUpRequired` unless we checked that its owner acted: the card's password, or the phone's unlock.

    A QR login counts only where the phone's authenticator signed over the decision (`user` in `amr`, RFC 8176).
    """
    if view.acr not in STEP_UP_WAYS and "user" not in view.amr:
        raise StepUpRequired(USER_VERIFIED_WAYS)


def require_tab_bound(view: SessionView) -> None:
    """Raise `StepUpRequired` for a QR login that its browser's cookie alone collected, without its tab's signature."""
    if view.tab_bound is False:
        raise StepUpRequired(USER_VERIFIED_WAYS)


def end_session(kit: Kit, *, view: SessionView, session_id: str) -> None:
    """End one session of the person, this one (log out) or another; raise `NotFound` when it is not live or theirs."""
    mine = (WebSession.id == session_id, WebSession.person_id == view.person_id, *_live(kit, kit.clock.now()))
    outcome = "logged_out" if session_id == view.id else "done"
    with kit.begin() as session:
        if not end_sessions(session, kit, *mine):
            raise NotFound
        audit.record(session, kit, "session.ended", actor=view.person_id, object=session_id, outcome=outcome)


def end_other_sessions(kit: Kit, *, view: SessionView) -> None:
    """End all sessions of the person but the one that asks."""
    others = (WebSession.person_id == view.person_id, WebSession.id != view.id, *_live(kit, kit.clock.now()))
    with kit.begin() as session:
        ended = end_sessions(session, kit, *others)
        audit.record(session, kit, "sessions.ended", actor=view.person_id, object=view.id, sessions=ended)


def end_all_sessions(kit: Kit, *, view: SessionView) -> None:
    """End all sessions of the person, the one that asks too."""
    mine = (WebSession.person_id == view.person_id, *_live(kit, kit.clock.now()))
    with kit.begin() as session:
        ended = end_sessions(session, kit, *mine)
        kit.port(Ways).on_ended(session, kit, session.get_one(Person, view.person_id))
        mark = {"actor": view.person_id, "object": view.id, "outcome": "everywhere"}
        audit.record(session, kit, "sessions.ended", **mark, sessions=ended)


def end_sessions(session: Session, kit: Kit, *which: Any) -> int:
    """End all live sessions that match and return how many."""
    return opened.end(session, kit, WebSession, *which)


def purge(kit: Kit) -> None:
    """Erase sessions that were over longer ago than they are kept, and with them the addresses they came from."""
    opened.purge(kit, WebSession)
