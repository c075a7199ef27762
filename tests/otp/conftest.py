"""Given: a person with a phone, and logging in with what it shows."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from authsvc.core.kit import Caller, Kit
from authsvc.identity.models import SessionView
from mobileapp.client import Phone
from otp import service
from tests.clocks import MovableClock
from tests.factories import Somebody, make_bound_phone, make_person


@pytest.fixture
def person(kit: Kit) -> Somebody:
    return make_person(kit)


@pytest.fixture
def phone(app: Flask, clock: MovableClock, person: Somebody) -> Iterator[Phone]:
    with make_bound_phone(app, clock, person) as phone:
        yield phone


@pytest.fixture
def log_in(kit: Kit) -> Callable[..., SessionView]:
    """Return the login by code: whose, which code, and the `source` (address) or `browser` (cookie) if it matters."""

    def work(person: Somebody, code: str, **other: Any) -> SessionView:
        caller = Caller(source=other.pop("source", ""), browser=other.pop("browser", None))
        body: dict[str, Any] = {"national_id": person.national_id, "birth_date": person.birth_date, "otp": code}
        return service.log_in(replace(kit, caller=caller), **(body | other)).view

    return work


def wrong(code: str) -> str:
    """Return another code of the same length."""
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}d}"
