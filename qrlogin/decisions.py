"""The phone's side of a QR login: scan, see what is asked, decide by a signature over what was shown."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

import qrlogin.frames as frames
from authsvc.core import audit
from authsvc.core.db import claim
from authsvc.core.errors import Conflict, Forbidden, Gone, Invalid, NotFound, Problem, Refused
from authsvc.core.i18n import N_, translate
from authsvc.core.jose import NotAuthentic, PublicKey, verify
from authsvc.core.kit import Kit
from authsvc.identity import devices, dpop
from authsvc.identity.models import AppView, Device
from qrlogin.models import QrOrder
from qrlogin.orders import LEASE, OrderExpired, secret_of, status_of

TYP: Final = "authsvc-decision+jwt"
DECIDE_WITHIN: Final = timedelta(seconds=60)
PORTAL: Final = N_("Online services portal")
LOG_IN: Final = N_("Log in")
NAME_MANAGERS: Final = N_("Log in to name managers of unit %(unit)s")
REASONS: Final = ("not_me", "cancelled")


class NotAFrame(Invalid):
    """The scanned text is not a QR code of ours."""

    code, detail = "not_our_qr", N_("This QR code is not one of ours.")


class FrameUnknown(NotFound):
    """No order has such a frame."""

    code, detail = "qr_unknown", N_("This QR code is not valid. Please scan the one on the page again.")


class FrameTooOld(Gone):
    """The frame was shown too long ago: a photograph, or a forwarded picture."""

    code, detail = "frame_too_old", N_("This QR code is not valid any more. Please scan the one on the page.")


class FrameFromFuture(FrameTooOld):
    """The frame was not shown yet."""

    code = "frame_from_future"


class BrowserLeft(FrameTooOld):
    """The browser that shows the code has not been heard of for 20 seconds."""

    code = "browser_left"


class NotYours(Forbidden):
    """The ID typed on the page is not of this phone's owner."""

    code, detail = "not_your_order", N_("This login was started with another person's ID. Do not approve it.")


class WrongMatchCode(Forbidden):
    """The person picked a number that the page does not show; the order is over."""

    code, detail = "match_code_wrong", N_("That is not the number on the page. This login was stopped for safety.")


class OrderDecided(Conflict):
    """The order is not waiting for this phone's decision."""

    code, detail = "order_decided", N_("This login was decided already, or not scanned by this phone.")


class DecisionRefused(Refused):
    """The signed decision is not about what this phone was shown."""

    code, detail = "decision_refused", N_("The phone's signature was not accepted. Please scan again.")


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What the phone shows and later signs; `from_` is the address that the page was opened from."""

    id: str
    portal: str
    purpose: str
    requested_at: datetime
    from_: str
    browser: str
    match_codes: list[str]
    expires_at: datetime


def scan(kit: Kit, app: AppView, *, text: str) -> Shown:
    """Take a scanned frame and return what is asked; raise the refusal that fits, which is also audited."""
    frame = frames.read(text, origin=kit.settings.public_origin)
    if frame is None:
        raise NotAFrame({"text": [NotAFrame.detail]})
    now = kit.clock.now()
    with kit.read() as session:
        digest = kit.keys.mac("qr-start-digest", frame.start_token)
        order = session.scalar(select(QrOrder).where(QrOrder.start_digest == digest))
    try:
        if order is None or not frames.is_genuine(frame, secret=secret_of(kit, order.id)):
            raise FrameUnknown
        _check_scan(order, frame, app, at=now)
        return _claim_scan(kit, order, frame, app, at=now)
    except Problem as refusal:
        audit.record_refusal(
            kit, "qr.scan", outcome=refusal.code, actor=app.person_id, object=order.id if order else None
        )
        raise


def _check_scan(order: QrOrder, frame: frames.Frame, app: AppView, *, at: datetime) -> None:
    if order.person_id != app.person_id:
        raise NotYours
    if status_of(order, at=at) == "expired":
        raise OrderExpired
    age = frames.second_of(order.created_at, at) - frame.t
    if age < 0:
        raise FrameFromFuture
    if age > frames.OLDEST_SECONDS:
        raise FrameTooOld
    if order.state == "waiting" and at - order.browser_seen_at >= LEASE:
        raise BrowserLeft


def _claim_scan(kit: Kit, order: QrOrder, frame: frames.Frame, app: AppView, *, at: datetime) -> Shown:
    waiting = update(QrOrder).where(QrOrder.id == order.id, QrOrder.state == "waiting", QrOrder.expires_at > at)
    facts = {
        "state": "scanned",
        "device_id": app.device_id,
        "scanned_at": at,
        "frame": frame.t,
        "portal": translate(PORTAL),
        "purpose": translate(NAME_MANAGERS) % {"unit": order.unit_code} if order.unit_code else translate(LOG_IN),
        "decide_by": min(at + DECIDE_WITHIN, order.expires_at),
    }
    with kit.begin() as session:
        won = claim(session, waiting.values(**facts))
        now_is = session.scalars(select(QrOrder).where(QrOrder.id == order.id)).one()
        if not won and (now_is.state != "scanned" or now_is.device_id != app.device_id):
            raise OrderDecided
        if won:
            audit.record(session, kit, "qr.scanned", actor=app.person_id, object=order.id)
    return _shown(kit, now_is)


def _shown(kit: Kit, order: QrOrder) -> Shown:
    return Shown(
        id=order.id,
        portal=order.portal or "",
        purpose=order.purpose or "",
        requested_at=order.created_at,
        from_=kit.keys.place(QrOrder.__tablename__, order.id).open("place", order.place),
        browser=order.browser,
        match_codes=order.match_codes,
        expires_at=order.decide_by or order.expires_at,
    )


def approve(kit: Kit, app: AppView, *, order_id: str, jws: str) -> None:
    """Approve what was shown; a number that the page does not show ends the order. Raise the refusal that fits."""
    now = kit.clock.now()
    order, device = _require_scanned(kit, app, order_id, at=now)
    claims = _read_decision(kit, order, device, jws, decision="approved")
    picked = claims.get("match_code")
    right = isinstance(picked, str) and hmac.compare_digest(picked.encode(), order.match_code.encode())
    with kit.begin() as session:
        _decide(session, order, "approved" if right else "denied", reason=None if right else "wrong_number", at=now)
        outcome = "approved" if right else WrongMatchCode.code
        audit.record(session, kit, "qr.decided", actor=app.person_id, object=order_id, outcome=outcome)
    if not right:
        raise WrongMatchCode


def deny(kit: Kit, app: AppView, *, order_id: str, jws: str) -> None:
    """End the order by a signed no, `not_me` or `cancelled`; raise the refusal that fits."""
    now = kit.clock.now()
    order, device = _require_scanned(kit, app, order_id, at=now)
    claims = _read_decision(kit, order, device, jws, decision="denied")
    if claims.get("reason") not in REASONS:
        raise DecisionRefused
    with kit.begin() as session:
        _decide(session, order, "denied", reason=claims["reason"], at=now)
        audit.record(session, kit, "qr.decided", actor=app.person_id, object=order_id, outcome=claims["reason"])


def _require_scanned(kit: Kit, app: AppView, order_id: str, *, at: datetime) -> tuple[QrOrder, Device]:
    with kit.read() as session:
        order = session.get(QrOrder, order_id)
        device = devices.find_live(session, device_id=app.device_id, person_id=app.person_id)
    if order is None or device is None:
        raise NotFound
    if order.person_id != app.person_id:
        raise NotYours
    if status_of(order, at=at) == "expired":
        raise OrderExpired
    if order.state != "scanned" or order.device_id != app.device_id:
        raise OrderDecided
    return order, device


def _decide(session: Session, order: QrOrder, state: str, *, reason: str | None, at: datetime) -> None:
    undecided = update(QrOrder).where(QrOrder.id == order.id, QrOrder.state == "scanned", QrOrder.decide_by > at)
    if not claim(session, undecided.values(state=state, reason=reason, decided_at=at)):
        raise OrderDecided


def _read_decision(kit: Kit, order: QrOrder, device: Device, jws: str, *, decision: str) -> dict[str, Any]:
    """Return the claims of a decision that this phone signed over what it was shown; raise `DecisionRefused`."""
    key = PublicKey(device.public_key["x"], device.public_key["y"])
    expected = {
        "iss": device.id,
        "aud": kit.settings.public_origin,
        "order": order.id,
        "decision": decision,
        "portal": order.portal,
        "purpose": order.purpose,
        "frame": order.frame,
    }
    try:
        claims = verify(jws, typ=TYP, key=key)
    except NotAuthentic as fault:
        raise DecisionRefused from fault
    if any(claims.get(name) != value for name, value in expected.items()) or isinstance(claims.get("frame"), bool):
        raise DecisionRefused
    until = dpop.believable_until(kit, claims, at=kit.clock.now())
    try:
        dpop.use_once(kit, claims, key=key, until=until)
    except dpop.ProofRefused as fault:
        raise DecisionRefused from fault
    return claims
