"""An order begins: anew, or after one that nobody scanned in time; it takes the place of the browser's older one."""

import secrets
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

import qrlogin.news as news
from authsvc.core import audit
from authsvc.core.agents import describe
from authsvc.core.db import claim, hold
from authsvc.core.errors import Conflict
from authsvc.core.i18n import N_
from authsvc.core.jose import PublicKey
from authsvc.core.keys import new_id
from authsvc.core.kit import Kit, source_of
from authsvc.core.throttle import Limit
from authsvc.identity import people
from authsvc.identity.models import ACTIVE, Person
from qrlogin.models import QrOrder
from qrlogin.orders import LEASE, LIFE, OPEN, OrderView, record_for_owner, require_own, start_token, view, void

LIVE_PER_PERSON: Final = 3
REISSUES: Final = 5
STARTS: Final = Limit(scope="qr-start", tries=60, pause=timedelta(seconds=30), forgets=timedelta(minutes=1))
KEPT_BY_THE_NEXT: Final = ("claimed_id", "person_id", "browser_key", "unit_code", "appoint_managers")


class OrderNotRenewed(Conflict):
    """No other order follows this one by itself."""

    code, detail = "order_not_renewed", N_("This QR code is over. Please have a new one shown.")


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
        hold(session, order.claimed_id, order.browser_digest)
        has_room = _make_room(session, kit, order)
        asked = _person_to_ask(session, kit, order, national_id, birth_date)
        order.person_id = asked if has_room else None
        session.add(order)
        audit.record(session, kit, "qr.begun", object=order.id)
    return view(kit, order, at=now)


def renew(kit: Kit, *, order_id: str, browser: str | None) -> OrderView:
    """Begin the order that follows one that nobody scanned in time, for the same browser and the same tab's key.

    Asked again, because the answer was lost, it returns that order again while it waits. Raise `NotFound`, or
    `OrderNotRenewed` where the order did not end so, was the last, or what followed it is over or scanned as well.
    """
    kit.throttle.spend(STARTS, kit.source_index)
    now = kit.clock.now()
    unscanned = update(QrOrder).where(
        QrOrder.id == order_id,
        QrOrder.state == "waiting",
        QrOrder.expires_at <= now,
        QrOrder.reissues < REISSUES,
    )
    with audit.audited(kit, "qr.renewed"), kit.begin() as session:
        old = require_own(session, kit, order_id, browser)
        hold(session, old.claimed_id, old.browser_digest)
        if claim(session, unscanned.values(state="void", reason="renewed")):
            order = _follow(session, kit, old, at=now)
        else:
            order = _follower(session, old, at=now)
    return view(kit, order, at=now)


def _follow(session: Session, kit: Kit, old: QrOrder, *, at: datetime) -> QrOrder:
    news.tell(session, [old.id])
    order = _new_order(kit, browser_digest=old.browser_digest, at=at)
    for fact in KEPT_BY_THE_NEXT:
        setattr(order, fact, getattr(old, fact))
    order.reissues = old.reissues + 1
    if not _make_room(session, kit, order):
        order.person_id = None
    session.add(order)
    audit.record(session, kit, "qr.renewed", object=order.id)
    return order


def _follower(session: Session, old: QrOrder, *, at: datetime) -> QrOrder:
    """Return the order that followed this one and waits still; raise `OrderNotRenewed` where none does."""
    session.refresh(old)
    # A browser has one open order at a time: it is the next where it counts one more before it, for the same tab.
    next_one = select(QrOrder).where(
        QrOrder.browser_digest == old.browser_digest,
        QrOrder.claimed_id == old.claimed_id,
        QrOrder.reissues == old.reissues + 1,
        QrOrder.state == "waiting",
        QrOrder.expires_at > at,
    )
    order = session.scalar(next_one) if (old.state, old.reason) == ("void", "renewed") else None
    if order is None or order.browser_key != old.browser_key:
        raise OrderNotRenewed
    return order


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
        reissues=0,
        by_link=False,
        user_verified=False,
        created_at=at,
        expires_at=at + LIFE,
        browser_seen_at=at,
    )


def _numbers() -> list[str]:
    """Return three different two-digit numbers, of which the portal will show one."""
    return [str(number) for number in secrets.SystemRandom().sample(range(10, 100), 3)]


def _person_to_ask(session: Session, kit: Kit, order: QrOrder, national_id: str, born: date) -> str | None:
    person: Person | None = people.find_by_national_id(session, kit, national_id)
    if person is None:
        # The same work as for somebody who is known: one sealed field is opened.
        kit.keys.place(QrOrder.__tablename__, order.id).open("place", order.place)
        return None
    right = people.birth_date(kit, person) == born
    return person.id if right and person.status == ACTIVE else None


def _make_room(session: Session, kit: Kit, new: QrOrder) -> bool:
    """End this browser's older orders, and of the others that wait for this person all that are too many.

    Those go first whose browser has left, then those from the new one's own address, then the oldest: somebody who
    knows ID and birth date pushes out their own orders. One that the person scanned is counted and never touched;
    answer False where such take every place, so that the new one becomes a decoy, of which three wait as for anybody.
    """
    mine = and_(QrOrder.browser_digest == new.browser_digest, QrOrder.state.in_(OPEN))
    waiting = and_(QrOrder.state == "waiting", QrOrder.expires_at > new.created_at)
    scanned = and_(QrOrder.state == "scanned", QrOrder.decide_by > new.created_at)
    live = or_(mine, and_(QrOrder.claimed_id == new.claimed_id, or_(waiting, scanned)))
    # Locked, in one order: none is scanned or decided between being counted and being ended.
    locked = session.scalars(select(QrOrder).where(live).order_by(QrOrder.id).with_for_update()).all()
    void(session, mine, reason="replaced")
    others = [order for order in locked if order.browser_digest != new.browser_digest]
    of_others = [order for order in others if order.state == "waiting"]
    still_free = LIVE_PER_PERSON - (len(others) - len(of_others))
    places = still_free if still_free > 0 else LIVE_PER_PERSON

    def worth(order: QrOrder) -> tuple[bool, bool, datetime]:
        here = new.created_at - order.browser_seen_at < LEASE
        place = kit.keys.place(QrOrder.__tablename__, order.id).open("place", order.place)
        return here, source_of(place) != source_of(kit.caller.source), order.created_at

    surplus = sorted(of_others, key=worth)[: max(0, len(of_others) - places + 1)]
    if surplus:
        void(session, QrOrder.id.in_([order.id for order in surplus]), waiting, reason="crowded")
    for order in surplus:
        record_for_owner(session, kit, "qr.crowded", order)
    return still_free > 0
