"""The handset page: over which line, Wi-Fi or hotspot this computer goes; it opens an address over that.

What it sets is state of the simulator. Nothing in a request to an operator can say it instead.
"""

from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mocks.telco.control import require_connection
from mocks.telco.ground import ground
from mocks.telco.network import VPN, WIFI
from mocks.telco.records import Line
from mocks.web import Problem

handset = Blueprint("handset", __name__, template_folder="templates")

START = "http://localhost:8000/app/phone"
OTHERS = {
    WIFI: ("Wi-Fi", "不經過行動網路 · not over a mobile network"),
    VPN: ("VPN", "從別的網路出去 · leaves through another network"),
    "hotspot-detected": ("熱點，電信公司看得出來 · Hotspot, noticed", "0900000101"),
    "hotspot-undetected": ("熱點，電信公司看不出來 · Hotspot, unnoticed", "0900000101"),
}
PLANS = {
    "monthly": "月租 monthly",
    "prepaid": "預付卡 prepaid",
    "company": "公司門號 company",
    "family": "家庭方案 family",
    "child": "親子卡 child",
    "mvno": "二類電信 MVNO",
}
STATES = {"active": "", "suspended": "停話 suspended", "arrears": "欠費 in arrears", "one_way": "單向停話 one-way"}
_MOST = 40
_POLICY = (
    "default-src 'none'; style-src 'self'; form-action 'self' http: https:; frame-ancestors 'none'; base-uri 'none'"
)


@handset.get("/")
def start() -> Response:
    """Lead to the handset page."""
    return redirect(url_for("handset.show"))


@handset.get("/handset")
def show() -> tuple[str, int, dict[str, str]]:
    """Show over what this computer goes, and what it could go over."""
    here, wanted = ground(), request.args.get("q", "").strip()
    lines = [line for line in here.world.all() if _matches(line, wanted)]
    page = render_template(
        "handset.html",
        chosen=here.network.handset,
        line=here.world.line(here.network.handset),
        others=OTHERS,
        lines=lines[:_MOST],
        hidden=max(0, len(lines) - _MOST),
        wanted=wanted,
        address=request.args.get("address") or _usual_address(),
        operators={operator.id: operator for operator in here.operators.all()},
        plans=PLANS,
        states=STATES,
    )
    return page, 200, {"Content-Security-Policy": _POLICY}


@handset.post("/handset")
def choose() -> Response:
    """Go over the chosen connection from now on, and open the address where one is given."""
    network = ground().network
    network.handset = require_connection(request.form.get("connection") or network.handset)
    address = request.form.get("address", "").strip()
    if "open" in request.form:
        if urlsplit(address).scheme not in {"http", "https"}:
            raise Problem(422, "invalid_field", "The address begins with http:// or https://.")
        return redirect(address, code=303)
    return redirect(url_for("handset.show", q=request.form.get("q") or None, address=address or None), code=303)


def _usual_address() -> str:
    """Return where a client is sent back to: the page of the app that begins."""
    return next((uri for client in ground().clients.by_id.values() for uri in client.redirect_uris), START)


def _matches(line: Line, wanted: str) -> bool:
    holder = ground().world.holder(line).name
    about = (line.number, line.operator, line.note, line.note_zh, line.plan, line.state, holder)
    return not wanted or any(wanted.lower() in each.lower() for each in about)
