"""Two managers at the same moment, by threads on PostgreSQL: one role of a name, one grant, nobody acts who is gone."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from authsvc.core.errors import Problem
from tests.browser import Browser
from tests.conftest import empty
from tests.factories import NAME, make_person
from tests.insured import make_clerk, make_manager
from tests.units.office import Office, make_office
from units import clerks, granting, roles
from units.clerks import Listed
from units.models import UnitGrant, UnitMember, UnitRole

ROUNDS = range(20)


@pytest.fixture
def database_url(migrated_postgres: str) -> Iterator[str]:
    yield migrated_postgres
    empty(migrated_postgres)


@pytest.fixture
def office(app: Flask, new_browser: Callable[[], Browser]) -> Office:
    return make_office(app, new_browser)


def at_once(deeds: Sequence[Callable[[], Any]]) -> list[str]:
    """Do these at the same moment and tell how each went: "done", or the refusal's code."""
    barrier = threading.Barrier(len(deeds))

    def one(deed: Callable[[], Any]) -> str:
        barrier.wait()
        try:
            deed()
        except Problem as refusal:
            return refusal.code
        return "done"

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(one, deeds))


def two_managers(office: Office) -> list[Any]:
    colleague = make_person(office.kit, 9)
    make_manager(office.kit, office.unit, colleague)
    return [office.view(office.browser), office.view(office.come(colleague))]


@pytest.mark.parametrize("_number", ROUNDS)
def test_of_two_roles_of_one_name_at_once_one_is_made(office: Office, _number: int) -> None:
    role: dict[str, Any] = {"name": "Personnel", "functions": ["filing_a"], "unit_code": office.unit.code}
    views = two_managers(office)

    went = at_once([lambda view=view: roles.make_role(office.kit, view=view, **role) for view in views])  # type: ignore[misc]

    assert sorted(went) == ["done", "role_named_already"]
    with office.kit.read() as session:
        assert session.scalar(select(func.count()).select_from(UnitRole)) == 1


@pytest.mark.parametrize("_number", ROUNDS)
def test_of_two_grants_of_one_role_at_once_one_is_made(office: Office, _number: int) -> None:
    clerk_id = make_clerk(office.kit, office.unit, make_person(office.kit, 2))
    which: dict[str, Any] = {"clerk_id": clerk_id, "role_id": office.make_role(), "unit_code": office.unit.code}
    views = two_managers(office)

    went = at_once([lambda view=view: granting.give(office.kit, view=view, **which) for view in views])  # type: ignore[misc]

    assert sorted(went) == ["done", "granted_already"]
    with office.kit.read() as session:
        mine = (UnitGrant.role_id == which["role_id"], UnitGrant.ended_at.is_(None))
        assert session.scalar(select(func.count()).select_from(UnitGrant).where(*mine)) == 1


@pytest.mark.parametrize("_number", ROUNDS)
def test_a_grant_and_the_end_of_its_role_at_once_leave_no_grant(office: Office, _number: int) -> None:
    clerk_id = make_clerk(office.kit, office.unit, make_person(office.kit, 2))
    role_id, unit_code = office.make_role(), office.unit.code
    first, second = two_managers(office)

    gave, ended = at_once(
        [
            lambda: granting.give(office.kit, view=first, unit_code=unit_code, clerk_id=clerk_id, role_id=role_id),
            lambda: roles.end_role(office.kit, view=second, unit_code=unit_code, role_id=role_id),
        ]
    )

    assert (gave in ("done", "not_found"), ended) == (True, "done")
    with office.kit.read() as session:
        mine = (UnitGrant.role_id == role_id, UnitGrant.ended_at.is_(None))
        assert session.scalar(select(func.count()).select_from(UnitGrant).where(*mine)) == 0


@pytest.mark.parametrize("_number", ROUNDS)
def test_a_manager_who_is_removed_at_the_same_moment_does_it_before_or_not_at_all(office: Office, _number: int) -> None:
    [view, _] = two_managers(office)
    listed = Listed(national_id=make_person(office.kit, 2).national_id, name=NAME, email="a@b.tw", credential="card")
    with office.kit.begin() as session:
        live = (UnitMember.part == "manager", UnitMember.ended_at.is_(None))
        own = session.scalars(select(UnitMember.id).where(*live).order_by(UnitMember.added_at, UnitMember.id)).all()
    moments = []

    def remove() -> None:
        with office.kit.begin() as session:
            session.execute(update(UnitMember).where(UnitMember.id.in_(own)).values(ended_at=office.kit.clock.now()))
            there = select(func.count()).select_from(UnitMember).where(UnitMember.part == "clerk")
            moments.append(session.scalar(there))

    added, _ = at_once(
        [lambda: clerks.add_clerk(office.kit, view=view, unit_code=office.unit.code, listed=listed), remove]
    )

    # Who was removed when no clerk was there has added none since.
    assert (added, moments) in (("done", [1]), ("not_found", [0]))
