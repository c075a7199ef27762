"""The mails that were caught, in memory."""

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from itertools import count
from typing import Any

from mocks.clock import stamp

MOST = 1000


@dataclass(frozen=True, slots=True)
class Mail:
    """A caught mail; `to` holds the envelope's recipients, joined by a comma and a space."""

    id: str
    to: str
    sender: str
    subject: str
    text: str
    html: str
    received_at: str

    def is_to(self, address: str) -> bool:
        """Tell whether an address is among the recipients, whatever its case."""
        return address.strip().lower() in self.to.lower().split(", ")

    def described(self) -> dict[str, Any]:
        """Return the mail for the JSON list."""
        return asdict(self)


class Caught:
    """The last thousand mails, newest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ids = count(1)
        self._mails: deque[Mail] = deque(maxlen=MOST)

    def keep(self, content: bytes, *, sender: str, recipients: Sequence[str], at: datetime) -> Mail:
        """Read a message as it came over SMTP and keep it."""
        message = message_from_bytes(content, policy=default)
        with self._lock:
            mail = Mail(
                id=str(next(self._ids)),
                to=", ".join(recipients),
                sender=sender,
                subject=str(message.get("Subject", "")),
                text=_part(message, "plain"),
                html=_part(message, "html"),
                received_at=stamp(at),
            )
            self._mails.appendleft(mail)
        return mail

    def list(self, *, to: str | None = None) -> list[Mail]:
        """Return the mails, newest first, those to one address where it is given."""
        with self._lock:
            return [mail for mail in self._mails if to is None or mail.is_to(to)]

    def find(self, mail_id: str) -> Mail | None:
        """Return a mail, or None."""
        return next((mail for mail in self.list() if mail.id == mail_id), None)

    def clear(self) -> None:
        """Forget every mail."""
        with self._lock:
            self._mails.clear()


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""
