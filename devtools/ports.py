"""Which port each process of a stack listens on."""

import os
import random
import socket
from dataclasses import dataclass, fields
from typing import Self

HOST = "127.0.0.1"
LARGEST_PORT = 65535
# Linux takes the ports of outgoing calls from 32768 up: one found free there may be gone before its listener starts.
KEPT_FREE = range(12000, 32000)
FIRST_DATA_PATH = 8110  # of the telephone lines; one that is taken is replaced by a free one


class PortTaken(RuntimeError):
    """A port of ours is in use; the message says which, and how to choose another."""


@dataclass(frozen=True, kw_only=True)
class Ports:
    """The ports of one stack; the defaults are those of `make run`."""

    service: int = 8000
    card: int = 8101
    registry: int = 8102
    telco: int = 8103
    twfido: int = 8104
    relying: int = 8105
    smtp: int = 8025
    mail: int = 8026

    @classmethod
    def free(cls) -> Self:
        """Return ports that nobody listened on a moment ago."""
        return cls(**dict(zip((field.name for field in fields(cls)), free_ports(len(fields(cls))), strict=True)))

    @classmethod
    def from_environment(cls) -> Self:
        """Return the documented ports, as changed by AUTHSVC_PORT, AUTHSVC_PORT_CARD and the like."""
        return cls(**{field.name: _chosen(field.name, field.default) for field in fields(cls)})

    def require_free(self) -> None:
        """Raise `PortTaken` when somebody listens on one of them."""
        taken = [field.name for field in fields(self) if listens(getattr(self, field.name))]
        if taken:
            lines = [f"  {getattr(self, name)} ({name}): set {variable(name)} to a free port" for name in taken]
            raise PortTaken(
                "\n".join(["Already in use:", *lines, f"e.g. {variable(taken[0])}={self.free().service} make run"])
            )


def variable(name: str) -> str:
    """Return the environment variable that sets this port."""
    return "AUTHSVC_PORT" if name == "service" else f"AUTHSVC_PORT_{name.upper()}"


def listens(port: int) -> bool:
    """Tell whether the port cannot be had."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False


def free_ports(count: int) -> list[int]:
    """Return so many different ports where nobody listens and from which no outgoing call is made."""
    found: list[int] = []
    for port in random.sample(KEPT_FREE, len(KEPT_FREE)):
        if len(found) == count:
            break
        if not listens(port):
            found.append(port)
    return found


def free_port() -> int:
    """Return one such port."""
    return free_ports(1)[0]


def _chosen(name: str, default: object) -> int:
    text = os.environ.get(variable(name)) or str(default)
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= LARGEST_PORT:
        raise PortTaken(f"{variable(name)}={text} is not a port number (1 to {LARGEST_PORT}).")
    return int(text)
