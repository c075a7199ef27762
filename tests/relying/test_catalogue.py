"""The file of relying services: what may stand in it, and what stops the start."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from authsvc.core.clock import SystemClock
from authsvc.core.kit import Kit
from authsvc.identity.ways import Ways
from authsvc.settings import Misconfigured, Settings
from relying.catalogue import BUILT_IN, BadCatalogue, Catalogue, load
from tests.conftest import client_of
from tests.factories import log_in, make_person
from tests.relying.conftest import Desk, refusal
from wsgi import build

GOOD = f"""
[[service]]
id = "letters"
secret_sha256 = ["{hashlib.sha256(b"random").hexdigest()}"]
[[entry]]
id = "letters"
service = "letters"
title = {{ zh = "信件", en = "Letters" }}
about = {{ zh = "您的信件。", en = "Your letters." }}
audience = "anyone"
ways = ["card", "otp"]
order = 5
address = "https://letters.example/open"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "relying.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_entry_of_a_file_is_a_function_with_its_own_words_in_both_languages(
    settings: Settings, tmp_path: Path
) -> None:
    app = build(replace(settings, relying_file=written(tmp_path, GOOD)), clock=SystemClock())
    kit: Kit = app.extensions["kit"]
    client = client_of(app)
    log_in(client, kit, make_person(kit), acr="otp")

    assert "enquiry" not in kit.port(Ways).functions
    for language, word in (("zh-TW", "信件"), ("en", "Letters")):
        heard = {"Accept-Language": language}
        listed = {each["id"]: each for each in client.get("/api/v1/functions", headers=heard).get_json()}
        assert (listed["letters"]["title"], listed["letters"]["open"]) == (word, True)
        assert f"<h1>{word}</h1>" in client.get("/functions/letters", headers=heard).text
    kit.engine.dispose()


def test_the_built_in_catalogue_has_every_function_of_the_menu() -> None:
    found = load(None, production=False)

    assert set(found.entries) == {
        *("enquiry", "filings", "combined_filings", "health_filings", "group_filings", "unit_enquiry"),
        *("statements", "payment_slips", "downloads", "survey", "card_application"),
    }
    by_password = [name for name, each in found.entries.items() if "underwriting" in each.function.ways]
    assert by_password == ["statements", "payment_slips", "downloads"]


def test_in_production_without_a_file_nothing_is_connected_and_nobody_redeems(kit: Kit, desk: Desk) -> None:
    kit.ports[Catalogue] = load(None, production=True)

    page = desk.client.get("/functions/enquiry", headers={"Accept-Language": "en"}).text

    assert "It is not connected here yet." in page
    assert 'data-testid="function-go"' not in page
    assert refusal(desk.launch("enquiry")) == (409, "not_connected")
    assert refusal(desk.redeem("a.b.c")) == (401, "client_refused")


def test_a_good_file_is_taken_in_production(tmp_path: Path) -> None:
    assert set(load(written(tmp_path, GOOD), production=True).entries) == {"letters"}


@pytest.mark.parametrize(
    "address", ["http://letters.example/open", "https://127.0.0.1/open", "https://localhost:8443/open"]
)
def test_an_address_that_is_near_or_open_to_all_stops_the_start_in_production(tmp_path: Path, address: str) -> None:
    path = written(tmp_path, GOOD.replace("https://letters.example/open", address))

    with pytest.raises(BadCatalogue, match="the address of letters must be an https:// address"):
        load(path, production=True)


def test_a_public_secret_stops_the_start_in_production(tmp_path: Path) -> None:
    path = written(tmp_path, BUILT_IN.read_text(encoding="utf-8").replace("http://127.0.0.1:8105", "https://e.example"))

    with pytest.raises(BadCatalogue, match="is public"):
        load(path, production=True)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("[[entry]]", "[[entry"),
        ('audience = "anyone"', 'audience = "everybody"'),
        ('service = "letters"', 'service = "parcels"'),
        ('id = "letters"', 'id = "../letters"'),
        ("order = 5", ""),
        ('ways = ["card", "otp"]', 'ways = "unheard_of"'),
        ("https://letters.example/open", "https://letters.example/open?x=1"),
        ("https://letters.example/open", "javascript:alert(1)"),
        ("https://letters.example/open", "https://letters.example; script-src *"),
        ("https://letters.example/open", "https://user@letters.example/"),
        (hashlib.sha256(b"random").hexdigest(), "secret"),
        ('en = "Letters"', ""),
    ],
)
def test_a_file_that_cannot_be_used_stops_the_start_with_a_sentence(
    settings: Settings, tmp_path: Path, right: str, wrong: str
) -> None:
    path = written(tmp_path, GOOD.replace(right, wrong))

    with pytest.raises(Misconfigured, match=r"^Set AUTHSVC_RELYING_FILE to a right list of relying services: .+\.$"):
        build(replace(settings, relying_file=path), clock=SystemClock())


def test_two_entries_with_one_id_stop_the_start(tmp_path: Path) -> None:
    twice = GOOD + GOOD[GOOD.index("[[entry]]") :]

    with pytest.raises(BadCatalogue, match="an id of its own"):
        load(written(tmp_path, twice), production=False)
