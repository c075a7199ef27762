"""Home, login and security: the pages every portal visitor meets."""

from contextlib import suppress
from typing import Any

from flask import Blueprint, Flask, current_app, has_request_context, redirect, render_template, request
from marshmallow import ValidationError
from werkzeug.wrappers import Response

import authsvc.identity.freezing as freezing
import authsvc.identity.history as history
import authsvc.identity.hours as hours
import authsvc.identity.sessions as sessions
from authsvc.core import cookies
from authsvc.core.errors import NotFound, StepUpRequired, every_refusal
from authsvc.core.i18n import LANGUAGES, request_language, translate
from authsvc.core.localtime import day_text, moment_text
from authsvc.core.web import HTTP_CODES, door, kit
from authsvc.identity.forms import next_page
from authsvc.identity.present import current_session, current_unit, seconds_left, shown
from authsvc.identity.readerfaults import LONGEST_QUERY, READER_FAULTS, find_faults
from authsvc.identity.schemas import HistoryIn
from authsvc.identity.ways import menu_of, ways_of

bp = Blueprint("identity_pages", __name__)


def context() -> dict[str, Any]:
    """Return what every template may use."""
    if not has_request_context():
        return {}  # a mail is written by the worker: there is no browser
    settings = kit().settings
    me, unit = shown()
    entries = [entry for entry in menu_of(current_app) if me is not None or not entry.inside]
    return {
        "csrf_token": lambda: cookies.form_token(settings, kit().keys),
        "lang": request_language(),
        "languages": LANGUAGES,
        "origin": settings.public_origin,
        "closing": hours.find_closing(kit()),
        "card_component": settings.card_component_url,
        "login_notes": ways_of(current_app).login_notes,
        "login_links": sorted(ways_of(current_app).login_links, key=lambda link: link.order),
        "login_ways": sorted(ways_of(current_app).logins, key=lambda way: way.order),
        "me": me,
        "unit": unit,
        "seconds_left": seconds_left(me or unit),
        "reader_faults": READER_FAULTS,
        "menu": [
            {"title": translate(entry.title), "href": entry.href} for entry in sorted(entries, key=lambda e: e.order)
        ],
        "tr": translate,
    }


def good_enough() -> tuple[str, ...]:
    """Return the ways in that the next step takes, as its refusal named them; the card where the address names none."""
    named = set(request.args.get("ways", "").split(","))
    return tuple(way.id for way in ways_of(current_app).logins if way.id in named) or ("card",)


@bp.get("/")
@door("anyone")
def home() -> str:
    """Show what this is and what to do first."""
    return render_template("home.html")


@bp.get("/login")
@door("anyone")
def login() -> str | Response:
    """Show the ways of logging in side by side."""
    again = "again" in request.args
    if (current_session() or current_unit()) is not None and not again:
        return redirect("/me", 303)
    return render_template("login.html", next=next_page(), good_enough=good_enough() if again else ())


@bp.get("/security")
@door("anyone")
def security() -> str | Response:
    """Show where the person is logged in and what happened with their account."""
    view = current_session()
    if view is None:
        return redirect("/login?next=/security", 303)
    return render_template(
        "security.html",
        sessions=sessions.list_sessions(kit(), view=view),
        page=history.show_history(kit(), view=view, before=_before()),
        older=_before() is not None,
        done=request.args.get("done"),
    )


def _before() -> str | None:
    """Return where an older page of the history begins; raise `NotFound` for what no page of ours links to."""
    asked = {"before": request.args["before"]} if "before" in request.args else {}
    try:
        before: str | None = HistoryIn().load(asked).get("before")
    except ValidationError as fault:
        raise NotFound from fault
    return before


@bp.post("/security/sessions/<session_id>/end")
@door("anyone")
def end_session(session_id: str) -> Response:
    """End one of the person's sessions; the list then shows what is left."""
    view = current_session()
    if view is None:
        return redirect("/login?next=/security", 303)
    with suppress(NotFound):  # it ended by itself meanwhile: that was the wish
        sessions.end_session(kit(), view=view, session_id=session_id)
    return redirect("/" if session_id == view.id else "/security?done=one", 303)


@bp.post("/security/bindings/allow")
@door("anyone")
def allow_bindings() -> Response:
    """Allow new phones again; a login with the card that is not fresh comes first."""
    view = current_session()
    if view is None:
        return redirect("/login?next=/security#card", 303)
    try:
        freezing.lift(kit(), view)
    except StepUpRequired:
        return redirect("/login?again=1&next=/security#card", 303)
    return redirect("/security?done=unfrozen", 303)


@bp.post("/security/sessions/end-others")
@door("anyone")
def end_other_sessions() -> Response:
    """End all sessions of the person but this one."""
    view = current_session()
    if view is None:
        return redirect("/login?next=/security", 303)
    sessions.end_other_sessions(kit(), view=view)
    return redirect("/security?done=others", 303)


@bp.get("/problems")
@door("anyone")
def problems() -> str:
    """List every refusal with its stable code."""
    listed = {kind.code: (kind.status, translate(kind.detail), kind.reader_code) for kind in every_refusal()[1:]}
    listed |= {code: (status, translate(detail), None) for status, (code, detail) in HTTP_CODES.items()}
    return render_template("problems.html", problems=sorted(listed.items()))


@bp.get("/help/reader-errors")
@door("anyone")
def reader_errors() -> str:
    """Show what to do about a fault of reader, card or certificate; `q` narrows it down."""
    query = request.args.get("q", "").strip()[:LONGEST_QUERY]
    return render_template("reader_errors.html", faults=find_faults(query), query=query)


@bp.get("/api/v1/docs")
@door("anyone")
def api_docs() -> str:
    """Show the API's document."""
    return render_template("docs.html")


def register(app: Flask) -> None:
    """Put the pages on the app."""
    app.context_processor(context)
    app.add_template_filter(lambda at: moment_text(at, request_language()), "moment")
    app.add_template_filter(lambda day: day_text(day, request_language()), "day")
    app.register_blueprint(bp)
