"""Binding by the mobile number, as far as the app alone goes: what is typed and kept, and each refusal's screen."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

import mobileapp
from devicebind.refusals import EVERY
from devicebind.verifications import CONSENT
from tests.journeys.examine import shape, violations, width_of

READ_MOBILE = "async (typed) => (await import('/app/js/numbers.js')).readMobile(typed)"
READ_DIGITS = "async (typed) => (await import('/app/js/numbers.js')).readDigits(typed)"
STRENGTH = "async (typed) => (await import('/app/js/password.js')).strength(typed)"
ATTEMPT = "async () => (await import('/app/js/store.js')).get('attempt').then((kept) => kept?.what ?? null)"
API = "**/api/v1/phone-verifications"
STATUS = {"too_many_tries": 429, "device_limit_reached": 409, "phone_verification_over": 410, "unavailable": 503}
OTHERS = ("too_many_tries", "device_limit_reached", "suspended", "phone_verification_over", "unavailable")
CODES = [*(kind.code for kind in EVERY), *OTHERS]
HOPELESS = {"suspended"}


@pytest.fixture
def form(chromium: Browser, phone_origin: str) -> Iterator[Page]:
    """Open the form on a phone whose calls are answered by the test."""
    context = chromium.new_context(
        viewport={"width": 390, "height": 844}, locale="zh-TW", service_workers="block", reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(f"{phone_origin}/app/phone")
    for name, text in (("mobile", "0912-345-678"), ("national_id", "a123456789"), ("card_last4", "1234")):
        page.get_by_test_id(f"number-{name}").fill(text)
    yield page
    context.close()


def answer(page: Page, code: str, **more: object) -> None:
    """Let the service refuse with this code."""
    status = STATUS.get(code, 403)
    body = json.dumps({"status": status, "code": code, "detail": "from the service", **more})
    page.route(API, lambda route: route.fulfill(status=status, body=body, content_type="application/problem+json"))


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("0912345678", "0912345678"),
        (" 0912-345 678", "0912345678"),
        ("+886 912 345 678", "0912345678"),
        ("00886912345678", "0912345678"),
        ("\uff10\uff1912345678", "0912345678"),
        ("091234567", None),
        ("0223456789", None),
        ("09123456789", None),
        ("", None),
    ],
)
def test_a_mobile_number_is_read_as_ten_digits(modules: Page, typed: str, read: str | None) -> None:
    assert modules.evaluate(READ_MOBILE, typed) == read


@pytest.mark.parametrize(("typed", "read"), [("1234", "1234"), (" 12 34", "1234"), ("123", None), ("12345", None)])
def test_the_cards_digits_are_four(modules: Page, typed: str, read: str | None) -> None:
    assert modules.evaluate(READ_DIGITS, typed) == read


@pytest.mark.parametrize(
    ("typed", "level"),
    [("", 0), ("Aa1!", 1), ("abcdef", 1), ("abcde1", 2), ("Abcde1", 3), ("Abcd1!", 3), ("Abcdef1!", 4)],
)
def test_a_passwords_strength_is_told_as_on_the_website(modules: Page, typed: str, level: int) -> None:
    assert modules.evaluate(STRENGTH, typed) == level


def test_the_text_that_is_agreed_to_is_the_one_in_force(modules: Page) -> None:
    assert modules.evaluate("async () => (await import('/app/js/verification.js')).CONSENT") == CONSENT


def test_every_refusal_has_its_words(modules: Page) -> None:
    known = modules.evaluate("async () => Object.keys((await import('/app/js/words.js')).WORDS)")
    source = (mobileapp.STATIC / "js/screens/phone-refused.js").read_text("utf-8")
    codes = re.findall(r"^  (\w+): (?:null|\")", source.partition("const NEXT")[2].partition("};")[0], re.MULTILINE)

    assert {kind.code for kind in EVERY} <= set(codes)
    assert [code for code in codes if {f"number.no.{code}", f"number.no.{code}.title"} - set(known)] == []


@pytest.mark.parametrize("code", CODES)
def test_every_refusal_has_a_screen_of_its_own_that_everybody_can_use(form: Page, code: str) -> None:
    before = form.get_by_test_id("title").inner_text()
    answer(form, code, **({"retry_after": 61} if code == "too_many_tries" else {}))

    form.get_by_test_id("number-agree").click()

    expect(form.get_by_test_id("mark-failed")).to_be_visible()
    title = form.get_by_test_id("title")
    expect(title).to_be_focused()
    assert title.inner_text() != before
    assert violations(form) == []
    assert shape(form, language="zh-Hant-TW", width=390) == []
    assert width_of(form, 320) == []
    if code in HOPELESS:
        expect(form.get_by_test_id("number-counter")).to_be_visible()
    elif form.get_by_test_id("other-ways").count() == 0:
        form.get_by_test_id("number-ways").click()
    if code not in HOPELESS:
        form.get_by_test_id("ways-code").click()
        expect(form.get_by_test_id("bind-code")).to_be_visible()


def test_how_long_to_wait_is_said(form: Page) -> None:
    answer(form, "too_many_tries", retry_after=61)

    form.get_by_test_id("number-agree").click()

    expect(form.get_by_test_id("number-wait")).to_contain_text("2")


def test_what_was_typed_is_kept_where_another_try_can_help_and_else_forgotten(form: Page) -> None:
    answer(form, "telco_unavailable")
    form.get_by_test_id("number-agree").click()
    expect(form.get_by_test_id("number-again")).to_be_visible()
    typed = {"mobile": "0912345678", "national_id": "A123456789", "card_last4": "1234"}
    assert form.evaluate(ATTEMPT) == typed

    form.unroute(API)
    answer(form, "prepaid_line")
    form.get_by_test_id("number-again").click()
    expect(form.get_by_test_id("other-ways")).to_be_visible()
    assert form.evaluate(ATTEMPT) is None


def test_a_field_that_the_service_refuses_is_named_in_the_form(form: Page) -> None:
    body = json.dumps({"status": 422, "code": "invalid", "errors": {"national_id": ["This is no ID."]}})
    form.route(API, lambda route: route.fulfill(status=422, body=body, content_type="application/problem+json"))

    form.get_by_test_id("number-agree").click()

    expect(form.get_by_test_id("number-national_id-error")).to_have_text("This is no ID.")
    expect(form.get_by_test_id("number-national_id")).to_be_focused()


def test_a_form_that_is_not_filled_is_not_sent(form: Page) -> None:
    form.get_by_test_id("number-card_last4").fill("12")
    form.get_by_test_id("number-agree").click()

    expect(form.get_by_test_id("number-card_last4")).to_be_focused()
    assert form.evaluate(ATTEMPT) is None


def test_without_a_network_the_form_says_so_and_keeps_what_was_typed(form: Page) -> None:
    form.route(API, lambda route: route.abort())
    form.get_by_test_id("number-agree").click()

    expect(form.get_by_test_id("number-notice")).to_be_visible()
    expect(form.get_by_test_id("number-mobile")).to_have_value("0912-345-678")


def test_somebody_who_does_not_agree_is_shown_the_other_ways_and_nothing_is_sent(form: Page) -> None:
    sent: list[str] = []
    form.on("request", lambda request: sent.append(request.url) if "/api/" in request.url else None)

    form.get_by_test_id("number-others").click()

    expect(form.get_by_test_id("other-ways")).to_be_visible()
    assert sent == []
    assert form.evaluate(ATTEMPT) is None


@pytest.mark.parametrize("query", ["state=x&code=y", "state=x&error=access_denied", "code=y"])
def test_an_answer_that_nobody_waits_for_leaves_the_address_and_says_what_to_do(
    phone: Page, phone_origin: str, query: str
) -> None:
    phone.goto(f"{phone_origin}/app/phone?{query}")

    expect(phone.get_by_test_id("mark-info")).to_be_visible()
    assert phone.url == f"{phone_origin}/app/"
    phone.get_by_test_id("number-restart").click()
    expect(phone.get_by_test_id("number-agree")).to_be_visible()
