"""What PostgreSQL refuses where SQLite does not: NUL, half characters, numbers and texts beyond a column."""

from collections.abc import Iterator

import pytest

from tests.conftest import empty
from tests.hostile import values
from tests.hostile.endpoints import Endpoint
from tests.hostile.test_paths import IDS
from tests.hostile.visitors import REFUSED, Visitors, fault_of

TEXTS = {name: values.NO_TEXT[name] for name in ("NUL", "lone surrogate", "huge number", "20 000 characters")}
PLAIN = {
    "quotes": "'; DROP TABLE person; --",
    "backslash": "\\x00\\",
    "percent": "%s%(x)s%%",
    "colon": ":x :y",
    "emoji": "😀" * 15,
    "combining": "e\u0301" * 20,
    "noncharacter": "\uffff\ufffe",
    "right to left": "\u202eabc",
}


@pytest.fixture
def database_url(migrated_postgres: str) -> Iterator[str]:
    yield migrated_postgres
    empty(migrated_postgres)


def test_no_text_breaks_a_statement(visitors: Visitors, calls: list[Endpoint]) -> None:
    faults = [
        f"{call.name} {'.'.join(path)} {name}: {fault}"
        for call in calls
        for path, schema in call.fields()
        if "string" in schema.get("type", ())
        for name, value in (TEXTS | PLAIN).items()
        if (fault := fault_of(visitors.call(call, json=call.body_with(path, value)), (*REFUSED, 200, 201, 204)))
    ]
    assert faults == []


def test_no_id_breaks_a_statement(visitors: Visitors, calls: list[Endpoint]) -> None:
    broken = []
    for call in calls:
        for value in IDS if call.has_id else ():
            for door in call.doors:
                answer = visitors.call(call, door=door, path=call.path_with(value), json=call.good_body())
                if answer.status_code >= 500 or answer.status_code < 300:
                    broken.append(f"{call.name} {value[:20]} as {door}: {answer.status_code}")
    assert broken == []


def test_no_id_of_a_page_breaks_a_statement(visitors: Visitors) -> None:
    client = visitors.app.test_client()
    for value in IDS:
        answer = client.get(f"/login/qr/{value}", base_url=visitors.kit.settings.public_origin)
        assert answer.status_code in (404, 308), value


def test_no_header_breaks_a_statement(visitors: Visitors, calls: list[Endpoint]) -> None:
    begin = next(call for call in calls if call.rule.endswith("/qr-logins"))
    for value in ("\x00", "a\x00b", "\xed\xa0\x80", "x" * 9000, "\\", "'"):
        for name in ("User-Agent", "Cookie", "Accept-Language"):
            sent = f"authsvc={value}" if name == "Cookie" else value
            answer = visitors.call(begin, json=begin.good_body(), headers={name: sent})
            assert answer.status_code == 201, (name, value)
