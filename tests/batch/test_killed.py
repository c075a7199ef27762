"""A worker process that is killed (SIGKILL) in every place: no row is entered twice, and none is lost.

`AUTHSVC_FAULT_ROUNDS=30` kills so often.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from uuid import uuid4

import httpx2
import psycopg
import pytest
from sqlalchemy import URL, func, select, text

from authsvc.core.clock import SystemClock
from authsvc.core.outbox import OutboxMail
from authsvc.registration.models import Registration
from authsvc.settings import Settings
from batch.working import LEASE
from devtools.stack import Stack
from mocks.people import load_world
from tests.batch.scene import Scene, file_of, make_scene
from tests.turns import rounds
from wsgi import build

CROWD = 6_000
PATIENCE = 40.0
KILLS = rounds(5, full=20, variable="AUTHSVC_FAULT_ROUNDS")
DICE = random.Random(3)  # noqa: S311 - moments to kill at, nothing secret


class Town(Stack):
    """A stack whose registry knows a crowd."""

    def simulators(self) -> dict[str, list[str]]:
        known = super().simulators()
        return known | {"registry": [*known["registry"], "--extra", str(CROWD)]}


@pytest.fixture(scope="module")
def town_database(postgres: URL) -> Iterator[str]:
    name = f"batch{uuid4().hex}"
    with psycopg.connect(postgres.render_as_string(hide_password=False), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        yield postgres.set(database=name).render_as_string(hide_password=False)
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def town(town_database: str) -> Iterator[tuple[Town, Scene]]:
    with Town(database_url=town_database) as stack:
        settings = Settings(public_origin=stack.origin, database_url=town_database, argon2_memory_kib=64, argon2_time=1)
        app = build(settings, clock=SystemClock(stack.clock_file))
        yield stack, make_scene(app, load_world(extra=CROWD))
        stack.check()
        app.extensions["kit"].engine.dispose()


@pytest.fixture
def stack(town: tuple[Town, Scene]) -> Town:
    return town[0]


@pytest.fixture
def site(town: tuple[Town, Scene]) -> Scene:
    return town[1]


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.02)


class Hours:
    """How far the clocks are ahead by now."""

    ahead = 0.0


def let_lease_run_out(stack: Town) -> None:
    Hours.ahead += LEASE.total_seconds() + 1
    stack.move_clock(Hours.ahead)


def end(stack: Town, site: Scene, batch_id: str) -> None:
    """Let the batch come to its end, and require that all of it is there once."""
    stack.restart("worker")
    let_lease_run_out(stack)
    wait_until(lambda: site.batch(batch_id).state == "done")
    row, words = site.batch(batch_id), site.words(batch_id)
    assert row.rows == row.done_rows == row.successes + row.failures == len(words)
    assert Counter(words.values())["applied"] == row.successes
    with site.kit.read() as session:
        ours = select(func.count()).select_from(Registration)
        mails = select(OutboxMail).where(OutboxMail.template == "registration/mail/employer")
        places = [(each.recipient, site.kit.keys.place("outbox_mail", each.id)) for each in session.scalars(mails)]
        told = [place.open("recipient", recipient) for recipient, place in places]
        assert session.scalar(ours) == len(told) == len(set(told)) == site.applied()


def test_a_worker_killed_again_and_again_enters_each_row_once(stack: Town, site: Scene) -> None:
    # given a file of six parts
    batch_id = site.taken(file_of(site.crowd[:3_000]))
    # when the worker is killed at any moment
    struck = 0
    for _ in range(KILLS):
        time.sleep(DICE.uniform(0, 0.6))
        stack.kill("worker")
        struck += site.batch(batch_id).lease_token is not None
        let_lease_run_out(stack)
        stack.restart("worker")
        before = site.batch(batch_id)
        assert before.done_rows == before.successes + before.failures
        wait_until(lambda: site.batch(batch_id).lease_token is not None or site.batch(batch_id).state == "done")
    stack.kill("worker")
    # then
    end(stack, site, batch_id)
    assert struck  # a kill may find the worker idle, but not each
    assert site.batch(batch_id).successes == 3_000


def test_a_worker_killed_inside_its_transaction_leaves_nothing_of_it(stack: Town, site: Scene) -> None:
    # given somebody of the file who is just being entered elsewhere, for whom the worker waits
    crowd = site.crowd[3_000:3_600]
    index = site.kit.keys.index("national_id", crowd[-101].national_id)
    columns = "id, kind, national_id, name, birth_date, card_number, email, mobile, language"
    blank = "'held', 'citizen', '', '', '', '', '', '', 'en'"
    more = "national_id_index, card_number_index, token_digest, link_expires_at, created_at"
    with site.kit.engine.connect() as other:
        other.execute(
            text(f"INSERT INTO registration ({columns}, {more}) VALUES ({blank}, :it, '', 'x', now(), now())"),  # noqa: S608
            {"it": index},
        )
        batch_id = site.taken(file_of(crowd))
        wait_until(lambda: waits_for_another(site))
        # when it is killed there
        stack.kill("worker")
        other.rollback()
    assert site.batch(batch_id).done_rows == 0
    # then
    end(stack, site, batch_id)
    assert site.batch(batch_id).successes == 600


def waits_for_another(site: Scene) -> bool:
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with site.kit.engine.connect() as one:
        return bool(one.execute(text(query)).scalar())


def test_a_worker_killed_while_the_registry_thinks_is_followed_by_another(stack: Town, site: Scene) -> None:
    url = f"{stack.urls['registry']}/control/faults"
    fault = {"target": "unit_people", "kind": "slow", "seconds": 1.5}
    httpx2.put(url, json=fault, trust_env=False).raise_for_status()
    batch_id = site.taken(file_of(site.crowd[4_000:4_100]))
    wait_until(lambda: site.batch(batch_id).lease_token is not None)
    stack.kill("worker")
    httpx2.delete(url, trust_env=False).raise_for_status()

    end(stack, site, batch_id)
    assert site.batch(batch_id).successes == 100


def test_a_worker_that_is_told_to_end_ends_after_its_part(stack: Town, site: Scene) -> None:
    # given a worker at a file of six parts
    batch_id = site.taken(file_of(site.crowd[:3_000][::-1]))
    wait_until(lambda: site.batch(batch_id).done_rows > 0)
    child = next(child for child in stack.family.children if child.name == "worker")
    # when
    child.process.terminate()
    # then it ends soon, well, and holds nothing
    assert child.process.wait(10) == 0
    assert site.batch(batch_id).lease_token is None
    stack.kill("worker")
    end(stack, site, batch_id)
