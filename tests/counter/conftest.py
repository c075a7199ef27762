"""Given: a counter."""

import pytest
from flask import Flask

from tests.browser import Browser
from tests.clocks import MovableClock
from tests.counter.desk import Desk, make_desk


@pytest.fixture
def closed(app: Flask, clock: MovableClock, browser: Browser) -> Desk:
    """Return a counter at which nobody has logged in."""
    return make_desk(app, clock, browser)


@pytest.fixture
def desk(closed: Desk) -> Desk:
    """Return a counter with a member of staff at it."""
    assert closed.enter().status_code == 201
    return closed
