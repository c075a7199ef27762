"""The pages show, and the mails that lead to them can be written."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_babel import force_locale

from authsvc.core import outbox
from authsvc.core.i18n import LOCALES
from authsvc.core.kit import Kit
from authsvc.core.letters import write_letter
from authsvc.core.mail import Letter
from authsvc.identity.terms import CURRENT_TERMS
from tests.authsvc.registration import acts
from tests.browser import Browser

PAGES = ("apply", "confirm", "resend", "cancel", "reset", "email")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", ["zh-Hant-TW", "en"])
def test_a_page_shows_in_both_languages_and_leaks_no_address(browser: Browser, page: str, language: str) -> None:
    answer = browser.client.get(f"/registration/{page}", headers={"Accept-Language": language})

    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.text
    # The link's token is in the address: nobody else is told it.
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_short_address_leads_to_the_application(browser: Browser) -> None:
    assert browser.client.get("/registration/").headers["Location"] == "/registration/apply"


def test_the_terms_that_are_shown_are_those_in_force(browser: Browser) -> None:
    assert f'name="terms_version" value="{CURRENT_TERMS}"' in browser.client.get("/registration/apply").text


def test_the_pages_scripts_and_pictures_are_there(browser: Browser) -> None:
    for name in ("js/apply.js", "js/confirm.js", "js/again.js", "household.svg"):
        with browser.client.get(f"/static/registration/{name}") as answer:
            assert answer.status_code == 200


def test_the_account_page_is_for_who_is_logged_in(browser: Browser, kit: Kit) -> None:
    assert browser.client.get("/account").headers["Location"] == "/login"

    acts.register(browser, kit)
    browser.log_in("wang")

    assert browser.client.get("/account").status_code == 200


def letters(app: Flask, kit: Kit) -> Iterator[Letter]:
    """Write every mail that is due, as the worker does."""
    while (mail := outbox.next_due(kit)) is not None:
        with app.app_context(), force_locale(LOCALES[mail.language]):
            yield write_letter(kit, mail)
        outbox.mark_sent(kit, mail)


@pytest.mark.parametrize(("language", "subject"), [("zh-Hant-TW", "健保卡"), ("en", "Please")])
def test_every_mail_has_a_subject_and_its_link_in_both_forms(
    app: Flask, browser: Browser, kit: Kit, language: str, subject: str
) -> None:
    browser.call("POST", "/registrations", acts.form(browser), **{"Accept-Language": language})
    token = acts.last_token(kit)
    acts.confirm(browser, token)
    browser.log_in("wang")
    browser.call("PATCH", "/me", {"email": "new@mail.example.tw"})

    written = list(letters(app, kit))

    assert len(written) == 4
    assert all(letter.subject and "<" not in letter.subject for letter in written)
    first = next(letter for letter in written if "/registration/confirm#" in letter.text)
    assert first.subject.startswith(subject)
    assert f"http://localhost:8000/registration/confirm#{token}" in first.text
    assert f"http://localhost:8000/registration/confirm#{token}" in first.html


def test_a_notice_says_what_was_done_in_the_persons_language(app: Flask, browser: Browser, kit: Kit) -> None:
    browser.call("POST", "/registrations", acts.form(browser), **{"Accept-Language": "zh-TW"})
    acts.confirm(browser, acts.last_token(kit))
    # Whatever language the browser speaks that makes the change.
    acts.reset(browser)

    notice = list(letters(app, kit))[-1]

    assert "Your registration password was set anew with your card." not in notice.text
    assert "密碼" in notice.text
