from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from authsvc.core.i18n import add_catalogue, negotiate, request_language, translate


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "zh-Hant-TW"),
        ("", "zh-Hant-TW"),
        ("*", "zh-Hant-TW"),
        ("fr, de", "zh-Hant-TW"),
        ("en", "en"),
        ("en-GB", "en"),
        ("EN-us,en;q=0.9,zh-TW;q=0.8", "en"),
        ("zh-TW,zh;q=0.9,en;q=0.8", "zh-Hant-TW"),
        ("zh-CN, en;q=0.9", "zh-Hant-TW"),
        ("zh-Hant-HK", "zh-Hant-TW"),
        ("en;q=0.1, zh;q=0.9", "zh-Hant-TW"),
        ("en; q=0.1, zh; q=0.9", "zh-Hant-TW"),
        ("fr, en;q=0.3", "en"),
        ("en;q=0", "zh-Hant-TW"),
        ("en;q=x, zh;q=0.1", "zh-Hant-TW"),
        ("en;q=nan", "zh-Hant-TW"),
        ("enm", "zh-Hant-TW"),
        (";;q=,,=\x00", "zh-Hant-TW"),
    ],
)
def test_the_browser_gets_the_language_it_asks_for_of_ours(header: str | None, language: str) -> None:
    assert negotiate(header) == language


@pytest.mark.parametrize(
    ("query", "cookie", "header", "language"),
    [
        ("", None, "en", "en"),
        ("", "zh-Hant-TW", "en", "zh-Hant-TW"),
        ("?lang=en", "zh-Hant-TW", "zh", "en"),
        ("?lang=xx", None, "en", "en"),
        ("", "xx", "zh", "zh-Hant-TW"),
    ],
)
def test_the_readers_choice_goes_before_the_browsers(
    app: Flask, query: str, cookie: str | None, header: str, language: str
) -> None:
    headers = {"Accept-Language": header} | ({"Cookie": f"lang={cookie}"} if cookie else {})
    with app.test_request_context(f"/{query}", headers=headers):
        assert request_language() == language


def test_a_choice_is_remembered_and_nonsense_is_not(client: FlaskClient) -> None:
    assert "lang=en" in client.get("/?lang=en").headers["Set-Cookie"]
    assert client.get("/").headers["Content-Type"] == "text/html; charset=utf-8"
    assert "lang=" not in client.get("/?lang=xx").headers.get("Set-Cookie", "")


def test_a_text_is_translated_at_the_edge(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert translate("Health Card Online Services") == "Health Card Online Services"
    with app.test_request_context():
        assert translate("Health Card Online Services") != "Health Card Online Services"
        assert translate("") == ""


def test_a_catalogue_that_was_not_compiled_stops_the_start(app: Flask, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="no compiled catalogue: run `make setup`"):
        add_catalogue(app, tmp_path)
