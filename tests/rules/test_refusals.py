"""Every refusal has a code of its own, words in both languages, and a test."""

import re
from pathlib import Path

from flask import Flask
from flask_babel import force_locale

from authsvc.core import errors
from authsvc.core.errors import Problem
from authsvc.core.i18n import translate
from tests.rules.tree import ROOT, files

# Kinds of refusal that others specialise; nothing raises them as they are.
ABSTRACT = {"problem"}


def every_refusal() -> list[type[Problem]]:
    """Return the service's refusals, parents first; those that tests make up left out."""
    return [kind for kind in errors.every_refusal() if not kind.__module__.startswith("tests.")]


def test_no_two_refusals_share_a_code(app: Flask) -> None:
    del app
    codes = [kind.code for kind in every_refusal() if "code" in vars(kind)]

    assert sorted(codes) == sorted(set(codes))
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", code) for code in codes)


def test_every_refusal_tells_people_what_to_do_in_both_languages(app: Flask) -> None:
    kinds: list[type[Problem]] = every_refusal()[1:]
    with app.test_request_context(), force_locale("zh_Hant_TW"):
        untranslated = [kind.code for kind in kinds if translate(kind.detail) == kind.detail]

    assert [kind.code for kind in kinds if not kind.detail] == []
    assert untranslated == []


def test_every_refusal_is_met_in_a_test(app: Flask) -> None:
    del app
    told = "".join(path.read_text(encoding="utf-8") for path in files("tests") if path != Path(__file__))
    untested = [
        kind.code
        for kind in every_refusal()
        if kind.code not in ABSTRACT and kind.__name__ not in told and f'"{kind.code}"' not in told
    ]

    assert untested == []


def test_every_attack_in_the_threats_page_names_a_test_that_exists() -> None:
    page = (ROOT / "docs/threats.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(test_[a-z0-9_]+)`", page))
    existing = {
        match for path in files("tests") for match in re.findall(r"def (test_\w+)", path.read_text(encoding="utf-8"))
    }

    assert len(named) >= 40
    assert named - existing == set()
