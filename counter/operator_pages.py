"""The pages of operators: look a person or a unit up for who calls, and do what helps; plain forms."""

from collections.abc import Callable
from typing import Any, Final

from flask import Blueprint, Flask, redirect, render_template, request
from marshmallow import Schema

import counter.acts as acts
import counter.operating as operating
import counter.schemas as schemas
import counter.unitdesk as unitdesk
from authsvc.core.errors import Problem
from authsvc.core.web import LoginRequired, door, kit
from authsvc.identity.forms import loaded, shown_again
from counter.models import OPERATOR, StaffView
from counter.pages import LOGIN, present

bp = Blueprint("operator_pages", __name__, url_prefix="/counter/operator")
HOME: Final = "/counter/operator"
DONE: Final = ("ended", "ended_all", "resent")


@bp.get("")
@door("anyone")
def home() -> Any:
    """Ask who calls, and why they are looked up."""
    return _staffed(lambda staff: render_template("counter/operator.html", staff=staff))


@bp.post("/people")
@door("anyone")
def look_person() -> Any:
    """Look a person up by ID."""

    def look(staff: StaffView) -> str:
        look_id = operating.look_person(kit(), by=staff, **loaded(schemas.PersonLookIn()))
        return f"{HOME}/people/{look_id}"

    return _look(look, "person")


@bp.post("/units")
@door("anyone")
def look_unit() -> Any:
    """Look a unit up by unit code or business number."""

    def look(staff: StaffView) -> str:
        return f"{HOME}/units/{unitdesk.look_unit(kit(), by=staff, **loaded(schemas.UnitLookIn()))}"

    return _look(look, "unit")


@bp.get("/people/<look_id>")
@door("anyone")
def person(look_id: str) -> Any:
    """Show a person who was looked up."""
    return _staffed(lambda staff: _person(staff, look_id))


@bp.post("/people/<look_id>/sessions/end")
@door("anyone")
def end_all(look_id: str) -> Any:
    """End all logins of the person."""
    return _act_on_person(look_id, operating.end_sessions, "ended_all", "sessions")


@bp.post("/people/<look_id>/sessions/<session_id>/end")
@door("anyone")
def end_one(look_id: str, session_id: str) -> Any:
    """End one login of the person."""
    return _act_on_person(look_id, operating.end_sessions, "ended", session_id, session_id=session_id)


@bp.post("/people/<look_id>/resend")
@door("anyone")
def resend(look_id: str) -> Any:
    """Have the application's mail sent again."""
    return _act_on_person(look_id, operating.resend, "resent", "resend")


@bp.post("/people/<look_id>/accounts/<unit_code>/resend")
@door("anyone")
def resend_unit_account(look_id: str, unit_code: str) -> Any:
    """Have the mail that activates an account for a unit sent again."""
    return _act_on_person(look_id, operating.resend_unit_account, "resent", unit_code, unit_code=unit_code)


@bp.get("/units/<number>")
@door("anyone")
def unit(number: str) -> Any:
    """Show a unit that was looked up."""
    return _staffed(lambda staff: _unit(staff, number))


@bp.post("/units/<number>/sessions/end")
@door("anyone")
def end_unit(number: str) -> Any:
    """End the unit's own logins."""
    return _act_on_unit(number, unitdesk.end_sessions, "ended_all", "sessions")


@bp.post("/units/<number>/resend")
@door("anyone")
def resend_unit(number: str) -> Any:
    """Have the result of the registration sent again."""
    return _act_on_unit(number, unitdesk.resend, "resent", "resend")


def _staffed(show: Callable[[StaffView], Any]) -> Any:
    """Show a page to an operator; a record that is not open asks to be looked up first. Raise `RoleMissing`."""
    staff = present()
    if staff is None:
        return redirect(LOGIN, 303)
    acts.require_role(kit(), staff, OPERATOR)
    try:
        return show(staff)
    except LoginRequired:  # ended meanwhile
        return redirect(LOGIN, 303)
    except acts.LookFirst as refusal:
        return _home(staff, refusal, "look")


def _home(staff: StaffView, refusal: Problem, problem_for: str) -> Any:
    return shown_again("counter/operator.html", refusal, staff=staff, problem_for=problem_for)


def _look(look: Callable[[StaffView], str], problem_for: str) -> Any:
    def show(staff: StaffView) -> Any:
        try:
            return redirect(look(staff), 303)
        except LoginRequired:
            raise
        except Problem as refusal:
            return _home(staff, refusal, problem_for)

    return _staffed(show)


def _act_on_person(look_id: str, deed: Callable[..., Any], done: str, problem_for: str, **which: str) -> Any:
    return _act(
        lambda staff, typed: deed(kit(), by=staff, target=look_id, **which, **typed),
        lambda staff, refusal: _person(staff, look_id, refusal, problem_for),
        f"{HOME}/people/{look_id}?done={done}",
    )


def _act_on_unit(unit_code: str, deed: Callable[..., Any], done: str, problem_for: str) -> Any:
    return _act(
        lambda staff, typed: deed(kit(), by=staff, unit_code=unit_code, **typed),
        lambda staff, refusal: _unit(staff, unit_code, refusal, problem_for),
        f"{HOME}/units/{unit_code}?done={done}",
    )


def _act(
    deed: Callable[..., Any], again: Callable[..., Any], then: str, schema: type[Schema] = schemas.ReasonIn
) -> Any:
    """Do what a form asks, with its reason; the page then says what was done, or what is wrong."""

    def show(staff: StaffView) -> Any:
        try:
            deed(staff, loaded(schema()))
        except (LoginRequired, acts.LookFirst):
            raise
        except Problem as refusal:
            return again(staff, refusal)
        return redirect(then, 303)

    return _staffed(show)


def _person(staff: StaffView, look_id: str, refusal: Problem | None = None, problem_for: str = "") -> Any:
    record = operating.show_person(kit(), staff=staff, look_id=look_id)
    return _show(
        "counter/operator_person.html",
        refusal,
        staff=staff,
        record=record,
        look=look_id,
        about=problem_for,
        now=kit().clock.now(),
    )


def _unit(staff: StaffView, unit_code: str, refusal: Problem | None = None, problem_for: str = "") -> Any:
    shown = unitdesk.show_unit(kit(), by=staff, unit_code=unit_code)
    return _show("counter/operator_unit.html", refusal, staff=staff, shown=shown, about=problem_for)


def _show(template: str, refusal: Problem | None, **shown: Any) -> Any:
    if refusal is not None:
        return shown_again(template, refusal, **shown)
    asked = request.args.get("done")
    return render_template(template, done=asked if asked in DONE else None, **shown)


def include(app: Flask) -> None:
    """Put the pages on the app."""
    app.register_blueprint(bp)
