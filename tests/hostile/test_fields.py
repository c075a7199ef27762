"""Bad values in every field of every call are 422 and never get further."""

from typing import Any

from tests.hostile import values
from tests.hostile.endpoints import Endpoint, Path
from tests.hostile.visitors import REFUSED, Visitors, fault_of

INVALID = (422,)
KEY_FIELDS = frozenset({"otp_public_key", "browser_key"})
# The operator's code, whose form is the operator's own, and a page's, which is unknown in whatever form.
OTHER_CODES = ("/completions", "/scans")
PROOF_FIELDS = frozenset({"certificate", "signature", "jws", "browser_proof", "refresh_token", "qr_text", "text"})


def faults_of(
    visitors: Visitors, call: Endpoint, path: Path, bad: dict[str, Any], wanted: tuple[int, ...]
) -> list[str]:
    found = []
    for name, value in bad.items():
        answer = visitors.call(call, json=call.body_with(path, value))
        fault = fault_of(answer, wanted)
        if fault is not None:
            found.append(f"{call.name} {'.'.join(path)} {name}: {fault}")
    return found


def types_of(schema: dict[str, Any]) -> set[str]:
    kinds = schema.get("type", "object")
    return {kinds} if isinstance(kinds, str) else set(kinds)


def test_every_call_takes_the_body_that_these_tests_vary(visitors: Visitors, calls: list[Endpoint]) -> None:
    # Else a new field would never be reached: the body would be refused for another one.
    # A voucher of our form that nobody signed was read: what is said of it is said below the field's own rule.
    bodies = [(call, call.good_body()) for call in calls if call.schema]
    answers = [(call, visitors.call(call, json=body)) for call, body in bodies]
    unread = [f"{call.name}: {answer.text}" for call, answer in answers if answer.status_code in (400, 415, 422, 500)]
    assert [fault for fault in unread if "voucher_refused" not in fault] == []


def test_no_text_field_takes_what_is_no_text(visitors: Visitors, calls: list[Endpoint]) -> None:
    faults = [
        fault
        for call in calls
        for path, schema in call.fields()
        if "string" in types_of(schema)
        for fault in faults_of(visitors, call, path, values.NO_TEXT, INVALID)
    ]
    assert faults == []


def test_no_field_takes_null_unless_it_says_so(visitors: Visitors, calls: list[Endpoint]) -> None:
    faults = [
        fault
        for call in calls
        for path, schema in call.fields()
        if "null" not in types_of(schema)
        for fault in faults_of(visitors, call, path, {"null": None}, INVALID)
    ]
    assert faults == []


def test_no_object_field_takes_anything_else(visitors: Visitors, calls: list[Endpoint]) -> None:
    bad: dict[str, Any] = {"number": 5, "text": "x", "true": True, "list": [{}], "huge number": 10**400}
    faults = [
        fault
        for call in calls
        for path, schema in call.fields()
        if "object" in types_of(schema)
        for fault in faults_of(visitors, call, path, bad, INVALID)
    ]
    assert faults == []


def test_every_required_field_is_asked_for_and_no_other_is_taken(visitors: Visitors, calls: list[Endpoint]) -> None:
    faults = []
    for call in calls:
        if call.schema is None:
            continue
        bodies: list[Any] = [
            {name: value for name, value in (call.good_body() or {}).items() if name != missing}
            for missing in call.resolve(call.schema).get("required", ())
        ]
        bodies += [(call.good_body() or {}) | {extra: "x"} for extra in ("role", "is_admin", "amr", "__proto__", "id")]
        for body in bodies:
            fault = fault_of(visitors.call(call, json=body), INVALID)
            if fault:
                faults.append(f"{call.name} {sorted(body)}: {fault}")
    assert faults == []


def test_every_field_keeps_its_own_rule(visitors: Visitors, calls: list[Endpoint]) -> None:
    faults = []
    for call in calls:
        for path, _schema in call.fields():
            if path[-1] == "code" and call.rule.endswith(OTHER_CODES):
                continue
            ruled = values.KEYS if path[-1] in KEY_FIELDS else values.BY_NAME.get(path[-1], ())
            bad = {repr(value)[:40]: value for value in ruled if path[-1] != "number" or path[0] == "household"}
            faults += faults_of(visitors, call, path, bad, INVALID)
    assert faults == []


def test_a_proof_that_is_none_is_refused(visitors: Visitors, calls: list[Endpoint]) -> None:
    bad = {repr(value)[:40]: value for value in values.PROOFS}
    faults = [
        fault
        for call in calls
        for path, _schema in call.fields()
        if path[-1] in PROOF_FIELDS
        for fault in faults_of(visitors, call, path, bad, REFUSED)
    ]
    assert faults == []
