"""The pages about units: register, which are mine, a unit's menu, its data, its managers."""

from collections.abc import Callable
from typing import Any, Final

from flask import Blueprint, Flask, redirect, render_template, request
from werkzeug.wrappers import Response

import units.holding as holding
import units.managers as managers
import units.registering as registering
import units.schemas as schemas
import units.standing as standing
from authsvc.core.cookies import browser_token
from authsvc.core.errors import Problem, StepUpRequired
from authsvc.core.web import door, kit
from authsvc.identity.forms import birth_date, loaded, shown_again
from authsvc.identity.sessionpages import inside, stronger

bp = Blueprint(
    "units_pages", __name__, template_folder="templates", static_folder="static", static_url_path="/static/units"
)
DONE: Final = ("added", "ended", "changed", "withdrawn", "registered")
Page = Callable[[Any], Any]


@bp.get("/units/register")
@door("anyone")
def register_form() -> str:
    """Show the form of a unit's registration."""
    return render_template("units/register.html", done=request.args.get("done") == "registered")


@bp.post("/units/register")
@door("anyone")
def register_unit() -> Any:
    """Register a unit by a one-time code, the way that needs no script; a card needs one."""
    try:
        more = {"birth_date": birth_date()} if request.form.get("way") == "otp" else {}
        posted = loaded(schemas.UnitRegistrationIn(), **more, **_without_labour())
        registering.register(kit(), browser=browser_token(kit().settings), **posted)
    except Problem as refusal:
        return shown_again("units/register.html", refusal)
    return redirect("/units/register?done=registered", 303)


@bp.get("/units")
@door("anyone")
def units() -> Any:
    """Show the units in which whoever asks is something; where it is one, its page."""
    return inside("/units", _units)


def _units(view: Any) -> Any:
    mine = standing.list_units(kit(), view)
    if len(mine) == 1 and _done() is None:
        return redirect(f"/units/{mine[0].unit_code}", 303)
    return render_template("units/units.html", units=mine, done=_done())


@bp.get("/units/<unit_code>")
@door("anyone")
def unit(unit_code: str) -> Any:
    """Show what a unit offers whoever asks."""
    return inside(f"/units/{unit_code}", lambda view: _home(view, unit_code))


def _home(view: Any, unit_code: str) -> str:
    offers = standing.list_functions(kit(), view, unit_code)
    mine = standing.require_unit(kit(), view, unit_code)
    return render_template("units/home.html", mine=mine, offers=offers, stronger=stronger)


@bp.get("/units/<unit_code>/registration")
@door("anyone")
def registration(unit_code: str) -> Any:
    """Show a unit's data, to be changed or withdrawn."""
    return inside(request.path, lambda view: _registration(view, unit_code))


def _registration(view: Any, unit_code: str) -> str:
    return render_template("units/registration.html", data=holding.show(kit(), view, unit_code), done=_done())


@bp.post("/units/<unit_code>/registration")
@door("anyone")
def change_registration(unit_code: str) -> Any:
    """Change a unit's data, or show the form again with what is wrong."""

    def change(view: Any) -> Any:
        try:
            # What was emptied on the page is to be removed; what the form does not show stays.
            emptied = {name: None for name in ("phone", "mobile", "labour_number") if not request.form.get(name)}
            typed: dict[str, Any] = {"nhi_only": "nhi_only" in request.form} | emptied | _without_labour()
            holding.change(kit(), view, unit_code, **loaded(schemas.UnitChangesIn(), **typed))
        except StepUpRequired:
            raise
        except Problem as refusal:
            data = holding.show(kit(), view, unit_code)
            return shown_again("units/registration.html", refusal, data=data)
        return redirect(f"/units/{unit_code}/registration?done=changed", 303)

    return inside(f"/units/{unit_code}/registration", change)


@bp.post("/units/<unit_code>/withdraw")
@door("anyone")
def withdraw(unit_code: str) -> Any:
    """Withdraw a unit's registration."""

    def end(view: Any) -> Response:
        if "sure" not in request.form:
            return redirect(f"/units/{unit_code}/registration", 303)
        holding.withdraw(kit(), view, unit_code)
        return redirect("/units?done=withdrawn", 303)

    return inside(f"/units/{unit_code}/registration", end)


@bp.get("/units/<unit_code>/managers")
@door("anyone")
def manager_list(unit_code: str) -> Any:
    """Show a unit's managers and the form that names one."""
    return inside(request.path, lambda view: _managers(view, unit_code))


def _managers(view: Any, unit_code: str) -> str:
    listed = managers.list_managers(kit(), view, unit_code)
    return render_template("units/managers.html", unit_code=unit_code, managers=listed, done=_done())


@bp.post("/units/<unit_code>/managers")
@door("anyone")
def add_manager(unit_code: str) -> Any:
    """Name a manager known by the health card, which needs no script; a certificate is read by one."""

    def add(view: Any) -> Response:
        managers.add_manager(kit(), view, unit_code, **loaded(schemas.ManagerIn()))
        return redirect(f"/units/{unit_code}/managers?done=added", 303)

    return _on_managers(unit_code, add)


@bp.post("/units/<unit_code>/managers/<member_id>/end")
@door("anyone")
def end_manager(unit_code: str, member_id: str) -> Any:
    """Delete a manager."""

    def end(view: Any) -> Response:
        managers.end_manager(kit(), view, unit_code, member_id=member_id)
        return redirect(f"/units/{unit_code}/managers?done=ended", 303)

    return _on_managers(unit_code, end)


def _on_managers(unit_code: str, deed: Page) -> Any:
    """Do a deed of the managers' page; what is refused is shown there."""

    def tried(view: Any) -> Any:
        listed = managers.list_managers(kit(), view, unit_code)
        try:
            return deed(view)
        except StepUpRequired:
            raise
        except Problem as refusal:
            return shown_again("units/managers.html", refusal, unit_code=unit_code, managers=listed)

    return inside(f"/units/{unit_code}/managers", tried)


def _without_labour() -> dict[str, None]:
    """Leave out a number that the tick has hidden from the page."""
    return {"labour_number": None} if "nhi_only" in request.form else {}


def _done() -> str | None:
    asked = request.args.get("done")
    return asked if asked in DONE else None


def register(app: Flask) -> None:
    """Put the pages on the app."""
    app.register_blueprint(bp)
