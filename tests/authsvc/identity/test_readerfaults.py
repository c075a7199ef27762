"""Each of the help desk's numbers, met for real: from the component, from the service, and from a page's script."""

from collections.abc import Iterator

import httpx2
import pytest
from flask import Flask
from flask_babel import force_locale

from authsvc.core.errors import every_refusal
from authsvc.core.i18n import LOCALES, in_every_language, translate
from authsvc.core.kit import Kit
from authsvc.identity.readerfaults import LONGEST_QUERY, READER_FAULTS, ReaderFault, find_faults
from cardcomponent.refusals import Refusal
from certlogin.units import UnitNotInsured
from mocks.card import refusals
from mocks.card.app import create_app as create_component
from mocks.card.cards import Deck
from mocks.people import World
from tests.browser import PASSWORD, Browser
from tests.conftest import ORIGIN
from tests.people import make_card_holder

# SPEC section 1: which faults stand behind each number.
NUMBERS = {
    8013: {"reader_unavailable", "reader_busy"},
    9039: {"password_wrong", "pin_wrong"},
    9041: {"pin_length", "card_revoked", "certificate_unusable"},
    9043: {"pin_locked", "card_not_registered", "unit_not_insured"},
    9046: {"card_not_activated"},
    9056: {"card_absent"},
    9057: {"card_unreadable", "card_not_recognised", "wrong_card_nhi", "wrong_card_arc", "several_cards"},
    61006: {"component_unreachable", "permission_refused", "origin_not_listed", "signing_denied"},
    66501: {"card_expired", "card_signature_wrong"},
}
# What the component for real cards refuses with a number; tests/cardcomponent meets each.
REAL_COMPONENT = {(kind.reader_code, kind.code) for kind in Refusal.__subclasses__() if kind.reader_code is not None}
UNITS = {(UnitNotInsured.reader_code, UnitNotInsured.code)}  # tests/certlogin/test_units.py meets it
# card in the reader, PIN, fault of the component → what it tells
COMPONENT = [
    ("wang-nhi", None, "8013", (8013, "reader_unavailable")),
    (None, None, None, (9056, "card_absent")),
    ("wang-nhi", None, "9056", (9056, "card_absent")),
    ("yang-nhi", None, None, (9057, "card_unreadable")),
    ("tsai-cert", "112233", None, (9046, "card_not_activated")),
    ("wang-cert", "12345", None, (9041, "pin_length")),
    ("wang-cert", "000000", None, (9039, "pin_wrong")),
    ("kao-cert", "654321", None, (9043, "pin_locked")),
]
# card of whom, password → what the service tells
SERVICE = [
    ("wang-nhi", "Wrong-one1", (9039, "password_wrong")),
    ("lee-nhi", PASSWORD, (9041, "card_revoked")),
    ("lin-nhi", PASSWORD, (9043, "card_not_registered")),
    ("wang-nhi-forged", PASSWORD, (9057, "card_not_recognised")),
    ("zhang-nhi", PASSWORD, (66501, "card_expired")),
    ("liu-nhi", PASSWORD, (66501, "card_expired")),
    ("wang-nhi-badsign", PASSWORD, (66501, "card_signature_wrong")),
]


@pytest.fixture
def component(deck: Deck) -> Iterator[httpx2.Client]:
    app = create_component(deck, origins=[ORIGIN])
    with httpx2.Client(transport=httpx2.WSGITransport(app=app), base_url="http://127.0.0.1") as client:
        yield client


def row(number: int, code: str) -> ReaderFault:
    """Return the one row about a fault; its words stand in both languages."""
    (found,) = [fault for fault in READER_FAULTS if (fault.number, fault.code) == (number, code)]
    for text in (found.cause, found.remedy):
        chinese, english = in_every_language(text)
        assert english == text
        assert chinese
        assert chinese != english
    return found


@pytest.mark.parametrize(("card", "pin", "fault", "expected"), COMPONENT)
def test_the_component_tells_a_number_that_the_table_explains(
    app: Flask,
    component: httpx2.Client,
    card: str | None,
    pin: str | None,
    fault: str | None,
    expected: tuple[int, str],
) -> None:
    # given
    component.put("/control/reader", json={"card": card}).raise_for_status()
    if fault:
        component.put("/control/faults", json={"target": "reader", "kind": fault}).raise_for_status()
    # when
    wanted = {"origin": ORIGIN, "purpose": "login", "challenge_id": "c", "nonce": "n"} | ({"pin": pin} if pin else {})
    told = component.post("/sign", json=wanted, headers={"Origin": ORIGIN}).json()
    # then
    assert (told["reader_code"], told["code"]) == expected
    with app.test_request_context():
        assert row(*expected).told_by == "component"


@pytest.mark.parametrize(("card", "password", "expected"), SERVICE)
def test_the_service_tells_a_number_that_the_table_explains(
    kit: Kit,
    browser: Browser,
    deck: Deck,
    world: World,
    app: Flask,
    card: str,
    password: str,
    expected: tuple[int, str],
) -> None:
    # given
    make_card_holder(kit, deck, world.person("wang"))
    # when
    told = browser.post("/sessions/card", {"card_proof": browser.prove(card, "login"), "password": password})
    # then
    assert told.status_code == 401
    body = told.get_json()
    assert (body["reader_code"], body["code"]) == expected
    with app.test_request_context():
        assert row(*expected).told_by == "service"


def test_every_number_of_the_help_desk_is_met_and_explained_once(app: Flask) -> None:
    explained = [(fault.number, fault.code) for fault in READER_FAULTS]
    met = {expected for *_, expected in COMPONENT} | {expected for *_, expected in SERVICE} | REAL_COMPONENT | UNITS
    told_by_pages = {(fault.number, fault.code) for fault in READER_FAULTS if fault.told_by == "page"}

    assert set(explained) == {(number, code) for number, codes in NUMBERS.items() for code in codes}
    assert len(explained) == len(set(explained))
    assert set(explained) - met == told_by_pages
    with app.test_request_context():
        assert [row(*each) for each in explained]


def test_whatever_the_service_or_the_component_refuses_with_a_number_stands_in_the_table(app: Flask) -> None:
    del app
    ours = {
        (kind.reader_code, kind.code)
        for kind in every_refusal()
        if kind.reader_code is not None and not kind.__module__.startswith("tests.")
    }
    makers = (refusals.reader_unavailable, refusals.card_absent, refusals.card_unreadable, refusals.card_not_activated)
    made = [maker() for maker in makers] + [refusals.pin_length(), refusals.pin_wrong(2), refusals.pin_locked()]
    theirs = {(each.more["reader_code"], each.code) for each in made}

    assert (ours | theirs) - {(fault.number, fault.code) for fault in READER_FAULTS} == set()


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("9043", {"pin_locked", "card_not_registered", "unit_not_insured"}),
        ("９０４３", {"pin_locked", "card_not_registered", "unit_not_insured"}),
        ("  9043 locked ", {"pin_locked"}),
        ("PIN_Length", {"pin_length"}),
        ("鎖住 解鎖", {"pin_locked"}),
        ("展期", {"card_expired"}),
        ("component browser", {"component_unreachable"}),
        ("61006", NUMBERS[61006]),
        ("封鎖", {"permission_refused"}),
        ("nothing like this", set()),
        ("", {fault.code for fault in READER_FAULTS}),
    ],
)
def test_a_fault_is_found_by_number_code_and_words_of_either_language(
    app: Flask, browser: Browser, query: str, codes: set[str]
) -> None:
    for locale in LOCALES.values():
        with app.test_request_context(), force_locale(locale):
            assert {fault.code for fault in find_faults(query)} == codes
    page = browser.client.get("/help/reader-errors", query_string={"q": query})
    assert {code for code in (fault.code for fault in READER_FAULTS) if f'id="{code}"' in page.text} == codes
    assert ('data-testid="reader-errors-none"' in page.text) is (not codes)


@pytest.mark.parametrize("language", ["en", "zh-Hant-TW"])
def test_page_and_api_say_cause_and_remedy_to_anybody_in_their_language(
    app: Flask, browser: Browser, language: str
) -> None:
    page = browser.client.get("/help/reader-errors", headers={"Accept-Language": language}).text
    listed = browser.call("GET", "/reader-errors", Accept_Language=language).get_json()

    assert [each["code"] for each in listed] == [fault.code for fault in READER_FAULTS]
    with app.test_request_context(headers={"Accept-Language": language}):
        for fault, shown in zip(READER_FAULTS, listed, strict=True):
            assert shown == {
                "number": fault.number,
                "code": fault.code,
                "told_by": fault.told_by,
                "cause": translate(fault.cause),
                "remedy": translate(fault.remedy),
            }
            assert f'href="#{fault.code}"' in page
            assert shown["cause"] in page.replace("&#39;", "'")
            assert shown["remedy"] in page.replace("&#39;", "'")


def test_the_api_narrows_the_list_and_refuses_what_is_no_query(browser: Browser) -> None:
    assert [each["code"] for each in browser.get("/reader-errors?q=9041").get_json()] == [
        "pin_length",
        "card_revoked",
        "certificate_unusable",
    ]
    assert browser.get("/reader-errors?q=zzz").get_json() == []
    for query in ("q=", f"q={'x' * (LONGEST_QUERY + 1)}", "q=%00"):
        assert browser.get(f"/reader-errors?{query}").status_code == 422


def test_the_page_takes_whatever_is_typed_as_words(browser: Browser) -> None:
    for query in ("<script>alert(1)</script>", "x" * 10_000, "%", "\x00"):
        page = browser.client.get("/help/reader-errors", query_string={"q": query})
        assert page.status_code == 200
        assert "<script>alert" not in page.text


@pytest.mark.parametrize("path", ["/login", "/registration/apply"])
def test_the_pages_that_read_cards_carry_the_words_of_the_table(browser: Browser, path: str) -> None:
    page = browser.client.get(path, headers={"Accept-Language": "en"}).text.replace("&#39;", "'")

    for fault in READER_FAULTS:
        assert f'data-number="{fault.number}" data-code="{fault.code}"' in page
        assert fault.remedy in page
