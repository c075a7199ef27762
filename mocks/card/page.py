"""The virtual reader for people: choose which card is in, with plain forms."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mocks.card.cards import CardState, VirtualCard
from mocks.card.control import state_named
from mocks.card.desk import desk

page = Blueprint("page", __name__)

_MOST = 60
_KINDS = {
    "nhi": ("健保卡", "NHI card"),
    "citizen": ("自然人憑證", "natural-person certificate"),
    "unit": ("單位憑證", "unit certificate"),
    "arc": ("晶片居留證", "chip ARC"),
}
_STATES = {
    CardState.ACTIVE: "正常 · in order",
    CardState.EXPIRED: "憑證過期 · expired",
    CardState.REVOKED: "憑證廢止 · revoked",
    CardState.NOT_YET_VALID: "憑證未生效 · not yet valid",
    CardState.NOT_ACTIVATED: "尚未開卡 · not activated",
    CardState.UNREADABLE: "無法辨識 · unreadable",
    CardState.LOCKED: "PIN 鎖住 · PIN locked",
    CardState.FOREIGN_CA: "偽造(他家 CA) · forged by another CA",
    CardState.BAD_SIGNATURE: "簽章錯誤 · wrong signature",
}


@page.get("/")
def show_reader() -> str:
    """Show the reader and the cards."""
    wanted = request.args.get("q", "").strip()
    found = [card for card in desk().deck.all() if _matches(card, wanted)]
    return render_template(
        "reader.html",
        inserted=desk().deck.find(desk().inserted or ""),
        cards=found[:_MOST],
        hidden=max(0, len(found) - _MOST),
        wanted=wanted,
        kinds=_KINDS,
        states=_STATES,
    )


@page.post("/reader")
def change_reader() -> Response:
    """Put the chosen card in, or take it out where none was chosen."""
    desk().insert(request.form.get("card") or None)
    return redirect(url_for("page.show_reader", q=request.form.get("q") or None), code=303)


@page.post("/cards/<card_id>/state")
def change_state(card_id: str) -> Response:
    """Put the card into the chosen state."""
    desk().require_card(card_id)
    desk().deck.set_state(card_id, state_named(request.form.get("state", "")))
    return redirect(url_for("page.show_reader", q=request.form.get("q") or None), code=303)


def _matches(card: VirtualCard, wanted: str) -> bool:
    record = card.record
    return not wanted or any(wanted.lower() in field.lower() for field in (record.id, record.name, record.number))
