"""Headers, cookies and doors of every answer: what a browser is told to keep, to hide and to refuse."""

import re
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.wrappers import Response

from authsvc.settings import Settings
from tests.clocks import MovableClock
from tests.conftest import ORIGIN, client_of
from tests.factories import national_id
from tests.hostile.endpoints import CHANGING, Endpoint
from tests.hostile.visitors import Visitors, fault_of
from wsgi import build

SECURE_ORIGIN = "https://portal.example.tw"
QR = {"national_id": national_id(1), "birth_date": "1970-01-01"}
PLACES = (
    "/",
    "/login",
    "/me",
    "/problems",
    "/nothing",
    "/api/v1/docs",
    "/api/v1/nothing",
    "/api/v1/openapi.json",
    "/api/v1/sessions/current",
    "/healthz",
    "/readyz",
    "/registration/apply",
    "/static/app.css",
    "/app/",
)


@pytest.fixture
def secure(settings: Settings, clock: MovableClock, transports: dict[str, httpx2.BaseTransport]) -> Any:
    """Build the service as it stands behind https."""
    app = build(replace(settings, public_origin=SECURE_ORIGIN), clock=clock, transports=transports)
    client = app.test_client()
    yield client
    app.extensions["kit"].engine.dispose()


def policy_of(answer: Response) -> dict[str, list[str]]:
    parts = [part.split() for part in answer.headers["Content-Security-Policy"].split(";")]
    return {part[0]: part[1:] for part in parts}


@pytest.mark.parametrize("path", PLACES)
def test_every_answer_carries_the_headers_that_protect_it(client: FlaskClient, path: str) -> None:
    with client.get(path) as answer:
        headers, policy = answer.headers, policy_of(answer)
    assert policy["script-src"] == ["'self'", "'wasm-unsafe-eval'"]
    assert policy["connect-src"] == ["'self'", "http://127.0.0.1:8101"]
    assert (policy["frame-ancestors"], policy["object-src"], policy["base-uri"]) == (["'none'"],) * 3
    assert (policy["default-src"], policy["form-action"]) == (["'self'"],) * 2
    assert "unsafe-inline" not in str(policy)
    assert "camera=(self)" in headers["Permissions-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Frame-Options"] == "DENY"
    assert "Strict-Transport-Security" not in headers
    if not path.startswith(("/static/", "/app/")):
        assert headers["Cache-Control"] == "no-store"


def test_every_call_of_the_api_answers_so_whatever_it_answers(visitors: Visitors, calls: list[Endpoint]) -> None:
    for call in calls:
        for door in (call.doors[0], "anyone"):
            answer = visitors.call(call, door=door, json=call.good_body())
            assert answer.headers["Cache-Control"] == "no-store", call.name
            assert answer.headers["X-Content-Type-Options"] == "nosniff", call.name
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"], call.name
            assert "Server" not in answer.headers, call.name


def test_over_http_the_cookie_is_kept_from_scripts_and_strangers(client: FlaskClient) -> None:
    cookies = client.post("/api/v1/qr-logins", json=QR).headers.getlist("Set-Cookie")
    assert len(cookies) == 1
    value, *attributes = cookies[0].split("; ")
    assert value.startswith("authsvc=")
    assert len(value.partition("=")[2]) == 43  # 256 bits
    assert set(attributes) == {"HttpOnly", "SameSite=Lax", "Path=/"}


def test_over_https_the_cookie_belongs_to_this_host_alone(secure: FlaskClient) -> None:
    answer = secure.post("/api/v1/qr-logins", json=QR, base_url=SECURE_ORIGIN)
    assert answer.status_code == 201
    cookies = answer.headers.getlist("Set-Cookie")
    assert len(cookies) == 1
    value, *attributes = cookies[0].split("; ")
    assert value.startswith("__Host-authsvc=")
    assert set(attributes) == {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"}
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert "Secure" in secure.get("/login?lang=en", base_url=SECURE_ORIGIN).headers["Set-Cookie"]


def test_a_page_of_somebody_else_cannot_call(visitors: Visitors, calls: list[Endpoint]) -> None:
    foreign = (
        "https://evil.example",
        "null",
        ORIGIN + ".evil.example",
        "https://localhost:8000",
        "http://localhost",
        "",
        "*",
    )
    for call in calls:
        for origin in foreign:
            answer = visitors.call(call, json=call.good_body(), headers={"Origin": origin})
            assert fault_of(answer, (403,)) is None, (call.name, origin)
            assert answer.get_json()["code"] == "cross_site"
        for site in ("cross-site", "same-site", "x", ""):
            answer = visitors.call(call, json=call.good_body(), headers={"Sec-Fetch-Site": site})
            assert fault_of(answer, (403,)) is None, (call.name, site)
        assert "Access-Control-Allow-Origin" not in answer.headers


def forms(app: Flask) -> list[str]:
    return [
        re.sub(r"<[^>]+>", "A" * 22, rule.rule)
        for rule in app.url_map.iter_rules()
        if CHANGING & set(rule.methods or ()) and not rule.rule.startswith("/api/")
    ]


def test_a_form_without_the_token_of_this_browser_is_403(app: Flask) -> None:
    client, other = client_of(app), client_of(app)
    token = "".join(other.get("/login").text.partition('name="csrf_token" value="')[2].partition('"')[0])
    assert len(token) == 43
    client.get("/login")
    assert forms(app)
    for path in forms(app):
        for given in (None, "", token, "王", "x" * 5000, token[:-1]):
            fields = {} if given is None else {"csrf_token": given}
            answer = client.post(path, data=fields)
            assert answer.status_code == 403, (path, given)
        answer = client.post(f"{path}?csrf_token={token}")
        assert answer.status_code == 403, path
        assert client.post(path, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403, path


def test_a_form_that_cannot_be_read_is_a_refusal(app: Flask) -> None:
    client = client_of(app)
    parts = b"".join(b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n' for _ in range(500)) + b"--x--"
    bodies = (
        (b"a=%ff%fe&csrf_token=%00", "application/x-www-form-urlencoded"),
        (b"a=" + b"x" * 600_000, "application/x-www-form-urlencoded"),
        (parts, "multipart/form-data; boundary=x"),
        (b"--x\r\n", "multipart/form-data; boundary=x"),
        (b"--x\r\n", "multipart/form-data"),
        (b"{}", "application/json"),
        (b"\xff", "text/plain; charset=bogus"),
    )
    for path in forms(app):
        for body, kind in bodies:
            assert client.post(path, data=body, content_type=kind).status_code in (400, 403, 413), (path, kind)


@pytest.mark.parametrize(
    "wanted",
    [
        *(
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/a//evil.example",
            "javascript:x",
        ),
        *(
            "/me\r\nX-Evil: 1",
            "/me\nX",
            " /me",
            "/me?x=//evil.example",
            "/%2f%2fevil.example",
            "/\tevil",
            "evil.example",
            "/@x",
        ),
    ],
)
def test_after_a_login_nobody_is_led_elsewhere(app: Flask, wanted: str) -> None:
    # given a form that carries a target of somebody else
    client = client_of(app)
    token = client.get("/login").text.partition('name="csrf_token" value="')[2].partition('"')[0]
    form = {"csrf_token": token, "national_id": national_id(1), "next": wanted}
    form |= {"birth_year": "59", "birth_month": "1", "birth_day": "1"}
    # when
    answer = client.post("/login/qr", data=form)
    page = client.get(answer.headers["Location"])
    # then the way goes on inside
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/login/qr/")
    assert "evil" not in answer.headers["Location"] + page.text
    assert "X-Evil" not in answer.headers


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "https://evil.example/", "javascript:alert(1)", '"><script>', "/\\evil.example"]
)
def test_a_link_to_the_login_leads_nowhere_else(client: FlaskClient, wanted: str) -> None:
    for more in ({}, {"again": "1"}):
        text = client.get("/login", query_string={"next": wanted} | more).text
        assert wanted not in text


def test_a_mail_and_a_redirect_name_the_public_origin_only(client: FlaskClient) -> None:
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    answer = client.get("/login?x=1", headers=headers)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{ORIGIN}/login?x=1")
    for path in ("//evil.example/x", "/\\evil.example", "/%2f/evil.example", "/%0d%0aX-Evil:1"):
        moved = client.get(path, headers={"Host": "evil.example"})
        assert moved.status_code in (302, 400, 404)
        assert moved.headers.get("Location", ORIGIN).startswith(ORIGIN), path
        assert "X-Evil" not in moved.headers
