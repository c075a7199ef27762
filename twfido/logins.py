"""How a login by TW FidO stands, for its browser and no other."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

import twfido.codes as codes
from authsvc.core.errors import NotFound
from authsvc.core.keys import Place
from authsvc.core.kit import Kit
from twfido.models import TwfidoLogin
from twfido.verdict import APPROVED
from twfido.wire import app_link, led_on

GRACE: Final = timedelta(seconds=6)  # one more question, for who approved in the last seconds
COLLECT_WITHIN: Final = timedelta(seconds=60)
POLL_AFTER: Final = 2  # seconds between two questions of a page, of which every second or third gets as far as TW FidO
OPEN: Final = (codes.WAITING, APPROVED)
USED: Final = "used"


@dataclass(frozen=True, kw_only=True)
class LoginView:
    """A login as its browser sees it; `status` is waiting, approved, denied, expired, failed or used.

    `text` says what to do next, `number` is TW FidO's own for how it ended. `qr_text` and `app_link` are there while
    it waits.
    """

    id: str
    status: str
    text: str
    number: str | None
    mode: str
    qr_text: str | None
    app_link: str | None
    expires_at: datetime
    seconds_left: int
    poll_after: int = POLL_AFTER


def place_of(kit: Kit, login_id: str) -> Place:
    """Return the sealer of a login's row."""
    return kit.keys.place(TwfidoLogin.__tablename__, login_id)


def status_of(login: TwfidoLogin, *, at: datetime) -> str:
    """Return a login's state as its page shows it."""
    if login.state == codes.WAITING:
        return codes.WAITING if at < login.expires_at + GRACE else codes.EXPIRED
    if login.state == APPROVED:
        return APPROVED if login.decided_at and at < login.decided_at + COLLECT_WITHIN else codes.EXPIRED
    return codes.EXPIRED if login.state == "void" else login.state


def reason_of(login: TwfidoLogin, status: str) -> str:
    """Return the word or number that says why a login stands so."""
    if status == codes.WAITING:
        return login.trouble or "SPTKTID_TXNLOG_NF"
    if status == codes.EXPIRED and login.state == APPROVED:
        return "late"
    return login.reason or {APPROVED: APPROVED, USED: USED}.get(status, "SPTKT_OVD")


def view(kit: Kit, login: TwfidoLogin, *, at: datetime) -> LoginView:
    """Return a login as its browser sees it."""
    status = status_of(login, at=at)
    reason = reason_of(login, status)
    ticket = place_of(kit, login.id).open("ticket", login.ticket) if status == codes.WAITING else None
    link = None
    if ticket is not None and login.mode == "tap":
        back = f"{kit.settings.public_origin}/login/twfido/return"
        link = app_link(kit.settings.twfido_app_url, ticket=ticket, back=back, value=login.id)
    return LoginView(
        id=login.id,
        status=status,
        text=codes.meaning_of(reason).text,
        number=login.trouble if status == codes.WAITING else login.reason,
        mode=login.mode,
        qr_text=ticket if login.mode == "scan" else None,
        app_link=link,
        expires_at=login.expires_at,
        seconds_left=max(0, int((login.expires_at - at).total_seconds())),
    )


def leading_to(told: LoginView, place: str) -> LoginView:
    """Return the view whose link leads back to the login and on to `place`: the app may open another tab than ours."""
    link = told.app_link
    return told if link is None else replace(told, app_link=led_on(link, value=f"{told.id}{place}"))


def require_own(session: Session, kit: Kit, login_id: str, browser: str | None) -> TwfidoLogin:
    """Return a login of this browser; raise `NotFound` for any other."""
    mine = (TwfidoLogin.id == login_id, TwfidoLogin.browser_digest == kit.keys.mac("browser", browser or ""))
    login = session.scalar(select(TwfidoLogin).where(*mine))
    if login is None:
        raise NotFound
    return login


def void(session: Session, *which: ColumnElement[bool], reason: str) -> bool:
    """End the logins that match and are not over, say why, and tell whether there were any."""
    live = update(TwfidoLogin).where(TwfidoLogin.state.in_(OPEN), *which).values(state="void", reason=reason)
    ended = session.execute(live, execution_options={"synchronize_session": False})
    return bool(getattr(ended, "rowcount", 0))
