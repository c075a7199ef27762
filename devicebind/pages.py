"""The pages "My phones" and the voucher's: device codes and device management for people, with or without script."""

import base64
from contextlib import suppress
from typing import Any, Literal

from flask import Blueprint, Flask, redirect, render_template, request
from marshmallow import ValidationError
from werkzeug.wrappers import Response

import devicebind.phones as phones
import devicebind.vouchers as vouchers
from authsvc.core.errors import NotFound, StepUpRequired
from authsvc.core.web import door, kit
from authsvc.identity.models import SessionView
from authsvc.identity.present import current_session
from devicebind.schemas import NameIn
from devicebind.service import LIFE, make_code

bp = Blueprint(
    "devicebind_pages",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/static/devicebind",
)
DONE = ("unbound", "lost", "renamed")


@bp.get("/devices")
@door("anyone")
def my_phones() -> str | Response:
    """Show a person's phones and the way to bind another; without a session, the login."""
    view = current_session()
    if view is None:
        return to_login()
    return render_template("devicebind/devices.html", **shown_list(view))


def shown_list(view: SessionView) -> dict[str, Any]:
    """Return what the list of phones shows."""
    settings = kit().settings
    return {
        "phones": phones.list_phones(kit(), person_id=view.person_id),
        "device_limit": settings.device_limit,
        "code_seconds": int(LIFE.total_seconds()),
        "by_card": view.acr == "card",
        "done": request.args.get("done") if request.args.get("done") in DONE else None,
    }


@bp.post("/devices/code")
@door("anyone")
def code() -> str | Response:
    """Make a device code and show it to a browser without script."""
    view = current_session()
    if view is None:
        return to_login()
    try:
        made = make_code(kit(), view=view)
    except StepUpRequired:
        return render_template("devicebind/devices.html", step_up=True, **shown_list(view))
    return render_template("devicebind/code.html", made=made)


@bp.get("/devices/<device_id>")
@door("anyone")
def phone(device_id: str) -> str | Response:
    """Show one phone and what can be done with it."""
    return shown_phone(device_id, "devicebind/phone.html")


@bp.get("/devices/<device_id>/unbind")
@door("anyone")
def ask_unbind(device_id: str) -> str | Response:
    """Ask once more before a phone is unbound."""
    return shown_phone(device_id, "devicebind/sure.html", act="unbind")


@bp.get("/devices/<device_id>/lost")
@door("anyone")
def ask_lost(device_id: str) -> str | Response:
    """Ask once more before a phone is reported lost."""
    return shown_phone(device_id, "devicebind/sure.html", act="lost")


def shown_phone(device_id: str, template: str, **more: Any) -> str | Response:
    """Return a page about one phone of this person; without a session, the login."""
    view = current_session()
    if view is None:
        return to_login()
    found = phones.show_phone(kit(), device_id=device_id, person_id=view.person_id)
    return render_template(template, phone=found, by_card=view.acr == "card", **more)


@bp.post("/devices/<device_id>/unbind")
@door("anyone")
def unbind(device_id: str) -> Response:
    """Unbind a phone."""
    return removed(device_id, "unbound")


@bp.post("/devices/<device_id>/lost")
@door("anyone")
def lost(device_id: str) -> Response:
    """Report a phone lost."""
    return removed(device_id, "lost")


def removed(device_id: str, why: Literal["unbound", "lost"]) -> Response:
    """Unbind a phone and lead back to the list; a session that came from that phone has ended with it."""
    view = current_session()
    if view is None:
        return to_login()
    with suppress(NotFound):  # it was unbound meanwhile: that was the wish
        phones.remove_phone(kit(), device_id=device_id, person_id=view.person_id, why=why)
    return redirect(f"/devices?done={why}", 303)


@bp.post("/devices/<device_id>/name")
@door("anyone")
def rename(device_id: str) -> str | Response:
    """Give a phone another name."""
    view = current_session()
    if view is None:
        return to_login()
    try:
        new = NameIn().load({"name": request.form.get("name", "").strip()})
    except ValidationError:
        return shown_phone(device_id, "devicebind/phone.html", name_refused=True)
    phones.rename_phone(kit(), device_id=device_id, person_id=view.person_id, **new)
    return redirect("/devices?done=renamed", 303)


@bp.get("/devices/<device_id>/voucher")
@door("anyone")
def voucher(device_id: str) -> str | Response:
    """Show a phone's revocation voucher for printing, to who came by card."""
    view = current_session()
    if view is None:
        return to_login()
    try:
        made = vouchers.make_voucher(kit(), device_id=device_id, view=view)
    except StepUpRequired:
        return redirect(f"/login?again=1&next=/devices/{device_id}/voucher#card", 303)
    return render_template("devicebind/voucher.html", voucher=made)


@bp.get("/revoke")
@door("anyone")
def revoke() -> str:
    """Show what a voucher will do; its text is in the fragment, which only the browser reads."""
    return render_template("devicebind/revoke.html", done="done" in request.args)


@bp.post("/revoke")
@door("anyone")
def use_voucher() -> tuple[str, int] | Response:
    """Use a voucher that the page's form holds."""
    text = request.form.get("voucher", "").strip().rpartition("#")[2]
    try:
        vouchers.use_voucher(kit(), voucher=text[:255])
    except vouchers.VoucherRefused as refusal:
        return render_template("devicebind/revoke.html", refused=refusal), refusal.status
    return redirect("/revoke?done=1", 303)


@bp.app_template_filter("picture")
def picture(svg: str) -> str:
    """Return a picture of ours as an address that a page may show: nothing in it can run."""
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def to_login() -> Response:
    """Lead to the login and from there back to the list."""
    return redirect("/login?next=/devices", 303)


def register(app: Flask) -> None:
    """Put the pages on the app."""
    app.register_blueprint(bp)
