"""A PC/SC daemon of one's own, with a virtual reader of two slots, beside whatever the computer runs."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

from devtools.ports import free_ports, listens
from tests.cardcomponent.virtual_card import Slot

DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
READER = "Virtual PCD"
SECONDS = 10.0
HELP = "devtools/setup_tests.sh says what to install"


class Pcscd:
    """Runs pcscd on a socket of ours, which it takes over as it would from systemd.

    It keeps its pid file in /run; a mount namespace gives it one of its own, so it meets no other and needs no root.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.socket = folder, folder / "comm"
        self.log = folder / "pcscd.log"
        first = _two_ports()
        self.slots = (Slot(first, f"{READER} 00 00", self.log), Slot(first + 1, f"{READER} 00 01", self.log))
        (folder / "readers").mkdir()
        (folder / "readers/vpcd").write_text(
            f'FRIENDLYNAME "{READER}"\nDEVICENAME /dev/null:{first:#x}\nLIBPATH {DRIVER}\nCHANNELID {first:#x}\n',
            encoding="ascii",
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait for its readers; fail with what it said."""
        program = shutil.which("pcscd", path=f"{os.environ['PATH']}:/usr/sbin")
        assert program, f"pcscd is missing: {HELP}"
        assert DRIVER.exists(), f"{DRIVER} is missing: {HELP}"
        self.socket.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX) as ours, self.log.open("wb") as log:
            ours.bind(str(self.socket))
            ours.listen(16)
            # The shell puts the socket where systemd's protocol has it (descriptor 3) and becomes pcscd.
            become = f"exec {program} -f -d -c {self.folder}/readers"
            daemon = f"exec 3<&0 </dev/null; export LISTEN_FDS=1 LISTEN_PID=$$; {become}"
            self._process = subprocess.Popen(
                _in_a_room_of_its_own(daemon),
                stdin=ours.fileno(),
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + SECONDS
        while "daemon ready" not in self.log.read_text(encoding="utf-8", errors="replace"):
            assert self._process.poll() is None, f"pcscd ended: {self.log.read_text(encoding='utf-8')}"
            assert time.monotonic() < deadline, self.log.read_text(encoding="utf-8")
            time.sleep(0.02)

    def kill(self) -> None:
        """End it at once, in the middle of what it does."""
        if self._process is not None:
            self._process.kill()

    def stop(self) -> None:
        """End it, as a reader's cable that is pulled would end it for whoever asks."""
        for slot in self.slots:
            slot.lose_power()
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None


def _in_a_room_of_its_own(command: str) -> list[str]:
    """Return how to run a shell command with a /run of its own; root can do without where namespaces are forbidden."""
    room = ["unshare", "--map-root-user", "--mount", "sh", "-c"]
    may = subprocess.run([*room, "mount -t tmpfs none /run"], capture_output=True, check=False).returncode == 0
    if may:
        return [*room, f"mount -t tmpfs none /run && {command}"]
    assert os.getuid() == 0, "pcscd needs user namespaces (unshare --map-root-user --mount), or root"
    return ["sh", "-c", command]


def _two_ports() -> int:
    """Return the first of two free ports side by side: the reader has two slots."""
    return next(port for port in free_ports(200) if not listens(port + 1))
