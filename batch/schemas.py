"""Bodies of the calls."""

from datetime import date
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate

import batch.naming as naming
from authsvc.core.i18n import N_
from authsvc.core.schema import Digits, In, Moment
from batch.models import STATES
from batch.queries import Asked
from batch.reading import ENCODINGS
from batch.reasons import NO_FILE, ONE_FILE

MOST_PAGES = 10_000


class Day(fields.String):
    """A day as 2016-09-01, or as year of the Republic, month and day: 1050901."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        found: date | None = naming.read_day(super()._deserialize(value, attr, data, **kwargs) or "")
        if found is None:
            raise ValidationError(N_("Please type a date as 1050901 (ROC year, month, day) or 2016-09-01."))
        return found


class File(fields.Raw):
    """The one file of a form; a text in its place is none, and of two none is the one."""

    is_multiple = True  # asks the parser for all that have the name

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if len(value) > 1:
            raise ValidationError(ONE_FILE)
        if not hasattr(value[0], "stream"):
            raise ValidationError(NO_FILE)
        return super()._deserialize(value[0], attr, data, **kwargs)


class EncodingIn(In):
    """How the file is encoded: recognised, or as chosen."""

    encoding = fields.String(load_default="auto", validate=validate.OneOf(ENCODINGS))


class UploadIn(EncodingIn):
    """The file, and how it is encoded."""

    file = File(required=True, metadata={"type": "string", "format": "binary"})


class PageIn(In):
    """Which page, from 1."""

    page = Digits(load_default=1, validate=validate.Range(1, MOST_PAGES))


class AskedIn(PageIn):
    """What is asked for: days of upload (both included), a state, how many a page."""

    from_day = Day(data_key="from", load_default=None)
    to_day = Day(data_key="to", load_default=None)
    state = fields.String(load_default=None, validate=validate.OneOf(STATES))
    limit = Digits(load_default=20, validate=validate.Range(1, 100))

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Asked]:
        return {"asked": Asked(**data)}


class BatchUploadedOut(Schema):
    """What the file became; `duplicate` where it had been uploaded before."""

    id = fields.String(required=True)
    rows = fields.Integer(required=True)
    duplicate = fields.Boolean(required=True)


class BatchOut(Schema):
    """A file: `rows` = `successes` + `failures` + rows that wait, always; `uploader` is masked."""

    id = fields.String(required=True)
    file_name = fields.String(required=True)
    uploader = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    rows = fields.Integer(required=True)
    done_rows = fields.Integer(required=True)
    successes = fields.Integer(required=True)
    failures = fields.Integer(required=True)
    uploaded_at = Moment(required=True)
    done_at = Moment(required=True, allow_none=True)
    is_erased = fields.Boolean(required=True)


class BatchListOut(Schema):
    """One page of the list, the newest first."""

    batches = fields.List(fields.Nested(BatchOut), required=True)
    total = fields.Integer(required=True)
    page = fields.Integer(required=True)
    pages = fields.Integer(required=True)


class FailureOut(Schema):
    """A row that was not entered; `reason` is a code."""

    row = fields.Integer(required=True)
    national_id = fields.String(required=True)
    reason = fields.String(required=True)


class BatchShownOut(BatchOut):
    """A file with one page of the rows that failed."""

    failed = fields.List(fields.Nested(FailureOut), required=True)
    page = fields.Integer(required=True)
    pages = fields.Integer(required=True)
