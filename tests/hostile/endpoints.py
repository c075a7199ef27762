"""Every endpoint of the API, read from the app itself, with a good body built from its schema."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask

from authsvc.cli import openapi_text
from authsvc.identity.terms import CURRENT_TERMS
from devicebind.verifications import CONSENT
from mobileapp.phonekeys import PhoneKeys, public_jwk
from tests.conftest import ORIGIN
from tests.factories import national_id

Path = tuple[str, ...]
API = "/api/v1"
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
A_KEY = public_jwk(PhoneKeys.generate().otp)
AN_ID = "A" * 22
A_JWS = f"{'e' * 20}.{'e' * 20}.{'e' * 86}"

# A value that each field's own rule takes. A field that is not here gets a word; the first test says when that fails.
GOOD: dict[str, Any] = {
    "purpose": "login",
    "mode": "scan",
    "email": "somebody@example.org",
    "backup_email": "second@example.org",
    "mobile": "0912345678",
    "phone": "02-21234567",
    "national_id": national_id(7),
    "birth_date": "1970-01-01",
    "otp": "12345678",
    "page_tag": "ab",
    "unit_code": "133397421",
    "appoint_managers": True,
    "code": "K7M2-9QXD",
    "otp_public_key": A_KEY,
    "browser_key": A_KEY,
    "challenge_id": AN_ID,
    "order_id": AN_ID,
    "token": "t" * 43,
    "password": "Kite-7tail",
    "current": "Kite-7tail",
    "new": "Gull-8wing",
    "terms_version": CURRENT_TERMS,
    "text": f"{ORIGIN}/app/q#{'A' * 22}.0.{'0' * 32}",
    "why": "lost",
    "language": "en",
    "type": "public-key",
    "transports": ["internal"],
    "card_last4": "1234",
    "consent_version": CONSENT,
    "by_link": True,
    "function": "enquiry",
    "credential": "card",
    "until": "2099-12-31",
    "card_number": "900000031111",
    "proof": "AAAA",
    "business_number": "00009001",
    "nhi_only": True,
    "labour_number": "01234567A",
    "responsible_id": national_id(7),
    "responsible_is_manager": True,
    "everything": True,
}
HOUSEHOLD = {"number": "F1234567"}
# Bodies are of one kind or of another; where a body has all of these fields, the first is the one that is tried.
EITHER: tuple[tuple[str, ...], ...] = (
    ("household", "residence"),
    ("card_proof", "national_id", "birth_date"),
    ("code", "qr_text"),
    ("code", "error"),
    ("text", "code"),
    ("card_proof", "otp", "birth_date", "page_tag"),
    ("nhi_only", "labour_number"),
)


@dataclass(frozen=True)
class Endpoint:
    """A call of the API: who may make it, and the schema of what it takes."""

    method: str
    rule: str
    doors: tuple[str, ...]
    schema: dict[str, Any] | None
    queries: tuple[str, ...]
    document: dict[str, Any]
    form: bool = False  # whether it takes a file instead of JSON

    @property
    def name(self) -> str:
        return f"{self.method} {self.rule.removeprefix(API)}"

    @property
    def path(self) -> str:
        """Return the address with a well-formed id of nothing in it."""
        return self.path_with(AN_ID)

    @property
    def has_id(self) -> bool:
        return "<" in self.rule

    def path_with(self, value: str) -> str:
        return re.sub(r"<[^>]+>", lambda _: value, self.rule)

    def resolve(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return a schema with its reference followed."""
        if "$ref" not in schema:
            return schema
        found: dict[str, Any] = self.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return found

    def good_body(self) -> dict[str, Any] | None:
        """Return a body that the schema takes, with every field that can stand beside the others."""
        return None if self.schema is None else self._good_object(self.schema)

    def _good_object(self, schema: dict[str, Any], name: str = "") -> dict[str, Any]:
        properties = self.resolve(schema).get("properties", {})
        left_out = {other for ways in EITHER for other in ways[1:] if properties.keys() >= set(ways)}
        return {field: self._good(field, part, name) for field, part in properties.items() if field not in left_out}

    def _good(self, field: str, schema: dict[str, Any], within: str) -> Any:
        if "properties" in self.resolve(schema):
            return self._good_object(schema, field)
        if within == "household":
            return HOUSEHOLD.get(field, "x")
        if field == "token" and r"\." in schema.get("pattern", ""):
            return A_JWS
        if schema.get("type") == "array":
            return GOOD.get(field, ["word"] * schema.get("minItems", 1))
        return GOOD.get(field, "word")

    def fields(self) -> Iterator[tuple[Path, dict[str, Any]]]:
        """Yield the path and the schema of each field of the body, objects before their members."""
        if self.schema is not None:
            yield from self._fields(self.schema, ())

    def _fields(self, schema: dict[str, Any], above: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
        for name, part in self.resolve(schema).get("properties", {}).items():
            found = self.resolve(part)
            yield (*above, name), found
            yield from self._fields(found, (*above, name))

    def body_with(self, path: Path, value: Any) -> dict[str, Any]:
        """Return a good body in which one field has this value."""
        body: dict[str, Any] = json.loads(json.dumps(self.good_body()))
        for ways in EITHER:
            if path[0] in ways:
                body = {name: part for name, part in body.items() if name not in ways}
        if path[0] not in body and len(path) > 1:
            body[path[0]] = self._good(path[0], self.resolve(self.schema or {})["properties"][path[0]], "")
        place = body
        for name in path[:-1]:
            place = place[name]
        place[path[-1]] = value
        return body


def endpoints(app: Flask) -> list[Endpoint]:
    """Return every endpoint of the API; one that is new is in it by itself."""
    document = json.loads(openapi_text(app))
    found = []
    for rule in app.url_map.iter_rules():
        doors = getattr(app.view_functions[rule.endpoint], "doors", ())
        path = re.sub(r"<(?:[^:>]+:)?([^>]+)>", r"{\1}", rule.rule)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            operation = document["paths"].get(path, {}).get(method.lower())
            if operation is not None:
                content = operation.get("requestBody", {}).get("content", {})
                queries = tuple(part["name"] for part in operation.get("parameters", ()) if part["in"] == "query")
                schema = content.get("application/json", {}).get("schema")
                form = "multipart/form-data" in content
                found.append(Endpoint(method, rule.rule, doors, schema, queries, document, form))
    return found
