"""The browser's side of a QR login: begin an order, watch it, end it."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

import qrlogin.frames as frames
from authsvc.core import audit
from authsvc.core.agents import describe
from authsvc.core.errors import Conflict, Gone, NotFound
from authsvc.core.i18n import N_
from authsvc.core.jose import PublicKey, b64url
from authsvc.core.keys import new_id
from authsvc.core.kit import Kit, source_of
from authsvc.core.throttle import Limit
from authsvc.identity import people
from authsvc.identity.models import ACTIVE, Person
from qrlogin.models import QrOrder

LIFE: Final = timedelta(seconds=180)
LEASE: Final = timedelta(seconds=20)
RENEW_LEASE_AFTER: Final = timedelta(seconds=5)
COLLECT_WITHIN: Final = timedelta(seconds=60)
LIVE_PER_PERSON: Final = 3
LIVE: Final = ("waiting", "scanned")
FINAL: Final = frozenset({"denied", "expired", "used"})
KEEP: Final = timedelta(hours=1)
STARTS: Final = Limit(scope="qr-start", tries=60, pause=timedelta(seconds=30), forgets=timedelta(minutes=1))


class OrderNotApproved(Conflict):
    """The phone has not approved this order, or the session was collected."""

    code, detail = "order_not_approved", N_("This login is not approved, or was used already.")


class OrderExpired(Gone):
    """The order's time, or the minute to decide or to collect, is over."""

    code, detail = "order_expired", N_("This login request has expired. Please start again on the page.")


@dataclass(frozen=True, kw_only=True)
class OrderView:
    """An order as its browser sees it; `status` is waiting, scanned, approved, denied, expired or used."""

    id: str
    status: str
    expires_at: datetime
    match_code: str
    frame: str
    next_frame_in: float


def begin(
    kit: Kit,
    *,
    national_id: str,
    birth_date: date,
    browser: str,
    browser_key: PublicKey | None = None,
    unit_code: str | None = None,
    appoint_managers: bool = False,
) -> OrderView:
    """Begin an order for this browser; for an unknown person the answer is just the same."""
    kit.throttle.spend(STARTS, kit.source_index)
    now, browser_digest = kit.clock.now(), kit.keys.mac("browser", browser)
    order = _new_order(kit, browser_digest=browser_digest, at=now)
    order.claimed_id = kit.keys.index("qr-claim", f"{national_id}|{birth_date.isoformat()}")
    order.browser_key = browser_key.jwk if browser_key else None
    order.unit_code, order.appoint_managers = unit_code, appoint_managers
    with kit.begin() as session:
        _make_room(session, kit, order)
        order.person_id = _person_to_ask(session, kit, national_id, birth_date)
        session.add(order)
        audit.record(session, kit, "qr.begun", object=order.id)
    return view(kit, order, at=now)


def _new_order(kit: Kit, *, browser_digest: bytes, at: datetime) -> QrOrder:
    """Return an order that waits, with its tokens, numbers and times, for nobody yet."""
    order_id, offered = new_id(), _numbers()
    return QrOrder(
        id=order_id,
        start_digest=kit.keys.mac("qr-start-digest", start_token(kit, order_id)),
        browser_digest=browser_digest,
        place=kit.keys.place(QrOrder.__tablename__, order_id).seal("place", kit.caller.source),
        browser=describe(kit.caller.user_agent),
        match_codes=offered,
        match_code=secrets.choice(offered),
        state="waiting",
        created_at=at,
        expires_at=at + LIFE,
        browser_seen_at=at,
    )


def _numbers() -> list[str]:
    """Return three different two-digit numbers, of which the portal will show one."""
    return [str(number) for number in secrets.SystemRandom().sample(range(10, 100), 3)]


def _person_to_ask(session: Session, kit: Kit, national_id: str, birth_date: date) -> str | None:
    person: Person | None = people.find_by_national_id(session, kit, national_id)
    if person is None or person.status != ACTIVE or people.birth_date(kit, person) != birth_date:
        return None
    return person.id


def _make_room(session: Session, kit: Kit, new: QrOrder) -> None:
    """End this browser's older orders, and of the others that wait for this person all but two.

    Those go first whose browser has left, then those from the new one's own address, then the oldest: somebody who
    knows ID and birth date pushes out their own orders. One that the person scanned is never touched.
    """
    _void(session, QrOrder.browser_digest == new.browser_digest, QrOrder.state.in_(LIVE))
    waiting = (QrOrder.state == "waiting", QrOrder.expires_at > new.created_at)
    others = session.scalars(select(QrOrder).where(QrOrder.claimed_id == new.claimed_id, *waiting)).all()

    def worth(order: QrOrder) -> tuple[bool, bool, datetime]:
        here = new.created_at - order.browser_seen_at < LEASE
        place = kit.keys.place(QrOrder.__tablename__, order.id).open("place", order.place)
        return here, source_of(place) != source_of(kit.caller.source), order.created_at

    surplus = sorted(others, key=worth)[: max(0, len(others) - LIVE_PER_PERSON + 1)]
    if surplus:
        _void(session, QrOrder.id.in_([order.id for order in surplus]), *waiting)


def _void(session: Session, *which: ColumnElement[bool]) -> int:
    ended = session.execute(
        update(QrOrder).where(*which).values(state="void"), execution_options={"synchronize_session": False}
    )
    return int(getattr(ended, "rowcount", 0))


def start_token(kit: Kit, order_id: str) -> str:
    """Return the public name of an order in its frames (128 bits, derived, so that it is not stored)."""
    return b64url(kit.keys.mac("qr-start", order_id)[:16])


def secret_of(kit: Kit, order_id: str) -> bytes:
    """Return the secret that vouches for an order's frames; it never leaves the service."""
    return kit.keys.mac("qr-frames", order_id)


def status_of(order: QrOrder, *, at: datetime) -> str:
    """Return an order's state as both screens show it."""
    if order.state in ("denied", "used"):
        return order.state
    if order.state == "approved":
        return "approved" if order.decided_at is not None and at < order.decided_at + COLLECT_WITHIN else "expired"
    deadline = order.decide_by if order.state == "scanned" and order.decide_by else order.expires_at
    return order.state if order.state in LIVE and at < deadline else "expired"


def view(kit: Kit, order: QrOrder, *, at: datetime) -> OrderView:
    """Return the order with the frame that belongs to this moment."""
    t = frames.shown_second(order.created_at, at)
    elapsed = (at - order.created_at).total_seconds()
    return OrderView(
        id=order.id,
        status=status_of(order, at=at),
        expires_at=order.expires_at,
        match_code=order.match_code,
        frame=frames.text(
            origin=kit.settings.public_origin,
            secret=secret_of(kit, order.id),
            start_token=start_token(kit, order.id),
            t=t,
        ),
        next_frame_in=t + frames.EVERY_SECONDS - elapsed,
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
    """End an order that is not decided yet; raise `NotFound` or `OrderNotApproved`."""
    with kit.begin() as session:
        require_own(session, kit, order_id, browser)
        if not _void(session, QrOrder.id == order_id, QrOrder.state.in_(LIVE)):
            raise OrderNotApproved
        audit.record(session, kit, "qr.cancelled", object=order_id)


def purge(kit: Kit) -> None:
    """Forget orders an hour after their end."""
    over = kit.clock.now() - KEEP
    with kit.begin() as session:
        session.execute(delete(QrOrder).where(QrOrder.expires_at < over))
