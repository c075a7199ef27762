import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

import wsgi
from authsvc.app import create_app
from authsvc.core.clock import SystemClock
from authsvc.identity.profiles import read_card_trust
from authsvc.settings import Misconfigured, Settings
from tests.conftest import client_of

ROOT = Path(__file__).parents[2]


@pytest.fixture
def plain(settings: Settings) -> Iterator[FlaskClient]:
    """Take every outside feature out."""
    app = create_app(settings, clock=SystemClock())
    yield client_of(app)
    app.extensions["kit"].engine.dispose()


def test_the_ground_runs_without_any_feature(plain: FlaskClient) -> None:
    assert [plain.get(path).status_code for path in ("/healthz", "/readyz", "/", "/login", "/problems")] == [200] * 5
    assert plain.get("/devices").status_code == 404


def test_the_probes_tell_life_and_readiness(client: FlaskClient) -> None:
    assert client.get("/healthz").get_json() == {"status": "ok"}
    assert client.get("/readyz").get_json() == {"status": "ready"}


def test_without_a_file_no_card_is_trusted() -> None:
    assert read_card_trust(None, None).anchors == []


@pytest.mark.parametrize(
    "content", [None, b"", b"no certificate", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_a_file_of_card_issuers_that_cannot_be_read_stops_the_start_with_a_sentence(
    settings: Settings, tmp_path: Path, content: bytes | None
) -> None:
    anchors = tmp_path / "card-ca.pem"
    if content is not None:
        anchors.write_bytes(content)

    with pytest.raises(Misconfigured) as refusal:
        create_app(replace(settings, card_ca_file=anchors), clock=SystemClock())

    assert str(refusal.value) == "Set AUTHSVC_CARD_CA_FILE to a PEM file of the card issuers' certificates."


def test_a_folder_is_no_file_of_card_issuers(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="AUTHSVC_CARD_CA_FILE to a PEM file"):
        read_card_trust(tmp_path, None)


def flooded(settings: Settings, *addresses: str) -> list[int]:
    """Return what each of these callers is answered, two requests a minute being allowed."""
    app = create_app(replace(settings, flood_limit=2), clock=SystemClock())
    client = client_of(app)
    answers = [
        client.get("/api/v1/openapi.json", environ_base={"REMOTE_ADDR": "192.0.2.1"}, headers={"X-Forwarded-For": a})
        for a in addresses
    ]
    app.extensions["kit"].engine.dispose()
    for answer in answers:
        if answer.status_code == 429:
            assert answer.content_type == "application/problem+json"
            assert answer.get_json()["code"] == "too_many_requests"
            assert 0 < int(answer.headers["Retry-After"]) <= 60
            assert answer.get_json()["retry_after"] == int(answer.headers["Retry-After"])
    return [answer.status_code for answer in answers]


def test_a_flood_is_told_when_to_come_again(settings: Settings) -> None:
    assert flooded(settings, *["198.51.100.1"] * 4) == [200, 200, 429, 429]


def test_an_address_that_a_stranger_made_up_does_not_pass_the_limit(settings: Settings) -> None:
    made_up = ("198.51.100.1", "198.51.100.2", "198.51.100.3", "a")
    assert flooded(settings, *made_up) == [200, 200, 429, 429]


def test_behind_our_proxy_the_address_is_the_one_that_it_saw(settings: Settings) -> None:
    behind = replace(settings, trusted_proxies=1)
    assert flooded(behind, "198.51.100.1", "198.51.100.2", "198.51.100.3") == [200, 200, 200]
    assert flooded(behind, "1.1.1.1, 198.51.100.1", "2.2.2.2, 198.51.100.1", "3.3.3.3, 198.51.100.1") == [200, 200, 429]


def test_the_trusted_hop_tells_scheme_and_host(settings: Settings) -> None:
    app = create_app(replace(settings, trusted_proxies=1, public_origin="https://portal.example"), clock=SystemClock())
    app.add_url_rule("/seen", view_func=lambda: {"url": request.url, "from": request.remote_addr})
    told = {"X-Forwarded-For": "198.51.100.1", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "portal.example"}
    answer = app.test_client().get("/seen", headers=told)
    app.extensions["kit"].engine.dispose()

    assert answer.get_json() == {"url": "https://portal.example/seen", "from": "198.51.100.1"}


def test_importing_the_composition_builds_nothing() -> None:
    with pytest.raises(AttributeError, match="nothing"):
        wsgi.__getattr__("nothing")


def test_the_app_is_built_from_the_environment_when_a_server_asks(tmp_path: Path) -> None:
    env = {"PATH": os.environ["PATH"], "AUTHSVC_DATABASE_URL": f"sqlite:///{tmp_path}/a.db"}
    program = "import wsgi; assert 'app' not in vars(wsgi); print(wsgi.app is wsgi.app, wsgi.app.name)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )

    assert done.stdout == "True authsvc.app\n"


def test_every_feature_registers_its_jobs(app: Flask) -> None:
    assert len(app.extensions["jobs"]) >= 3
