"""The phone reads what a page shows, and is told what is asked: by camera, by the page's own link, or typed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

import qrlogin.frames as frames
import qrlogin.news as news
import qrlogin.refusals as refusals
from authsvc.core import audit
from authsvc.core.crockford import normalise
from authsvc.core.db import claim
from authsvc.core.i18n import N_, translate
from authsvc.core.kit import Kit
from authsvc.core.throttle import Limit
from authsvc.identity import devices
from authsvc.identity.models import AppView
from qrlogin.models import QrOrder
from qrlogin.orders import LEASE, LIVE, RENEW_LEASE_AFTER, return_value, secret_of, start_token, status_of

DECIDE_WITHIN: Final = timedelta(seconds=60)
TYPED: Final = Limit(scope="qr-typed", tries=5, pause=timedelta(seconds=60), forgets=timedelta(minutes=10))
PORTAL: Final = N_("Online services portal")
LOG_IN: Final = N_("Log in")
NAME_MANAGERS: Final = N_("Log in to name managers of unit %(unit)s")
RETURN_PAGE: Final = "/login/qr/return#"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What the phone shows and later signs; `from_` is the address that the page was opened from.

    `frame` is the second of the scanned frame, for a typed code that of this moment. `return_to` is the page where
    the login goes on that began on this very phone.
    """

    id: str
    portal: str
    purpose: str
    requested_at: datetime
    from_: str
    browser: str
    match_codes: list[str]
    frame: int
    expires_at: datetime
    return_to: str | None


def scan(kit: Kit, app: AppView, *, text: str | None = None, code: str | None = None, by_link: bool = False) -> Shown:
    """Take a scanned frame or a typed code and return what is asked; raise the refusal that fits, which is audited."""
    now = kit.clock.now()
    with audit.audited(kit, "qr.scan", actor=app.person_id):
        order, t = _find_scanned(kit, text) if text is not None else _find_typed(kit, app, code or "", at=now)
    with audit.audited(kit, "qr.scan", actor=app.person_id, object=order.id):
        if order.person_id != app.person_id:
            raise refusals.NotYours
        if text is not None:
            _check_time(order, t, at=now)
        return _claim_scan(kit, app, order, frame=t, by_link=by_link, at=now)


def _find_scanned(kit: Kit, text: str) -> tuple[QrOrder, int]:
    frame = frames.read(text, origin=kit.settings.public_origin)
    if frame is None:
        raise refusals.NotAFrame({"text": [refusals.NotAFrame.detail]})
    with kit.read() as session:
        digest = kit.keys.mac("qr-start-digest", frame.start_token)
        order = session.scalar(select(QrOrder).where(QrOrder.start_digest == digest))
    if order is None or not frames.is_genuine(frame, secret=secret_of(kit, order.id)):
        raise refusals.FrameUnknown
    return order, frame.t


def _check_time(order: QrOrder, t: int, *, at: datetime) -> None:
    """Raise the refusal of a frame that is old, not served yet, or of a page that nobody looks at any more."""
    if status_of(order, at=at) == "expired":
        raise refusals.over(order)
    now = frames.second_of(order.created_at, at)
    if at - (order.created_at + timedelta(seconds=t)) > timedelta(seconds=frames.OLDEST_SECONDS):
        raise refusals.FrameTooOld
    if order.state == "waiting" and at - order.browser_seen_at >= LEASE:
        raise refusals.BrowserLeft
    # No row says which frames were served: the lease is renewed by serving one, at most this long after another.
    served = frames.second_of(order.created_at, order.browser_seen_at + RENEW_LEASE_AFTER)
    if t > min(now, served):
        raise refusals.FrameFromFuture


def _find_typed(kit: Kit, app: AppView, typed: str, *, at: datetime) -> tuple[QrOrder, int]:
    """Return which of this person's own live orders shows that code; the try is spent before it is compared."""
    kit.throttle.spend(TYPED, _phone(kit, app))
    mine = (QrOrder.person_id == app.person_id, QrOrder.state.in_(LIVE), QrOrder.expires_at > at)
    with kit.read() as session:
        orders = session.scalars(select(QrOrder).where(*mine)).all()
    code = normalise(typed) or ""
    found = [order for order in orders if _shows(kit, order, code, at=at)]
    if not found:
        raise refusals.TypedCodeUnknown
    return found[0], frames.shown_second(found[0].created_at, at)


def _shows(kit: Kit, order: QrOrder, code: str, *, at: datetime) -> bool:
    is_there = order.state != "waiting" or at - order.browser_seen_at < LEASE
    minute = frames.minute_of(order.created_at, at)
    secret, start = secret_of(kit, order.id), start_token(kit, order.id)
    return frames.is_typed(code, secret=secret, start_token=start, minute=minute) and is_there


def _phone(kit: Kit, app: AppView) -> bytes:
    return kit.keys.index("qr-typed", app.device_id)


def _claim_scan(kit: Kit, app: AppView, order: QrOrder, *, frame: int, by_link: bool, at: datetime) -> Shown:
    waiting = update(QrOrder).where(QrOrder.id == order.id, QrOrder.state == "waiting", QrOrder.expires_at > at)
    facts = {
        "state": "scanned",
        "device_id": app.device_id,
        "by_link": by_link,
        "scanned_at": at,
        "frame": frame,
        "portal": translate(PORTAL),
        "purpose": translate(NAME_MANAGERS) % {"unit": order.unit_code} if order.unit_code else translate(LOG_IN),
        "decide_by": min(at + DECIDE_WITHIN, order.expires_at),
    }
    with kit.begin() as session:
        if devices.lock_live(session, device_id=app.device_id, person_id=app.person_id) is None:
            raise refusals.OrderDecided
        won = claim(session, waiting.values(**facts))
        now_is = session.scalars(select(QrOrder).where(QrOrder.id == order.id)).one()
        if not won and (now_is.state != "scanned" or now_is.device_id != app.device_id):
            raise refusals.OrderDecided
        if won:
            _note(session, kit, app, order)
    return _shown(kit, now_is)


def _note(session: Session, kit: Kit, app: AppView, order: QrOrder) -> None:
    news.tell(session, [order.id])
    kit.throttle.forgive(session, TYPED, _phone(kit, app))
    audit.record(session, kit, "qr.scanned", actor=app.person_id, object=order.id)


def _shown(kit: Kit, order: QrOrder) -> Shown:
    back = f"{kit.settings.public_origin}{RETURN_PAGE}{order.id}.{return_value(kit, order.id)}"
    return Shown(
        id=order.id,
        portal=order.portal or "",
        purpose=order.purpose or "",
        requested_at=order.created_at,
        from_=kit.keys.place(QrOrder.__tablename__, order.id).open("place", order.place),
        browser=order.browser,
        match_codes=order.match_codes,
        frame=order.frame or 0,
        expires_at=order.decide_by or order.expires_at,
        return_to=back if order.by_link else None,
    )
