"""The nursery: programs forked from one that has imported everything behave as if each had been started by itself."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from devtools.nursery import Nursery, is_module
from devtools.processes import ROOT, clean_environment

JSON_TOOL = [sys.executable, "-m", "json.tool"]


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with Nursery() as nursery:
        yield nursery


def test_a_program_ends_with_its_status_and_writes_to_its_log(nursery: Nursery, tmp_path: Path) -> None:
    good, log = tmp_path / "good.json", tmp_path / "log"
    good.write_text('{"a": 1}')

    ended = nursery.start([*JSON_TOOL, str(good)], cwd=tmp_path, env=clean_environment(), log=log)
    assert ended.wait(20) == 0, log.read_text()
    assert '"a": 1' in log.read_text()

    failed = nursery.start([*JSON_TOOL, str(tmp_path / "none")], cwd=tmp_path, env=clean_environment(), log=log)
    assert failed.wait(20) != 0
    assert "none" in log.read_text()


def test_a_program_has_its_own_environment_session_and_end(nursery: Nursery, tmp_path: Path) -> None:
    log = tmp_path / "log"
    (tmp_path / "sleeper.py").write_text("import os, time\nprint(os.environ['MARK'], flush=True)\ntime.sleep(60)\n")
    environment = clean_environment() | {"MARK": "here", "PYTHONPATH": str(tmp_path)}
    command = [
        sys.executable,
        "-m",
        "timeit",
        "-n1",
        "-r1",
        "import os, time; print(os.environ['MARK']); time.sleep(60)",
    ]

    child = nursery.start(command, cwd=ROOT, env=environment, log=log)
    with pytest.raises(subprocess.TimeoutExpired):
        child.wait(0.5)

    assert os.getsid(child.pid) == child.pid
    assert "here" in log.read_text()
    child.terminate()
    assert child.wait(20) == -15


def test_only_modules_are_forked() -> None:
    assert is_module(JSON_TOOL)
    assert not is_module(["sleep", "1"])
