"""Reads the OpenAPI 3.0 files of the APIs and checks requests and answers against them.

OpenAPI 3.0 schemas are a dialect of their own: `nullable`, boolean `exclusiveMinimum`, `$ref` that hides its
neighbours, formats of numbers. They are translated to JSON Schema 2020-12 (OpenAPI Specification 3.0.3, 4.7.24).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

from mocks.telco.apis.errors import CATALOGUE

Schema = dict[str, Any]
_HERE = Path(__file__).parent
FOLDERS = (_HERE.parent / "reference", _HERE / "contracts")
_WORDS_ONLY = {"description", "example", "examples", "externalDocs", "xml", "deprecated", "discriminator", "nullable"}
_INTEGERS = {"int32": 2**31, "int64": 2**63}


class Mismatch(ValueError):
    """Something is not as the OpenAPI file says; `range_only` tells that a number merely lies outside its range."""

    def __init__(self, text: str, *, range_only: bool = False) -> None:
        super().__init__(text)
        self.range_only = range_only


@dataclass(frozen=True, slots=True)
class Described:
    """One operation as its file describes it; schemas are already translated."""

    method: str
    path: str
    scopes: frozenset[str]
    request: Schema | None
    responses: Mapping[int, Schema]
    _validators: dict[str, Any] = field(default_factory=dict, repr=False)

    def check_request(self, body: object, *, strict: bool) -> None:
        """Raise `Mismatch` where a body breaks the schema; `strict` also refuses names that the file does not know."""
        schema = self.request or {}
        known = {**schema, "unevaluatedProperties": False} if strict else schema
        self._check(f"request {strict}", known, body)

    def check_response(self, status: int, body: object) -> None:
        """Raise `Mismatch` where an answer has a status, code, field or value that neither file nor catalogue has."""
        schema = self.responses.get(status)
        if schema is None:
            schema = _undocumented(status)
        self._check(f"response {status}", {**schema, "unevaluatedProperties": False}, body)

    def allows(self, code: str, status: int) -> bool:
        """Tell whether the file lists an error code for that status."""
        return code in str(self.responses.get(status, {}))

    def _check(self, name: str, schema: Schema, body: object) -> None:
        if name not in self._validators:
            self._validators[name] = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
        try:
            errors = list(self._validators[name].iter_errors(body))
        except ValueError as too_deep:
            raise Mismatch(f"{name}: {too_deep}") from too_deep
        if errors:
            text = "; ".join(f"/{'/'.join(map(str, each.instance_path))}: {each.message}" for each in errors)
            outside = (jsonschema_rs.ValidationErrorKind.Minimum, jsonschema_rs.ValidationErrorKind.Maximum)
            raise Mismatch(f"{name}: {text}", range_only=all(isinstance(each.kind, outside) for each in errors))


@cache
def described(file: str, path: str) -> Described:
    """Return the only operation of a path in a file; raise `KeyError` where there is none."""
    document = _document(file)
    methods = document["paths"][path]
    method, operation = next(iter(methods.items()))
    return Described(
        method=method.upper(),
        path=path,
        scopes=frozenset(scope for entry in operation["security"] for scopes in entry.values() for scope in scopes),
        request=_content(operation.get("requestBody"), document),
        responses=_responses(operation, document),
    )


def correlator_pattern(file: str) -> re.Pattern[str]:
    """Return what a file demands of x-correlator."""
    return re.compile(_document(file)["components"]["schemas"]["XCorrelator"]["pattern"])


def properties(file: str, schema: str) -> frozenset[str]:
    """Return the names of the properties of a schema in a file."""
    return frozenset(_document(file)["components"]["schemas"][schema]["properties"])


def translated(schema: Any, document: Schema) -> Any:
    """Return an OpenAPI 3.0 schema as JSON Schema 2020-12, with every reference inlined."""
    if isinstance(schema, list):
        return [translated(each, document) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:  # whatever stands beside a reference is ignored (OpenAPI 3.0.3, 4.7.23)
        return translated(_resolved(schema, document), document)
    plain = {key: value for key, value in schema.items() if key not in _WORDS_ONLY and not key.startswith("x-")}
    if "properties" in plain:
        named = {name: translated(each, document) for name, each in plain.pop("properties").items()}
        return _dialect({**translated(plain, document), "properties": named}, schema)
    literal = {key: plain.pop(key) for key in ("enum", "default", "required") if key in plain}
    return _dialect({**{key: translated(value, document) for key, value in plain.items()}, **literal}, schema)


def _dialect(plain: Schema, original: Schema) -> Schema:
    for limit, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(plain.get(exclusive), bool) and plain.pop(exclusive):
            plain[exclusive] = plain.pop(limit)
    if plain.get("format") in _INTEGERS:
        bound = _INTEGERS[plain.pop("format")]
        plain["minimum"] = max(plain.get("minimum", -bound), -bound)
        plain["maximum"] = min(plain.get("maximum", bound - 1), bound - 1)
    if original.get("nullable") and "type" in plain:
        plain["type"] = [plain["type"], "null"]
        if "enum" in plain:
            plain["enum"] = [*plain["enum"], None]
    return plain


@cache
def _document(file: str) -> Schema:
    path = next(folder / file for folder in FOLDERS if (folder / file).exists())
    loaded: Schema = yaml.safe_load(path.read_text(encoding="utf-8"))
    base = loaded.pop("x-extends", None)
    return loaded if base is None else _overlaid(_document(base), loaded)


def _overlaid(base: Schema, change: Schema) -> Schema:
    """Return a base with a change laid over it: objects are merged, everything else is replaced."""
    both = {key: _overlaid(base[key], value) for key, value in change.items() if _are_objects(base.get(key), value)}
    return {**base, **change, **both}


def _are_objects(*values: object) -> bool:
    return all(isinstance(value, dict) for value in values)


def _resolved(node: Schema, document: Schema) -> Schema:
    while "$ref" in node:
        target: Any = document
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        node = target
    return node


def _content(node: Schema | None, document: Schema) -> Schema | None:
    if node is None:
        return None
    schema: Schema = translated(_resolved(node, document)["content"]["application/json"]["schema"], document)
    return schema


def _responses(operation: Schema, document: Schema) -> dict[int, Schema]:
    listed = ((int(status), _content(node, document)) for status, node in operation["responses"].items())
    return {status: schema for status, schema in listed if schema is not None}


def _undocumented(status: int) -> Schema:
    codes = [code for code, (known, _) in CATALOGUE.items() if known == status]
    if not codes:
        raise Mismatch(f"{status} is neither in the file nor in the catalogue")
    return {
        "type": "object",
        "required": ["status", "code", "message"],
        "properties": {"status": {"const": status}, "code": {"enum": codes}, "message": {"type": "string"}},
    }
