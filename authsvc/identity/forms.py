"""Plain HTML forms: the same schemas as the API, filled from fields; a failed form comes back with its problem."""

import functools
import re
from typing import Any, Final, cast

from flask import current_app, redirect, render_template, request
from marshmallow import Schema, ValidationError
from werkzeug.wrappers import Response

import authsvc.identity.hours as hours
from authsvc.core.cookies import give_browser_token
from authsvc.core.errors import Invalid, Problem
from authsvc.core.guard import API
from authsvc.core.i18n import translate
from authsvc.core.schema import Flag
from authsvc.core.web import View, flat, kit
from authsvc.identity.sessions import OpenedSession
from authsvc.identity.ways import ways_of

ROC_OFFSET: Final = 1911
LATEST_ROC: Final = 200
INSIDE: Final = re.compile(r"/(?:[A-Za-z0-9_\-][A-Za-z0-9_\-/]*)?")


def person_form(schema: Schema) -> dict[str, Any]:
    """Load the posted form (ID, birth date in three fields, unit and tick) by a schema; raise `Invalid`."""
    posted: dict[str, Any] = {
        name: value.strip() for name, value in request.form.items() if name in schema.fields and value.strip()
    }
    if "appoint_managers" in posted:
        posted["appoint_managers"] = True
    posted["birth_date"] = birth_date()
    try:
        loaded: dict[str, Any] = schema.load(posted)
    except ValidationError as fault:
        raise Invalid({name: _texts(texts) for name, texts in by_field(fault).items()}) from fault
    return loaded


def loaded(schema: Schema, **more: Any) -> dict[str, Any]:
    """Load the posted form by a schema: what is empty was not typed; raise `Invalid`."""
    posted = {name: text.strip() for name, text in request.form.items() if name in schema.fields and text.strip()}
    ticks = {name: True for name, field in schema.fields.items() if isinstance(field, Flag) and name in posted}
    try:
        found: dict[str, Any] = schema.load(posted | ticks | more)
    except ValidationError as fault:
        raise Invalid({name: flat(texts) for name, texts in by_field(fault).items()}) from fault
    return found


def shown_again(template: str, refusal: Problem, **shown: Any) -> tuple[str, int, dict[str, str]]:
    """Show a page again with what was refused (`problem`), and with what was typed (`form`)."""
    errors = refusal.errors if isinstance(refusal, Invalid) else {}
    texts = [translate(text) for name in errors for text in errors[name]]
    problem = {"detail": translate(refusal.detail), "code": refusal.code, "texts": texts} | refusal.members
    problem["fields"] = {name: [translate(text) for text in errors[name]] for name in errors}
    return render_template(template, problem=problem, form=request.form, **shown), refusal.status, refusal.headers()


def birth_date() -> str:
    """Return the three birth fields as an ISO date; a year below 200 is one of the Republic (民國)."""
    return typed_date("birth") or ""


def typed_date(name: str) -> str | None:
    """Return three fields (`<name>_year`, `_month`, `_day`) as an ISO date, "" for no date; None where all are empty.

    A year below 200 is one of the Republic (民國).
    """
    parts = [request.form.get(f"{name}_{part}", "").strip() for part in ("year", "month", "day")]
    if not any(parts):
        return None
    if not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in parts):  # noqa: PLR2004 - a year
        return ""
    year, month, day = map(int, parts)
    return f"{year + ROC_OFFSET if year < LATEST_ROC else year:04}-{month:02}-{day:02}"


def next_page() -> str:
    """Return where the person wanted to go, if that is a place of ours, else the session page."""
    wanted = request.values.get("next", "")
    return wanted if INSIDE.fullmatch(wanted) and "//" not in wanted else "/me"


def enter_page(opened: OpenedSession) -> Response:
    """Hand the browser its new cookie and lead on."""
    give_browser_token(kit().settings, opened.token)
    return redirect(next_page(), 303)


def in_service_hours(view: View) -> View:
    """Close a way of logging in outside the hours, before anything is tried: a call is told, a form led back."""

    @functools.wraps(view)
    def within(*args: Any, **kwargs: Any) -> Any:
        if not request.path.startswith(API) and hours.find_closing(kit()) is not None:
            return redirect("/login", 303)
        hours.require_open(kit())
        return view(*args, **kwargs)

    within.in_hours = True  # type: ignore[attr-defined]
    return cast("View", within)


def login_again(way: str, refusal: Problem) -> tuple[str, int, dict[str, str]]:
    """Show the login page again with what was refused, and what was typed (the secret left out)."""
    kept = {name: value for name, value in request.form.items() if name not in ("otp", "csrf_token")}
    problem: dict[str, Any] = {"detail": translate(refusal.detail), "code": refusal.code} | refusal.members
    if isinstance(refusal, Invalid):
        problem["errors"] = {name: [translate(text) for text in texts] for name, texts in refusal.errors.items()}
    wanted = request.form.get("ways", "").split(",")  # of a step-up: what the next step takes
    good_enough = tuple(each.id for each in ways_of(current_app).logins if each.id in wanted)
    told = {"chosen_way": way, "next": next_page(), "good_enough": good_enough}
    page = render_template("login.html", problem=problem, form=kept, **told)
    return page, refusal.status, refusal.headers()


def by_field(fault: ValidationError) -> dict[str, Any]:
    """Return what a schema found, by the name of the field."""
    messages = fault.messages
    return messages if isinstance(messages, dict) else {"_schema": messages}


def _texts(texts: Any) -> list[str]:
    return [str(text) for text in texts] if isinstance(texts, list) else [str(texts)]
