"""Announcements: entered by operators in both languages, shown for their time, as the plain text that they are."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from authsvc.core.errors import Invalid, NotFound
from authsvc.core.kit import Kit
from authsvc.core.localtime import TAIPEI, moment_text
from bulletin import service
from tests.clocks import MovableClock
from tests.simulators import acts

TEXTS = {"title_zh": "系統維護", "title_en": "Maintenance", "text_zh": "第一行\n第二行", "text_en": "One\nTwo"}


def run(app: Flask, *words: str) -> str:
    result = app.test_cli_runner().invoke(args=["announcements", *words])
    assert result.exit_code == 0, result.output
    return result.output.strip()


def titles(client: FlaskClient, language: str = "en") -> list[str]:
    found = client.get("/api/v1/announcements", headers={"Accept-Language": language}).get_json()
    return [each["title"] for each in found]


def test_without_any_nothing_is_shown(client: FlaskClient) -> None:
    assert 'data-testid="announcements"' not in client.get("/login").text
    assert titles(client) == []


def test_operators_add_list_and_remove_them(app: Flask, client: FlaskClient, kit: Kit) -> None:
    words = ("--title", "系統維護", "--title-en", "Maintenance", "--text", "今晚停機", "--text-en", "Tonight we rest")
    made = run(app, "add", *words, "--important")

    assert "系統維護" in run(app, "list")
    assert titles(client) == ["Maintenance"]
    chinese, english = client.get("/login?lang=zh-Hant-TW").text, client.get("/login?lang=en").text
    assert "今晚停機" in chinese
    assert "重要" in chinese
    assert "Tonight we rest" in english
    assert moment_text(kit.clock.now(), "zh-Hant-TW") in chinese
    run(app, "remove", made)
    assert titles(client) == []
    assert "removed" in run(app, "list")
    assert acts(kit) == [("announcement.added", "done"), ("announcement.removed", "done")]
    again = app.test_cli_runner().invoke(args=["announcements", "remove", made])
    assert again.exit_code == 1
    assert "There is no such announcement" in again.output


def test_they_are_shown_for_their_time_to_the_second(client: FlaskClient, kit: Kit, clock: MovableClock) -> None:
    begins = clock.now() + timedelta(hours=1)
    service.add(kit, texts=TEXTS, from_at=begins, until_at=begins + timedelta(hours=1))

    clock.forward(minutes=59, seconds=59)
    assert titles(client) == []
    clock.forward(seconds=1)
    assert titles(client) == ["Maintenance"]
    clock.forward(minutes=59, seconds=59)
    assert titles(client) == ["Maintenance"]
    clock.forward(seconds=1)
    assert titles(client) == []


def test_typed_times_are_taiwans(app: Flask, client: FlaskClient, clock: MovableClock) -> None:
    soon = (clock.now() + timedelta(minutes=2)).astimezone(TAIPEI).strftime("%Y-%m-%d %H:%M")
    words = ("--title", "一", "--title-en", "One", "--text", "二", "--text-en", "Two")
    run(app, "add", *words, "--from", soon)

    assert titles(client) == []
    clock.forward(minutes=2)
    assert titles(client) == ["One"]


def test_the_newest_stands_first_and_there_are_five_at_most(client: FlaskClient, kit: Kit, clock: MovableClock) -> None:
    for number in range(7):
        service.add(kit, texts=TEXTS | {"title_en": f"Number {number}"})
        clock.forward(seconds=1)

    assert titles(client) == [f"Number {number}" for number in (6, 5, 4, 3, 2)]
    assert client.get("/login?lang=en").text.count('data-testid="announcement"') == 5


def test_markup_is_shown_as_the_text_that_it_is(client: FlaskClient, kit: Kit) -> None:
    wicked = "<script>alert(1)</script>"
    service.add(kit, texts=dict.fromkeys(TEXTS, wicked))

    page = client.get("/login?lang=en").text

    assert wicked not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 2


@pytest.mark.parametrize(
    ("name", "text"), [("title_zh", " "), ("title_en", "x" * 81), ("text_zh", "x" * 301), ("text_en", "a\x1b[2Jb")]
)
def test_what_cannot_be_shown_is_not_taken(kit: Kit, name: str, text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        service.add(kit, texts=TEXTS | {name: text})

    assert list(refusal.value.errors) == [name]
    assert service.list_all(kit) == []


def test_one_that_would_never_be_seen_is_not_taken(app: Flask, kit: Kit, clock: MovableClock) -> None:
    for begins, ends in ((0, 0), (0, -1), (2, 1)):
        from_at, until_at = (clock.now() + timedelta(days=days) for days in (begins, ends))
        with pytest.raises(Invalid):
            service.add(kit, texts=TEXTS, from_at=from_at, until_at=until_at)
    words = ("--title", "一", "--title-en", "One", "--text", "二", "--text-en", "Two", "--until", "2020-01-01")
    told = app.test_cli_runner().invoke(args=["announcements", "add", *words])
    assert told.exit_code == 1
    assert "until" in told.output


def test_what_is_not_there_cannot_be_removed(kit: Kit) -> None:
    with pytest.raises(NotFound):
        service.remove(kit, announcement_id="nobody")
