"""What the page says about a password while it is typed; the estimate is made in the browser."""

import re

import pytest
from playwright.sync_api import Page, Request, expect

from devtools.stack import Stack
from tests.rules.tree import ROOT

ESTIMATOR = "/static/vendor/zxcvbn.js"


@pytest.fixture
def form(pc: Page, stack: Stack) -> Page:
    pc.goto(f"{stack.origin}/registration/reset?lang=en")
    expect(pc.get_by_test_id("password-meter")).to_be_visible()
    return pc


def test_the_estimator_is_fetched_when_somebody_comes_to_choose_a_password_and_the_password_goes_nowhere(
    stack: Stack, pc: Page
) -> None:
    sent: list[Request] = []
    pc.on("request", lambda request: sent.append(request))  # noqa: PLW0108  Playwright looks at what it is given
    pc.goto(f"{stack.origin}/registration/reset")
    pc.wait_for_load_state("networkidle")
    assert not [request for request in sent if ESTIMATOR in request.url]

    with pc.expect_response(f"**{ESTIMATOR}"):
        pc.get_by_test_id("password").focus()
    pc.get_by_test_id("password").fill("Dragon-77ab")
    expect(pc.get_by_test_id("password-advice")).not_to_be_empty()

    assert not [request for request in sent if "ragon" in f"{request.url} {request.post_data}"]
    assert {request.method for request in sent} == {"GET"}


@pytest.mark.parametrize(
    ("password", "weakness", "advice"),
    [
        ("dragon", "refused", "unusual word"),
        ("P@ssw0rd1!", "common", "in place of letters"),
        ("drowssap7", "common", "backwards"),
        ("Parliament2", "word", "capital letter"),
        ("qazxswedc", "refused", "unusual word"),
        ("xvbnm,.", "keyboard", "unusual word"),
        ("abababab", "repeat", "unusual word"),
        ("lmnopqrs", "sequence", "unusual word"),
        ("19850312", "date", "unusual word"),
        ("0690520x!", "date", "unusual word"),
        ("x7!qpz", "short", "unusual word"),
        ("Tang-fu9x", "", ""),
    ],
)
def test_the_hint_says_what_is_weak_and_what_would_help(form: Page, password: str, weakness: str, advice: str) -> None:
    hint = form.get_by_test_id("password-advice")
    form.get_by_test_id("password").fill(password)

    expect(hint).to_have_attribute("data-weakness", weakness)
    expect(hint).to_contain_text(advice)


def test_what_others_know_of_a_person_is_weak(form: Page) -> None:
    form.get_by_test_id("household-number").fill("A0900015")

    form.get_by_test_id("password").fill("0900015ab")

    expect(form.get_by_test_id("password-advice")).to_have_attribute("data-weakness", "own")


def test_the_hints_are_told_in_chinese(pc: Page, stack: Stack) -> None:
    pc.goto(f"{stack.origin}/registration/reset?lang=zh-Hant-TW")
    pc.get_by_test_id("password").fill("abababab")

    expect(pc.get_by_test_id("password-advice")).to_contain_text("重複的字容易被猜到")


def test_without_the_estimator_the_meter_still_works(pc: Page, stack: Stack) -> None:
    pc.route(f"**{ESTIMATOR}", lambda route: route.abort())
    pc.goto(f"{stack.origin}/registration/reset")
    pc.get_by_test_id("password").fill("Dragon77!")

    expect(pc.get_by_test_id("password-meter")).to_have_attribute("data-level", "4")
    expect(pc.get_by_test_id("password-advice")).to_be_empty()


def test_every_password_field_has_a_button_that_shows_it() -> None:
    folders = [ROOT / "authsvc/templates", ROOT / "authsvc/registration/templates"]
    pages = [page.read_text(encoding="utf-8") for folder in folders for page in folder.rglob("*.html")]
    fields = [(page, name) for page in pages for name in re.findall(r'<input id="([^"]+)"[^>]*type="password"', page)]

    assert len(fields) == sum(page.count('type="password"') for page in pages) >= 4
    assert [name for page, name in fields if f'data-show="{name}"' not in page] == []


@pytest.mark.parametrize("field", ["password", "password-again"])
def test_a_password_is_shown_and_hidden_again(form: Page, field: str) -> None:
    typed, button = form.get_by_test_id(field), form.locator(f"[data-show={field}]")

    for kind, pressed in (("text", "true"), ("password", "false")):
        button.click()
        expect(typed).to_have_attribute("type", kind)
        expect(button).to_have_attribute("aria-pressed", pressed)
