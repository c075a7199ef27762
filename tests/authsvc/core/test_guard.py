from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from authsvc.core.clock import SystemClock
from authsvc.core.cookies import cookie_name
from authsvc.settings import Settings
from tests.conftest import client_of
from wsgi import build

CALL = "/api/v1/card-challenges"
ORIGIN = "http://localhost:8000"


@pytest.fixture
def database_url(migrated_sqlite: Any, tmp_path: Any) -> str:
    """Stay on one database: what is tested here comes before it."""
    (tmp_path / "test.db").write_bytes(migrated_sqlite.read_bytes())
    return f"sqlite:///{tmp_path}/test.db"


def send(client: FlaskClient, body: bytes, content_type: str = "application/json") -> tuple[int, str]:
    answer = client.post(CALL, data=body, content_type=content_type)
    return answer.status_code, (answer.get_json() or {}).get("code", "")


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"null",
        b'"x"',
        b"5",
        b"true",
        b"{",
        b'{"purpose":"login","purpose":"reset"}',
        b'{"a":{"b":1,"b":2}}',
        b'{"purpose":NaN}',
        b'{"purpose":-Infinity}',
        b"[" * 60_000,
        b'{"a":' + b"[" * 500 + b"]" * 500 + b"}",
        b'{"purpose":"\xff"}',
        '{"purpose":"login"}'.encode("utf-16"),
        b'{"a": %s}' % (b"9" * 5000),
    ],
)
def test_what_two_readers_could_read_differently_is_malformed(client: FlaskClient, body: bytes) -> None:
    assert send(client, body) == (400, "malformed")


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=bogus",
        "application/json;charset=utf-16",
    ],
)
def test_only_json_in_utf_8_is_read(client: FlaskClient, content_type: str) -> None:
    assert send(client, b'{"purpose":"login"}', content_type) == (415, "wrong_type")
    assert send(client, b'{"purpose":"login"}', "application/json; charset=UTF-8")[0] == 201


@pytest.mark.parametrize(
    "body", [b'{"purpose":"\\u0000"}', b'{"purpose":"\\ud800"}', b'{"purpose":[{"a":"\\udfff"}]}', b'{"\\u0000":1}']
)
def test_text_that_cannot_be_stored_is_refused(client: FlaskClient, body: bytes) -> None:
    assert send(client, body) == (422, "invalid")


@pytest.mark.parametrize("value", [None, 5, True, [], {}, "", "LOGIN", "login ", 1e400])
def test_a_field_of_another_kind_is_invalid(client: FlaskClient, value: Any) -> None:
    if value == 1e400:
        assert send(client, b'{"purpose":1e400}') == (422, "invalid")
    else:
        assert client.post(CALL, json={"purpose": value}).status_code == 422


def test_a_body_that_is_too_long_is_not_read(client: FlaskClient) -> None:
    assert send(client, b'{"purpose":"%s"}' % (b"x" * 70_000)) == (413, "too_large")
    assert client.post("/logout", data={"csrf_token": "x" * 70_000}).status_code == 413


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": f"{ORIGIN}.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_call_from_another_site_is_refused(client: FlaskClient, headers: dict[str, str]) -> None:
    for method in ("POST", "GET"):
        answer = client.open(CALL, method=method, json={"purpose": "login"}, headers=headers)
        assert (answer.status_code, answer.get_json()["code"]) == (403, "cross_site")


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": ORIGIN}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}]
)
def test_a_call_from_our_own_pages_is_let_in(client: FlaskClient, headers: dict[str, str]) -> None:
    assert client.post(CALL, json={"purpose": "login"}, headers=headers).status_code == 201


def test_another_host_is_led_to_ours_or_refused(client: FlaskClient) -> None:
    # given
    elsewhere = {"base_url": "http://evil.example"}
    # then
    answer = client.get("/login?lang=en", **elsewhere)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{ORIGIN}/login?lang=en")
    assert client.get("/", **elsewhere).headers["Location"] == f"{ORIGIN}/"
    refused = client.post(CALL, json={"purpose": "login"}, **elsewhere)
    assert (refused.status_code, refused.get_json()["code"]) == (400, "wrong_host")
    assert client.get("/healthz", **elsewhere).status_code == 200


@pytest.mark.parametrize("header", ["X-Forwarded-Host", "Forwarded", "X-Forwarded-For", "X-Forwarded-Proto"])
def test_what_a_stranger_says_of_forwarding_means_nothing(client: FlaskClient, header: str) -> None:
    answer = client.get("/login", headers={header: "evil.example"})

    assert answer.status_code == 200
    assert "evil" not in answer.text


@pytest.mark.parametrize("path", ["/api/v1/devices/a%00b", "/api/v1/devices/a.b", f"/api/v1/devices/{'x' * 33}"])
def test_an_id_that_we_never_made_is_not_there(client: FlaskClient, path: str) -> None:
    assert client.delete(path).status_code == 404


def test_an_odd_name_in_the_path_of_a_page_asks_no_database(client: FlaskClient) -> None:
    with client.get("/static/vendor/pico.min.css") as found:
        assert found.status_code == 200
    assert client.get("/static/nothing%00.css").status_code == 404


def form(client: FlaskClient, token: str | None) -> TestResponse:
    return client.post("/logout", data={} if token is None else {"csrf_token": token})


@pytest.mark.parametrize("token", [None, "", "wrong", "é", "x" * 43])
def test_a_form_without_this_browsers_token_is_refused(client: FlaskClient, token: str | None) -> None:
    assert form(client, token).status_code == 403
    client.set_cookie("authsvc", "x" * 43, domain="localhost")
    answer = client.post("/logout", data={"csrf_token": token or ""}, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.get_json()["code"]) == (403, "form_expired")


def headers_of(settings: Settings) -> TestResponse:
    app = build(settings, clock=SystemClock())
    base = settings.public_origin
    answer = client_of(app).post("/api/v1/card-challenges", json={"purpose": "login"}, base_url=base)
    app.extensions["kit"].engine.dispose()
    return answer


def test_every_answer_carries_the_headers_that_protect_it(settings: Settings) -> None:
    headers = headers_of(settings).headers

    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "script-src 'self' 'wasm-unsafe-eval';" in headers["Content-Security-Policy"]
    assert f"connect-src 'self' {settings.card_component_url};" in headers["Content-Security-Policy"]
    assert "unsafe-inline" not in headers["Content-Security-Policy"]
    assert headers["Permissions-Policy"].startswith("camera=(self)")
    assert (headers["Referrer-Policy"], headers["X-Content-Type-Options"]) == ("no-referrer", "nosniff")
    assert (headers["X-Frame-Options"], headers["Cache-Control"]) == ("DENY", "no-store")
    assert "Strict-Transport-Security" not in headers


def test_over_https_the_cookie_is_tied_to_the_host_and_the_connection(settings: Settings) -> None:
    plain = headers_of(settings).headers
    secure = headers_of(replace(settings, public_origin="https://portal.example")).headers

    assert plain["Set-Cookie"].startswith("authsvc=")
    assert plain["Set-Cookie"].endswith("; HttpOnly; Path=/; SameSite=Lax")
    assert secure["Set-Cookie"].startswith("__Host-authsvc=")
    assert secure["Set-Cookie"].endswith("; Secure; HttpOnly; Path=/; SameSite=Lax")
    assert secure["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert cookie_name(settings) == "authsvc"


@pytest.mark.parametrize("cookie", ["", "short", "é" * 43, "x" * 44])
def test_a_cookie_that_we_never_made_is_replaced(client: FlaskClient, cookie: str) -> None:
    answer = client.post(CALL, json={"purpose": "login"}, headers={"Cookie": f"authsvc={cookie}"})

    assert len(answer.headers["Set-Cookie"].partition("=")[2].partition(";")[0]) == 43


def test_a_browser_keeps_its_cookie_until_it_logs_in(client: FlaskClient) -> None:
    assert "Set-Cookie" in client.post(CALL, json={"purpose": "login"}).headers
    assert "Set-Cookie" not in client.post(CALL, json={"purpose": "login"}).headers
