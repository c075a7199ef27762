"""Whatever people read stands in both languages."""

import io
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from tests.rules.tree import ROOT, SERVICE

FEATURES = [name for name in SERVICE if name not in ("mobileapp", "mocks", "devtools")]  # these keep their own words
FOLDERS = [
    path.parent.relative_to(ROOT).as_posix()
    for name in FEATURES
    for path in sorted((ROOT / name).rglob("translations"))
]
METHODS = [("**.py", "python"), ("**/templates/**.*", "jinja2")]
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}


def catalogue(folder: str) -> Catalog:
    path = ROOT / folder / "translations/zh_Hant_TW/LC_MESSAGES/messages.po"
    return read_po(io.BytesIO(path.read_bytes()), locale="zh_Hant_TW")


def texts_of(folder: str) -> set[str]:
    """Return the texts marked in a folder."""
    options = {"**/templates/**.*": {"extensions": "jinja2.ext.i18n"}}
    found = extract_from_dir(str(ROOT / folder), METHODS, options, keywords=KEYWORDS, comment_tags=())
    return {text if isinstance(text, str) else text[0] for _file, _line, text, *_ in found}


def test_every_text_is_translated() -> None:
    known = {entry.id: entry for folder in FOLDERS for entry in catalogue(folder) if entry.id}
    wanted = set().union(*(texts_of(folder) for folder in FEATURES))

    assert sorted(text for text in wanted if text and (text not in known or not known[text].string)) == []
    assert [entry.id for entry in known.values() if entry.fuzzy] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_placeholders_are_the_same_in_both_languages(folder: str) -> None:
    wrong = [(entry.id, list(errors)) for entry in catalogue(folder) if entry.id and (errors := list(entry.check()))]

    assert wrong == []


def test_the_compiled_catalogues_are_not_older_than_their_texts() -> None:
    stale = [
        folder
        for folder in FOLDERS
        for po in (ROOT / folder).glob("translations/*/LC_MESSAGES/messages.po")
        if po.with_suffix(".mo").stat().st_mtime < po.stat().st_mtime
    ]

    assert stale == [], f"run `{Path(sys.executable).parent}/pybabel compile -d <folder>/translations`"
