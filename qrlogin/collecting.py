"""The end of a QR login: the browser that asked, and no other, collects its session."""

from datetime import datetime

from sqlalchemy import update

from authsvc.core import audit
from authsvc.core.db import claim
from authsvc.core.errors import Refused
from authsvc.core.i18n import N_
from authsvc.core.jose import NotAuthentic, PublicKey, verify_signature
from authsvc.core.kit import Kit
from authsvc.identity import devices, sessions
from authsvc.identity.models import Proof
from qrlogin.models import QrOrder
from qrlogin.orders import COLLECT_WITHIN, OrderExpired, OrderNotApproved, require_own, status_of


class BrowserProofRefused(Refused):
    """The tab that asked did not sign for its order."""

    code, detail = "browser_proof_refused", N_("This login belongs to another window. Please start again here.")


def collect(
    kit: Kit, *, order_id: str, browser: str | None, browser_proof: str | None = None
) -> sessions.OpenedSession:
    """Open the session of an approved order, once, in the browser that began it; raise the refusal that fits."""
    now = kit.clock.now()
    with kit.begin() as session:
        order = require_own(session, kit, order_id, browser)
        _check_browser_key(order, browser_proof)
        if status_of(order, at=now) == "expired":
            raise OrderExpired
        approved = update(QrOrder).where(
            QrOrder.id == order_id, QrOrder.state == "approved", QrOrder.decided_at > now - COLLECT_WITHIN
        )
        if order.person_id is None or order.device_id is None or not claim(session, approved.values(state="used")):
            raise OrderNotApproved
        # Locked, so that a phone unbound meanwhile is either seen as gone, or ends this session after it.
        if devices.lock_live(session, device_id=order.device_id, person_id=order.person_id) is None:
            raise OrderNotApproved
        audit.record(session, kit, "qr.collected", actor=order.person_id, object=order_id)
        opened = sessions.open_session(session, kit, _proof(order, order.person_id, at=now))
        # The browser's cookie changes here; its order stays its own, so that it can be told "used".
        order.browser_digest = kit.keys.mac("browser", opened.token)
        return opened


def _proof(order: QrOrder, person_id: str, *, at: datetime) -> Proof:
    return Proof(
        person_id=person_id,
        acr="qr",
        amr=("swk",),
        at=at,
        device_id=order.device_id,
        unit_code=order.unit_code,
        appoint_managers=order.appoint_managers,
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
