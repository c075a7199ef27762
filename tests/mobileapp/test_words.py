"""The sentences of the app: there in both languages, and each that a screen asks for exists."""

import re

from playwright.sync_api import Page, expect

import mobileapp

SCRIPTS = [path for path in (mobileapp.STATIC / "js").rglob("*.js") if path.name != "words.js"]


def words(modules: Page) -> dict[str, list[str]]:
    found: dict[str, list[str]] = modules.evaluate("async () => (await import('/app/js/words.js')).WORDS")
    return found


def test_every_sentence_is_there_in_both_languages_with_the_same_gaps(modules: Page) -> None:
    for name, pair in words(modules).items():
        assert len(pair) == 2, name
        assert all(pair), name
        chinese, english = (set(re.findall(r"\{(\w+)\}", text)) for text in pair)
        assert chinese == english, name


def test_every_sentence_that_a_screen_names_exists(modules: Page) -> None:
    known = words(modules)
    asked = {name for path in SCRIPTS for name in re.findall(r'\bt\("([^"]+)"', path.read_text("utf-8"))}
    listed = {name for path in SCRIPTS for name in re.findall(r'(?:title|lead): "([^"]+)"', path.read_text("utf-8"))}

    assert asked
    assert listed
    assert (asked | listed) - known.keys() == set()


def test_the_language_is_changed_on_the_spot_and_remembered(phone: Page, phone_origin: str) -> None:
    expect(phone.get_by_test_id("title")).to_have_text("先綁定這支手機")

    phone.get_by_test_id("language").click()

    expect(phone.get_by_test_id("title")).to_have_text("Bind this phone first")
    phone.goto(f"{phone_origin}/app/")
    expect(phone.get_by_test_id("title")).to_have_text("Bind this phone first")
    assert phone.evaluate("document.documentElement.lang") == "en"
