"""The worker process: sends the outbox by real SMTP, runs the small jobs and the steady work (`flask … worker`).

Mail and jobs take turns in the main thread; each steady work has a thread of its own beside it. All of them end after
the piece that they are at when the process is told to end (SIGTERM); what is cut off in its midst is leased, and done
by the next.
"""

import logging
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any, Final

from flask import Flask
from flask_babel import force_locale
from jinja2 import TemplateError
from sqlalchemy.exc import SQLAlchemyError

from authsvc.core import outbox
from authsvc.core.clock import ticks
from authsvc.core.i18n import LOCALES
from authsvc.core.jobs import Work, jobs_of, works_of
from authsvc.core.keys import CannotOpen
from authsvc.core.kit import Kit
from authsvc.core.letters import write_letter
from authsvc.core.mail import NotSent, Smtp
from authsvc.identity.epochs import Gate, RestorePending

POLL_SECONDS: Final = 0.5
JOBS_EVERY_SECONDS: Final = 60.0
MOST_AT_ONCE: Final = 50  # mails between two looks at the jobs and at whether to end
log = logging.getLogger(__name__)


def send_due(app: Flask, kit: Kit, server: Smtp, *, most: int = MOST_AT_ONCE) -> int:
    """Send mails that are due, so many at most, and return how many went out; one that fails waits for its turn."""
    sent = 0
    for _ in range(most):
        mail = outbox.next_due(kit)
        if mail is None:
            break
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
    """Work until told to stop; a thread that ends otherwise stops the rest, so that the process is started anew."""
    kit: Kit = app.extensions["kit"]
    threads = [_beside(kit, work, stop) for work in works_of(app)]
    try:
        _mail_and_jobs(app, kit, stop)
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _mail_and_jobs(app: Flask, kit: Kit, stop: threading.Event) -> None:
    server = Smtp(kit.settings.smtp_url, kit.settings.mail_from)
    jobs_at = ticks()
    while not stop.is_set():
        sent = 0
        try:
            kit.port(Gate).require_open(kit)
            sent = send_due(app, kit, server)
            if ticks() >= jobs_at:
                jobs_at = ticks() + JOBS_EVERY_SECONDS
                for job in jobs_of(app):
                    job(kit)
        except (SQLAlchemyError, RestorePending) as fault:  # the database comes back, and the mail is still there
            log.warning("database: %s", type(fault).__name__)
        if sent < MOST_AT_ONCE:
            stop.wait(POLL_SECONDS)


def _beside(kit: Kit, work: Work, stop: threading.Event) -> threading.Thread:
    """Start the thread of a steady work."""

    def go_on() -> None:
        try:
            _work_on(kit, work, stop)
        finally:
            stop.set()

    thread = threading.Thread(target=go_on, name=work.__module__)
    thread.start()
    return thread


def _work_on(kit: Kit, work: Work, stop: threading.Event) -> None:
    while not stop.is_set():
        did = False
        try:
            kit.port(Gate).require_open(kit)
            did = work(kit)
        except (SQLAlchemyError, RestorePending) as fault:
            log.warning("%s: %s", work.__module__, type(fault).__name__)
        if not did:
            stop.wait(POLL_SECONDS)


def main(app: Flask) -> None:
    """Run until SIGTERM or SIGINT; exit with status 1 where something else ended it."""
    logging.basicConfig(level=logging.INFO)
    stop, told = threading.Event(), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _ending(stop, told))
    run(app, stop)
    if not told.is_set():
        sys.exit(1)


def _ending(stop: threading.Event, told: threading.Event) -> Callable[..., None]:
    def end(*_signal: Any) -> None:
        told.set()
        stop.set()

    return end
