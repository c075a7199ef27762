"""The calls."""

from typing import Any

from flask import Flask, Response
from webargs.flaskparser import FlaskParser
from webargs.multidictproxy import MultiDictProxy
from werkzeug.datastructures import CombinedMultiDict

import batch.downloads as downloads
import batch.queries as queries
import batch.schemas as schemas
import batch.service as service
from authsvc.core.errors import Invalid, NotFound, StepUpRequired, Throttled, TooLarge
from authsvc.core.guard import FileWanted, takes_file
from authsvc.core.web import ApiBlueprint, LoginRequired, door, kit, who
from authsvc.identity.acting import NotGranted


class Parser(FlaskParser):
    """Reads a form with its files, as one: the document knows one body of a call."""

    def load_form(self, req: Any, schema: Any) -> MultiDictProxy:
        """Return the fields and the files of a form."""
        return MultiDictProxy(CombinedMultiDict([req.form, req.files]), schema)


class FormBlueprint(ApiBlueprint):
    """A blueprint whose calls may take files."""

    ARGUMENTS_PARSER = Parser()


bp = FormBlueprint("batch", __name__, url_prefix="/api/v1", description="Batch registration")
REFUSALS = (LoginRequired, NotFound, NotGranted, StepUpRequired)
ONE = "/units/<unit_code>/batches/<batch_id>"
TEXT = {"type": "string"}


@bp.route("/units/<unit_code>/batches", methods=["POST"])
@takes_file(service.MOST_BYTES)
@door("session", "unit")
@bp.arguments(schemas.UploadIn, location="form", content_type="multipart/form-data")
@bp.response(201, schemas.BatchUploadedOut)
@bp.alt_response(200, schema=schemas.BatchUploadedOut, description="The same file was uploaded before.")
@bp.refuses(*REFUSALS, service.BatchFileRefused, service.BatchTakenAlready, Invalid, FileWanted, TooLarge, Throttled)
def upload(form: dict[str, Any], unit_code: str) -> Any:
    """Take a file for entering: `<unit code><ROC date>.csv`, no heading; the same file again is the same batch."""
    file = form.pop("file")
    asked = {"unit_code": unit_code, "file_name": file.filename or "", "stream": file.stream, **form}
    taken = service.upload(kit(), view=who(), **asked)
    return taken, 200 if taken.duplicate else 201


@bp.route("/units/<unit_code>/batches", methods=["GET"])
@door("session", "unit")
@bp.arguments(schemas.AskedIn, location="query")
@bp.response(200, schemas.BatchListOut)
@bp.refuses(*REFUSALS, Invalid)
def list_batches(asked: dict[str, Any], unit_code: str) -> queries.Listed:
    """List the files uploaded within three months, one's own or, for managers, the whole unit's."""
    return queries.list_batches(kit(), view=who(), unit_code=unit_code, **asked)


@bp.route(ONE, methods=["GET"])
@door("session", "unit")
@bp.arguments(schemas.PageIn, location="query")
@bp.response(200, schemas.BatchShownOut)
@bp.refuses(*REFUSALS, Invalid)
def show_batch(asked: dict[str, Any], unit_code: str, batch_id: str) -> queries.Shown:
    """Show how far a file is, and the rows that failed, 50 a page."""
    return queries.show(kit(), view=who(), unit_code=unit_code, batch_id=batch_id, **asked)


@bp.route(f"{ONE}/log", methods=["GET"])
@door("session", "unit")
@bp.response(200, TEXT, content_type="text/plain")
@bp.refuses(*REFUSALS)
def download_log(unit_code: str, batch_id: str) -> Response:
    """Download the log: a line for each row, and the total when it is done."""
    return as_file(downloads.log(kit(), view=who(), unit_code=unit_code, batch_id=batch_id))


@bp.route(f"{ONE}/failed.csv", methods=["GET"])
@door("session", "unit")
@bp.response(200, TEXT, content_type="text/csv")
@bp.refuses(*REFUSALS, downloads.BatchErased)
def download_failed(unit_code: str, batch_id: str) -> Response:
    """Download the rows that failed as they were uploaded, safe to open in a spreadsheet, to mend and upload again."""
    return as_file(downloads.failed(kit(), view=who(), unit_code=unit_code, batch_id=batch_id))


@bp.route("/units/<unit_code>/batch-template.csv", methods=["GET"])
@door("session", "unit")
@bp.response(200, TEXT, content_type="text/csv")
@bp.refuses(*REFUSALS)
def download_template(unit_code: str) -> Response:
    """Download an example of a file, with the name that it needs today."""
    return as_file(downloads.template(kit(), view=who(), unit_code=unit_code))


def as_file(file: downloads.Download) -> Response:
    """Answer with a file that is written while it is sent."""
    response = Response(file.content, content_type=file.kind)
    response.headers.set("Content-Disposition", "attachment", filename=file.name)
    return response


def register(app: Flask) -> None:
    """Put the calls on the API."""
    app.extensions["api"].register_blueprint(bp)
