import json

import pytest
from flask import Flask, request

from mocks.relying.app import create_app
from tests.mocks.conftest import client_of
from tests.served import served


@pytest.fixture
def portal() -> Flask:
    """Stand in for the portal: tells who asked, and takes every token but `old`."""
    app = Flask("portal")

    @app.post("/api/v1/launches/redemptions")
    def redeem() -> tuple[dict[str, str | None], int]:
        by = request.authorization.username if request.authorization else None
        if request.get_json()["token"] == "old":
            return {"code": "launch_expired"}, 410
        return {"sub": "s", "by": by}, 200

    return app


def test_a_service_redeems_by_its_own_id_and_tells_its_page_what_it_heard(portal: Flask) -> None:
    with served(portal) as url, client_of(create_app(service_url=url)) as client:
        told = client.post("/documents/launches", json={"token": "t"})
        old = client.post("/documents/launches", json={"token": "old"})
        client.put("/control/faults", json={"target": "redeem", "kind": "other"})
        other = client.post("/documents/launches", json={"token": "t"})
        heard = client.get("/control/launches").json()

    assert (told.status_code, told.json()["by"]) == (200, "documents")
    assert (old.status_code, old.json()["code"]) == (410, "launch_expired")
    assert other.json()["by"] == "personal"
    assert [each["status"] for each in heard] == [200, 410, 200]


def test_a_portal_that_is_away_is_told_as_such() -> None:
    with client_of(create_app(service_url="http://127.0.0.1:1")) as client:
        assert client.post("/documents/launches", json={"token": "t"}).status_code == 502


@pytest.mark.parametrize(("language", "words"), [("zh-TW", "這裡是另一個系統"), ("en", "This is another system")])
def test_the_page_speaks_both_languages_and_runs_its_own_script_only(language: str, words: str) -> None:
    with client_of(create_app()) as client:
        page = client.get("/documents/open", headers={"Accept-Language": language})
        nobody = client.get("/nobody/open")

    assert words in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert (nobody.status_code, json.loads(nobody.text)["code"]) == (404, "unknown_service")
