"""The app by itself: its files on a port of their own, under the policy that the service sends, in a real browser."""

from collections.abc import Iterator
from threading import Thread

import pytest
from flask import Flask, Response
from playwright.sync_api import Browser, Page, Playwright
from werkzeug.serving import make_server

import mobileapp

POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; img-src 'self' data: blob:; "
    "style-src 'self'; worker-src 'self'; frame-ancestors 'none'"
)
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def phone_app() -> Flask:
    """Make an app of the phone's files alone, with the headers they have to live with."""
    app = Flask("phone-alone")
    mobileapp.include(app)

    @app.after_request
    def guard(answer: Response) -> Response:
        answer.headers["Content-Security-Policy"] = POLICY
        answer.headers["Permissions-Policy"] = "camera=(self)"
        return answer

    return app


@pytest.fixture(scope="session")
def phone_origin(phone_app: Flask) -> Iterator[str]:
    """Serve the app and return its origin."""
    server = make_server("127.0.0.1", 0, phone_app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Start the system's Chromium."""
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium-headless-shell", args=list(QUIET))
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def modules(chromium: Browser, phone_origin: str) -> Iterator[Page]:
    """Open one page for all tests that only call the app's modules and leave nothing behind."""
    page = chromium.new_page()
    page.goto(f"{phone_origin}/app/manifest.webmanifest")
    yield page
    page.close()


@pytest.fixture
def phone(chromium: Browser, phone_origin: str) -> Iterator[Page]:
    """Open the app on a phone that was never here before."""
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="zh-TW")
    page = context.new_page()
    page.goto(f"{phone_origin}/app/")
    page.get_by_test_id("title").wait_for()
    yield page
    context.close()
