"""Bodies that cannot be read, on every call that takes one: 400, 413, 415; and never a second reading of them."""

import json
from typing import Any

from tests.hostile.endpoints import CHANGING, Endpoint
from tests.hostile.visitors import REFUSED, Visitors, fault_of

JSON = "application/json"
MALFORMED = {
    "list": b"[]",
    "null": b"null",
    "text": b'"x"',
    "number": b"5",
    "true": b"true",
    "nothing but a blank": b" ",
    "no JSON": b"{",
    "form": b"a=b",
    "a comma too many": b'{"a": 1,}',
    "two documents": b"{}{}",
    "comment": b"{/* */}",
    "NaN": b'{"a": NaN}',
    "Infinity": b'{"a": -Infinity}',
    "5 000 digits": b'{"a": ' + b"9" * 5000 + b"}",
    "40 deep": b'{"a":' + b"[" * 40 + b"]" * 40 + b"}",
    "900 deep": b'{"a":' + b"[" * 900 + b"]" * 900 + b"}",
    "12 000 deep": b'{"a":' * 12_000,
    "30 000 lists deep": b"[" * 30_000,
    "name twice": b'{"a": 1, "a": 2}',
    "name twice below": b'{"a": {"b": 1, "b": 1}}',
    "not UTF-8": b'{"a": "\xff"}',
    "half a character": b'{"a": "\xe7\x8e"}',
    "surrogate in UTF-8": b'{"a": "\xed\xa0\x80"}',
    "UTF-16": '{"a": "b"}'.encode("utf-16"),
    "UTF-16 without mark": '{"a": "b"}'.encode("utf-16-le"),
    "UTF-32": '{"a": "b"}'.encode("utf-32"),
    "UTF-8 with mark": b'\xef\xbb\xbf{"a": "b"}',
    "raw NUL": b'{"a": "\0"}',
    "raw line break": b'{"a": "\r\n"}',
}
WRONG_TYPES = (
    *(
        "text/plain",
        "text/html",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
    ),
    *(
        "application/json; charset=bogus",
        "application/json; charset=utf-16",
        "application/jsonx",
        "text/json",
        "",
        "json",
    ),
    *("application/vnd.api+json", "application/json, text/plain", "a" * 5000),
)


def changing(calls: list[Endpoint]) -> list[Endpoint]:
    """Return the calls that take JSON or nothing; those that take a file have tests of their own."""
    return [call for call in calls if call.method in CHANGING and not call.form]


def test_a_body_that_cannot_be_read_is_400(visitors: Visitors, calls: list[Endpoint]) -> None:
    faults = [
        f"{call.name} {name}: {fault}"
        for call in changing(calls)
        for name, body in MALFORMED.items()
        if (fault := fault_of(visitors.call(call, data=body, content_type=JSON), (400,)))
    ]
    assert faults == []


def test_a_name_may_not_hide_what_a_value_may_not(visitors: Visitors, calls: list[Endpoint]) -> None:
    names = ("a\0", "a\ud800", "\0", "x" * 5000, "", "__class__", "a.b")
    faults = [
        f"{call.name} {name!r}: {fault}"
        for call in changing(calls)
        if call.schema
        for name in names
        if (fault := fault_of(visitors.call(call, json={name: 1}), (422,)))
    ]
    assert faults == []


def test_a_body_of_another_type_is_415(visitors: Visitors, calls: list[Endpoint]) -> None:
    faults = [
        f"{call.name} {kind[:40]!r}: {fault}"
        for call in changing(calls)
        for kind in WRONG_TYPES
        if (fault := fault_of(visitors.call(call, data=b'{"a": "b"}', headers={"Content-Type": kind}), (415,)))
    ]
    assert faults == []


def test_a_body_that_is_too_large_is_413(visitors: Visitors, calls: list[Endpoint]) -> None:
    large = b'{"a": "' + b"x" * 1_000_000 + b'"}'
    faults = [
        f"{call.name} {kind}: {fault}"
        for call in changing(calls)
        for kind in (JSON, "text/plain", "multipart/form-data; boundary=x")
        if (fault := fault_of(visitors.call(call, data=large, content_type=kind), (413,)))
    ]
    assert faults == []


def test_a_length_that_lies_is_a_refusal_and_nothing_worse(visitors: Visitors, calls: list[Endpoint]) -> None:
    faults = []
    for call in changing(calls):
        for length in ("-1", "abc", "1e9", "99999999999999999999", "9" * 5000, ""):
            answer = visitors.call(call, data=b'{"a": 1}', content_type=JSON, headers={"Content-Length": length})
            # An unreadable length counts as no body, so a call that takes none goes on.
            wanted = (*REFUSED, 200, 201, 204) if call.schema is None else REFUSED
            fault = fault_of(answer, wanted)
            if fault:
                faults.append(f"{call.name} {length[:20]}: {fault}")
    assert faults == []


def test_an_empty_body_is_not_taken_for_one(visitors: Visitors, calls: list[Endpoint]) -> None:
    empty: tuple[dict[str, Any], ...] = (
        {},
        {"data": b"", "content_type": JSON},
        {"data": b"", "content_type": "text/plain"},
    )
    faults = [
        f"{call.name}: {fault}"
        for call in changing(calls)
        if call.schema
        for sent in empty
        if (fault := fault_of(visitors.call(call, **sent), (422,)))
    ]
    assert faults == []


def test_a_call_without_a_body_takes_none_that_could_matter(visitors: Visitors, calls: list[Endpoint]) -> None:
    # What is sent to a call that takes nothing changes nothing, but it has to be readable.
    bodies: list[Any] = [{"person_id": "x"}, {"a": "\ud800"}]
    for call in changing(calls):
        if call.schema is None:
            for body in bodies:
                answer = visitors.call(call, data=json.dumps(body), content_type=JSON)
                assert answer.status_code < 500, call.name
