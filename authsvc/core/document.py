"""The OpenAPI document of the calls, and the one shape of a refusal in it (RFC 9457)."""

import threading
from collections.abc import Callable
from typing import Any, Final

from flask_smorest import Api, Blueprint
from marshmallow import Schema, fields

PROBLEM_JSON: Final = "application/problem+json"


class ProblemOut(Schema):
    """A refusal (RFC 9457)."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    code = fields.String(required=True)
    errors = fields.Dict()
    reader_code = fields.Integer()
    retry_after = fields.Integer()
    ways = fields.List(fields.String())


class ProblemApi(Api):  # type: ignore[misc]
    """The API's document and errors, all of them problem+json."""

    ERROR_SCHEMA = ProblemOut

    def _register_responses(self) -> None:
        self._unwritten.append(self._write_responses)

    def _write_responses(self) -> None:
        # Without this the document promises application/json for errors.
        self.DEFAULT_RESPONSE_CONTENT_TYPE = PROBLEM_JSON
        super()._register_responses()
        del self.DEFAULT_RESPONSE_CONTENT_TYPE

    @property
    def spec(self) -> Any:
        """Return the document, an `apispec.APISpec`, written when somebody first reads it and not at each start."""
        with self._writing:
            unwritten = list(self._unwritten)
            self._unwritten.clear()  # what is being written reads the document too
            for write in unwritten:
                write()
        return self._spec

    @spec.setter
    def spec(self, spec: Any) -> None:
        self._spec: Any = spec  # nothing at all until there is an app
        self._writing = threading.RLock()
        self._unwritten: list[Callable[[], None]] = []

    def register_blueprint(self, blp: Blueprint, **options: Any) -> None:
        """Register a blueprint's calls now and what the document says of them once it is read."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blp.name] = self
        self._app.register_blueprint(blp, **options)
        self._unwritten.append(lambda: self._document(blp))

    def _document(self, blp: Blueprint) -> None:
        blp.register_views_in_doc(self, self._app, self._spec, name=blp.name, parameters=None)
        self._spec.tag({"name": blp.name, "description": blp.description})
