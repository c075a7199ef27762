"""Asks the person before a web site's first signature, and remembers the yes."""

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Final, Protocol

from cardcomponent.origins import Consents
from cardcomponent.refusals import SigningDenied

LOG: Final = logging.getLogger("cardcomponent")
QUIET_SECONDS: Final = 60.0  # after a no the same site does not get another question on the screen
YES: Final = 0


class Asker(Protocol):
    """Somebody who can put a question to the person."""

    def ask(self, origin: str, language: str) -> bool:
        """Tell whether the person lets this web site use their card; no answer in time is a no."""


class Program:
    """Asks through a program of its own: its exit status 0 is a yes, all else, and its silence, a no."""

    def __init__(self, command: Sequence[str], seconds: float) -> None:
        self._command, self._seconds = command, seconds

    def ask(self, origin: str, language: str) -> bool:
        """Start the program, with the web site and the language in its arguments, and wait for its end."""
        filled = [part.replace("{origin}", origin).replace("{language}", language) for part in self._command]
        try:
            return subprocess.run(filled, timeout=self._seconds, check=False).returncode == YES  # noqa: S603  set by the user
        except subprocess.TimeoutExpired:
            LOG.info("nobody answered the question about %s", origin)
        except OSError as fault:
            LOG.warning("the person cannot be asked: %s", fault)
        return False


class Nobody:
    """There is no way to ask: the answer is no."""

    def ask(self, origin: str, language: str) -> bool:
        """Say no."""
        del language
        LOG.warning("there is no way to ask about %s", origin)
        return False


class Permission:
    """What stands between a page and the card: a yes of the person, given once and kept."""

    def __init__(self, consents: Consents, asker: Asker) -> None:
        self._consents, self._asker = consents, asker
        self._one_question = threading.Lock()
        self._denied_until: dict[str, float] = {}

    def require(self, origin: str, language: str) -> None:
        """Return where the person has allowed this web site, now or before; raise `SigningDenied`."""
        if origin in self._consents.all():
            return
        with self._one_question:  # two questions at once would be answered by habit
            if origin in self._consents.all():
                return
            if time.monotonic() < self._denied_until.get(origin, 0.0):
                raise SigningDenied
            if not self._asker.ask(origin, language):
                self._denied_until[origin] = time.monotonic() + QUIET_SECONDS
                raise SigningDenied
            self._consents.allow(origin)


def asker(way: str | Sequence[str], seconds: float) -> Asker:
    """Return the way to ask that was set; `auto`: a window on a screen, else the terminal, else nobody."""
    if not isinstance(way, str):
        return Program(way, seconds)
    chosen = _found() if way == "auto" else way
    if chosen == "never":
        return Nobody()
    module = {"window": "cardcomponent.window", "terminal": "cardcomponent.question"}[chosen]
    return Program([sys.executable, "-m", module, "{origin}", "{language}"], seconds)


def _found() -> str:
    screen = sys.platform in ("win32", "darwin") or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY")))
    if screen and find_spec("tkinter") is not None:
        return "window"
    return "terminal" if sys.stdin.isatty() else "never"
