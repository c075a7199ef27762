"""The browser's side of a QR login: how an order stands, watching it, ending it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

import qrlogin.frames as frames
import qrlogin.news as news
from authsvc.core import audit, crockford
from authsvc.core.audit import AuditEvent
from authsvc.core.errors import Conflict, Gone, NotFound
from authsvc.core.i18n import N_
from authsvc.core.jose import b64url
from authsvc.core.kit import Kit
from authsvc.identity.models import Device, Person
from qrlogin.models import QrOrder

LIFE: Final = timedelta(seconds=180)
LEASE: Final = timedelta(seconds=20)
RENEW_LEASE_AFTER: Final = timedelta(seconds=5)
LOOK_AGAIN: Final = timedelta(seconds=1)
COLLECT_WITHIN: Final = timedelta(seconds=60)
LIVE: Final = ("waiting", "scanned")
IN_FLIGHT: Final = ("scanned", "approved")
OPEN: Final = ("waiting", *IN_FLIGHT)
FINAL: Final = frozenset({"denied", "expired", "used"})
LATE: Final = {"waiting": "unscanned", "scanned": "undecided", "approved": "uncollected"}
KEEP: Final = timedelta(hours=1)
TOLD_ONCE_IN: Final = timedelta(hours=1)


class OrderNotApproved(Conflict):
    """The phone has not approved this order, or the session was collected."""

    code, detail = "order_not_approved", N_("This login is not approved, or was used already.")


class OrderExpired(Gone):
    """The order's time, or the minute to decide or to collect, is over."""

    code, detail = "order_expired", N_("This login request has expired. Please start again on the page.")


class Facts(NamedTuple):
    """What a waiting stream keeps of its order: the columns that a browser is told of, and those that date them."""

    id: str
    state: str
    created_at: datetime
    expires_at: datetime
    match_code: str
    decide_by: datetime | None
    decided_at: datetime | None
    asked_at: datetime | None
    reason: str | None
    receipt: str | None
    by_link: bool


def facts_of(order: QrOrder) -> Facts:
    """Return the facts of a row."""
    return Facts(*(getattr(order, name) for name in Facts._fields))


@dataclass(frozen=True, kw_only=True)
class OrderView:
    """An order as its browser sees it; `status` is waiting, scanned, approved, denied, expired or used.

    `step` says `deciding` in the place of scanned once the phone shows the question, `reason` why an order was denied
    or is over. `return_here` means that it goes on in the page that the app opens on this very phone. `changes_at`
    is when it changes by itself: at the next frame, or when its time is over.
    """

    id: str
    status: str
    step: str
    reason: str | None
    expires_at: datetime
    match_code: str
    frame: str
    typed_code: str
    receipt: str | None
    return_here: bool
    changes_at: datetime

    def told(self) -> dict[str, Any]:
        """Return what a browser is told whenever it changes."""
        more = {"reason": self.reason, "receipt": self.receipt, "return_here": self.return_here or None}
        return {"status": self.status, "step": self.step} | {name: one for name, one in more.items() if one is not None}


def void(session: Session, *which: ColumnElement[bool], reason: str) -> int:
    """End the orders that match, say why, and return how many they were."""
    over = update(QrOrder).where(*which).values(state="void", reason=reason).returning(QrOrder.id)
    ended = session.scalars(over, execution_options={"synchronize_session": False}).all()
    news.tell(session, ended)
    return len(ended)


def start_token(kit: Kit, order_id: str) -> str:
    """Return the public name of an order in its frames (128 bits, derived, so that it is not stored)."""
    return b64url(kit.keys.mac("qr-start", order_id)[:16])


def secret_of(kit: Kit, order_id: str) -> bytes:
    """Return the secret that vouches for an order's frames; it never leaves the service."""
    return kit.keys.mac("qr-frames", order_id)


def return_value(kit: Kit, order_id: str) -> str:
    """Return what the phone brings back to the browser that it shares with the page; the page itself never has it."""
    return b64url(kit.keys.mac("qr-return", order_id)[:16])


def deadline_of(order: "QrOrder | Facts") -> datetime:
    """Return when an order's present state is over."""
    if order.state == "approved" and order.decided_at is not None:
        return order.decided_at + COLLECT_WITHIN
    return order.decide_by if order.state == "scanned" and order.decide_by else order.expires_at


def status_of(order: "QrOrder | Facts", *, at: datetime) -> str:
    """Return an order's state as both screens show it."""
    if order.state in ("denied", "used"):
        return order.state
    return order.state if order.state in OPEN and at < deadline_of(order) else "expired"


def reason_of(order: "QrOrder | Facts", *, status: str) -> str | None:
    """Return why an order was denied or is over; None while it lives."""
    if status == "expired":
        return order.reason or LATE.get(order.state)
    return order.reason if status == "denied" else None


def view(kit: Kit, order: "QrOrder | Facts", *, at: datetime, drawn_until: datetime | None = None) -> OrderView:
    """Return the order with the frame of this moment, or of `drawn_until` where that was earlier."""
    status, secret, start = status_of(order, at=at), secret_of(kit, order.id), start_token(kit, order.id)
    drawn = min(at, drawn_until or at)
    t, minute = frames.shown_second(order.created_at, drawn), frames.minute_of(order.created_at, drawn)
    next_frame = order.created_at + timedelta(seconds=t + frames.EVERY_SECONDS) if drawn == at else at + LOOK_AGAIN
    return OrderView(
        id=order.id,
        status=status,
        step="deciding" if status == "scanned" and order.asked_at else status,
        reason=reason_of(order, status=status),
        expires_at=order.expires_at,
        match_code=order.match_code,
        frame=frames.text(origin=kit.settings.public_origin, secret=secret, start_token=start, t=t),
        typed_code=crockford.show(frames.typed_code(secret, start, minute)),
        receipt=order.receipt,
        return_here=order.by_link,
        changes_at=min(next_frame, deadline_of(order)) if status == "waiting" else deadline_of(order),
    )


def watch(kit: Kit, *, order_id: str, browser: str | None) -> OrderView:
    """Return an order to the browser that began it, and note that it is still there; raise `NotFound`."""
    now = kit.clock.now()
    with kit.read() as session:
        order = require_own(session, kit, order_id, browser)
    if order.state in LIVE and now - order.browser_seen_at >= RENEW_LEASE_AFTER:
        with kit.begin() as session:
            session.execute(update(QrOrder).where(QrOrder.id == order_id).values(browser_seen_at=now))
    return view(kit, order, at=now)


def require_own(session: Session, kit: Kit, order_id: str, browser: str | None) -> QrOrder:
    """Return an order of this browser; raise `NotFound` for any other."""
    mine = (QrOrder.id == order_id, QrOrder.browser_digest == kit.keys.mac("browser", browser or ""))
    order = session.scalar(select(QrOrder).where(*mine))
    if order is None:
        raise NotFound
    return order


def cancel(kit: Kit, *, order_id: str, browser: str | None) -> None:
    """End an order that is not over or collected yet; raise `NotFound` or `OrderNotApproved`."""
    with kit.begin() as session:
        order = require_own(session, kit, order_id, browser)
        if not void(session, QrOrder.id == order_id, QrOrder.state.in_(OPEN), reason="cancelled"):
            raise OrderNotApproved
        record_for_owner(session, kit, "qr.cancelled", order)


def record_for_owner(session: Session, kit: Kit, action: str, order: QrOrder) -> None:
    """Write what became of an order, and into its owner's history once an hour.

    Whoever knows ID and birth date makes such events at will, and could bury the owner's history under them.
    """
    owner = order.person_id or order.id  # the same work for nobody
    lately = (AuditEvent.actor == owner, AuditEvent.action == action, AuditEvent.at > kit.clock.now() - TOLD_ONCE_IN)
    told = session.scalar(select(AuditEvent.id).where(*lately).limit(1))
    audit.record(session, kit, action, actor=None if told else order.person_id, object=order.id)


def end_for(session: Session, kit: Kit, device: Device) -> None:
    """End what a phone just unbound has scanned or approved and no browser has collected yet."""
    del kit
    void(session, QrOrder.device_id == device.id, QrOrder.state.in_(IN_FLIGHT), reason="phone_gone")


def end_for_person(session: Session, kit: Kit, person: Person) -> None:
    """End every order that waits for a person just suspended, or that they approved and no browser collected."""
    del kit
    void(session, QrOrder.person_id == person.id, QrOrder.state.in_(OPEN), reason="suspended")


def purge(kit: Kit) -> None:
    """Forget orders an hour after their end."""
    over = kit.clock.now() - KEEP
    with kit.begin() as session:
        session.execute(delete(QrOrder).where(QrOrder.expires_at < over))
