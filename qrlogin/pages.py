"""QR login without script: a form, a page that asks again every three seconds, a button to go on."""

from typing import Any

from flask import Blueprint, Flask, redirect, render_template
from werkzeug.wrappers import Response

import qrlogin.beginning as beginning
import qrlogin.collecting as collecting
import qrlogin.orders as orders
from authsvc.core.cookies import browser_token, require_browser_token
from authsvc.core.errors import Problem
from authsvc.core.web import door, kit
from authsvc.identity.forms import enter_page, in_service_hours, login_again, next_page, person_form
from qrlogin.schemas import BeginIn
from qrlogin.views import shown

bp = Blueprint(
    "qrlogin_pages",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/static/qrlogin",
)


@bp.post("/login/qr")
@door("anyone")
@in_service_hours
def begin() -> Any:
    """Begin an order, or show the form again with what to do."""
    try:
        body = person_form(BeginIn(exclude=("browser_key",)))
        order = beginning.begin(kit(), browser=require_browser_token(kit().settings), **body)
    except Problem as refusal:
        return login_again("qr", refusal)
    return redirect(f"/login/qr/{order.id}?next={next_page()}", 303)


@bp.get("/login/qr/<order_id>")
@door("anyone")
def wait(order_id: str) -> str:
    """Show this browser's order as it stands."""
    order = orders.watch(kit(), order_id=order_id, browser=browser_token(kit().settings))
    left = max(0, int((order.expires_at - kit().clock.now()).total_seconds()))
    seen = shown(order) | {"svg_url": f"/api/v1/qr-logins/{order.id}/frame.svg", "link": order.frame}
    return render_template("qrlogin/waiting.html", order=seen | {"seconds_left": left}, next=next_page())


@bp.post("/login/qr/<order_id>/next")
@door("anyone")
@in_service_hours
def renew(order_id: str) -> Response:
    """Show the next QR code without asking for ID and birth date again; where none follows, the form."""
    try:
        order = beginning.renew(kit(), order_id=order_id, browser=browser_token(kit().settings))
    except beginning.OrderNotRenewed:
        return redirect("/login#qr", 303)
    return redirect(f"/login/qr/{order.id}?next={next_page()}", 303)


@bp.get("/login/qr/return")
@door("anyone")
def come_back() -> str:
    """Go on after the app on this very phone approved; the rest stands in the fragment, for the script alone."""
    return render_template("qrlogin/return.html")


@bp.post("/login/qr/<order_id>/session")
@door("anyone")
@in_service_hours
def enter(order_id: str) -> Response:
    """Go on into the session that the phone approved."""
    return enter_page(collecting.collect(kit(), order_id=order_id, browser=browser_token(kit().settings)))


@bp.post("/login/qr/<order_id>/cancel")
@door("anyone")
def cancel(order_id: str) -> Response:
    """End the order and go back."""
    orders.cancel(kit(), order_id=order_id, browser=browser_token(kit().settings))
    return redirect("/login", 303)


def register(app: Flask) -> None:
    """Put the pages on the app."""
    app.register_blueprint(bp)
