"""Processes that are killed or down while people register: nobody is half registered, and no mail is lost.

`AUTHSVC_FAULT_ROUNDS=100` kills so often.
"""

import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from authsvc.core import outbox
from authsvc.core.audit import AuditEvent
from authsvc.core.outbox import OutboxMail
from authsvc.identity import people
from authsvc.identity.models import Person
from authsvc.registration.models import Registration
from devtools.browser import Browser
from mocks.people import Person as Somebody
from tests.faults.site import COPIES, Site, email_of
from tests.turns import rounds

ROUNDS = rounds(4, full=12, variable="AUTHSVC_FAULT_ROUNDS")
WALKERS = 6
LEASE_SECONDS = outbox.LEASE.total_seconds() + 1
DICE = random.Random(1)  # noqa: S311 - moments to kill at, nothing secret


def register_all_the_time(site: Site, stop: threading.Event, queue: threading.Lock) -> list[Somebody]:
    """Let one person after the other register until told to stop, and return them."""
    done = []
    while not stop.is_set():
        with queue:
            somebody = next(site.crowd, None)
        if somebody is None:
            break
        site.register(somebody)
        done.append(somebody)
    return done


def require_whole(site: Site) -> None:
    """Require that every act in the database is there with all that belongs to it, and nothing besides."""
    with site.kit.read() as session:
        emails = {row.id: people.contact(site.kit, row).email for row in session.scalars(select(Person))}
        waiting = session.scalar(select(func.count()).select_from(Registration))
        events = session.execute(select(AuditEvent.action, AuditEvent.actor, AuditEvent.object, AuditEvent.outcome))
        acts = [tuple(event[:3]) for event in events if event.outcome == "done"]
    confirmed = [(actor, about) for action, actor, about in acts if action == "registration.confirmed"]
    applied = [about for action, _, about in acts if action == "registration.applied"]

    assert waiting == 0
    assert Counter(actor for actor, _ in confirmed) == Counter(list(emails))  # each person by exactly one confirmation
    assert Counter(about for _, about in confirmed) == Counter(applied)
    written = {address: rows for address, rows in site.outbox().items() if not address.endswith(COPIES)}
    texts = {address: sorted(row.template.rpartition("/")[2] for row in rows) for address, rows in written.items()}
    assert texts == {email: ["completed", "confirm"] for email in emails.values()}


def test_a_service_killed_at_any_moment_leaves_nobody_half_registered_and_loses_no_mail(site: Site) -> None:
    # given people who register all the time
    stop, queue = threading.Event(), threading.Lock()
    with ThreadPoolExecutor(WALKERS) as pool:
        walks = [pool.submit(register_all_the_time, site, stop, queue) for _ in range(WALKERS)]
        # when one of the service's processes is killed again and again, and now and then all of them
        try:
            for turn in range(ROUNDS):
                before = len(site.steps)
                site.wait_until(lambda before=before: len(site.steps) > before + 2)  # type: ignore[misc]
                time.sleep(DICE.uniform(0, 0.2))
                if turn % 6 == 5:
                    site.stack.kill("service")
                    site.stack.restart("service")
                else:
                    site.kill_one_of_the_service(DICE)
        finally:
            stop.set()
    registered = [somebody for walk in walks for somebody in walk.result()]

    # then every act was whole or not at all, and every mail arrives, once
    assert site.broken  # a kill may find nobody waiting, but not each
    assert len(registered) >= ROUNDS
    site.wait_until(lambda: site.unsent() == 0)
    require_whole(site)
    assert {len(site.mailbox(email_of(somebody))) for somebody in registered} == {2}
    for somebody in registered[:10]:
        site.log_in(somebody)


def post(site: Site, *numbers: int) -> list[str]:
    """Write mails with a link each, and return the addresses."""
    addresses = [f"copy{number}{COPIES}" for number in numbers]
    for address in addresses:
        with site.kit.begin() as session:
            values = {"name": "王○明", "link": f"http://localhost/#{address}", "expires_at": "2026-11-21 08:00"}
            outbox.post(session, site.kit, to=[address], template="registration/mail/confirm", language="en", **values)
    return addresses


def require_same_copies(site: Site, addresses: list[str]) -> list[int]:
    """Require that each address got its link, the same in each copy; return how many copies each got."""
    boxes = {address: site.mailbox(address) for address in addresses}
    for address, box in boxes.items():
        assert {mail["text"] for mail in box} == {mail["text"] for mail in box if f"#{address}" in mail["text"]}
        assert len({(mail["subject"], mail["text"], mail["html"]) for mail in box}) == 1
    return [len(box) for box in boxes.values()]


def test_a_worker_killed_while_it_sends_loses_no_mail_and_changes_none(site: Site) -> None:
    # given a mail server that takes its time
    site.put_mail_fault(kind="slow", seconds=0.03)
    addresses = post(site, *range(60))
    for _ in range(3):
        # when the worker is killed among the mails, and what it had leased is free again
        left = site.unsent()
        site.wait_until(lambda left=left: site.unsent() < left)  # type: ignore[misc]
        time.sleep(DICE.uniform(0, 0.1))
        assert site.unsent() > 0
        site.stack.kill("worker")
        site.move_clock(LEASE_SECONDS)
        site.stack.restart("worker")
    site.clear_mail_faults()
    site.wait_until(lambda: site.unsent() == 0)
    # then
    assert min(require_same_copies(site, addresses)) == 1


def test_a_mail_whose_worker_died_after_sending_it_comes_again_the_same(site: Site) -> None:
    # given a mail on its way, of which the worker cannot note that it is sent
    site.put_mail_fault(kind="slow", seconds=1)
    addresses = post(site, 100)
    site.wait_until(lambda: site.outbox()[addresses[0]][0].due_at > site.kit.clock.now())
    row = site.outbox()[addresses[0]][0]
    with site.kit.begin() as session:
        session.get_one(OutboxMail, row.id, with_for_update=True)
        site.wait_until(lambda: len(site.mailbox(addresses[0])) == 1)
        # when it dies just then
        site.stack.kill("worker")
    site.clear_mail_faults()
    site.move_clock(LEASE_SECONDS)
    site.stack.restart("worker")
    # then
    site.wait_until(lambda: site.unsent() == 0)
    assert require_same_copies(site, addresses) == [2]


@pytest.mark.parametrize("fault", ["process", "refuse"])
def test_while_the_mail_server_is_down_people_apply_and_their_links_come_later(site: Site, fault: str) -> None:
    # given
    site.stack.kill("mail") if fault == "process" else site.put_mail_fault(kind=fault)
    crowd = [next(site.crowd) for _ in range(3)]
    # when
    for somebody in crowd:
        with Browser(site.stack.origin) as browser:
            site.apply(browser, somebody)
    site.wait_until(lambda: all(site.outbox()[email_of(somebody)][0].tries > 0 for somebody in crowd))
    site.stack.restart("mail") if fault == "process" else site.clear_mail_faults()
    site.move_clock(outbox.LONGEST_WAIT.total_seconds())
    # then the links work
    for somebody in crowd:
        with Browser(site.stack.origin) as browser:
            site.confirm(browser, somebody)
        site.log_in(somebody)
    site.wait_until(lambda: site.unsent() == 0)
    require_whole(site)
