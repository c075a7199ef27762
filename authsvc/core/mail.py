"""Real SMTP: one message out, or a fault that the worker puts off."""

import re
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Final
from urllib.parse import unquote, urlsplit

SECONDS: Final = 10
ONE_ADDRESS: Final = re.compile(r"(?!.*=\?)[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")


class NotSent(RuntimeError):
    """The mail server refused, broke off or did not answer; the message says which, never the address."""


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file that goes with a letter; `kind` is its media type, such as text/plain."""

    name: str
    kind: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A finished mail in two forms."""

    to: str
    subject: str
    text: str
    html: str
    attachment: Attachment | None = None


@dataclass(frozen=True)
class Smtp:
    """A mail server at `smtp://[user:password@]host:port` (STARTTLS when offered) or `smtps://…`."""

    url: str
    sender: str

    def send(self, letter: Letter) -> None:
        """Deliver a letter to the server; raise `NotSent` when it may not have been taken."""
        try:
            message = self._message(letter)
        except (ValueError, LookupError) as fault:  # of the library's parser of headers
            raise NotSent(type(fault).__name__) from fault
        try:
            with self._connect() as server:
                self._introduce(server)
                server.send_message(message)
        except (OSError, smtplib.SMTPException) as fault:
            raise NotSent(type(fault).__name__) from fault

    def _connect(self) -> smtplib.SMTP:
        place = urlsplit(self.url)
        host, port = place.hostname or "localhost", place.port or 25
        if place.scheme == "smtps":
            return smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=ssl.create_default_context())
        return smtplib.SMTP(host, port, timeout=SECONDS, local_hostname="localhost")

    def _introduce(self, server: smtplib.SMTP) -> None:
        place = urlsplit(self.url)
        server.ehlo()
        if place.scheme != "smtps" and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
        if place.username:
            server.login(unquote(place.username), unquote(place.password or ""))

    def _message(self, letter: Letter) -> EmailMessage:
        # Whatever else the library would read as one (`a@b,c@d`, `"`, the encoded words of RFC 2047) ends in two
        # recipients, in another one, or in its own faults.
        if not ONE_ADDRESS.fullmatch(letter.to) or any(mark in letter.subject for mark in "\r\n"):
            raise NotSent("not one address, or a line break in the subject")
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, letter.to, letter.subject
        message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain="authsvc.invalid")
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        message.add_alternative(letter.html, subtype="html")
        if letter.attachment is not None:
            _attach(message, letter.attachment)
        return message


def _attach(message: EmailMessage, attachment: Attachment) -> None:
    kind, _, form = attachment.kind.partition("/")
    if kind == "text":  # said to be UTF-8, or a reader guesses
        message.add_attachment(attachment.content.decode(), subtype=form, filename=attachment.name)
    else:
        message.add_attachment(attachment.content, maintype=kind, subtype=form, filename=attachment.name)
