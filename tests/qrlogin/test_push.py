"""The push process as it is deployed: gunicorn with gevent beside the service, on both databases."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from authsvc.core.kit import Kit
from authsvc.settings import Settings
from devtools.ports import free_port
from devtools.processes import Child, Family, clean_environment
from mobileapp.client import Phone
from tests.clocks import MovableClock
from tests.conftest import ORIGIN, client_of
from tests.qrlogin.conftest import Page
from wsgi import build

Ask = Callable[..., Page]
SOON = 15.0


class Push:
    """A push process and its address."""

    def __init__(self, family: Family, database_url: str) -> None:
        port = free_port()
        command = [sys.executable, "-m", "gunicorn", "-c", "qrlogin/pushserver.py", "-b", f"127.0.0.1:{port}"]
        env = {"AUTHSVC_DATABASE_URL": database_url, "AUTHSVC_FLOOD_LIMIT": "0", "AUTHSVC_HELD_CALLS": "100"}
        self.child: Child = family.start("push", [*command, "wsgi:app"], {**clean_environment(), **env})
        self.url = f"http://127.0.0.1:{port}"
        self.child.wait_until_healthy(self.url)

    def headers(self, page: Page) -> dict[str, str]:
        cookie = page.browser.client.get_cookie("authsvc")
        return {"Host": ORIGIN.partition("//")[2], "Cookie": f"authsvc={cookie.value if cookie else ''}"}

    @contextmanager
    def stream(self, page: Page) -> Iterator[Iterator[str]]:
        """Open the page's stream and give its lines."""
        url = f"{self.url}/api/v1{page.path}/events"
        with httpx2.stream("GET", url, headers=self.headers(page), timeout=SOON, trust_env=False) as answer:
            assert answer.status_code == 200, answer.read()
            yield answer.iter_lines()

    def get(self, page: Page, path: str) -> httpx2.Response:
        return httpx2.get(f"{self.url}{path}", headers=self.headers(page), timeout=SOON, trust_env=False)


@pytest.fixture
def family(tmp_path: Path) -> Iterator[Family]:
    with Family(tmp_path) as family:
        yield family


@pytest.fixture
def push(family: Family, kit: Kit) -> Push:
    return Push(family, kit.settings.database_url)


def read_until(lines: Iterator[str], words: str) -> str:
    return next(line for line in lines if words in line)


def test_an_approval_at_the_service_reaches_the_stream_of_the_push_process(ask: Ask, phone: Phone, push: Push) -> None:
    page = ask()
    with push.stream(page) as lines:
        read_until(lines, "event: frame")
        scan = phone.scan(page.frame())
        read_until(lines, '"status": "scanned"')
        phone.approve(scan, page.order["match_code"])
        read_until(lines, '"status": "approved"')
        assert page.collect().status_code == 201
        read_until(lines, '"status": "used"')
        assert list(lines)[-1:] == [""]

    assert push.get(page, f"/api/v1{page.path}").json()["status"] == "used"


def test_the_push_process_serves_streams_polls_and_probes_and_nothing_else(ask: Ask, push: Push) -> None:
    page = ask()

    found = {
        path: push.get(page, path).status_code
        for path in (f"/api/v1{page.path}", "/healthz", "/readyz", "/", "/login", "/api/v1/sessions/current")
    }

    assert [path for path, status in found.items() if status == 200] == [f"/api/v1{page.path}", "/healthz", "/readyz"]
    assert set(found.values()) == {200, 404}


def test_streams_end_when_the_process_is_told_to_and_the_next_process_tells_the_state_first(
    ask: Ask, phone: Phone, family: Family, push: Push, kit: Kit
) -> None:
    page = ask()
    with push.stream(page) as lines:
        read_until(lines, "event: frame")
        push.child.process.send_signal(signal.SIGTERM)
        rest = list(lines)
    assert rest[-2].startswith("retry: ")
    assert push.child.process.wait(SOON) == 0
    family.children.remove(push.child)
    phone.scan(page.frame())

    with Push(family, kit.settings.database_url).stream(page) as lines:
        assert [next(lines), next(lines)][1] == 'data: {"status": "scanned", "step": "scanned"}'


def test_a_process_of_the_api_alone_answers_at_once_so_that_pages_poll(
    ask: Ask, settings: Settings, clock: MovableClock
) -> None:
    page = ask()
    app = build(replace(settings, role="api"), clock=clock)
    client, cookie = client_of(app), page.browser.client.get_cookie("authsvc")
    client.set_cookie("authsvc", cookie.value if cookie else "")
    before = clock.now()

    held = client.get(f"/api/v1{page.path}?wait=25")
    stream = client.get(f"/api/v1{page.path}/events")

    assert held.get_json()["status"] == "waiting"
    assert stream.data.startswith(b"event: state")
    assert clock.now() == before
    app.extensions["kit"].engine.dispose()
