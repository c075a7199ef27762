"""Child processes with a log file each, that end when their parent does."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Self

import httpx2

from devtools.guardian import end_groups, signal_group
from devtools.nursery import Nursery, Nursling, is_module

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60.0
LOOK_EVERY_SECONDS = 0.05
TAIL_LINES = 25


class StackError(RuntimeError):
    """A process did not start or ended early; the message has the last lines of its log."""


class Child:
    """One process in a group of its own, with its output in `<log_dir>/<name>.log`."""

    def __init__(
        self, name: str, command: Sequence[str], *, env: Mapping[str, str], log_dir: Path, nursery: Nursery | None
    ) -> None:
        """Start it; in a nursery, where there is one."""
        self.name, self.command, self.env, self.nursery = name, command, env, nursery
        self.log = log_dir / f"{name}.log"
        self.process: subprocess.Popen[bytes] | Nursling
        if nursery is not None and is_module(command):
            self.process = nursery.start(command, cwd=ROOT, env=env, log=self.log)
            return
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def check(self) -> None:
        """Raise `StackError` when the process has ended."""
        status = self.process.poll()
        if status is not None:
            raise StackError(f"{self.name} ended with status {status}.\n{self.tail()}")

    def tail(self) -> str:
        """Return the last lines of the log, with its path above."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-TAIL_LINES:]
        return "\n".join([f"  {self.log}:", *(f"  | {line}" for line in lines or ["(empty)"])])

    def wait_until_healthy(self, url: str) -> None:
        """Wait until GET `<url>/healthz` answers 200; raise `StackError` when the process ends or takes a minute."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            self.check()
            if answers(f"{url}/healthz"):
                return
            time.sleep(LOOK_EVERY_SECONDS)
        raise StackError(f"{self.name}: {url}/healthz does not answer 200 after {START_SECONDS:.0f} s.\n{self.tail()}")

    def wait_until_done(self) -> None:
        """Wait for a process that is meant to end; raise `StackError` when it failed."""
        try:
            status = self.process.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            raise StackError(f"{self.name} is not done after {START_SECONDS:.0f} s.\n{self.tail()}") from None
        if status != 0:
            raise StackError(f"{self.name} failed with status {status}.\n{self.tail()}")


def answers(url: str) -> bool:
    """Tell whether the address answers 200 now."""
    try:
        return httpx2.get(url, timeout=2.0, trust_env=False).status_code == httpx2.codes.OK
    except httpx2.TransportError:
        return False


class Family:
    """The processes of one stack; leaving the `with` block ends them, and so does the parent's death."""

    # Tests put one here for a whole run; programs for people start each process by itself.
    nursery: ClassVar[Nursery | None] = None

    def __init__(self, log_dir: Path) -> None:
        """Prepare an empty family; nothing runs yet."""
        self.log_dir = log_dir
        self.children: list[Child] = []
        self._guardian: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self._guardian = subprocess.Popen(
            [sys.executable, "-m", "devtools.guardian"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            text=True,
            bufsize=1,
            start_new_session=True,
        )
        return self

    def start(self, name: str, command: Sequence[str], env: Mapping[str, str], *, alone: bool = False) -> Child:
        """Start a process, remembered for its end; `alone` is one that must import everything by itself."""
        child = Child(name, command, env=env, log_dir=self.log_dir, nursery=None if alone else self.nursery)
        self._tell(f"+{child.process.pid}")
        self.children.append(child)
        return child

    def run(self, name: str, command: Sequence[str], env: Mapping[str, str]) -> None:
        """Run a process to its good end."""
        child = self.start(name, command, env)
        child.wait_until_done()
        self._forget(child)

    def kill(self, name: str) -> Child:
        """Kill a process with its children at once, as a power cut would, and return what it was."""
        child = next(child for child in self.children if child.name == name)
        signal_group(child.process.pid, signal.SIGKILL)
        child.process.wait()
        self._forget(child)
        return child

    def check(self) -> None:
        """Raise `StackError` when one of them has ended."""
        for child in self.children:
            child.check()

    def __exit__(self, *_: object) -> None:
        groups = {child.process.pid for child in self.children if child.process.poll() is None}
        for child in self.children:  # gunicorn and others first ask their own children to end
            if child.process.pid in groups:
                child.process.terminate()
        for child in self.children:
            wait_quietly(child.process)
        end_groups(groups)
        for child in list(self.children):
            child.process.wait()
            self._forget(child)
        if self._guardian is not None and self._guardian.stdin is not None:
            self._guardian.stdin.close()
            self._guardian.wait()

    def _forget(self, child: Child) -> None:
        self.children.remove(child)
        self._tell(f"-{child.process.pid}")

    def _tell(self, line: str) -> None:
        if self._guardian is None or self._guardian.stdin is None:
            raise StackError("a family is used inside `with`")
        self._guardian.stdin.write(f"{line}\n")


def wait_quietly(process: subprocess.Popen[bytes] | Nursling, seconds: float = 5.0) -> None:
    """Wait for a process to end, at most so long."""
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(LOOK_EVERY_SECONDS)


def clean_environment() -> dict[str, str]:
    """Return the environment without our own settings, so that a stack is what its options say."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AUTHSVC_")}
    return {**kept, "PYTHONUNBUFFERED": "1"}
