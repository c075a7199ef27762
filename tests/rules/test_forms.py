"""What people type never gets into the address of a page."""

import re

from tests.rules.tree import ROOT, SERVICE

FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
SUBMIT = re.compile(r"<button\b(?![^>]*type=\"button\")([^>]*)>", re.DOTALL)
FIELD = re.compile(r"<(?:input|select|textarea)\b[^>]*\bname=\"([^\"]+)\"")
# What is searched (between which days, in which state), and how much of it is shown.
IN_ADDRESSES = {"q", "limit", "from", "to", "state"}


def forms() -> list[tuple[str, str, str]]:
    """Return (page, attributes, content) of each form of the templates."""
    pages = sorted(
        page for folder in SERVICE if folder != "mocks" for page in (ROOT / folder).rglob("templates/**/*.html")
    )
    return [
        (page.relative_to(ROOT).as_posix(), *one) for page in pages for one in FORM.findall(page.read_text("utf-8"))
    ]


def test_a_form_says_how_it_is_sent_and_only_searches_are_in_the_address() -> None:
    assert len(forms()) > 30
    for page, attributes, content in forms():
        assert 'method="' in attributes, page
        if 'method="get"' in attributes:
            assert set(FIELD.findall(content)) <= IN_ADDRESSES, page


def test_a_form_that_a_script_sends_cannot_be_sent_before_the_script_is_there() -> None:
    by_script = [(page, content) for page, attributes, content in forms() if "action=" not in attributes]
    assert len(by_script) > 10
    for page, content in by_script:
        buttons = SUBMIT.findall(content)
        assert buttons, page
        assert all("disabled" in button for button in buttons), page
