"""What streams hear through the hub of a push process, on both databases; changes come over other connections."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

import psycopg
import pytest
from sqlalchemy import make_url, select

from authsvc.core.clock import SystemClock
from authsvc.core.db import open_engine
from authsvc.core.errors import NotFound
from authsvc.core.held import Held
from authsvc.core.kit import Kit
from authsvc.identity import devices, suspension
from mobileapp.client import Phone
from qrlogin import frames, orders, stream
from qrlogin.hub import Hub
from qrlogin.lookout import Lookout
from qrlogin.models import QrOrder
from qrlogin.news import CHANNEL
from tests.clocks import MovableClock
from tests.conftest import ORIGIN
from tests.factories import Somebody
from tests.qrlogin.conftest import Page

Ask = Callable[..., Page]
SOON = 6.0
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def begun(kit: Kit, page: Page) -> Iterator[bytes]:
    cookie = page.browser.client.get_cookie("authsvc")
    told = stream.begin(kit, order_id=page.order["id"], browser=cookie.value if cookie else None)
    assert told is not None
    return told


class Stream:
    """A stream that a thread of its own reads, as a browser does."""

    def __init__(self, kit: Kit, page: Page) -> None:
        self.heard: list[bytes] = []
        self._more = threading.Condition()
        self.thread = threading.Thread(target=self._read, args=(begun(kit, page),), daemon=True)
        self.thread.start()
        self.wait_for(b"event: state")

    def _read(self, told: Iterator[bytes]) -> None:
        for part in told:
            with self._more:
                self.heard.append(part)
                self._more.notify_all()

    def wait_for(self, words: bytes) -> None:
        with self._more:
            assert self._more.wait_for(lambda: any(words in part for part in self.heard), SOON), self.heard

    def wait_for_end(self) -> None:
        self.thread.join(SOON)
        assert not self.thread.is_alive(), self.heard


@pytest.fixture
def push(kit: Kit) -> Iterator[Kit]:
    """Give the kit of a push process beside the app's: the same database, other connections, the real clock."""
    url = make_url(kit.settings.database_url)
    if url.get_backend_name() == "postgresql":
        url = url.update_query_dict({"application_name": "push"})
    engine = open_engine(url.render_as_string(hide_password=False))
    pushing = replace(kit, engine=engine, clock=SystemClock(), ports={**kit.ports, Held: Held(50)})
    hub = Hub(pushing)
    pushing.ports[Lookout] = hub
    yield pushing
    hub.close()
    hub.join(SOON)
    engine.dispose()


def seen_at(kit: Kit, page: Page) -> datetime:
    with kit.read() as session:
        found = session.scalar(select(QrOrder.browser_seen_at).where(QrOrder.id == page.order["id"]))
    assert found is not None
    return found


def test_a_stream_hears_of_scan_question_and_approval_from_other_connections(ask: Ask, phone: Phone, push: Kit) -> None:
    page = ask()
    told = Stream(push, page)

    told.wait_for(b"event: frame")
    scan = phone.scan(page.frame())
    told.wait_for(b'"status": "scanned"')
    phone.approve(scan, page.order["match_code"])
    told.wait_for(b'"status": "approved"')
    assert page.collect().status_code == 201
    told.wait_for_end()

    assert b'"status": "used"' in told.heard[-1]


def test_another_browser_hears_nothing(ask: Ask, push: Kit) -> None:
    page = ask()

    with pytest.raises(NotFound):
        stream.begin(push, order_id=page.order["id"], browser="somebody else's")


def change(what: str, page: Page, phone: Phone, kit: Kit, person: Somebody) -> None:
    """Change an order in one of the ways there are."""
    if what == "replaced":
        page.browser.post("/qr-logins", {"national_id": person.national_id, "birth_date": str(person.birth_date)})
    if what == "cancelled":
        assert page.browser.client.delete(f"/api/v1{page.path}", headers={"Origin": ORIGIN}).status_code == 204
    if what == "suspended":
        with kit.begin() as session:
            suspension.suspend(session, kit, person_id=person.id)
    if what in ("replaced", "cancelled", "suspended"):
        return
    scan = phone.scan(page.frame())
    if what == "denied":
        phone.deny(scan, "cancelled")
    if what in ("approved", "used"):
        phone.approve(scan, page.order["match_code"])
    if what == "used":
        assert page.collect().status_code == 201
    if what == "phone_gone":
        with kit.begin() as session:
            device = session.scalars(select(QrOrder.device_id).where(QrOrder.id == page.order["id"])).one()
            devices.unbind(session, kit, device_id=device or "", person_id=person.id, why="owner")


@on_postgresql
@pytest.mark.parametrize(
    ("what", "times"),
    [
        *(("replaced", 1), ("cancelled", 1), ("suspended", 1), ("scanned", 1)),
        *(("denied", 2), ("approved", 2), ("used", 3), ("phone_gone", 2)),
    ],
)
def test_each_change_sends_the_id_of_its_order_and_nothing_else(
    what: str, times: int, ask: Ask, phone: Phone, kit: Kit, person: Somebody
) -> None:
    page = ask()
    with psycopg.connect(kit.settings.database_url, autocommit=True) as line:
        line.execute(f"LISTEN {CHANNEL}")
        change(what, page, phone, kit, person)

        words = [word.payload for word in line.notifies(timeout=SOON, stop_after=times)]

    assert words == [page.order["id"]] * times


@on_postgresql
def test_what_changed_while_the_line_was_broken_is_looked_for_when_it_is_open_again(
    ask: Ask, phone: Phone, push: Kit, kit: Kit
) -> None:
    page = ask()
    told = Stream(push, page)
    phone.approve(phone.scan(page.frame()), page.order["match_code"])
    told.wait_for(b'"status": "approved"')  # from here on only the line tells: there is no lease to renew

    with psycopg.connect(kit.settings.database_url, autocommit=True) as server:
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'push'"
        assert len(server.execute(cut).fetchall()) >= 2
    assert page.collect().status_code == 201

    told.wait_for(b'"status": "used"')


@on_postgresql
def test_a_storm_of_words_about_others_keeps_nobody_from_hearing(ask: Ask, phone: Phone, push: Kit, kit: Kit) -> None:
    page = ask()
    told = Stream(push, page)
    scan = phone.scan(page.frame())
    with psycopg.connect(kit.settings.database_url, autocommit=True) as server:
        server.execute("SELECT pg_notify(%s, 'other' || number) FROM generate_series(1, 20000) AS number", [CHANNEL])

    phone.approve(scan, page.order["match_code"])

    told.wait_for(b'"status": "approved"')


def test_a_stream_that_nobody_reads_keeps_nobody_from_hearing_and_no_lease(
    ask: Ask, phone: Phone, push: Kit, kit: Kit
) -> None:
    unread = ask(birth_date="1950-01-01")
    stuck = begun(push, unread)
    assert [next(stuck), next(stuck)]
    before = seen_at(kit, unread)
    page = ask()
    told = Stream(push, page)
    first = seen_at(kit, page)
    told.wait_for(b"event: frame")

    assert poll_until(lambda: seen_at(kit, page) > first)
    phone.approve(phone.scan(page.frame()), page.order["match_code"])

    told.wait_for(b'"status": "approved"')
    assert seen_at(kit, unread) == before


def poll_until(happened: Callable[[], bool]) -> bool:
    pause = threading.Event()
    return any(happened() or pause.wait(0.1) for _ in range(int(SOON / 0.1)))


def test_streams_hold_no_connection_while_they_wait(ask: Ask, push: Kit) -> None:
    streams = [Stream(push, ask(birth_date=f"{1950 + number}-01-01")) for number in range(5)]

    assert all(one.thread.is_alive() for one in streams)
    assert push.engine.pool.checkedout() <= 1  # type: ignore[attr-defined] # the hub's own


def test_the_state_comes_first_after_a_break_and_the_older_stream_gives_way(ask: Ask, phone: Phone, push: Kit) -> None:
    page = ask()
    first = Stream(push, page)
    phone.scan(page.frame())

    second = Stream(push, page)
    first.wait_for_end()

    assert second.heard[0].startswith(b'event: state\ndata: {"status": "scanned"')


def test_streams_end_with_the_process_and_say_when_to_come_back(ask: Ask, push: Kit) -> None:
    told = Stream(push, ask())

    push.port(Lookout).close()
    told.wait_for_end()

    name, _, wait = told.heard[-1].decode().strip().partition(": ")
    assert name == "retry"
    assert 1000 <= int(wait) <= 5000


def test_a_stream_that_ended_frees_its_place(ask: Ask, push: Kit) -> None:
    push.ports[Held] = Held(1)
    page = ask()
    told = Stream(push, page)
    assert page.browser.client.delete(f"/api/v1{page.path}", headers={"Origin": ORIGIN}).status_code == 204
    told.wait_for_end()

    next_one = Stream(push, ask())

    next_one.wait_for(b"event: frame")
    assert next_one.thread.is_alive()


def test_no_frame_is_drawn_that_a_phone_would_be_refused_with(
    ask: Ask, push: Kit, kit: Kit, clock: MovableClock
) -> None:
    page = ask()
    hub = Hub(replace(push, clock=clock))
    cookie = page.browser.client.get_cookie("authsvc")
    following = hub.follow(push, order_id=page.order["id"], browser=cookie.value if cookie else None)
    clock.forward(seconds=9)  # and nobody renewed the lease: the database may be out of reach

    drawn = frames.read(following.look().frame, origin=kit.settings.public_origin)

    assert drawn is not None
    assert drawn.t <= orders.RENEW_LEASE_AFTER.total_seconds()
    hub.close()
    hub.join(SOON)


def test_a_held_poll_answers_at_the_next_change(ask: Ask, phone: Phone, push: Kit) -> None:
    page = ask()
    scan = phone.scan(page.frame())
    cookie = page.browser.client.get_cookie("authsvc")
    browser = cookie.value if cookie else None
    answers: list[str] = []

    def wait() -> None:
        answers.append(stream.poll(push, order_id=page.order["id"], browser=browser, wait=25).status)

    waiting = threading.Thread(target=wait, daemon=True)
    waiting.start()
    phone.approve(scan, page.order["match_code"])
    waiting.join(SOON)

    assert answers == ["approved"]
