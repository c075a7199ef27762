"""The pages: choose a file, follow it, look for former ones; each works without a script."""

from typing import Any, Final

from flask import Blueprint, Flask, redirect, render_template, request
from marshmallow import ValidationError
from werkzeug.datastructures import FileStorage

import authsvc.identity.acting as acting
import authsvc.identity.addresses as addresses
import batch.naming as naming
import batch.queries as queries
import batch.reasons as reasons
import batch.schemas as schemas
import batch.service as service
from authsvc.core.errors import Invalid, NotFound, Problem, StepUpRequired
from authsvc.core.guard import takes_file
from authsvc.core.web import door, flat, kit
from authsvc.identity.acting import NotGranted
from authsvc.identity.forms import by_field, loaded, shown_again
from authsvc.identity.sessionpages import inside, somebody

bp = Blueprint(
    "batch_pages", __name__, template_folder="templates", static_folder="static", static_url_path="/static/batch"
)
PATTERNS: Final = {"email": addresses.EMAIL, "mobile": addresses.MOBILE, "phone": addresses.PHONE}
LISTED: Final = ("from", "to", "state", "page")
OTHERS: Final = (NotFound, NotGranted, StepUpRequired)  # told by a page of their own


@bp.app_template_global()
def batch_words() -> dict[str, Any]:
    """Return the words for files, rows and states, and how a day is typed."""
    return {"file": reasons.OF_FILE, "row": reasons.OF_ROW, "state": reasons.STATES, "roc": naming.roc}


def is_somebody() -> bool:
    """Tell whether anybody is logged in: a large form is not read for others."""
    return somebody() is not None


@bp.get("/units/<unit_code>/batches/new")
@door("anyone")
def new(unit_code: str) -> Any:
    """Ask for the file."""
    return inside(request.path, lambda view: render_template("batch/new.html", **_new(view, unit_code)))


@bp.post("/units/<unit_code>/batches")
@takes_file(service.MOST_BYTES, known=is_somebody)
@door("anyone")
def upload(unit_code: str) -> Any:
    """Take the file of the plain form; its page follows, or this one again with what is wrong."""
    return inside(f"/units/{unit_code}/batches/new", lambda view: _upload(view, unit_code))


@bp.get("/units/<unit_code>/batches")
@door("anyone")
def listed(unit_code: str) -> Any:
    """List former files."""
    return inside(request.path, lambda view: _listed(view, unit_code))


@bp.get("/units/<unit_code>/batches/<batch_id>")
@door("anyone")
def shown(unit_code: str, batch_id: str) -> Any:
    """Show one file, and how far it is."""
    return inside(request.path, lambda view: _shown(view, unit_code, batch_id))


def _new(view: Any, unit_code: str) -> dict[str, Any]:
    begun = service.begin(kit(), view=view, unit_code=unit_code)
    limits = {"may_list": _may(view, unit_code, queries.QUERY), "most_bytes": service.MOST_BYTES, "patterns": PATTERNS}
    return {"begun": begun, "unit_code": unit_code, "unit_name": begun.unit_name, **limits}


def _upload(view: Any, unit_code: str) -> Any:
    try:
        file = _one_file()
        form = loaded(schemas.EncodingIn())
        chosen: dict[str, Any] = {"unit_code": unit_code, "file_name": file.filename, "stream": file.stream}
        taken = service.upload(kit(), view=view, **chosen, **form)
    except OTHERS:
        raise
    except Problem as refusal:
        return shown_again("batch/new.html", refusal, **_new(view, unit_code))
    same = "?same=1" if taken.duplicate else ""
    return redirect(f"/units/{unit_code}/batches/{taken.id}{same}", 303)


def _one_file() -> FileStorage:
    files = request.files.getlist("file")
    if len(files) != 1 or not files[0].filename:
        raise Invalid({"file": [reasons.ONE_FILE if len(files) > 1 else reasons.NO_FILE]})
    return files[0]


def _may(view: Any, unit_code: str, function_id: str) -> bool:
    return any(offer.id == function_id for offer in acting.offers(kit(), view, unit_code))


def _listed(view: Any, unit_code: str) -> Any:
    asked = {name: text.strip() for name, text in request.args.items() if name in LISTED and text.strip()}
    common = {"unit_code": unit_code, "may_upload": _may(view, unit_code, service.UPLOAD), "asked": asked}
    problem: Problem | None = None
    try:
        found = queries.list_batches(kit(), view=view, unit_code=unit_code, **_loaded(schemas.AskedIn(), asked))
    except Invalid as refusal:
        problem, found = refusal, queries.list_batches(kit(), view=view, unit_code=unit_code, asked=queries.Asked())
    common |= {"found": found, "unit_name": found.unit_name}
    if problem is not None:
        return shown_again("batch/list.html", problem, **common)
    return render_template("batch/list.html", **common)


def _shown(view: Any, unit_code: str, batch_id: str) -> str:
    asked = _loaded(schemas.PageIn(), {"page": request.args["page"]} if "page" in request.args else {})
    found: Any = queries.show(kit(), view=view, unit_code=unit_code, batch_id=batch_id, **asked)
    more = {"same": request.args.get("same") == "1", "may_list": _may(view, unit_code, queries.QUERY)}
    return render_template("batch/one.html", unit_code=unit_code, unit_name=found.unit_name, batch=found, **more)


def _loaded(schema: Any, asked: dict[str, str]) -> dict[str, Any]:
    try:
        found: dict[str, Any] = schema.load(asked)
    except ValidationError as fault:
        raise Invalid({name: flat(texts) for name, texts in by_field(fault).items()}) from fault
    return found


def register(app: Flask) -> None:
    """Put the pages on the app."""
    app.register_blueprint(bp)
