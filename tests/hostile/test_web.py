"""What proxies and browsers between us and people make of the real service, over a socket: names, frames, caches."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from flask import Flask

from devtools.browser import Browser
from devtools.people import Person, citizens, make_ready
from devtools.ports import HOST, free_ports
from devtools.stack import Stack, gunicorn
from mobileapp.client import Phone
from tests.conftest import ORIGIN
from tests.hostile.endpoints import AN_ID
from tests.journeys.pages import CARD, PAGES, STAFF

EVIL = "evil.example"
# What a client, or a proxy that lets everything through, may say of where a request came from.
CLAIMS: dict[str, dict[str, str]] = {
    name: {name: value}
    for name, value in {
        "X-Forwarded-Host": EVIL,
        "X-Forwarded-Server": EVIL,
        "X-Forwarded-Proto": "gopher",
        "X-Forwarded-Port": "6666",
        "X-Forwarded-Prefix": f"//{EVIL}",
        "X-Forwarded-For": EVIL,
        "X-Original-Host": EVIL,
        "X-Original-URL": f"//{EVIL}/",
        "X-Rewrite-URL": f"//{EVIL}/",
        "X-Host": EVIL,
        "Forwarded": f"for={EVIL};host={EVIL};proto=gopher",
        "SCRIPT_NAME": f"//{EVIL}",
        "SCRIPT-NAME": f"//{EVIL}",
        "PATH_INFO": f"/{EVIL}",
    }.items()
}
HTTP_PAGES = [path for path, who in PAGES.items() if who != STAFF and "{" not in path]
QR = {"national_id": "A109000016", "birth_date": "1980-05-20"}


@pytest.fixture(scope="module")
def stack(migrated_sqlite: Path) -> Iterator[Stack]:
    with Stack(migrated=migrated_sqlite) as stack:
        yield stack
        stack.check()


@pytest.fixture(scope="module")
def addresses(stack: Stack) -> dict[str, str]:
    """Return where the service listens that believes nobody, and where one that believes one proxy."""
    (port,) = free_ports(1)
    environment = stack.environment() | {"AUTHSVC_TRUSTED_PROXIES": "1"}
    child = stack.family.start("believing", gunicorn("wsgi:app", port, workers=1), environment)
    child.wait_until_healthy(f"http://{HOST}:{port}")
    return {"none": f"http://{HOST}:{stack.ports.service}", "one": f"http://{HOST}:{port}"}


@pytest.fixture(scope="module")
def person(stack: Stack) -> Person:
    found = citizens(registry_url=stack.urls["registry"], card_url=stack.urls["card"])
    return next(one for one in found if one.card_id == "tsai-nhi")


@pytest.fixture(scope="module")
def inside(stack: Stack, person: Person) -> Iterator[Browser]:
    """Return a browser that is logged in by card, of a person with a phone."""
    with Browser(stack.origin, card_url=stack.urls["card"]) as portal:
        make_ready(portal, person, mail_url=stack.urls["mail"])
        with Phone(stack.origin) as phone:
            phone.bind_by_qr(portal.call("POST", "/device-codes")["qr_text"])
            yield portal


@pytest.fixture(params=["none", "one"], ids=["no proxy trusted", "one proxy trusted"])
def raw(request: pytest.FixtureRequest, stack: Stack, addresses: dict[str, str]) -> Iterator[httpx2.Client]:
    """Return a client that names our host over a connection to the service itself."""
    host = {"Host": stack.origin.removeprefix("http://")}
    with httpx2.Client(base_url=addresses[request.param], headers=host, trust_env=False, timeout=30) as client:
        yield client


def leads_out(answer: httpx2.Response) -> bool:
    """Tell whether an answer names what the request claimed, anywhere."""
    said = " ".join(f"{name}: {value}" for name, value in answer.headers.items()) + answer.text
    return any(word in said for word in (EVIL, "gopher", ":6666"))


def links_of(answer: httpx2.Response) -> list[str]:
    """Return the addresses in an answer that are whole: with a scheme and a host."""
    said = answer.headers.get("Location", "") + " " + answer.text
    return [link for link in re.findall(r"https?://[^\s\"'<>\\]+", said) if "w3.org" not in link]


@pytest.mark.parametrize("claim", CLAIMS)
def test_what_is_said_of_the_host_gets_into_no_page_redirect_or_code(
    stack: Stack, raw: httpx2.Client, claim: str
) -> None:
    ours = (stack.origin, stack.urls["card"], stack.urls["twfido"])
    for path in ("/", "/login", "/me", "/registration/apply", "/nothing-here", "/api/v1/nothing", "/app/b"):
        answer = raw.get(path, headers=CLAIMS[claim])
        assert not leads_out(answer), (path, answer.headers)
        assert all(link.startswith(ours) for link in links_of(answer)), (path, links_of(answer))
        assert answer.status_code != 302 or answer.headers["Location"] == stack.origin + path
    begun = raw.post("/api/v1/qr-logins", json=QR, headers=CLAIMS[claim])
    assert not leads_out(begun)
    if begun.status_code == 201:
        assert begun.json()["frame"]["text"].startswith(f"{stack.origin}/app/q#")
        assert not begun.json()["events_url"].startswith(("//", "http"))
    else:
        assert (claim, begun.json()["code"]) == ("X-Forwarded-Host", "wrong_host")


def test_another_host_is_led_to_ours_and_told_nothing(stack: Stack, raw: httpx2.Client) -> None:
    for host in (EVIL, f"{EVIL}:80", f"localhost:{stack.ports.service}.{EVIL}", f"{EVIL}#localhost", "", "127.0.0.1"):
        page = raw.get("/login?x=1", headers={"Host": host})
        assert page.status_code in (302, 400), host
        assert page.headers.get("Location", f"{stack.origin}/login?x=1") == f"{stack.origin}/login?x=1"
        assert not leads_out(page)
        assert raw.post("/api/v1/qr-logins", json=QR, headers={"Host": host}).status_code == 400, host


def test_a_header_names_no_other_page_than_the_address(raw: httpx2.Client) -> None:
    for name in ("PATH_INFO", "PATH-INFO", "X-Original-URL", "X-Rewrite-URL"):
        answer = raw.get("/healthz", headers={name: "/metrics"})
        assert answer.status_code != 200 or answer.json() == {"status": "ok"}, name


def test_a_mail_names_our_address_whatever_its_request_said(stack: Stack, inside: Browser) -> None:
    assert inside.call("GET", "/sessions/current")["acr"] == "card"
    for number, (claim, headers) in enumerate(CLAIMS.items()):
        address = f"other{number}@example.org"
        sent = {"Origin": stack.origin, **headers}
        answer = inside.http.patch("/api/v1/me", json={"email": address}, headers=sent)
        assert answer.status_code < 300 or claim == "PATH_INFO", (claim, answer.text)
    all_links: list[str] = []
    mails = wait_for_mails(stack, f"other{len(CLAIMS) - 2}@example.org")
    for mail in mails:
        text = mail["text"] + mail["html"]
        assert EVIL not in text
        links = [link for link in re.findall(r"https?://[^\s\"'<>]+", text) if "w3.org" not in link]
        all_links += links
        assert all(link.startswith(f"{stack.origin}/") for link in links), links
    assert len(all_links) > len(CLAIMS)


def wait_for_mails(stack: Stack, address: str) -> list[dict[str, str]]:
    for _ in range(300):
        found: list[dict[str, str]] = httpx2.get(f"{stack.urls['mail']}/messages", trust_env=False).json()
        if any(mail["to"] == address for mail in found):
            return found
        httpx2.get(f"{stack.origin}/readyz", trust_env=False)
    raise TimeoutError(address)


def test_no_page_is_framed_or_kept(stack: Stack, inside: Browser) -> None:
    (device,) = inside.call("GET", "/devices")["items"]
    known = {"device": device["id"], "unit": "110900011"} | dict.fromkeys(("passkey", "role", "clerk", "batch"), AN_ID)
    own = [path.format(**known) for path, who in PAGES.items() if who == CARD]
    assert f"/devices/{device['id']}/voucher" in own
    for path in (*HTTP_PAGES, *own, "/api/v1/me", "/api/v1/devices", "/api/v1/me/events", "/api/v1/sessions/current"):
        answer = inside.http.get(path.partition("#")[0])
        assert answer.status_code in (200, 303, 404), path
        is_safe(answer)
        if not path.startswith("/app/"):
            assert answer.headers["Cache-Control"] == "no-store", path
    with httpx2.Client(base_url=stack.origin, trust_env=False) as stranger:
        for path in own:
            is_safe(stranger.get(path))


def is_safe(answer: httpx2.Response) -> None:
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"], answer.url
    assert answer.headers["X-Frame-Options"] == "DENY", answer.url
    assert answer.headers["X-Content-Type-Options"] == "nosniff", answer.url
    assert "Expires" not in answer.headers


def test_no_refusal_is_framed_or_kept(raw: httpx2.Client) -> None:
    wrong = {
        400: raw.post("/login/otp", headers={"Host": EVIL}),
        403: raw.post("/login/otp", data={"csrf_token": "x"}),
        404: raw.get("/nothing-here"),
        405: raw.put("/api/v1/me", json={}),
        415: raw.post("/api/v1/qr-logins", content=b"x"),
        422: raw.post("/api/v1/qr-logins", json={}),
        401: raw.get("/api/v1/me"),
        303: raw.get("/me"),
        302: raw.get("/login", headers={"Host": EVIL}),
    }
    for status, answer in wrong.items():
        assert answer.status_code == status, answer.text
        is_safe(answer)
        assert answer.headers["Cache-Control"] == "no-store", status


def test_two_hosts_or_a_host_in_the_request_line_change_nothing(stack: Stack) -> None:
    ours = stack.origin.removeprefix("http://")
    for request in (
        f"GET /login HTTP/1.1\r\nHost: {ours}\r\nHost: {EVIL}",
        f"GET /login HTTP/1.1\r\nHost: {EVIL}\r\nHost: {ours}",
        f"GET http://{EVIL}/login HTTP/1.1\r\nHost: {ours}",
        f"GET //{EVIL}/login HTTP/1.1\r\nHost: {ours}",
        f"GET /login HTTP/1.1\r\nHost: {ours}\r\nX-Forwarded-Host: {ours}, {EVIL}",
        f"GET /login HTTP/1.0\r\nX-Forwarded-Host: {EVIL}",
    ):
        with socket.create_connection((HOST, stack.ports.service), timeout=10) as line:
            line.sendall(f"{request}\r\nConnection: close\r\n\r\n".encode())
            answer = b"".join(iter(lambda: line.recv(65536), b""))
        head, _, body = answer.partition(b"\r\n\r\n")
        assert re.match(rb"HTTP/1\.[01] (200|302|400|404) ", head), (request, head)
        assert EVIL.encode() not in answer.replace(f"{EVIL}/login".encode(), b"") or b" 400 " in head, (request, head)
        assert not re.search(rb"(?i)location: (?!" + re.escape(stack.origin).encode() + rb")", head), (request, head)
        assert b"//" + EVIL.encode() not in body, request


def test_a_stolen_cookie_is_worth_nothing_in_another_kind_of_browser(stack: Stack, person: Person) -> None:
    chrome = "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0.0.0 Safari/537.36"
    with Browser(stack.origin, card_url=stack.urls["card"]) as victim:
        victim.http.headers["User-Agent"] = chrome
        victim.require_reader().insert(person.card_id)
        victim.login_by_card("Kuai7!Shan")
        cookie = {"Cookie": f"authsvc={victim.http.cookies['authsvc']}"}

        def shown_by(agent: str) -> int:
            headers = {**cookie, "User-Agent": agent}
            return httpx2.get(f"{stack.origin}/api/v1/sessions/current", headers=headers, trust_env=False).status_code

        assert shown_by(chrome.replace("140", "141")) == 200
        assert shown_by("Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0") == 401
        assert shown_by(chrome) == 401


def test_a_path_that_a_header_cuts_is_refused(app: Flask) -> None:
    for path in ("/metrics", "/healthz", "/login", "/api/v1/sessions/current"):
        answer = app.test_client().get(path, base_url=f"{ORIGIN}/before")
        assert answer.status_code == 400, path
        assert "wrong_host" in answer.text or "<html" in answer.text
