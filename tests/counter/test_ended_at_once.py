"""A member of staff is ended while an act of theirs is under way, by threads on PostgreSQL."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillRunning

import pytest

from authsvc.identity.models import Person
from counter import acts, sessions
from counter.staff import end_staff
from tests.conftest import empty
from tests.counter.desk import WHY, Desk
from tests.people import make_card_holder


@pytest.fixture
def database_url(migrated_postgres: str) -> Iterator[str]:
    yield migrated_postgres
    empty(migrated_postgres)


def test_ending_staff_waits_for_an_act_that_they_are_in_the_middle_of(desk: Desk) -> None:
    person_id = make_card_holder(desk.kit, desk.browser.deck, desk.browser.person("wang"))
    cookie = desk.browser.client.get_cookie("authsvc")
    staff = sessions.find_staff(desk.kit, cookie.value) if cookie else None
    assert staff is not None

    with ThreadPoolExecutor(1) as pool:
        with desk.kit.begin() as session:
            person = session.get_one(Person, person_id)
            acts.record(session, desk.kit, staff, person, act=acts.LOOKED, reason=WHY)
            ending = pool.submit(end_staff, desk.kit, staff_id=desk.staff_id)
            with pytest.raises(StillRunning):
                ending.result(timeout=0.5)
        assert ending.result(timeout=10) == 1

    assert desk.acts() == ["looked"]
    assert desk.events("staff.ended")[0].id > desk.events("counter.act")[0].id
