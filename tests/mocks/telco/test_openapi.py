"""The check against the OpenAPI files bites: each kind of broken answer and request is caught."""

import hashlib
import re
from pathlib import Path

import pytest

from mocks.telco.apis.openapi import FOLDERS, Mismatch, described, translated
from mocks.telco.apis.views import OPERATIONS
from tests.mocks.telco.stage import PROFILES

VERIFY = described("number-verification.yaml", "/verify")
MATCH = described("kyc-match.yaml", "/match")
CHECK = described("sim-swap.yaml", "/check")
DATE = described("sim-swap.yaml", "/retrieve-date")
ELIGIBILITY = described("tw-line-eligibility.yaml", "/check")
NEWER = described("kyc-match-0.5.yaml", "/match")


@pytest.mark.parametrize(
    ("operation", "status", "body"),
    [
        (VERIFY, 200, {"devicePhoneNumberVerified": True}),
        (MATCH, 200, {"nameMatch": "false", "nameMatchScore": 0}),
        (MATCH, 403, {"status": 403, "code": "KNOW_YOUR_CUSTOMER.ID_DOCUMENT_MISMATCH", "message": "x"}),
        (CHECK, 200, {"swapped": False}),
        (DATE, 200, {"latestSimChange": None}),
        (DATE, 200, {"latestSimChange": None, "monitoredPeriod": 120}),
        (DATE, 200, {"latestSimChange": "2024-09-18T07:37:53.471829447Z"}),
        (VERIFY, 503, {"status": 503, "code": "UNAVAILABLE", "message": "x"}),
        (ELIGIBILITY, 200, {"eligibility": "UNKNOWN"}),
    ],
)
def test_a_right_answer_passes(operation: object, status: int, body: object) -> None:
    assert isinstance(operation, type(VERIFY))
    operation.check_response(status, body)


@pytest.mark.parametrize(
    ("operation", "status", "body"),
    [
        (VERIFY, 200, {}),
        (VERIFY, 200, {"devicePhoneNumberVerified": "true"}),
        (VERIFY, 200, {"devicePhoneNumberVerified": None}),
        (VERIFY, 200, {"devicePhoneNumberVerified": True, "devicePhoneNumber": "+886900000101"}),
        (VERIFY, 200, [True]),
        (MATCH, 200, {"nameMatch": True}),
        (MATCH, 200, {"nameMatch": "yes"}),
        (MATCH, 200, {"nameMatch": "false", "nameMatchScore": 100}),
        (MATCH, 200, {"nameMatch": "false", "nameMatchScore": 1.5}),
        (MATCH, 200, {"idDocumentMatch": "false", "idDocumentMatchScore": 3}),
        (MATCH, 200, {"nameMach": "true"}),
        (CHECK, 200, {"swapped": None}),
        (DATE, 200, {"latestSimChange": "2024-09-18T07:37:53"}),
        (DATE, 200, {"latestSimChange": None, "monitoredPeriod": None}),
        (DATE, 200, {"monitoredPeriod": 120}),
        (VERIFY, 401, {"status": 401, "code": "AUTHENTICATION_REQUIRED", "message": "x"}),
        (VERIFY, 401, {"status": 400, "code": "UNAUTHENTICATED", "message": "x"}),
        (VERIFY, 401, {"status": 401, "code": "UNAUTHENTICATED"}),
        (VERIFY, 401, {"status": 401, "code": "UNAUTHENTICATED", "message": "x", "detail": "x"}),
        (VERIFY, 403, {"status": 403, "code": "INVALID_TOKEN_CONTEXT", "message": "x"}),
        (NEWER, 403, {"status": 403, "code": "KNOW_YOUR_CUSTOMER.ID_DOCUMENT_MISMATCH", "message": "x"}),
        (VERIFY, 503, {"status": 503, "code": "TIMEOUT", "message": "x"}),
        (VERIFY, 418, {"status": 418, "code": "TEAPOT", "message": "x"}),
        (ELIGIBILITY, 200, {"eligibility": "ELIGIBLE", "contextCode": "TW_LINE_ELIGIBILITY.LUCKY"}),
    ],
)
def test_a_broken_answer_is_caught(operation: object, status: int, body: object) -> None:
    assert isinstance(operation, type(VERIFY))
    with pytest.raises(Mismatch):
        operation.check_response(status, body)


@pytest.mark.parametrize(
    "body",
    [
        *({}, {"phoneNumber": "+1234"}, {"phoneNumber": "+886900000101\n"}, {"phoneNumber": None}),
        *({"hashedPhoneNumber": "g" * 64}, {"hashedPhoneNumber": "a" * 63}),
        {"phoneNumber": "+886900000101", "hashedPhoneNumber": "a" * 64},
    ],
)
def test_a_broken_request_is_caught(body: object) -> None:
    with pytest.raises(Mismatch):
        VERIFY.check_request(body, strict=False)


def test_a_number_outside_its_range_is_told_from_one_of_the_wrong_type() -> None:
    for body, ranged in (({"maxAge": 0}, True), ({"maxAge": 2401}, True), ({"maxAge": "1"}, False)):
        with pytest.raises(Mismatch) as caught:
            CHECK.check_request(body, strict=False)
        assert caught.value.range_only is ranged


def test_strictness_refuses_names_that_the_file_does_not_know() -> None:
    CHECK.check_request({"more": 1}, strict=False)
    with pytest.raises(Mismatch):
        CHECK.check_request({"more": 1}, strict=True)


@pytest.mark.parametrize(
    ("openapi", "jsonschema"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ({"type": "string", "nullable": False}, {"type": "string"}),
        ({"type": "string", "nullable": True, "enum": ["a"]}, {"type": ["string", "null"], "enum": ["a", None]}),
        ({"minimum": 1, "exclusiveMinimum": True}, {"exclusiveMinimum": 1}),
        ({"maximum": 9, "exclusiveMaximum": False}, {"maximum": 9}),
        ({"type": "integer", "format": "int32"}, {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1}),
        ({"$ref": "#/a", "nullable": True}, {"type": "string"}),  # what stands beside a reference is ignored
        ({"properties": {"nullable": {"example": 1}, "enum": {}}}, {"properties": {"nullable": {}, "enum": {}}}),
        ({"allOf": [{"$ref": "#/a"}, {"x-note": 1}]}, {"allOf": [{"type": "string"}, {}]}),
    ],
)
def test_the_dialect_of_openapi_is_translated(openapi: object, jsonschema: object) -> None:
    assert translated(openapi, {"a": {"type": "string", "description": "words"}}) == jsonschema


def test_the_three_reference_files_are_the_published_ones() -> None:
    source = (FOLDERS[0] / "SOURCE.txt").read_text(encoding="utf-8")
    sums = dict(re.findall(r"^(\S+\.yaml).*?sha256 (\w{64})", source, flags=re.MULTILINE | re.DOTALL))
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in Path(FOLDERS[0]).glob("*.yaml")}

    assert files == sums
    assert len(files) == 3


def test_every_operation_is_described_for_every_profile() -> None:
    for operation in OPERATIONS:
        for operator in PROFILES:
            told = operation.described(operator)
            assert told.scopes
            assert all(scope.partition(":")[0] == operation.api for scope in told.scopes)
