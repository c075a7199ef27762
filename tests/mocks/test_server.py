"""The simulators as processes: a dropped call closes the socket, SIGTERM ends the process."""

import subprocess
import sys
from collections.abc import Iterator

import httpx2
import pytest


@pytest.fixture
def registry_process() -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-m", "mocks.registry", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ready = process.stdout.readline()
        assert ready.startswith("ready http://127.0.0.1:")
        yield process, ready.split()[1]
        process.kill()


def test_a_call_that_is_down_gets_no_answer_and_the_process_ends_on_sigterm(
    registry_process: tuple[subprocess.Popen[str], str],
) -> None:
    process, address = registry_process
    with httpx2.Client(base_url=address, timeout=5) as client:
        assert client.get("/healthz").status_code == 200
        client.put("/control/faults", json={"target": "insured", "kind": "down"}).raise_for_status()
        with pytest.raises(httpx2.RemoteProtocolError):
            client.post("/v1/insured/lookup", json={"nonce": "n", "national_id": "A109000016"})

    process.terminate()
    assert process.wait(timeout=5) == 0
