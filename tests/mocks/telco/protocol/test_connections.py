"""Given: the simulator as a process; the data paths are real proxies on real ports."""

import http.client
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx2
import pytest

from tests.mocks.telco.protocol.relying import NUMBER, PURPOSE, REDIRECT, challenge

CLIENT = {"client_id": "party", "redirect_uris": [REDIRECT], "jwks": {"keys": []}}


@pytest.fixture(scope="module")
def simulator() -> Iterator[str]:
    command = [sys.executable, "-m", "mocks.telco", "--port", "0", "--first-port", "0", "--pace", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = []
        while not (line := process.stdout.readline()).startswith("ready "):
            said.append(line)
        assert "SIMULATOR" in "".join(said)
        base = line.split()[1]
        httpx2.put(f"{base}/control/clients", json=CLIENT, trust_env=False).raise_for_status()
        yield base
        process.terminate()


def path_of(simulator: str, number: str) -> str:
    lines = httpx2.get(f"{simulator}/control/attachments", trust_env=False).json()
    return str(next(line["proxy"] for line in lines if line["connection"] == number))


def fields() -> dict[str, str]:
    return {
        "response_type": "code",
        "client_id": "party",
        "redirect_uri": REDIRECT,
        "scope": f"openid {PURPOSE} number-verification:verify",
        "state": "a",
        "nonce": "b",
        "code_challenge": challenge("v"),
        "code_challenge_method": "S256",
    }


def location(simulator: str, number: str, operator: str, *, at: str = "", headers: Any = None) -> str:
    """Return where an operator sends a handset that goes over a line's data path."""
    with httpx2.Client(proxy=path_of(simulator, number), trust_env=False) as handset:
        answer = handset.get(f"{at or simulator}/{operator}/authorize", params=fields(), headers=headers)
    return str(answer.headers.get("location", answer.status_code))


@pytest.fixture
def mirror() -> Iterator[str]:
    """Serve a page that says which headers and body reached it."""

    class Mirror(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            seen = json.dumps({"headers": [name.lower() for name in self.headers], "body": body, "path": self.path})
            self.send_response(201)
            self.send_header("X-Mirror", "yes")
            self.end_headers()
            self.wfile.write(seen.encode())

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Mirror) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_each_named_line_has_a_data_path_of_its_own(simulator: str) -> None:
    lines = httpx2.get(f"{simulator}/control/lines", trust_env=False).json()

    paths = [line["connection"] for line in lines]
    assert all(path.startswith("http://127.0.0.1:") for path in paths)
    assert len(set(paths)) == len(paths)


def test_over_a_lines_path_its_operator_recognises_it(simulator: str) -> None:
    assert "code=" in location(simulator, NUMBER, "chunghwa")
    assert "code=" in location(simulator, "0900000105", "asia-pacific")
    assert "code=" in location(simulator, NUMBER, "chunghwa", at=simulator.replace("127.0.0.1", "localhost"))


def test_over_wifi_or_another_line_it_does_not(simulator: str) -> None:
    assert "error=login_required" in location(simulator, "wifi", "chunghwa")
    assert "error=login_required" in location(simulator, "0900000102", "chunghwa")


@pytest.mark.parametrize("name", ["X-MSISDN", "x-msisdn", "X-Up-Calling-Line-ID", "X-Simulator-Flow", "x-h3g-msisdn"])
def test_a_client_behind_a_path_cannot_add_its_own_number_or_flow(simulator: str, name: str) -> None:
    twice = [(name, NUMBER), (name.swapcase(), f"+886{NUMBER[1:]}")]

    assert "error=login_required" in location(simulator, "wifi", "chunghwa", headers=twice)
    assert "error=login_required" in location(simulator, "0900000224", "asia-pacific", headers=twice)


def test_other_addresses_get_the_request_without_number_and_without_flow(simulator: str, mirror: str) -> None:
    with httpx2.Client(proxy=path_of(simulator, NUMBER), trust_env=False) as handset:
        answer = handset.post(f"{mirror}/a?b=c", content=b"text", headers={"X-MSISDN": "1", "X-Kept": "2"})

    seen = answer.json()
    assert (answer.status_code, answer.headers["x-mirror"]) == (201, "yes")
    assert (seen["body"], seen["path"]) == ("text", "/a?b=c")
    assert "x-kept" in seen["headers"]
    assert {"x-msisdn", "x-simulator-flow", "proxy-connection"} & set(seen["headers"]) == set()


def test_a_line_without_data_meets_the_captive_page_everywhere(simulator: str, mirror: str) -> None:
    with httpx2.Client(proxy=path_of(simulator, "0900000214"), trust_env=False) as handset:
        answer = handset.post(mirror, content=b"x")

    assert answer.status_code == 511
    assert "沒有" in answer.text or "不能上網" in answer.text


def test_a_path_without_signal_hangs_up(simulator: str) -> None:
    change = {"connection": "0900000109", "rat": "none"}
    httpx2.put(f"{simulator}/control/attachments", json=change, trust_env=False).raise_for_status()

    silent = path_of(simulator, "0900000109")
    with httpx2.Client(proxy=silent, trust_env=False) as handset, pytest.raises(httpx2.RemoteProtocolError):
        handset.get(f"{simulator}/healthz")


def test_a_path_reaches_no_controls_and_tunnels_nothing(simulator: str) -> None:
    proxy = path_of(simulator, NUMBER)
    with httpx2.Client(proxy=proxy, trust_env=False) as handset:
        assert handset.get(f"{simulator}/control/lines").status_code == 403
        assert handset.get("http://127.0.0.1:9/").status_code == 502
    assert httpx2.get(f"{proxy}/control/lines", trust_env=False).status_code == 501

    host, _, port = proxy.removeprefix("http://").partition(":")
    connection = http.client.HTTPConnection(host, int(port))
    connection.request("CONNECT", "localhost:443")
    assert connection.getresponse().status == 501
    connection.close()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1"])
def test_it_refuses_to_listen_anywhere_else(host: str) -> None:
    command = [sys.executable, "-m", "mocks.telco", "--host", host, "--port", "0"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)

    assert ended.returncode == 2
    assert "127.0.0.1 only" in ended.stderr


def test_a_taken_port_is_replaced_by_another(simulator: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "mocks.telco", "--port", "0", "--first-port", str(port)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            while not (line := process.stdout.readline()).startswith("ready "):
                pass
            base = line.split()[1]
            shown = httpx2.get(f"{base}/control/attachments", trust_env=False).json()
            proxies = [each["proxy"] for each in shown]
            process.terminate()

    assert f"http://127.0.0.1:{port}" not in proxies
    assert len(set(proxies)) == len(proxies)
    assert base != simulator
