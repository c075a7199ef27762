"""The phone's answer to a QR login: a decision by a signature over what was shown."""

import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import update
from sqlalchemy.orm import Session

import qrlogin.alarm as alarm
import qrlogin.news as news
from authsvc.core import audit
from authsvc.core.db import claim
from authsvc.core.errors import NotFound
from authsvc.core.jose import NotAuthentic, PublicKey, verify
from authsvc.core.kit import Kit
from authsvc.identity import authenticators, devices, dpop
from authsvc.identity.models import AppView, Device
from qrlogin.models import QrOrder
from qrlogin.orders import status_of
from qrlogin.receipts import receipt_of
from qrlogin.refusals import DecisionRefused, NotYours, OrderDecided, WrongMatchCode, over

TYP: Final = "authsvc-decision+jwt"
NOT_ME: Final = "not_me"
REASONS: Final = (NOT_ME, "cancelled")


def note_asked(kit: Kit, app: AppView, *, order_id: str) -> None:
    """Note that the phone shows the question, for the page to say so. Raise the refusal that a decision would meet."""
    now = kit.clock.now()
    order, _device = _require_scanned(kit, app, order_id, at=now)
    scanned = update(QrOrder).where(QrOrder.id == order.id, QrOrder.state == "scanned", QrOrder.decide_by > now)
    with kit.begin() as session:
        if not claim(session, scanned.values(asked_at=now)):
            raise OrderDecided
        news.tell(session, [order.id])


def approve(kit: Kit, app: AppView, *, order_id: str, jws: str, assertion: Mapping[str, Any] | None = None) -> None:
    """Approve what was shown; a number that the page does not show ends the order. Raise the refusal that fits.

    A WebAuthn assertion over the SHA-256 of `jws` puts `user` into the session's `amr`; one that is not good refuses
    this decision, and the order goes on waiting for another.
    """
    now = kit.clock.now()
    with audit.audited(kit, "qr.decision", actor=app.person_id):
        order, device = _require_scanned(kit, app, order_id, at=now)
    with audit.audited(kit, "qr.decision", actor=app.person_id, object=order.id):
        picked = _read_decision(kit, order, device, jws, decision="approved").get("match_code")
        if assertion is not None:
            authenticators.check_assertion(kit, app, signed=jws, assertion=assertion)
        if not isinstance(picked, str) or not hmac.compare_digest(picked.encode(), order.match_code.encode()):
            with kit.begin() as session:
                _decide(session, order, at=now, state="denied", reason="wrong_number")
                _note(session, kit, order, outcome=WrongMatchCode.code)
            raise WrongMatchCode
        receipt = receipt_of(jws)
        with kit.begin() as session:
            _decide(session, order, at=now, state="approved", receipt=receipt, user_verified=assertion is not None)
            _note(session, kit, order, outcome="approved", receipt=receipt)


def deny(kit: Kit, app: AppView, *, order_id: str, jws: str) -> None:
    """End the order by a signed no, `not_me` or `cancelled`; `not_me` raises the alarm. Raise the refusal that fits."""
    now = kit.clock.now()
    with audit.audited(kit, "qr.decision", actor=app.person_id):
        order, device = _require_scanned(kit, app, order_id, at=now)
    with audit.audited(kit, "qr.decision", actor=app.person_id, object=order.id):
        reason = _read_decision(kit, order, device, jws, decision="denied").get("reason")
        if reason not in REASONS:
            raise DecisionRefused
        with kit.begin() as session:
            _decide(session, order, at=now, state="denied", reason=reason)
            _note(session, kit, order, outcome=reason)
            if reason == NOT_ME:
                alarm.ring(session, kit, order, at=now)


def _note(session: Session, kit: Kit, order: QrOrder, *, outcome: str, **details: str) -> None:
    audit.record(session, kit, "qr.decided", actor=order.person_id, object=order.id, outcome=outcome, **details)


def _require_scanned(kit: Kit, app: AppView, order_id: str, *, at: datetime) -> tuple[QrOrder, Device]:
    with kit.read() as session:
        order = session.get(QrOrder, order_id)
        device = devices.find_live(session, device_id=app.device_id, person_id=app.person_id)
    if order is None or device is None:
        raise NotFound
    if order.person_id != app.person_id:
        raise NotYours
    if status_of(order, at=at) == "expired":
        raise over(order)
    if order.state != "scanned" or order.device_id != app.device_id:
        raise OrderDecided
    return order, device


def _decide(session: Session, order: QrOrder, *, at: datetime, **facts: Any) -> None:
    # The phone is locked before its order, as where it is unbound: either it is seen as gone, or it ends this order.
    phone = devices.lock_live(session, device_id=order.device_id or "", person_id=order.person_id or "")
    undecided = update(QrOrder).where(QrOrder.id == order.id, QrOrder.state == "scanned", QrOrder.decide_by > at)
    if phone is None or not claim(session, undecided.values(decided_at=at, **facts)):
        raise OrderDecided
    news.tell(session, [order.id])


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
    shown_too = {
        "from": kit.keys.place(QrOrder.__tablename__, order.id).open("place", order.place),
        "browser": order.browser,
    }
    expected |= {name: value for name, value in shown_too.items() if name in claims}  # phones may sign these as well
    if any(claims.get(name) != value for name, value in expected.items()) or isinstance(claims.get("frame"), bool):
        raise DecisionRefused
    until = dpop.believable_until(kit, claims, at=kit.clock.now())
    try:
        dpop.use_once(kit, claims, key=key, until=until)
    except dpop.ProofRefused as fault:
        raise DecisionRefused from fault
    return claims
