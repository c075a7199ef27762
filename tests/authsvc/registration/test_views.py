"""The calls' bodies: unknown, missing and wrong fields are refused by name before anything is done."""

from typing import Any

import pytest

from authsvc.core.kit import Kit
from tests.authsvc.registration import acts
from tests.browser import Browser

CALLS = [
    ("POST", "/registrations"),
    ("POST", "/registrations/confirmations"),
    ("POST", "/registrations/resends"),
    ("POST", "/registrations/cancellations"),
    ("POST", "/passwords/resets"),
    ("POST", "/me/email-confirmations"),
]


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_a_step_taken_empty_is_refused(browser: Browser, kit: Kit, method: str, path: str) -> None:
    assert acts.code(browser.call(method, path, {})) == (422, "invalid")
    assert acts.mails(kit) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"email": None}, "email"),
        ({"backup_email": "a@b"}, "backup_email"),
        ({"mobile": "12345"}, "mobile"),
        ({"phone": "12345"}, "phone"),
        ({"password": None}, "password"),
        ({"terms_version": None}, "terms_version"),
        ({"household": None}, "household"),
        ({"household": {"number": "A0900001"}}, "household"),
        ({"household": {"number": "1"}}, "household"),
        ({"residence": {"card_proof": {"challenge_id": "a", "certificate": "b", "signature": "c"}}}, "household"),
        ({"card_proof": {"challenge_id": "a"}}, "card_proof"),
        ({"role": "staff"}, "role"),
    ],
)
def test_a_wrong_field_is_named(browser: Browser, changes: dict[str, Any], field: str) -> None:
    answer = acts.apply(browser, **changes)

    assert acts.code(answer) == (422, "invalid")
    assert answer.json is not None
    assert field in answer.json["errors"]


def test_full_width_digits_and_small_letters_of_a_household_are_understood(browser: Browser) -> None:
    household = acts.household_of(browser, "wang") | {"number": " a0900001", "neighbourhood": "２"}

    assert acts.apply(browser, household=household).status_code == 202


def test_another_sites_page_cannot_apply(browser: Browser, kit: Kit) -> None:
    body = acts.form(browser)

    answer = browser.call("POST", "/registrations", body, Origin="https://evil.example")

    assert acts.code(answer) == (403, "cross_site")
    assert acts.mails(kit) == []


def test_a_proof_made_in_another_browser_is_refused(browser: Browser) -> None:
    body = acts.form(browser)
    browser.client.delete_cookie("authsvc", domain="localhost")

    assert acts.code(browser.post("/registrations", body)) == (401, "challenge_refused")


def test_an_expiry_is_told_in_utc(browser: Browser) -> None:
    answer = acts.apply(browser).json

    assert answer is not None
    assert answer["expires_at"].endswith("Z")
    assert set(answer) == {"id", "status", "expires_at"}
