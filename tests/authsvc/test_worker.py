import os
import signal
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from flask import Flask
from sqlalchemy import select, text, update

from authsvc import worker
from authsvc.core import outbox
from authsvc.core.jobs import every_minute, steadily
from authsvc.core.kit import Kit
from authsvc.core.mail import Letter, NotSent, Smtp
from authsvc.core.outbox import OutboxMail
from devtools.ports import free_port
from mocks.card.authority import Window, self_signed
from mocks.clock import Clock
from mocks.faults import Fault, Faults
from mocks.mail.caught import Caught, Mail
from mocks.mail.smtp import FAULTS, Catcher, smtp_server
from tests.clocks import MovableClock

COMPLETED = "mail/completed"
LETTER = Letter(to="a@example.org", subject="主旨", text="text\n", html="<p>html</p>")


@dataclass
class PostOffice:
    """The mail catcher, listening on a real port while it is open."""

    port: int
    caught: Caught
    faults: Faults

    @property
    def smtp(self) -> Smtp:
        return Smtp(f"smtp://127.0.0.1:{self.port}", "authsvc@localhost")

    def mails(self) -> list[Mail]:
        return self.caught.list()


@pytest.fixture
def office() -> Iterator[PostOffice]:
    caught, faults, port = Caught(), Faults(FAULTS), free_port()
    server = smtp_server(Catcher(caught, faults=faults, clock=Clock()), host="127.0.0.1", port=port)
    server.start()
    yield PostOffice(port, caught, faults)
    server.stop()


def post(kit: Kit, *, to: str = "a@example.org", language: str = "en", template: str = COMPLETED) -> None:
    with kit.begin() as session:
        outbox.post(session, kit, to=[to], template=template, language=language, link="http://localhost:8000/login")


def only(kit: Kit) -> OutboxMail:
    with kit.read() as session:
        return session.scalars(select(OutboxMail)).one()


def test_a_mail_goes_out_in_both_forms_and_is_told_as_sent(app: Flask, kit: Kit, office: PostOffice) -> None:
    # given
    post(kit)
    # when
    assert worker.send_due(app, kit, office.smtp) == 1
    # then
    mail = office.mails()[0]
    assert (mail.to, mail.sender, mail.subject) == (
        "a@example.org",
        "authsvc@localhost",
        "Your registration is complete",
    )
    assert "http://localhost:8000/login" in mail.text
    assert "http://localhost:8000/login" in mail.html
    assert only(kit).sent_at == kit.clock.now()
    assert worker.send_due(app, kit, office.smtp) == 0


def test_each_reader_gets_the_language_of_their_account(app: Flask, kit: Kit, office: PostOffice) -> None:
    for language in ("zh-Hant-TW", "en", "zh-Hant-TW"):
        post(kit, to=f"{language.lower()}@example.org", language=language)
    assert worker.send_due(app, kit, office.smtp) == 3
    subjects = {mail.to: mail.subject for mail in office.mails()}

    assert subjects["en@example.org"] == "Your registration is complete"
    assert not subjects["zh-hant-tw@example.org"].isascii()


def test_while_the_server_is_down_mail_waits_and_is_delivered_later(
    app: Flask, kit: Kit, office: PostOffice, clock: MovableClock
) -> None:
    # given nobody listening
    post(kit)
    nobody = Smtp(f"smtp://127.0.0.1:{free_port()}", "authsvc@localhost")
    # when
    assert worker.send_due(app, kit, nobody) == 0
    # then it is put off, not lost
    assert (only(kit).tries, only(kit).sent_at) == (1, None)
    assert worker.send_due(app, kit, office.smtp) == 0
    clock.forward(seconds=5)
    assert worker.send_due(app, kit, office.smtp) == 1
    assert len(office.mails()) == 1


@pytest.mark.parametrize("kind", ["refuse", "busy", "drop"])
def test_a_server_that_refuses_or_hangs_up_is_tried_again(
    app: Flask, kit: Kit, office: PostOffice, clock: MovableClock, kind: str
) -> None:
    post(kit)
    office.faults.put(Fault("smtp", kind))
    assert worker.send_due(app, kit, office.smtp) == 0
    office.faults.clear()
    clock.forward(seconds=5)
    assert worker.send_due(app, kit, office.smtp) == 1
    assert [mail.to for mail in office.mails()] == ["a@example.org"]


@pytest.mark.parametrize(
    "bad",
    [
        {"to": "a@example.org\r\nBcc: b@example.org"},
        {"to": "a@"},
        {"to": '"'},
        {"template": "mail/nothing"},
    ],
)
def test_a_mail_that_cannot_be_written_does_not_hold_the_others_up(
    app: Flask, kit: Kit, office: PostOffice, clock: MovableClock, bad: dict[str, str]
) -> None:
    post(kit, **bad)
    clock.forward(seconds=1)
    post(kit, to="good@example.org")
    assert worker.send_due(app, kit, office.smtp) == 1
    assert [mail.to for mail in office.mails()] == ["good@example.org"]


def test_a_mail_whose_key_is_gone_is_put_off_and_named_by_its_id_only(
    app: Flask, kit: Kit, office: PostOffice, caplog: pytest.LogCaptureFixture
) -> None:
    post(kit)
    with kit.begin() as session:
        session.execute(update(OutboxMail).values(recipient=b"\1\0\7" + b"x" * 40))
    assert worker.send_due(app, kit, office.smtp) == 0
    assert caplog.messages == [f"mail {only(kit).id} put off: CannotOpen"]


@pytest.mark.parametrize(
    "change",
    [
        {"to": "a@example.org\nBcc: b@example.org"},
        {"to": "a@example.org, b@example.org"},
        {"to": "a@example.org,b@example.org"},
        {"to": "=?utf-8?q?x"},
        {"to": "=?utf-8?q??=@x.tw"},
        {"to": "=?utf-8?q?=0A?=@x.tw"},
        {"to": "=?utf-8?q?other?=@x.tw"},
        {"to": ""},
        {"subject": "one\r\nBcc: b@example.org"},
        {"subject": "one\ntwo"},
    ],
)
def test_nobody_slips_a_header_or_a_second_recipient_in(office: PostOffice, change: dict[str, Any]) -> None:
    with pytest.raises(NotSent):
        office.smtp.send(replace(LETTER, **change))
    assert office.mails() == []


def test_a_letter_says_that_a_machine_wrote_it(office: PostOffice) -> None:
    message: EmailMessage = office.smtp._message(LETTER)  # noqa: SLF001 - the catcher does not keep headers

    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].endswith("@authsvc.invalid>")
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_a_server_that_takes_no_password_or_no_encryption_gets_no_mail(office: PostOffice) -> None:
    for url in (f"smtp://user:p%40ss@127.0.0.1:{office.port}", f"smtps://127.0.0.1:{office.port}"):
        with pytest.raises(NotSent):
            Smtp(url, "authsvc@localhost").send(LETTER)
    assert office.mails() == []


def test_a_server_whose_certificate_nobody_vouches_for_gets_no_mail(tmp_path: Path) -> None:
    # given a server that offers encryption with a certificate of its own making
    key, now = ec.generate_private_key(ec.SECP256R1()), Clock().now()
    certificate = self_signed(key, Window(now - timedelta(days=1), now + timedelta(days=1)))
    pem = tmp_path / "server.pem"
    pem.write_bytes(
        certificate.public_bytes(Encoding.PEM) + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    caught, port = Caught(), free_port()
    catcher = Catcher(caught, faults=Faults(FAULTS), clock=Clock())
    server = Controller(catcher, hostname="127.0.0.1", port=port, tls_context=context)
    server.start()
    # then
    with pytest.raises(NotSent, match="SSLCertVerificationError"):
        Smtp(f"smtp://127.0.0.1:{port}", "authsvc@localhost").send(LETTER)
    server.stop()
    assert caught.list() == []


def running(app: Flask, until: Callable[[], bool]) -> None:
    """Run the worker until something is so, ten seconds at most."""
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(app, stop))
    thread.start()
    ends = time.monotonic() + 10
    while not until() and time.monotonic() < ends:
        time.sleep(0.02)
    stop.set()
    thread.join()
    assert until()


@pytest.fixture
def settings_of_office(office: PostOffice, app: Flask, kit: Kit) -> Kit:
    """Let the app's mail go to the catcher."""
    app.extensions["kit"] = replace(kit, settings=replace(kit.settings, smtp_url=office.smtp.url))
    found: Kit = app.extensions["kit"]
    return found


def test_the_worker_sends_and_runs_the_jobs(app: Flask, settings_of_office: Kit, office: PostOffice) -> None:
    done: list[Kit] = []
    every_minute(app, done.append)
    post(settings_of_office)
    running(app, until=lambda: bool(done) and len(office.mails()) == 1)
    assert len(done) == 1


def test_steady_work_goes_on_beside_the_mail(app: Flask, settings_of_office: Kit, office: PostOffice) -> None:
    # given work that is held up for long
    begun, held = threading.Event(), threading.Event()

    def work(_kit: Kit) -> bool:
        begun.set()
        held.wait(10)
        return True

    steadily(app, work)
    post(settings_of_office)

    def until() -> bool:
        mailed = begun.is_set() and len(office.mails()) == 1
        if mailed:
            held.set()
        return mailed

    # then the mail goes out meanwhile, and the worker ends after the piece
    running(app, until)


def test_steady_work_outlives_a_database_that_goes_away(app: Flask, settings_of_office: Kit) -> None:
    tried: list[int] = []

    def work(kit: Kit) -> bool:
        tried.append(1)
        with kit.read() as session:
            session.execute(text("SELECT 1" if len(tried) > 1 else "SELECT * FROM nowhere"))
        return False

    steadily(app, work)
    running(app, until=lambda: len(tried) > 1)
    assert settings_of_office.engine is not None


@pytest.mark.usefixtures("settings_of_office")
def test_a_worker_whose_work_fails_ends_so_that_it_is_started_anew(app: Flask) -> None:
    # given work with a mistake in it
    def work(_kit: Kit) -> bool:
        raise LookupError("a mistake")

    steadily(app, work)
    seen: list[str] = []
    kept, threading.excepthook = threading.excepthook, lambda fault: seen.append(str(fault.exc_value))
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    # when
    try:
        result = app.test_cli_runner().invoke(args=["worker"])
    finally:
        threading.excepthook = kept
        for number, handler in before.items():
            signal.signal(number, handler)
    # then
    assert (result.exit_code, seen) == (1, ["a mistake"])


def test_a_flood_of_mail_holds_up_neither_the_jobs_nor_the_end(
    app: Flask, settings_of_office: Kit, office: PostOffice
) -> None:
    # given more mails than one round takes
    kit, done = settings_of_office, list[int]()
    every_minute(app, lambda _kit: done.append(len(office.mails())))
    now = kit.clock.now()
    to = [f"{number}@example.org" for number in range(worker.MOST_AT_ONCE * 2)]
    link: dict[str, str | int | None] = {"link": "http://localhost:8000"}
    rows = [outbox.written(kit, to=one, template=COMPLETED, language="en", values=link, at=now) for one in to]
    with kit.begin() as session:
        outbox.post_bulk(session, rows)
    # when
    running(app, until=lambda: bool(done))
    # then
    assert done[0] <= worker.MOST_AT_ONCE


def test_the_worker_outlives_a_database_that_goes_away(
    app: Flask, settings_of_office: Kit, office: PostOffice, caplog: pytest.LogCaptureFixture
) -> None:
    # given a database that refuses
    kit = settings_of_office
    with kit.begin() as session:
        session.execute(text("ALTER TABLE outbox_mail RENAME TO away"))

    state = {"mended": False}

    def until() -> bool:
        if caplog.messages and not state["mended"]:
            state["mended"] = True
            with kit.begin() as session:
                session.execute(text("ALTER TABLE away RENAME TO outbox_mail"))
            post(kit)
        return len(office.mails()) == 1

    # when it is there again, then the mail goes out
    running(app, until=until)
    assert caplog.messages[0].startswith("database: ")


def test_the_worker_ends_when_it_is_told_to(app: Flask, settings_of_office: Kit, office: PostOffice) -> None:
    # given
    post(settings_of_office)
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGTERM)).start()
    # when
    try:
        result = app.test_cli_runner().invoke(args=["worker"])
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    # then
    assert result.exit_code == 0
    assert len(office.mails()) == 1
