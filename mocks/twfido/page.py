"""The phone's page: a ticket is scanned or comes by a link, its owner sees what it asks for, and says yes or no."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mocks.card.cards import CardState
from mocks.card.refusals import CardRefusal
from mocks.twfido.api import office
from mocks.twfido.control import require_phone, require_transaction
from mocks.twfido.office import WAITING, Transaction
from mocks.twfido.phones import Phone
from mocks.twfido.wire import read_ticket, unb64url
from mocks.web import Problem

page = Blueprint("page", __name__, template_folder="templates")

Page = tuple[str, int, dict[str, str]]
_POLICY = (
    "default-src 'none'; style-src 'self'; form-action 'self' http: https:; frame-ancestors 'none'; base-uri 'none'"
)
_STATES = {
    CardState.EXPIRED: "憑證過期 · expired",
    CardState.REVOKED: "憑證廢止 · revoked",
    CardState.LOCKED: "PIN 鎖住 · PIN locked",
    CardState.NOT_YET_VALID: "憑證未生效 · not yet valid",
    CardState.FOREIGN_CA: "偽造(他家 CA) · forged by another CA",
    CardState.BAD_SIGNATURE: "簽章錯誤 · wrong signature",
    CardState.NOT_ACTIVATED: "憑證不能用 · cannot sign",
    CardState.UNREADABLE: "憑證不能用 · cannot sign",
}
_ENDS = {
    "0": ("已同意", "Approved"),
    "APP_USER_CANCEL": ("已拒絕", "Refused"),
    "SPTKT_OVD": ("時間已過", "The time is over"),
    "APP_SIGN_FAILURE": ("手機無法簽章", "The phone could not sign"),
    "IDNUM_DEVPROF_NF": ("這支手機沒有憑證", "This phone has no certificate"),
}
NO_TICKET = "這不是 TW FidO 的 QR Code · This is no QR code of TW FidO"
NOT_YOURS = "[1064] 這張票不是這支手機主人的 · This ticket is not for the owner of this phone"


@page.get("/")
def start() -> str | Page:
    """Show the phone, ready to scan."""
    return shown()


@page.get("/w2a/verifySign")
@page.get("/a2a/verifySign")
def open_link() -> str | Page:
    """Open the app by a website's link, with its ticket and the way back."""
    return shown(ticket=request.args.get("sp_ticket", ""), back=_back(request.args))


@page.post("/scan")
def scan() -> str | Page:
    """Show what a scanned text asks for; a link is understood too."""
    content = request.form.get("content", "").strip()
    if content.startswith(("http://", "https://", "mobilemoica://")):
        link = urlsplit(content)
        return redirect(f"{url_for('page.open_link')}?{link.query}", 303)  # type: ignore[return-value]
    return shown(ticket=content, person=request.form.get("person", ""))


@page.post("/decide")
def decide() -> Response | Page:
    """Take a yes (by PIN or finger) or a no, and lead back where the request came from."""
    form = request.form
    transaction = require_transaction(form.get("ticket_id", ""))
    phone, back = require_phone(form.get("person", "")), form.get("back", "")
    mine = {"ticket": transaction.ticket, "person": phone.person.key, "back": back}
    if phone.hashed_id != transaction.hashed_id:
        return shown(fault=NOT_YOURS, **mine)
    if office().standing(transaction) == WAITING:
        try:
            _take(transaction, phone, form.get("how", ""), form.get("pin", ""))
        except CardRefusal as refusal:
            return shown(fault=f"PIN：{refusal.detail} ({refusal.more['reader_code']})", **mine)
    return redirect(back, 303) if back else shown(**mine)


def shown(*, ticket: str = "", person: str = "", back: str = "", fault: str = "") -> Page:
    """Return the phone's page: empty, with a request, or with what became of it."""
    content = read_ticket(ticket) if ticket else None
    transaction = office().find(str((content or {}).get("sp_ticket_id", "")))
    owner = office().phones.owner_of(transaction.hashed_id) if transaction else None
    chosen = office().phones.find(person) or owner or office().phones.all()[0]
    code = office().standing(transaction) if transaction else ""
    return (
        render_template(
            "phone.html",
            phones=[(each, office().phones.card(each)) for each in office().phones.all()],
            chosen=chosen,
            states=_STATES,
            transaction=transaction,
            provider=office().provider,
            ticket=ticket,
            back=back,
            fault=fault or (NO_TICKET if ticket and transaction is None else ""),
            waiting=code == WAITING,
            end=_ENDS.get(code, (code, code)),
            left=_left(transaction),
        ),
        200,
        {"Content-Security-Policy": _POLICY},
    )


def _take(transaction: Transaction, phone: Phone, how: str, pin: str) -> None:
    if how == "deny":
        office().deny(transaction)
    elif how in {"pin", "finger"}:
        office().approve(transaction, phone, pin=pin if how == "pin" else None)
    else:
        raise Problem(422, "invalid_field", "how is pin, finger or deny.", errors={"how": ["pin, finger or deny"]})


def _back(query: Any) -> str:
    """Return the address to go back to, with the value that the website wants back."""
    try:
        address, value = (unb64url(query.get(name, "")).decode() for name in ("rtn_url", "rtn_val"))
    except ValueError:
        return ""
    if urlsplit(address).scheme not in {"http", "https"}:
        return ""
    return f"{address}{'&' if '?' in address else '?'}{urlencode({'rtn_val': value})}"


def _left(transaction: Transaction | None) -> int:
    over = transaction.ends - office().clock.now() if transaction else timedelta(0)
    return max(0, int(over.total_seconds()))
