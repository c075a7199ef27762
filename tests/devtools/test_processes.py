"""Processes of a stack: they end with the block, and with the parent."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from devtools.ports import HOST, Ports, PortTaken
from devtools.processes import ROOT, Family, StackError, clean_environment

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
PARENT = """
import sys, time
from pathlib import Path
from devtools.processes import Family, clean_environment
with Family(Path(sys.argv[1])) as family:
    child = family.start("sleeper", [sys.executable, "-c", "import time; time.sleep(60)"], clean_environment())
    print(child.process.pid, flush=True)
    time.sleep(60)
"""


def alive(pid: int) -> bool:
    """Tell whether the process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def gone_within(pid: int, seconds: float) -> bool:
    """Tell whether the process ends in time."""
    deadline = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not alive(pid)


def test_leaving_the_block_ends_the_processes(tmp_path: Path) -> None:
    with Family(tmp_path) as family:
        pid = family.start("sleeper", SLEEPER, clean_environment()).process.pid
        assert alive(pid)
    assert not alive(pid)


def test_a_killed_parent_takes_its_processes_along(tmp_path: Path) -> None:
    # given a parent with a running child
    command = [sys.executable, "-c", PARENT, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert alive(pid)
        # when the parent is killed, without a chance to tidy up
        os.kill(parent.pid, signal.SIGKILL)
        # then the child ends too
        assert gone_within(pid, seconds=10)


def test_an_early_death_is_told_with_the_end_of_the_log(tmp_path: Path) -> None:
    with Family(tmp_path) as family:
        child = family.start("loser", [sys.executable, "-c", "raise SystemExit('no key')"], clean_environment())
        with pytest.raises(StackError, match=r"loser ended with status 1.*(?s:.*)no key"):
            child.wait_until_healthy(f"http://{HOST}:9")


def test_a_failed_preparation_is_told(tmp_path: Path) -> None:
    with (
        Family(tmp_path) as family,
        pytest.raises(StackError, match=r"migration failed with status 3(?s:.*)bad table"),
    ):
        family.run("migration", [sys.executable, "-c", "print('bad table'); exit(3)"], clean_environment())


def test_a_taken_port_is_named_with_its_setting() -> None:
    with socket.create_server((HOST, 0)) as listener:
        ports = Ports(**{**vars(Ports.free()), "card": listener.getsockname()[1]})
        with pytest.raises(PortTaken, match="AUTHSVC_PORT_CARD"):
            ports.require_free()


def test_free_ports_differ_and_are_free() -> None:
    ports = Ports.free()
    assert len(set(vars(ports).values())) == len(vars(ports))
    ports.require_free()
