"""The pages of the counter: plain forms for what needs no card, scripts where the reader is needed."""

from typing import Any

from flask import Blueprint, Flask, redirect, render_template, request
from marshmallow import Schema
from werkzeug.wrappers import Response

import counter.acts as acts
import counter.schemas as schemas
import counter.service as service
import counter.sessions as sessions
from authsvc.core import cookies
from authsvc.core.errors import Problem
from authsvc.core.web import LoginRequired, door, kit
from authsvc.identity.forms import birth_date, loaded, shown_again
from authsvc.identity.models import ACTIVE
from authsvc.identity.standing import SUSPENDED
from authsvc.identity.terms import CURRENT_TERMS
from counter.models import COUNTER, StaffView

bp = Blueprint(
    "counter_pages",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/static/counter",
)
LOGIN = "/counter/login"
DONE = ("registered", "known", "card_replaced", "suspended", "restored", "unbound", "lost")
FITS = {"suspended": SUSPENDED, "restored": ACTIVE}  # a link can say what was done; the record must agree
CODE_SECONDS = 600


def present() -> StaffView | None:
    """Return the member of staff at this browser."""
    token = cookies.browser_token(kit().settings)
    return sessions.find_staff(kit(), token) if token else None


def at_counter() -> StaffView | None:
    """Return the same where they stand before people; raise `RoleMissing` for other staff."""
    staff = present()
    return None if staff is None else acts.require_role(kit(), staff, COUNTER)


@bp.get("/counter/login")
@door("anyone")
def login() -> str | Response:
    """Ask for the certificate and its PIN."""
    if present() is not None:
        return redirect("/counter", 303)
    return render_template("counter/login.html")


@bp.get("/counter")
@door("anyone")
def home() -> str | Response:
    """Ask what is to be done, and for whom."""
    staff = present()
    if staff is None:
        return redirect(LOGIN, 303)
    if COUNTER not in staff.roles:
        return redirect("/counter/operator", 303)
    return render_template("counter/home.html", staff=staff)


@bp.post("/counter/looks")
@door("anyone")
def look() -> Any:
    """Open a record by ID and birth date."""
    staff = at_counter()
    if staff is None:
        return redirect(LOGIN, 303)
    try:
        asked = loaded(schemas.LookIn(), birth_date=birth_date())
        person_id = service.find_person(kit(), staff=staff, browser=None, **asked)
    except LoginRequired:  # ended meanwhile
        return redirect(LOGIN, 303)
    except Problem as refusal:
        return shown_again("counter/home.html", refusal, staff=staff, problem_for="look")
    return redirect(f"/counter/people/{person_id}", 303)


@bp.get("/counter/register")
@door("anyone")
def register() -> str | Response:
    """Take down a registration."""
    staff = at_counter()
    if staff is None:
        return redirect(LOGIN, 303)
    return render_template("counter/register.html", staff=staff, terms_version=CURRENT_TERMS)


@bp.get("/counter/people/<person_id>")
@door("anyone")
def person(person_id: str) -> Any:
    """Show a record that was opened, and what can be done."""
    staff = at_counter()
    return redirect(LOGIN, 303) if staff is None else _person(staff, person_id)


@bp.get("/counter/people/<person_id>/phone")
@door("anyone")
def phone(person_id: str) -> Any:
    """Bind a phone of the person whose record is open."""
    return _for_record("counter/phone.html", person_id, limit=kit().settings.device_limit, code_seconds=CODE_SECONDS)


@bp.get("/counter/people/<person_id>/card")
@door("anyone")
def card(person_id: str) -> Any:
    """Take down the new card of the person whose record is open."""
    return _for_record("counter/card.html", person_id)


@bp.post("/counter/people/<person_id>/suspend")
@door("anyone")
def suspend(person_id: str) -> Any:
    """Suspend the person's online services."""
    return _act(schemas.ReasonIn(), service.suspend, "suspended", person_id=person_id)


@bp.post("/counter/people/<person_id>/restore")
@door("anyone")
def restore(person_id: str) -> Any:
    """Restore the person's online services."""
    return _act(schemas.ReasonIn(), service.restore, "restored", person_id=person_id)


@bp.post("/counter/people/<person_id>/phones/<device_id>/remove")
@door("anyone")
def remove_phone(person_id: str, device_id: str) -> Any:
    """Unbind a phone, or report it lost."""
    done = "lost" if request.form.get("why") == "lost" else "unbound"
    return _act(schemas.RemovalIn(), service.remove_phone, done, person_id=person_id, device_id=device_id)


@bp.post("/counter/logout")
@door("anyone")
def logout() -> Response:
    """Leave the counter."""
    staff = present()
    if staff is not None:
        sessions.log_out(kit(), staff=staff)
    return redirect(LOGIN, 303)


def _act(schema: Schema, deed: Any, done: str, **which: str) -> Any:
    """Do what a form of the person's page asks; the page then says what was done, or what is wrong."""
    staff = at_counter()
    if staff is None:
        return redirect(LOGIN, 303)
    try:
        deed(kit(), staff=staff, **which, **loaded(schema))
    except LoginRequired:  # ended meanwhile
        return redirect(LOGIN, 303)
    except Problem as refusal:
        return _person(staff, which["person_id"], refusal, problem_for=which.get("device_id", "services"))
    return redirect(f"/counter/people/{which['person_id']}?done={done}", 303)


def _for_record(template: str, person_id: str, **shown: Any) -> Any:
    """Show a page about the person whose record is open, or ask to find them first."""
    staff = at_counter()
    if staff is None:
        return redirect(LOGIN, 303)
    try:
        record = service.show_person(kit(), staff=staff, person_id=person_id)
    except acts.LookFirst as refusal:
        return shown_again("counter/home.html", refusal, staff=staff, problem_for="look")
    return render_template(template, staff=staff, record=record, **shown)


def _person(staff: StaffView, person_id: str, refusal: Problem | None = None, problem_for: str = "") -> Any:
    try:
        record = service.show_person(kit(), staff=staff, person_id=person_id)
    except acts.LookFirst as closed:
        return shown_again("counter/home.html", closed, staff=staff, problem_for="look")
    asked = request.args.get("done")
    shown = {"staff": staff, "record": record, "done": asked if _fits(asked, record.status) else None}
    if refusal is not None:
        return shown_again("counter/person.html", refusal, **shown, problem_for=problem_for)
    return render_template("counter/person.html", **shown)


def _fits(done: str | None, status: str) -> bool:
    return done in DONE and FITS.get(done, status) == status


def include(app: Flask) -> None:
    """Put the pages on the app."""
    app.register_blueprint(bp)
