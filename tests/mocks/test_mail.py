import smtplib
from collections.abc import Iterator
from email.message import EmailMessage

import httpx2
import pytest

from devtools.ports import free_port
from mocks.clock import Clock
from mocks.faults import Fault, Faults
from mocks.mail.app import create_app
from mocks.mail.caught import Caught
from mocks.mail.smtp import FAULTS, Catcher, smtp_server
from tests.mocks.conftest import client_of


@pytest.fixture
def caught() -> Caught:
    return Caught()


@pytest.fixture
def faults() -> Faults:
    return Faults(FAULTS)


@pytest.fixture
def pages(caught: Caught, faults: Faults) -> Iterator[httpx2.Client]:
    with client_of(create_app(caught, faults=faults)) as client:
        yield client


@pytest.fixture
def smtp_port(caught: Caught, faults: Faults) -> Iterator[int]:
    server = smtp_server(Catcher(caught, faults=faults, clock=Clock()), host="127.0.0.1", port=free_port())
    server.start()
    yield server.port
    server.stop()


def send(port: int, to: str = "wang@example.org", subject: str = "完成註冊") -> None:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "service@example.org", to
    message.set_content("請點 http://localhost:8000/registration/confirm#token\n")
    message.add_alternative("<p>請點 <b>這裡</b></p><script>alert(1)</script>", subtype="html")
    with smtplib.SMTP("127.0.0.1", port, timeout=5) as client:
        client.send_message(message)


def test_a_mail_sent_over_smtp_is_caught_and_readable(smtp_port: int, pages: httpx2.Client) -> None:
    send(smtp_port)

    (mail,) = pages.get("/messages").json()
    assert mail["to"] == "wang@example.org"
    assert mail["subject"] == "完成註冊"
    assert mail["text"] == "請點 http://localhost:8000/registration/confirm#token\n"
    assert "<b>這裡</b>" in mail["html"]
    assert mail["received_at"].endswith("Z")


def test_mails_are_listed_newest_first_and_by_address(smtp_port: int, pages: httpx2.Client) -> None:
    send(smtp_port, subject="一")
    send(smtp_port, to="lin@example.org", subject="二")

    assert [mail["subject"] for mail in pages.get("/messages").json()] == ["二", "一"]
    found = pages.get("/messages", params={"to": "Wang@Example.org"}).json()
    assert [mail["subject"] for mail in found] == ["一"]


def test_emptying_forgets_every_mail(smtp_port: int, pages: httpx2.Client) -> None:
    assert "還沒有信" in pages.get("/").text
    send(smtp_port)
    assert "完成註冊" in pages.get("/").text

    assert pages.delete("/messages").status_code == 204
    assert pages.get("/messages").json() == []


def test_a_mails_html_is_shown_locked_in(smtp_port: int, pages: httpx2.Client) -> None:
    send(smtp_port)
    mail_id = pages.get("/messages").json()[0]["id"]

    assert 'sandbox="allow-popups' in pages.get(f"/mails/{mail_id}").text
    policy = pages.get(f"/mails/{mail_id}/html").headers["content-security-policy"]
    assert policy.startswith("sandbox allow-popups")
    assert "script" not in policy
    assert pages.get("/mails/999").status_code == 404


def test_a_server_can_refuse_put_off_or_hang_up(smtp_port: int, faults: Faults, pages: httpx2.Client) -> None:
    faults.put(Fault("smtp", "refuse"))
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        send(smtp_port)
    assert refused.value.recipients["wang@example.org"][0] == 550

    faults.put(Fault("smtp", "none"))
    faults.put(Fault("smtp", "busy"))
    with pytest.raises(smtplib.SMTPRecipientsRefused) as busy:
        send(smtp_port)
    assert busy.value.recipients["wang@example.org"][0] == 451

    faults.put(Fault("smtp", "none"))
    faults.put(Fault("smtp", "drop"))
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(smtp_port)
    assert pages.get("/messages").json() == []


def test_a_slow_server_makes_a_client_wait(smtp_port: int, faults: Faults, pages: httpx2.Client) -> None:
    faults.put(Fault("smtp", "slow", seconds=0.3))
    send(smtp_port)

    assert len(pages.get("/messages").json()) == 1
