"""A proof that one process has seen is refused by every other, and after a restart (RFC 9449 section 11.1)."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from joserfc.jwk import ECKey

from authsvc.core.clock import SystemClock
from devtools.stack import Stack
from mobileapp.phonekeys import proof

PATH = "/api/v1/me/device"


@pytest.fixture(scope="module")
def stack(faults_database: str) -> Iterator[Stack]:
    with Stack(workers=2, database_url=faults_database) as stack:
        yield stack
        stack.check()


def workers(stack: Stack) -> list[int]:
    """Return the processes that serve."""
    master = next(child.process.pid for child in stack.family.children if child.name == "service")
    return [int(pid) for pid in Path(f"/proc/{master}/task/{master}/children").read_text(encoding="ascii").split()]


@contextmanager
def alone(stack: Stack, pid: int) -> Iterator[None]:
    """Let one of them serve everything, while the others stand still."""
    others = [other for other in workers(stack) if other != pid]
    for other in others:
        os.kill(other, signal.SIGSTOP)
    yield
    for other in others:
        os.kill(other, signal.SIGCONT)


def fresh_proof(stack: Stack) -> str:
    key = ECKey.generate_key("P-256")
    return proof(key, method="GET", url=stack.origin + PATH, at=SystemClock().now(), access_token="x" * 43)


def show(stack: Stack, made: str) -> str:
    """Show a proof with a token that nobody has, over a connection of its own; return the refusal's code."""
    headers = {"Authorization": f"DPoP {'x' * 43}", "DPoP": made}
    return str(httpx2.get(stack.origin + PATH, headers=headers, trust_env=False).json()["code"])


def test_a_proof_used_at_one_process_is_refused_by_another(stack: Stack) -> None:
    first, second = workers(stack)
    made = fresh_proof(stack)

    with alone(stack, first):
        assert show(stack, made) == "invalid_token"
    with alone(stack, second):
        assert show(stack, fresh_proof(stack)) == "invalid_token"
        assert show(stack, made) == "invalid_dpop_proof"


def test_a_restart_forgets_no_proof(stack: Stack) -> None:
    made = fresh_proof(stack)
    assert show(stack, made) == "invalid_token"

    stack.kill("service")
    stack.restart("service")

    assert show(stack, made) == "invalid_dpop_proof"
    assert show(stack, fresh_proof(stack)) == "invalid_token"
