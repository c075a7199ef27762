"""The worker process: sends the outbox by real SMTP and runs the small jobs (`flask --app wsgi worker`)."""

import logging
import signal
import threading
from typing import Any, Final

from flask import Flask
from flask_babel import force_locale
from jinja2 import TemplateError
from sqlalchemy.exc import SQLAlchemyError

from authsvc.core import outbox
from authsvc.core.i18n import LOCALES
from authsvc.core.jobs import jobs_of
from authsvc.core.keys import CannotOpen
from authsvc.core.kit import Kit
from authsvc.core.letters import write_letter
from authsvc.core.mail import NotSent, Smtp
from authsvc.identity.epochs import Gate, RestorePending

POLL_SECONDS: Final = 0.5
JOBS_EVERY: Final = 120  # polls, so about once a minute
log = logging.getLogger(__name__)


def send_due(app: Flask, kit: Kit, server: Smtp) -> int:
    """Send every mail that is due and return how many went out; one that fails waits for its next turn."""
    sent = 0
    while (mail := outbox.next_due(kit)) is not None:
        try:
            with app.app_context(), force_locale(LOCALES[mail.language]):
                letter = write_letter(kit, mail)
            server.send(letter)
        except (NotSent, TemplateError, CannotOpen) as fault:
            log.warning("mail %s put off: %s", mail.id, type(fault).__name__)
            outbox.put_off(kit, mail)
        else:
            outbox.mark_sent(kit, mail)
            sent += 1
    return sent


def run(app: Flask, stop: threading.Event) -> None:
    """Work until told to stop."""
    kit: Kit = app.extensions["kit"]
    server = Smtp(kit.settings.smtp_url, kit.settings.mail_from)
    turn = 0
    while not stop.is_set():
        try:
            kit.port(Gate).require_open(kit)
            send_due(app, kit, server)
            if turn % JOBS_EVERY == 0:
                for job in jobs_of(app):
                    job(kit)
        except (SQLAlchemyError, RestorePending) as fault:  # the database comes back, and the mail is still there
            log.warning("database: %s", type(fault).__name__)
        turn += 1
        stop.wait(POLL_SECONDS)


def main(app: Flask) -> None:
    """Run until SIGTERM or SIGINT."""
    logging.basicConfig(level=logging.INFO)
    stop = threading.Event()

    def end(*_signal: Any) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    run(app, stop)
