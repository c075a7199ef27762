"""The end of a QR login: the browser that asked, and no other, collects its session."""

import hmac
from datetime import datetime
from typing import Final

from sqlalchemy import update
from sqlalchemy.orm import Session

import qrlogin.news as news
from authsvc.core import audit
from authsvc.core.db import claim
from authsvc.core.errors import Refused
from authsvc.core.i18n import N_
from authsvc.core.jose import NotAuthentic, PublicKey, verify_signature
from authsvc.core.kit import Kit
from authsvc.identity import devices, sessions
from authsvc.identity.models import HARDWARE, Device, Proof
from authsvc.identity.standing import hold_active
from qrlogin.models import QrOrder
from qrlogin.orders import COLLECT_WITHIN, OrderExpired, OrderNotApproved, require_own, status_of
from qrlogin.orders import return_value as expected_return


class BrowserProofRefused(Refused):
    """The tab that asked did not sign for its order."""

    code, detail = "browser_proof_refused", N_("This login belongs to another window. Please start again here.")


class ReturnRefused(Refused):
    """The login began on the phone itself and goes on in the page that its app opens, in the same browser."""

    code, detail = "return_refused", N_("This login goes on in the page that the app opens on your phone.")


NOT_HERE: Final = (BrowserProofRefused, ReturnRefused)


def collect(
    kit: Kit,
    *,
    order_id: str,
    browser: str | None,
    browser_proof: str | None = None,
    return_value: str | None = None,
) -> sessions.OpenedSession:
    """Open the session of an approved order, once, in the browser that began it; raise the refusal that fits."""
    now = kit.clock.now()
    with audit.audited(kit, "qr.collect"), kit.begin() as session:
        order = require_own(session, kit, order_id, browser)
        _check_browser_key(order, browser_proof)
        _check_return(kit, order, return_value)
        device = _use(session, order, at=now)
        audit.record(session, kit, "qr.collected", actor=device.person_id, object=order_id)
        opened = sessions.open_session(session, kit, _proof(order, device, at=now))
        # The browser's cookie changes here; its order stays its own, so that it can be told "used".
        order.browser_digest = kit.keys.mac("browser", opened.token)
        return opened


def _use(session: Session, order: QrOrder, *, at: datetime) -> Device:
    """Use an approved order up and return the phone that approved it; raise `OrderExpired` or `OrderNotApproved`."""
    if status_of(order, at=at) == "expired":
        raise OrderExpired
    if not hold_active(session, order.person_id) or order.person_id is None or order.device_id is None:
        raise OrderNotApproved
    # Locked before the order, as where it is unbound: it is either seen as gone, or ends this session after it.
    device = devices.lock_live(session, device_id=order.device_id, person_id=order.person_id)
    approved = update(QrOrder).where(
        QrOrder.id == order.id, QrOrder.state == "approved", QrOrder.decided_at > at - COLLECT_WITHIN
    )
    if device is None or not claim(session, approved.values(state="used")):
        raise OrderNotApproved
    news.tell(session, [order.id])
    return device


def _check_return(kit: Kit, order: QrOrder, given: str | None) -> None:
    """Check what the phone brought back, where the page's own link was tapped on it; raise `ReturnRefused`."""
    expected = expected_return(kit, order.id) if order.by_link else ""
    if not hmac.compare_digest((given or "").encode(), expected.encode()):
        raise ReturnRefused


def _proof(order: QrOrder, device: Device, *, at: datetime) -> Proof:
    """Return what the phone's signature proves (RFC 8176: a key in hardware only where its attestation showed it)."""
    key = "hwk" if device.held == HARDWARE else "swk"
    return Proof(
        person_id=device.person_id,
        acr="qr",
        amr=(key, "user") if order.user_verified else (key,),
        at=at,
        device_id=device.id,
        unit_code=order.unit_code,
        appoint_managers=order.appoint_managers,
        receipt=order.receipt,
        tab_bound=order.browser_key is not None,
    )


def _check_browser_key(order: QrOrder, browser_proof: str | None) -> None:
    """Check the tab's signature over the order id, where the tab gave a key; raise `BrowserProofRefused`."""
    if order.browser_key is None:
        return
    try:
        key = PublicKey(order.browser_key["x"], order.browser_key["y"])
        signed = verify_signature(browser_proof or "", key=key)
    except NotAuthentic as fault:
        raise BrowserProofRefused from fault
    if signed != order.id.encode():
        raise BrowserProofRefused
