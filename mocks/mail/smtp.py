"""The SMTP side: accepts every mail, or misbehaves as the schedule of faults says."""

import asyncio

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from mocks.clock import Clock
from mocks.faults import Faults, delay_of
from mocks.mail.caught import Caught

FAULTS = {"smtp": frozenset({"slow", "refuse", "busy", "drop"})}
_LARGEST = 10 * 1024 * 1024


class Catcher:
    """Keeps what is sent; aiosmtpd calls its methods at each SMTP command."""

    def __init__(self, caught: Caught, *, faults: Faults, clock: Clock) -> None:
        self._caught, self._faults, self._clock = caught, faults, clock

    async def handle_RCPT(  # noqa: N802  aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient, or refuse it (550) or put it off (451)."""
        struck = self._faults.strike("smtp")
        if "slow" in struck:
            await asyncio.sleep(delay_of(struck["slow"]))
        if "refuse" in struck:
            return "550 5.1.1 The simulator was told to refuse"
        if "busy" in struck:
            return "451 4.3.0 The simulator was told to put this off"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(  # noqa: N802  aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Keep a mail, or hang up without having kept it or answered."""
        if "drop" in self._faults.strike("smtp") and isinstance(server.transport, asyncio.Transport):
            server.transport.abort()
            return "451 4.3.0 Nobody hears this"
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        sender = envelope.mail_from or ""
        self._caught.keep(content, sender=sender, recipients=envelope.rcpt_tos, at=self._clock.now())
        return "250 OK"


def smtp_server(catcher: Catcher, *, host: str, port: int) -> Controller:
    """Return a server that listens from `start()` until `stop()`."""
    return Controller(
        catcher, hostname=host, port=port, server_hostname="mail.simulator.invalid", data_size_limit=_LARGEST
    )
