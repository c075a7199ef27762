"""Checksums and tickets, against values that another implementation (Node's crypto) made of the published rules."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from authsvc.core.jose import b64url_decode
from mocks.twfido import wire as theirs
from twfido import codes, wire

KEY = b"a demo key for a relying party!!"
FIELDS = (
    "046b6c7f-0b8a-43b9-b35d-6489e6daee91",
    "00000000-0000-4000-8000-000000008104",
    "A109000016",
    "SIGN",
    "I-SCAN",
    "登入 portal.example",
    "YXV0aHN2Yw==",
)
WITH_ZEROS = (
    "00000000000000000000000070dfe8dcfe1060c0dbfcbbb9caffd0d73f2aab2537ef27af0b75664a1253e2b82ea2540287079d418d27"
    "4d7ad6c56348fb3e6a0365d16011b9dbce36e98b77bd072c66163b916c0739761653abcc9687"
)
WITH_IV = (
    "000102030405060708090a0ba8c47481254bab9f8e4ed90ea688c4d2d6e8ba16770a1ed40b9eb6ab47a004542d69e91004c822a92d0f"
    "e90339d3687388073c272918fd503d2fe2aa3f39d5b402dd8088b7a19d2f778198199a4e7c74"
)
TICKET = (
    "eyJ0cmFuc2FjdGlvbl9pZCI6IjA0NmI2YzdmLTBiOGEtNDNiOS1iMzVkLTY0ODllNmRhZWU5MSIsInNwX3RpY2tldF9pZCI6IjVmMGMyYTFl"
    "LTNiMWQtNGM1NS05YTdlLTJmMWQwYzliOGE3NiIsIm9wX2NvZGUiOiJTSUdOIiwib3BfbW9kZSI6IkktU0NBTiIsImhhc2hlZF9pZF9udW0i"
    "OiJlMzFlYzUyOThhMjBkMWZiMDM0NTUyZjI2YzY5ZWU2ODAwZGFkYTVjN2VkMmIxZGNhMzliMmRmOTA2OWNjY2NkIiwiZXhwaXJhdGlvbl90"
    "aW1lIjoxODAwMDAwMTgwMDAwfQ.4kKh9w_-muIR8tLTmCQeXZztXL2k1dcG7gLHFLHLhLk"
)
BEGUN = datetime.fromtimestamp(1_800_000_000, UTC)
ASKED = wire.Asked(
    transaction_id=FIELDS[0], national_id="A109000016", mode="scan", hint=FIELDS[5], data=b"authsvc", seconds=180
)


def test_a_checksum_is_the_published_one() -> None:
    assert wire.checksum(KEY, *FIELDS, iv=bytes(12)) == WITH_ZEROS
    assert wire.checksum(KEY, *FIELDS, iv=bytes(range(12))) == WITH_IV
    assert theirs.checksum(KEY, *FIELDS) == WITH_ZEROS


def test_our_checksums_never_use_an_iv_twice() -> None:
    made = {wire.checksum(KEY, *FIELDS) for _ in range(20)}

    assert len({each[:24] for each in made}) == 20
    assert all(theirs.checksum_holds(KEY, each, *FIELDS) for each in made)


@pytest.mark.parametrize("given", [WITH_ZEROS, WITH_IV])
def test_a_checksum_holds_for_its_fields_and_key_only(given: str) -> None:
    assert wire.checksum_holds(KEY, given, *FIELDS)
    assert not wire.checksum_holds(KEY, given, *FIELDS[:-1])
    assert not wire.checksum_holds(KEY[::-1], given, *FIELDS)


@pytest.mark.parametrize("given", ["", "00", "no hex", WITH_ZEROS[:-2], WITH_ZEROS + "00", WITH_ZEROS[::-1]])
def test_what_is_no_checksum_does_not_hold(given: str) -> None:
    assert not wire.checksum_holds(KEY, given, *FIELDS)


def test_a_ticket_for_what_was_asked_is_read() -> None:
    ticket = wire.read_ticket(TICKET, expected=ASKED, at=BEGUN)

    assert ticket == wire.Ticket(id="5f0c2a1e-3b1d-4c55-9a7e-2f1d0c9b8a76", text=TICKET)


@pytest.mark.parametrize(
    "change",
    [
        {"transaction_id": "another"},
        {"national_id": "F209000022"},
        {"mode": "tap"},
    ],
)
def test_a_ticket_for_something_else_is_not_believed(change: dict[str, Any]) -> None:
    with pytest.raises(wire.NotBelieved):
        wire.read_ticket(TICKET, expected=replace(ASKED, **change), at=BEGUN)


def test_a_ticket_that_is_over_is_not_believed() -> None:
    with pytest.raises(wire.NotBelieved):
        wire.read_ticket(TICKET, expected=ASKED, at=datetime.fromtimestamp(1_800_000_180, UTC))


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        TICKET.partition(".")[0],
        TICKET[:-1] + "A",
        "A" + TICKET[1:],
        TICKET + "." + TICKET,
        theirs.write_ticket({}),
        theirs.write_ticket({"sp_ticket_id": ["a list"]}),
        "W10." + "T1PNoY0e9JmrCPp8Zn9HqK_iVKuOk4hXRNuP3T3pK3s",
        "龍" * 50,
        "A" * 5000,
    ],
)
def test_what_is_no_ticket_is_not_believed(text: str) -> None:
    with pytest.raises(wire.NotBelieved):
        wire.read_ticket(text, expected=ASKED, at=BEGUN)


def test_a_ticket_without_id_or_end_is_not_believed() -> None:
    content = theirs.read_ticket(TICKET) or {}
    for missing in ({"sp_ticket_id": "../x"}, {"expiration_time": None}, {"expiration_time": "1800000180000"}):
        with pytest.raises(wire.NotBelieved):
            wire.read_ticket(theirs.write_ticket({**content, **missing}), expected=ASKED, at=BEGUN)


def test_the_link_opens_the_app_and_leads_back() -> None:
    link = wire.app_link("mobilemoica://moica.example/w2a/verifySign", ticket=TICKET, back="https://a/b", value="x-1")

    query = parse_qs(urlsplit(link).query)
    assert query["sp_ticket"] == [TICKET]
    assert [b64url_decode(query[name][0]) for name in ("rtn_url", "rtn_val")] == [b"https://a/b", b"x-1"]


def test_every_number_has_a_sentence_and_an_unknown_one_fails() -> None:
    assert codes.meaning_of("SP-API-ATH-02-APP_USER_CANCEL").state == "denied"
    assert codes.meaning_of("SP-API-ATH-02-SPTKTID_TXNLOG_NF") is codes.PENDING
    assert codes.meaning_of("SP-API-ATH-02-NEVER_HEARD_OF") is codes.UNKNOWN
    assert codes.UNKNOWN.state == "failed"
    assert all(meaning.text for meaning in codes.BY_CODE.values())


@pytest.mark.parametrize(
    ("code", "number"),
    [
        ("SPTKT_OVD", "SP-API-ATH-02-SPTKT_OVD"),
        ("SP-API-ATH-01-SPTKT_OVD", "SP-API-ATH-01-SPTKT_OVD"),
        ("<b>", "SP-API-ATH-02-UNDEFINED"),
        (None, "SP-API-ATH-02-UNDEFINED"),
        (0, "SP-API-ATH-02-UNDEFINED"),
    ],
)
def test_a_number_is_shown_with_its_interface_and_nothing_else_is_shown(code: object, number: str) -> None:
    assert codes.number_of(codes.RESULT, code) == number
