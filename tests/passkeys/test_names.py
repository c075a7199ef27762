"""What a passkey may be called."""

import pytest
from flask import Flask

from authsvc.core.kit import Kit
from tests.factories import make_person
from tests.passkeys.keys import SoftPasskey, code, desk_of, kept

UNSEEN = ["   ", "\u200b", "\x85", "\u2028", "\u3000", "\u202egnp.exe", "a\u2066b", "x" * 65]


@pytest.mark.parametrize("name", UNSEEN)
def test_a_name_that_cannot_be_seen_or_turns_the_text_around_is_refused(app: Flask, kit: Kit, name: str) -> None:
    desk = desk_of(app, make_person(kit))
    assert code(desk.add(SoftPasskey(), name=name)) == (422, "invalid")
    assert kept(kit) == []

    passkey = desk.add(SoftPasskey(), name="Blue key").get_json()
    refused = desk.call("PATCH", f"/passkeys/{passkey['id']}", {"name": name})

    assert code(refused) == (422, "invalid")
    assert "name" in refused.get_json()["errors"]
    assert [each.name for each in kept(kit)] == ["Blue key"]


def test_the_refusal_of_a_name_says_what_to_do_in_both_languages(app: Flask, kit: Kit) -> None:
    desk = desk_of(app, make_person(kit))
    made = SoftPasskey().make(desk.offered()["publicKey"])
    body = {"offer_id": "x", "credential": made, "name": "\u202e"}
    sent = {"Origin": "http://localhost:8000"}
    told = {
        language: desk.client.post(
            "/api/v1/passkeys", json=body, headers=sent | {"Accept-Language": language}
        ).get_json()
        for language in ("en", "zh-TW")
    }

    assert told["en"]["errors"]["name"] == ["Please enter a name of 1 to 64 visible characters."]
    assert told["zh-TW"]["errors"]["name"] == ["請輸入 1 到 64 個看得見的字作為名稱。"]


def test_a_name_is_kept_without_the_blanks_around_it(app: Flask, kit: Kit) -> None:
    desk = desk_of(app, make_person(kit))

    assert desk.add(SoftPasskey(), name=" 我的\u3000手機 ").get_json()["name"] == "我的 手機"
