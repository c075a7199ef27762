"""The calls about QR logins."""

from typing import Any

from flask import Flask, Response

import qrlogin.beginning as beginning
import qrlogin.collecting as collecting
import qrlogin.decisions as decisions
import qrlogin.orders as orders
import qrlogin.refusals as refusals
import qrlogin.scanning as scanning
import qrlogin.schemas as schemas
import qrlogin.stream as stream
from authsvc.core import qr
from authsvc.core.cookies import browser_token, require_browser_token
from authsvc.core.errors import NotFound, Throttled
from authsvc.core.web import ApiBlueprint, LoginRequired, door, kit, who
from authsvc.identity import doors, dpop
from authsvc.identity.authenticators import AssertionRefused
from authsvc.identity.forms import in_service_hours
from authsvc.identity.hours import OutsideServiceHours
from authsvc.identity.models import SessionView
from authsvc.identity.schemas import SessionOut
from authsvc.identity.views import enter

bp = ApiBlueprint("qrlogin", __name__, url_prefix="/api/v1", description="QR login")
DECISION_REFUSALS = (
    *doors.REFUSALS,
    dpop.NonceRequired,
    LoginRequired,
    NotFound,
    refusals.NotYours,
    orders.OrderExpired,
    refusals.OrderReplaced,
    refusals.OrderCancelled,
    refusals.OrderDecided,
    refusals.DecisionRefused,
)


def shown(order: orders.OrderView) -> dict[str, Any]:
    """Return an order with the addresses of its picture and its stream."""
    base = f"/api/v1/qr-logins/{order.id}"
    frame = {"text": order.frame, "svg_url": f"{base}/frame.svg"}
    return vars(order) | {"frame": frame, "events_url": f"{base}/events"}


def browser() -> str | None:
    """Return the secret that this browser carries."""
    return browser_token(kit().settings)


@bp.route("/qr-logins", methods=["POST"])
@door("anyone")
@in_service_hours
@bp.arguments(schemas.BeginIn)
@bp.response(201, schemas.BegunOut)
@bp.refuses(OutsideServiceHours, Throttled)
def begin(body: dict[str, Any]) -> dict[str, Any]:
    """Begin a login by QR code in this browser."""
    return shown(beginning.begin(kit(), browser=require_browser_token(kit().settings), **body))


@bp.route("/qr-logins/<order_id>/successors", methods=["POST"])
@door("anyone")
@in_service_hours
@bp.response(201, schemas.BegunOut)
@bp.refuses(NotFound, beginning.OrderNotRenewed, OutsideServiceHours, Throttled)
def renew(order_id: str) -> dict[str, Any]:
    """Begin the order that follows one of this browser that nobody scanned in time, five times at most."""
    return shown(beginning.renew(kit(), order_id=order_id, browser=browser()))


@bp.route("/qr-logins/<order_id>/events", methods=["GET"])
@door("anyone")
@bp.response(200, {"type": "string"}, content_type="text/event-stream", description="`state` and `frame` events")
@bp.alt_response(204, description="The order is over")
@bp.refuses(NotFound)
def events(order_id: str) -> Response:
    """Stream what happens to this browser's order."""
    told = stream.begin(kit(), order_id=order_id, browser=browser())
    if told is None:
        return Response(status=204)
    # Passed through, so that the server keeps nothing of us but the stream itself.
    headers = {"X-Accel-Buffering": "no"}
    return Response(told, mimetype="text/event-stream", headers=headers, direct_passthrough=True)


@bp.route("/qr-logins/<order_id>", methods=["GET"])
@door("anyone")
@bp.arguments(schemas.PollIn, location="query")
@bp.response(200, schemas.OrderOut)
@bp.refuses(NotFound)
def poll(query: dict[str, Any], order_id: str) -> dict[str, Any]:
    """Show this browser's order, at once or at its next change."""
    return shown(stream.poll(kit(), order_id=order_id, browser=browser(), **query))


@bp.route("/qr-logins/<order_id>/frame.svg", methods=["GET"])
@door("anyone")
@bp.response(200, {"type": "string"}, content_type="image/svg+xml", description="The picture of this moment")
@bp.refuses(NotFound)
def picture(order_id: str) -> Response:
    """Draw the QR code of this moment, for browsers without script."""
    order = orders.watch(kit(), order_id=order_id, browser=browser())
    return Response(qr.svg(order.frame), mimetype="image/svg+xml")


@bp.route("/qr-logins/<order_id>", methods=["DELETE"])
@door("anyone")
@bp.response(204)
@bp.refuses(NotFound, orders.OrderNotApproved)
def cancel(order_id: str) -> None:
    """End this browser's order."""
    orders.cancel(kit(), order_id=order_id, browser=browser())


@bp.route("/qr-logins/scans", methods=["POST"])
@door("app")
@bp.arguments(schemas.ScanIn)
@bp.response(200, schemas.ShownOut)
@bp.refuses(*DECISION_REFUSALS, *refusals.OF_FRAMES, Throttled)
def scan(body: dict[str, Any]) -> scanning.Shown:
    """Say what a scanned QR code, or the code typed in its place, asks for."""
    return scanning.scan(kit(), who(), **body)


@bp.route("/qr-logins/<order_id>/question", methods=["PUT"])
@door("app")
@bp.response(204)
@bp.refuses(*DECISION_REFUSALS)
def note_asked(order_id: str) -> None:
    """Note that the phone shows the question, so that the page can say so."""
    decisions.note_asked(kit(), who(), order_id=order_id)


@bp.route("/qr-logins/<order_id>/approvals", methods=["POST"])
@door("app")
@bp.arguments(schemas.ApprovalIn)
@bp.response(204)
@bp.refuses(*DECISION_REFUSALS, refusals.WrongMatchCode, AssertionRefused)
def approve(body: dict[str, Any], order_id: str) -> None:
    """Approve what the phone showed, with the number that the page shows."""
    decisions.approve(kit(), who(), order_id=order_id, **body)


@bp.route("/qr-logins/<order_id>/denials", methods=["POST"])
@door("app")
@bp.arguments(schemas.DecisionIn)
@bp.response(204)
@bp.refuses(*DECISION_REFUSALS)
def deny(body: dict[str, Any], order_id: str) -> None:
    """Refuse what the phone showed."""
    decisions.deny(kit(), who(), order_id=order_id, jws=body["jws"])


@bp.route("/sessions/qr", methods=["POST"])
@door("anyone")
@in_service_hours
@bp.arguments(schemas.CollectIn)
@bp.response(201, SessionOut)
@bp.refuses(NotFound, orders.OrderNotApproved, orders.OrderExpired, OutsideServiceHours, *collecting.NOT_HERE)
def collect(body: dict[str, Any]) -> SessionView:
    """Open the session that the phone approved, in the browser that asked."""
    return enter(collecting.collect(kit(), browser=browser(), **body))


def register(app: Flask) -> None:
    """Put the calls on the API."""
    app.extensions["api"].register_blueprint(bp)
