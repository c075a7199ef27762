"""Starts Python programs by forking a process that has imported everything already: a second of work less for each.

For tests, which start dozens of stacks. `Nursery` is the near end; `python -m devtools.nursery` is the process that
forks. It has one thread, so that a fork finds everything at rest, and ends with whoever started it.
"""

import importlib
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Self

LOOK_EVERY_SECONDS: Final = 0.02
FIRST: Final = [sys.executable, "-m"]
# What the programs import; what fails to be read here is read by the program itself.
SIMULATORS: Final = ("card", "mail", "registry", "relying", "telco", "twfido")
KNOWN: Final = ("wsgi", "authsvc.worker", "flask.cli", "gunicorn.app.wsgiapp", "gunicorn.workers.gthread", "sqlite3")
MODULES: Final = (*KNOWN, *(f"mocks.{name}.__main__" for name in SIMULATORS))


class Nursling:
    """A program that the nursery started, as `subprocess.Popen` has it."""

    def __init__(self, nursery: "Nursery", pid: int) -> None:
        self.nursery, self.pid = nursery, pid
        self.status: int | None = None

    def poll(self) -> int | None:
        """Return the exit status (minus the signal that ended it), None while it runs."""
        if self.status is None:
            self.status = self.nursery.ask({"poll": self.pid})["status"]
        return self.status

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end; raise `subprocess.TimeoutExpired` after so many seconds."""
        ends = None if timeout is None else time.monotonic() + timeout
        while (status := self.poll()) is None:
            if ends is not None and time.monotonic() > ends:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0)
            time.sleep(LOOK_EVERY_SECONDS)
        return status

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)


def is_module(command: Sequence[str]) -> bool:
    """Tell whether a command runs a module of Python, which is all that a nursery can."""
    return list(command[:2]) == FIRST


class Nursery:
    """A process that forks programs; it ends with the `with` block."""

    def __enter__(self) -> Self:
        near, far = socket.socketpair()
        with far:
            command = [*FIRST, "devtools.nursery", str(far.fileno())]
            self._process = subprocess.Popen(command, pass_fds=(far.fileno(),), stdin=subprocess.DEVNULL)
        self._near = near
        self._lines = near.makefile("r", encoding="utf-8")
        return self

    def start(self, command: Sequence[str], *, cwd: Path, env: Mapping[str, str], log: Path) -> Nursling:
        """Start `python -m …` with its output in a file, in a session of its own."""
        asked = {"argv": list(command[2:]), "cwd": str(cwd), "env": dict(env), "log": str(log)}
        return Nursling(self, int(self.ask(asked)["pid"]))

    def ask(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """Ask the process and return its answer."""
        self._near.sendall(json.dumps(question).encode() + b"\n")
        answer: dict[str, Any] = json.loads(self._lines.readline())
        return answer

    def __exit__(self, *_: object) -> None:
        self._lines.close()
        self._near.close()
        self._process.wait()


def serve(far: socket.socket) -> None:
    """Fork what is asked for until nobody asks any more; in a child, run it."""
    for line in far.makefile("r", encoding="utf-8"):
        asked = json.loads(line)
        answer = {"status": poll(asked["poll"])} if "poll" in asked else {"pid": fork(asked, far)}
        far.sendall(json.dumps(answer).encode() + b"\n")


def poll(pid: int) -> int | None:
    """Return the exit status of a child that ended, None while it runs."""
    ended, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


def fork(asked: Mapping[str, Any], far: socket.socket) -> int:
    """Fork; return the child's number, in the child never."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            become(asked, far)
            status = run(asked["argv"])
        finally:
            if sys.exc_info()[0] is not None:
                traceback.print_exc()
            for output in (sys.stdout, sys.stderr):
                if not output.closed:
                    output.flush()
            os._exit(status)
    return pid


def become(asked: Mapping[str, Any], far: socket.socket) -> None:
    """Take the place of a process of its own: session, directory, environment and output."""
    far.close()
    os.setsid()
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["env"])
    output = os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for number in (1, 2):
        os.dup2(output, number)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    sys.stderr.reconfigure(line_buffering=True)  # type: ignore[union-attr]


def run(argv: Sequence[str]) -> int:
    """Run a module as the interpreter would, and return its exit status."""
    sys.argv[:] = argv
    try:
        runpy.run_module(argv[0], run_name="__main__", alter_sys=True)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(bool(end.code))
    return 0


def main(descriptor: int) -> None:
    """Import everything, then serve."""
    for name in MODULES:
        importlib.import_module(name)
    with socket.socket(fileno=descriptor) as far:
        serve(far)


if __name__ == "__main__":
    main(int(sys.argv[1]))
