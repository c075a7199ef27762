"""Two languages: texts are marked where they are written and translated where they leave the house."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flask import Flask, has_request_context, request
from flask_babel import Babel, force_locale, get_babel, get_locale, gettext
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

LANGUAGES: Final = ("zh-Hant-TW", "en")
LOCALES: Final = {"zh-Hant-TW": "zh_Hant_TW", "en": "en"}
OURS: Final = {"zh": "zh-Hant-TW", "en": "en"}
COOKIE: Final = "lang"


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for a marked text
    """Mark a text for the catalogues without translating it."""
    return text


# What the schema library says, so that the catalogues hold it.
SCHEMA_TEXTS: Final = (
    N_("Missing data for required field."),
    N_("Unknown field."),
    N_("Field may not be null."),
    N_("Not a valid string."),
    N_("Not a valid boolean."),
    N_("Not a valid integer."),
    N_("Not a valid date."),
    N_("Invalid input type."),
    N_("String does not match expected pattern."),
    N_("Not a valid email address."),
)


def negotiate(header: str | None) -> str:
    """Return the language of ours that an Accept-Language header asks for, else Traditional Chinese."""
    for tag, weight in parse_accept_header(header, LanguageAccept):
        found = OURS.get(tag.partition("-")[0].lower())
        if found is not None and weight > 0:
            return found
    return LANGUAGES[0]


def request_language() -> str:
    """Return this request's language: the reader's choice, then the browser's, then Traditional Chinese."""
    chosen = request.args.get(COOKIE) or request.cookies.get(COOKIE)
    return chosen if chosen in LANGUAGES else negotiate(request.headers.get("Accept-Language"))


@dataclass(frozen=True)
class Bilingual:
    """A text that is in no catalogue, because whoever runs the service wrote it (in a file): in both languages."""

    zh: str
    en: str


def translate(text: str | Bilingual) -> str:
    """Return a marked text, or one that brings both, in the language of this request or mail."""
    if isinstance(text, Bilingual):
        return text.en if str(get_locale()) == "en" else text.zh
    return str(gettext(text)) if text else ""


def in_every_language(text: str | Bilingual) -> list[str]:
    """Return a marked text in each of our languages, for a search that does not ask which one was typed."""
    told = []
    for locale in LOCALES.values():
        with force_locale(locale):
            told.append(translate(text))
    return told


def include(app: Flask) -> None:
    """Answer in the reader's language; features add their catalogues by `add_catalogue`."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = ""
    Babel(app, default_locale="zh_Hant_TW", locale_selector=_locale)
    get_babel(app).translation_directories.clear()


def add_catalogue(app: Flask, folder: Path) -> None:
    """Add a feature's catalogue; raise `RuntimeError` when it was not compiled."""
    if not list(folder.rglob("*.mo")):
        raise RuntimeError(f"{folder} holds no compiled catalogue: run `make setup`, or `pybabel compile -d {folder}`.")
    get_babel(app).translation_directories.append(str(folder))


def _locale() -> str:
    return LOCALES[request_language()] if has_request_context() else "zh_Hant_TW"
