"""Two at once, and too late: an owner's deeds done by many requests at the same moment, or after the session's end."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from authsvc.core.kit import Kit
from tests.browser import Browser
from tests.clocks import MovableClock
from tests.insured import UNIT1, make_unit
from tests.letters import letters_of
from tests.units.conftest import CHEN, as_owner
from units.models import UnitAct

ON_POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # on SQLite a writer is alone
HERE = f"/units/{UNIT1}"


def at_once(calls: list[Callable[[], Any]]) -> list[int]:
    """Make calls at the same moment and return their statuses in order of size."""
    with ThreadPoolExecutor(len(calls)) as pool:
        return sorted(answer.status_code for answer in pool.map(lambda call: call(), calls))


@pytest.fixture
def owners(kit: Kit, new_browser: Callable[[], Browser]) -> list[Browser]:
    """Return six browsers that came with the unit's certificate."""
    make_unit(kit)
    return [as_owner(new_browser()) for _ in range(6)]


@ON_POSTGRESQL
def test_of_many_withdrawals_at_once_one_is_done_and_told(owners: list[Browser], kit: Kit) -> None:
    letters_of(kit)

    codes = at_once([lambda each=each: each.call("DELETE", f"{HERE}/registration") for each in owners])  # type: ignore[misc]

    assert codes == [204, *[404] * 5]
    assert len(letters_of(kit)) == 1


@ON_POSTGRESQL
def test_of_many_deletions_of_one_manager_at_once_one_is_done(owners: list[Browser], kit: Kit) -> None:
    member = owners[0].post(f"{HERE}/managers", CHEN).get_json()["id"]

    codes = at_once([lambda each=each: each.call("DELETE", f"{HERE}/managers/{member}") for each in owners])  # type: ignore[misc]

    assert codes == [204, *[404] * 5]
    with kit.read() as session:
        ended = select(func.count()).select_from(UnitAct).where(UnitAct.act == "manager_ended")
        assert session.scalar(ended) == 1


@ON_POSTGRESQL
def test_two_changes_at_once_both_stand(owners: list[Browser]) -> None:
    for number in range(5):
        email, mobile = f"new{number}@example.org", f"091234567{number}"
        wanted = [{"email": email}, {"mobile": mobile}]
        pairs = list(zip(owners, wanted, strict=False))
        codes = at_once([lambda who=who, to=to: who.call("PATCH", f"{HERE}/registration", to) for who, to in pairs])  # type: ignore[misc]

        assert codes == [200, 200]
        shown = owners[2].get(f"{HERE}/registration").get_json()
        assert (shown["email"], shown["mobile"]) == (email, mobile)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/functions", None),
        ("GET", "/registration", None),
        ("PATCH", "/registration", {"email": "new@example.org"}),
        ("DELETE", "/registration", None),
        ("GET", "/managers", None),
        ("POST", "/managers", CHEN),
    ],
)
def test_after_the_sessions_end_nothing_is_done(
    browser: Browser, kit: Kit, clock: MovableClock, method: str, path: str, body: Any
) -> None:
    make_unit(kit)
    owner = as_owner(browser)

    clock.forward(seconds=timedelta(minutes=15).total_seconds())

    assert owner.call(method, f"{HERE}{path}", body).status_code == 401
