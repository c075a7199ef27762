"""What people type and cameras see, and what the app makes of it."""

import pytest
from playwright.sync_api import Page

MAC = "ab" * 16
READ_CODE = "async (typed) => (await import('/app/js/binding.js')).readCode(typed)"
READ_ID = "async (typed) => (await import('/app/js/binding.js')).readNationalId(typed)"
RECOGNISE = "async (text) => (await import('/app/js/qrtext.js')).recognise(text).kind"


@pytest.mark.parametrize("typed", ["3G4F-10M1", "3g4f10m1", " 3g4f iOmL ", "3G4F–1OMI"])
def test_a_device_code_is_read_without_case_dash_space_and_lookalikes(modules: Page, typed: str) -> None:
    assert modules.evaluate(READ_CODE, typed) == "3G4F10M1"


@pytest.mark.parametrize("typed", ["", "3G4F10M", "3G4F10M12", "3G4F10MU", "3G4F10M!"])
def test_what_cannot_be_a_device_code_is_not_sent(modules: Page, typed: str) -> None:
    assert modules.evaluate(READ_CODE, typed) is None


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("a123456789", "A123456789"),
        ("A8 0000 0014", "A800000014"),
        ("AC01234567", "AC01234567"),
        ("A12345678", None),
        ("1123456789", None),
    ],
)
def test_an_id_is_read_in_capitals_and_without_spaces(modules: Page, typed: str, read: str | None) -> None:
    assert modules.evaluate(READ_ID, typed) == read


def test_our_two_kinds_of_code_are_told_apart(modules: Page, phone_origin: str) -> None:
    assert modules.evaluate(RECOGNISE, f"{phone_origin}/app/b#{'s' * 22}") == "bind"
    assert modules.evaluate(RECOGNISE, f"{phone_origin}/app/q#start.12.{MAC}") == "login"


@pytest.mark.parametrize(
    "text",
    [
        "https://example.com/app/q#start.12." + MAC,
        "hello",
        "WIFI:S:guest;;",
        "{origin}/app/q#start." + MAC,
        "{origin}/app/q?x=1#start.12." + MAC,
        "{origin}/app/q#start.-1." + MAC,
        "{origin}/app/b",
        "{origin}/other#secret",
        "{origin}@example.com/app/b#secret",
    ],
)
def test_any_other_code_is_not_one_of_ours(modules: Page, phone_origin: str, text: str) -> None:
    assert modules.evaluate(RECOGNISE, text.replace("{origin}", phone_origin)) == "foreign"
